package promo_test

import (
	"slices"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
)

// TestScheduleEdges: the beginning belongs to a promotion and the end does not, by date and by the clock of the store.
func TestScheduleEdges(t *testing.T) {
	t.Parallel()
	from, until := monday, monday.AddDate(0, 0, 7)
	dated := active(1, "Dated", "percent_discount", `{"percent":"10"}`)
	dated.Schedule = verno.Schedule{From: &from, Until: &until}
	clocked := active(2, "Clocked", "percent_discount", `{"percent":"10"}`)
	clocked.Schedule.Hours = []verno.Hours{{From: "12:00", Until: "13:30"}, {From: "23:00", Until: "24:00"}}
	weekend := active(3, "Weekend", "percent_discount", `{"percent":"10"}`)
	weekend.Schedule = verno.Schedule{Weekdays: []int{7}, Hours: []verno.Hours{{From: "22:00", Until: "06:00"}}}
	r := compile(t, programme(), dated, clocked, weekend)
	for at, want := range map[time.Time][]int{
		monday.Add(-time.Nanosecond):              {},
		monday:                                    {1, 2},
		monday.UTC():                              {1}, // Nine o'clock there.
		monday.Add(90*time.Minute - 1):            {1, 2},
		monday.Add(90 * time.Minute):              {1},
		monday.Add(12*time.Hour - 1):              {1, 2},
		monday.Add(12 * time.Hour):                {1},
		monday.Add(-6*time.Hour - 1):              {3},
		monday.Add(-6 * time.Hour):                {},
		until.Add(-13 * time.Hour):                {1, 2, 3},
		until.Add(-time.Nanosecond):               {1},
		until:                                     {2},
		until.Add(100 * 365 * 24 * time.Hour / 2): {2},
	} {
		o := evaluate(r, promo.Input{
			Basket: basketOf(line("a", "", 100_00, 1000)), Member: &verno.MemberFacts{}, Moment: verno.Moment{At: at},
		})
		var got []int
		for _, u := range o.Uses {
			got = append(got, int(u.Promotion[15]))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v apply, want %v", at, got, want)
		}
	}
}
