package checkout_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/checkout"
)

// shopAt opens a shop at a place, in millionths of a degree.
func (b *bundle) shopAt(latitude, longitude int64) verno.StoreID {
	b.t.Helper()
	s, err := b.office.CreateStore(b.ctx, b.boss, b.clock(), campaign.Place{
		Programme: b.made.Programme, Name: b.name("Чайка"), TimeZone: "Europe/Moscow", Latitude: &latitude, Longitude: &longitude,
	})
	b.must(err)
	return s.ID
}

// TestTwoPlaces: a printed code that was shown in Moscow and then in Saint Petersburg, sooner than anybody gets there, is
// told of with both sightings, and once a day a person is asked to look at it. Who had the time to travel, shops next door
// and shops of which nobody knows where they are, raise nothing.
func TestTwoPlaces(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		moscow, next, petersburg := b.shopAt(55_755_800, 37_617_300), b.shopAt(55_756_800, 37_618_300), b.shopAt(59_934_300, 30_335_100)
		g := b.enrol()
		show := func(shop verno.StoreID) {
			t.Helper()
			_, err := b.till.Identify(b.ctx, b.boss, checkout.Identify{Scan: g.static(), Store: shop})
			b.must(err)
		}
		told := func(want int) {
			t.Helper()
			if n := len(b.events(verno.EventCodeTwoPlaces)); n != want {
				t.Fatalf("told %d times, want %d", n, want)
			}
		}
		show(moscow)
		show(next)
		show(b.made.Store)
		b.later(6 * time.Hour) // 634 km
		show(petersburg)
		told(0)
		b.later(4 * time.Hour)
		at := b.clock()
		show(moscow)
		told(1)
		d := b.events(verno.EventCodeTwoPlaces)[0].Detail
		if d["member"] != g.ID.String() || d["first_store"] != petersburg.String() || d["store"] != moscow.String() ||
			d["first_at"] != at.Add(-4*time.Hour).UTC().Format(time.RFC3339) || d["at"] != at.UTC().Format(time.RFC3339) {
			t.Errorf("told %v", d)
		}
		show(petersburg)
		told(2)
		tasks, err := b.roll.Tasks(b.ctx, b.boss, false, verno.TaskID{}, 10)
		b.must(err)
		var both checkout.Sightings
		if len(tasks) != 1 || tasks[0].Kind != checkout.TaskTwoPlaces || tasks[0].Ref != g.ID.String() ||
			json.Unmarshal([]byte(tasks[0].Detail), &both) != nil || both.First.Store != petersburg || both.Second.Store != moscow {
			t.Errorf("tasks %+v", tasks)
		}
	})
}

// TestLiveCodeSeenTwice: who shows a live code again is told of with where and when it was shown first.
func TestLiveCodeSeenTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		scan, at := b.live(g), b.clock()
		b.scan(b.at(0), scan)
		b.later(5 * time.Second)
		_, err := b.till.Identify(b.ctx, b.at(2), checkout.Identify{Scan: scan})
		b.refused(err, "code_used")
		used := b.events(verno.EventCodeReused)
		if len(used) != 1 {
			t.Fatalf("told %d times", len(used))
		}
		d := used[0].Detail
		if d["first_terminal"] != b.tills[0].String() || d["first_store"] != b.made.Store.String() || d["first_at"] != at.UTC().Format(time.RFC3339) ||
			d["terminal"] != b.tills[2].String() || d["store"] != b.east.String() || d["at"] != b.clock().UTC().Format(time.RFC3339) {
			t.Errorf("told %v", d)
		}
	})
}
