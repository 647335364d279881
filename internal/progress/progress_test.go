package progress_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/progress"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

var terms = verno.LevelTerms{WindowMonths: 2, Levels: []verno.Level{{ID: "base"}, {ID: "silver", From: 1000}, {ID: "gold", From: 5000}}}

// TestLevel: the window is whole calendar months and crosses New Year; later months wait.
func TestLevel(t *testing.T) {
	t.Parallel()
	months := []verno.MonthSpend{{Month: 202510, Spent: 9000}, {Month: 202511, Spent: 300}, {Month: 202512, Spent: 400}, {Month: 202601, Spent: 300}, {Month: 202602, Spent: 8000}}
	for _, c := range []struct {
		window  int
		month   int32
		level   string
		spent   money.Amount
		next    string
		missing money.Amount
	}{
		{2, 202601, "silver", 1000, "gold", 4000},
		{1, 202601, "base", 700, "silver", 300},
		{3, 202601, "gold", 10000, "", 0},
		{0, 202601, "gold", 10000, "", 0},
		{2, 202506, "base", 0, "silver", 1000},
		{2, 202605, "base", 0, "silver", 1000},
	} {
		terms := terms
		terms.WindowMonths = c.window
		level, spent, next := progress.Level(terms, months, c.month)
		if level != c.level || spent != c.spent || (next == nil) != (c.next == "") {
			t.Errorf("%+v: %s, %d, %+v", c, level, spent, next)
		}
		if next != nil && *next != (progress.Next{Level: c.next, Missing: c.missing}) {
			t.Errorf("%+v: %+v", c, *next)
		}
	}
}

// TestNoLevels: without levels there is none to reach, and a first level with a threshold is not reached by nothing.
func TestNoLevels(t *testing.T) {
	t.Parallel()
	if level, _, next := progress.Level(verno.LevelTerms{}, nil, 202601); level != "" || next != nil {
		t.Errorf("%q, %+v", level, next)
	}
	paid := verno.LevelTerms{Levels: []verno.Level{{ID: "club", From: 1}}}
	if level, _, next := progress.Level(paid, nil, 202601); level != "" || next == nil || next.Missing != 1 {
		t.Errorf("%q, %+v", level, next)
	}
	debt := []verno.MonthSpend{{Month: 202601, Spent: -500}}
	if _, spent, next := progress.Level(paid, debt, 202601); spent != 0 || next.Missing != 1 {
		t.Errorf("%d, %+v", spent, next)
	}
}

// TestAddSpend compares with a plain map: months are sorted and few, life adds up, and any window that a programme may
// have sees each month as it was.
func TestAddSpend(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var months []verno.MonthSpend
		want := map[int32]money.Amount{}
		total, last := money.Amount(0), int32(0)
		for range rapid.IntRange(0, 150).Draw(t, "purchases") {
			month := progress.Before(203012, rapid.IntRange(0, 90).Draw(t, "ago"))
			delta := money.Amount(rapid.Int64Range(-100, 300).Draw(t, "delta"))
			months = progress.AddSpend(months, month, delta)
			want[month] += delta
			total += delta
			last = max(last, month)
		}
		sorted := slices.IsSortedFunc(months, func(a, b verno.MonthSpend) int { return int(a.Month - b.Month) })
		if !sorted || len(months) > progress.MaxMonths {
			t.Fatalf("months %v", months)
		}
		life := money.Amount(0)
		for _, m := range months {
			life += m.Spent
			if m.Spent == 0 {
				t.Fatalf("an empty month in %v", months)
			}
		}
		if life != total {
			t.Fatalf("life is %d, want %d", life, total)
		}
		if last == 0 {
			return
		}
		sum, window := money.Amount(0), rapid.IntRange(1, 36).Draw(t, "window")
		for month, spent := range want {
			if month >= progress.Before(last, window) {
				sum += spent
			}
		}
		_, spent, _ := progress.Level(verno.LevelTerms{WindowMonths: window}, months, last)
		if spent != max(sum, 0) {
			t.Fatalf("the window of %d months sees %d, want %d", window, spent, sum)
		}
	})
}

// TestReturnUndoesPurchase: a purchase and its return in any order leave the months as they were.
func TestReturnUndoesPurchase(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var months []verno.MonthSpend
		for n := range rapid.IntRange(0, progress.MaxMonths-1).Draw(t, "months") {
			months = progress.AddSpend(months, progress.Before(202612, n), money.Amount(n+1))
		}
		before := slices.Clone(months)
		month := progress.Before(202612, rapid.IntRange(0, 60).Draw(t, "ago"))
		delta := money.Amount(rapid.SampledFrom([]int64{-7, 3, 900}).Draw(t, "delta"))
		months = progress.AddSpend(progress.AddSpend(months, month, delta), month, -delta)
		if !slices.Equal(months, before) {
			t.Fatalf("%v became %v", before, months)
		}
	})
}

func Example() {
	terms := verno.LevelTerms{WindowMonths: 6, Levels: []verno.Level{{ID: "base"}, {ID: "silver", From: 10_000_00}}}
	var months []verno.MonthSpend
	months = progress.AddSpend(months, 202602, 4_500_00)
	months = progress.AddSpend(months, 202603, 3_000_00)
	level, spent, next := progress.Level(terms, months, 202603)
	fmt.Println(level, money.Currency("RUB").Format(spent), next.Level, money.Currency("RUB").Format(next.Missing))
	// Output: base 7500.00 silver 2500.00
}

// TestWindowFits: what is added up in the oldest month lies outside of the longest window that a programme may have.
func TestWindowFits(t *testing.T) {
	t.Parallel()
	if progress.MaxMonths < promo.MaxWindowMonths+2 {
		t.Errorf("%d months are remembered for a window of %d", progress.MaxMonths, promo.MaxWindowMonths)
	}
}
