package promo_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// TestOutcomeIsSound: whatever the promotions, the lines add up to the totals, no price falls below its bound, barred
// goods keep their price, and points pay no more than they may.
func TestOutcomeIsSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		var o verno.Outcome
		w.compile(t).Evaluate(&w.in, true, &o)
		soundLines(t, &w, &o)
		soundTotals(t, &w, &o)
		soundReasons(t, &w, &o)
	})
}

func soundLines(t *rapid.T, w *world, o *verno.Outcome) {
	for i, l := range w.in.Basket.Lines {
		got := o.Lines[i]
		off := money.Amount(0)
		for _, d := range got.Discounts {
			if d.Amount <= 0 {
				t.Fatalf("line %d: a discount of %d", i, d.Amount)
			}
			off += d.Amount
		}
		terms := w.programme.Terms(l.Class)
		floor := min(l.Sum, money.Amount(money.MulDiv(int64(l.MinPrice), int64(l.Quantity), 1000, money.Up)))
		switch {
		case got.Net != l.Sum-off || off > 0 && got.Net < floor:
			t.Fatalf("line %d: %d − %d = %d, floor %d", i, l.Sum, off, got.Net, floor)
		case off > 0 && (terms.NoDiscount || l.Fixed):
			t.Fatalf("line %d: a discount on barred goods", i)
		case got.Redeemed < 0 || got.Redeemed > got.MaxPoints || got.MaxPoints > max(got.Net-floor, 0):
			t.Fatalf("line %d: points pay %d of at most %d, net %d, floor %d", i, got.Redeemed, got.MaxPoints, got.Net, floor)
		case got.MaxPoints > 0 && (terms.NoRedeem || got.MaxPoints > money.Amount(w.programme.Points.MaxShareLine.Of(int64(got.Net), money.Down))):
			t.Fatalf("line %d: points may pay %d", i, got.MaxPoints)
		case got.Earn < 0 || got.Earn > 0 && terms.NoEarn:
			t.Fatalf("line %d: barred goods earn %d", i, got.Earn)
		}
	}
}

func soundTotals(t *rapid.T, w *world, o *verno.Outcome) {
	var want verno.Totals
	lineEarn, awarded := money.Points(0), money.Points(0)
	for i, l := range o.Lines {
		sum := w.in.Basket.Lines[i].Sum
		want.Gross += sum
		want.Discount += sum - l.Net
		want.Redeemed += l.Redeemed
		lineEarn += l.Earn
	}
	for _, a := range o.Awards {
		sum := money.Points(0)
		for _, share := range a.ByLine {
			sum += share
		}
		if a.ByLine != nil && (sum != a.Points || len(a.ByLine) != len(o.Lines)) {
			t.Fatalf("the shares %v of an award of %d", a.ByLine, a.Points)
		}
		if a.Unit == verno.UnitPoints {
			want.Earn += a.Points
			awarded += sum
		}
		want.Cashback += a.Cashback()
	}
	soundCashback(t, w, o)
	want.Payable = want.Gross - want.Discount - want.Redeemed
	want.Points = o.Totals.Points
	value := w.programme.Points.Value
	switch {
	case o.Totals != want || lineEarn != awarded || want.Payable < 0:
		t.Fatalf("totals %+v, want %+v; lines earn %d of %d", o.Totals, want, lineEarn, awarded)
	case int64(want.Points)*value.Num != int64(want.Redeemed)*value.Den:
		t.Fatalf("%d points pay %d, which is not exact", want.Points, want.Redeemed)
	case want.Points > o.MaxPoints || o.MaxPoints > 0 && o.MaxPoints > w.in.Member.SpendCap:
		t.Fatalf("%d points are spent of at most %d", want.Points, o.MaxPoints)
	case want.Points > 0 && want.Points < w.programme.Points.MinSpend:
		t.Fatalf("%d points are too few", want.Points)
	}
}

// soundCashback: it pays no more than there is and never for goods that points may not pay for, and what it gives is no more
// than the percent of what else was paid, promotion by promotion and line by line.
func soundCashback(t *rapid.T, w *world, o *verno.Outcome) {
	most, paid := money.Amount(0), money.Amount(0)
	for i, l := range w.in.Basket.Lines {
		open := o.Lines[i].Net - o.Lines[i].Redeemed
		paid += open
		if !w.programme.Terms(l.Class).NoRedeem {
			most += open
		}
	}
	used := min(w.in.Cashback, most)
	if w.in.Member == nil {
		used = 0
	}
	if o.CashbackUsed != used || used < 0 {
		t.Fatalf("cashback pays %d of %d, %d of it may be paid so", o.CashbackUsed, w.in.Cashback, most)
	}
	for _, a := range o.Awards {
		p := w.promotion(a.Promotion)
		if a.Unit != verno.UnitCashback {
			continue
		}
		sum := money.Amount(0)
		for i, share := range a.ByLine {
			sum += money.Amount(share)
			terms := w.programme.Terms(w.in.Basket.Lines[i].Class)
			if share < 0 || share > 0 && (terms.NoEarn || terms.NoDiscount) {
				t.Fatalf("line %d gives %d back", i, share)
			}
		}
		var set struct {
			Percent money.Percent `json:"percent"`
			Max     money.Amount  `json:"max"`
		}
		if err := json.Unmarshal(p.Settings, &set); err != nil {
			t.Fatal(err)
		}
		due := money.Amount(set.Percent.Of(int64(paid-used), money.Down))
		if sum != a.Cashback() || sum > due || set.Max > 0 && sum > set.Max || sum <= 0 {
			t.Fatalf("cashback of %d, by line %v, where %d is the most", a.Cashback(), a.ByLine, due)
		}
	}
}

// soundReasons: every promotion is explained once by a code of the catalogue with all its parameters, and those that
// applied are those that were used.
func soundReasons(t *rapid.T, w *world, o *verno.Outcome) {
	texts := map[string]promo.Text{}
	for _, text := range promo.Texts() {
		texts[text.Code] = text
	}
	used := map[verno.PromotionID]bool{}
	for _, u := range o.Uses {
		if used[u.Promotion] || u.Count != 1 || u.Cost < 0 {
			t.Fatalf("use %+v", u)
		}
		used[u.Promotion] = true
	}
	explained := 0
	for _, e := range o.Explained {
		text, known := texts[e.Code]
		if !known || len(e.Params) != len(text.Params) || e.Applied != used[e.Promotion] {
			t.Fatalf("explanation %+v", e)
		}
		if !e.Promotion.IsZero() {
			explained++
		}
		if p := w.promotion(e.Promotion); p != nil && e.Applied && !w.looks(p) {
			t.Fatalf("%s applies to nothing: %+v", p.Name, e)
		}
	}
	if explained != len(w.promotions) {
		t.Fatalf("%d of %d promotions are explained", explained, len(w.promotions))
	}
}

func (w *world) promotion(id verno.PromotionID) *verno.Promotion {
	for i := range w.promotions {
		if w.promotions[i].ID == id {
			return &w.promotions[i]
		}
	}
	return nil
}

// looks is the plain reading of a promotion's head, without an index.
func (w *world) looks(p *verno.Promotion) bool {
	at, m, s := w.in.Moment.At, w.in.Member, &p.Schedule
	within := func(list []string, one string) bool { return len(list) == 0 || slices.Contains(list, one) }
	below := func(list []string, category string) bool {
		return slices.ContainsFunc(list, func(c string) bool { return category == c || strings.HasPrefix(category, c+"/") })
	}
	day, clock := (int(at.Weekday())+6)%7+1, at.Format("15:04")
	open := false
	hours := s.Hours
	if hours == nil {
		hours = []verno.Hours{{From: "00:00", Until: "24:00"}}
	}
	for _, h := range hours {
		on := day
		in := h.From <= clock && clock < h.Until
		if h.From > h.Until {
			in = h.From <= clock || clock < h.Until
			if clock < h.Until {
				on = (day+5)%7 + 1
			}
		}
		open = open || in && (len(s.Weekdays) == 0 || slices.Contains(s.Weekdays, on))
	}
	switch {
	case !p.Active || !open || len(s.Stores) > 0 && !slices.Contains(s.Stores, w.in.Moment.Store):
		return false
	case s.From != nil && (at.Before(*s.From) || !at.Before(*s.Until)):
		return false
	case m == nil && !p.Audience.Anonymous || m != nil && !within(p.Audience.Levels, m.Level):
		return false
	case m != nil && p.Audience.Tags != nil && !slices.ContainsFunc(m.Tags, func(tag string) bool { return slices.Contains(p.Audience.Tags, tag) }):
		return false
	}
	g := &p.Goods
	return slices.ContainsFunc(w.in.Basket.Lines, func(l verno.Line) bool {
		in := len(g.SKUs)+len(g.Categories) == 0 || slices.Contains(g.SKUs, l.SKU) || below(g.Categories, l.Category)
		return in && !slices.Contains(g.ExceptSKUs, l.SKU) && !below(g.ExceptCategories, l.Category)
	})
}

// TestReasonsOfTheHead: a promotion that is open to the sale by the plain reading of its head is never said to be closed
// by it, and the other way round.
func TestReasonsOfTheHead(t *testing.T) {
	t.Parallel()
	head := []string{
		"inactive", "not_yet", "over", "not_in_schedule", "wrong_store", "wrong_level", "wrong_tag", "too_few_points", "no_matching_goods",
	}
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		var o verno.Outcome
		w.compile(t).Evaluate(&w.in, true, &o)
		for _, e := range o.Explained {
			p := w.promotion(e.Promotion)
			if p == nil || e.Code == "members_only" || e.Code == "other_occasion" {
				continue
			}
			if closed := slices.Contains(head, e.Code); closed == w.looks(p) {
				t.Fatalf("%+v for %+v", e, p)
			}
		}
	})
}

// TestSameInputSameOutcome: neither explaining, nor an outcome that was used before, nor a second compilation changes
// anything.
func TestSameInputSameOutcome(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, other := drawWorld(t), drawWorld(t)
		r := w.compile(t)
		var first, again, plain verno.Outcome
		r.Evaluate(&w.in, true, &first)
		other.compile(t).Evaluate(&other.in, true, &again)
		r.Evaluate(&other.in, true, &again)
		r.Evaluate(&w.in, true, &again)
		if diff := cmp.Diff(first, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		slices.Reverse(w.promotions)
		w.compile(t).Evaluate(&w.in, false, &plain)
		if diff := cmp.Diff(first, plain, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(verno.Outcome{}, "Explained")); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestOrderOfLines: the order in which goods were scanned changes neither the totals nor what any line gets.
func TestOrderOfLines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		r := w.compile(t)
		var first, second verno.Outcome
		r.Evaluate(&w.in, true, &first)
		lines := slices.Clone(w.in.Basket.Lines)
		shuffled := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Perm(len(lines))
		for to, from := range shuffled {
			w.in.Basket.Lines[to] = lines[from]
		}
		r.Evaluate(&w.in, true, &second)
		if first.Totals != second.Totals {
			t.Fatalf("%+v became %+v", first.Totals, second.Totals)
		}
		for to, from := range shuffled {
			if diff := cmp.Diff(first.Lines[from], second.Lines[to], cmpopts.EquateEmpty()); diff != "" {
				t.Fatal(diff)
			}
		}
		if diff := cmp.Diff(first.Uses, second.Uses); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestStrangerChangesNothing: a promotion that matches nothing of a sale changes nothing of it.
func TestStrangerChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		var first, second verno.Outcome
		w.compile(t).Evaluate(&w.in, false, &first)
		stranger := drawPromotion(t, 99)
		stranger.Goods = verno.Goods{SKUs: []string{"not in the basket"}}
		w.promotions = append(w.promotions, stranger)
		w.compile(t).Evaluate(&w.in, false, &second)
		if diff := cmp.Diff(first, second, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}
