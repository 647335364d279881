package promo_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// settingsOf are settings of each type from which the random programmes draw.
var settingsOf = map[string][]string{
	"percent_discount": {
		`{"percent":"10"}`, `{"percent":"33.33","per":"receipt","max":777}`, `{"percent":"7","of":"gross","rounding":"up"}`,
		`{"percent":"100"}`,
	},
	"fixed_discount": {
		`{"amount":999}`, `{"amount":333,"on":"unit","max":1000}`, `{"amount":50,"on":"line"}`, `{"amount":12345,"on":"basket"}`,
	},
	"buy_n_get_cheapest": {`{"buy":2}`, `{"buy":1,"get":2,"percent":"33.33"}`, `{"buy":1,"percent":"50","max_sets":2}`},
	"points_by_amount": {
		`{"points":1,"step":1000}`, `{"percent":"1.5","base":"net","rounding":"half_up","per":"line"}`,
		`{"thresholds":[{"from":10000,"points":3,"step":777},{"from":50000,"percent":"5"}],"base":"gross"}`,
	},
	"points_multiplier": {`{"times":3}`, `{"extra":"12.5"}`},
	"stamps": {
		`{"needed":3,"reward":"piece"}`, `{"needed":5,"reward":"points","points":50,"per":"amount","step":5000}`,
		`{"needed":2,"reward":"piece","percent":"50","per":"receipt","max_rewards":1}`,
	},
	"welcome_bonus":  {`{"points":100,"when":"first_purchase"}`, `{"points":100}`},
	"birthday_bonus": {`{"points":70,"days_before":3}`, `{"times":2}`},
}

// world is a random programme with a random sale in it.
type world struct {
	programme  verno.Programme
	promotions []verno.Promotion
	in         promo.Input
}

var (
	someSKUs       = []string{"a", "b", "c", "d", "e"}
	someCategories = []string{"", "food", "food/dairy", "food/dairy/milk", "toys", "toys/soft"}
	someLevels     = []string{"base", "silver", "gold"}
	someTags       = []string{"vip", "staff"}
	someConditions = []string{
		"", "", "basket.sum > 20000", "has('a')", "category('food') and not category('toys')", "member.tags[1] == 'vip'",
		"member.purchases == 0", "time.weekday in [1, 2]",
	}
	someHours = []verno.Hours{{From: "09:00", Until: "13:00"}, {From: "22:00", Until: "03:00"}}
)

func pick[T any](t *rapid.T, from []T) T { return rapid.SampledFrom(from).Draw(t, "one") }

func some[T comparable](t *rapid.T, from []T) []T {
	if rapid.IntRange(0, 2).Draw(t, "none") > 0 {
		return nil
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 1, 2, func(v T) T { return v }).Draw(t, "some")
}

func drawPromotion(t *rapid.T, n int) verno.Promotion {
	kind := pick(t, []string{
		"percent_discount", "fixed_discount", "buy_n_get_cheapest", "points_by_amount", "points_multiplier", "stamps",
		"welcome_bonus", "birthday_bonus",
	})
	p := active(n, fmt.Sprint("P", n), kind, pick(t, settingsOf[kind]))
	lowers := slices.Contains([]string{"percent_discount", "fixed_discount", "buy_n_get_cheapest"}, kind)
	p.Active = rapid.IntRange(0, 9).Draw(t, "active") > 0
	p.Priority = rapid.IntRange(0, 2).Draw(t, "priority")
	p.Exclusive = lowers && rapid.IntRange(0, 3).Draw(t, "exclusive") == 0
	p.Group = pick(t, []string{"", "", "", "g", "h"})
	p.Audience = verno.Audience{
		Anonymous: lowers && rapid.Bool().Draw(t, "anonymous"), Levels: some(t, someLevels), Tags: some(t, someTags),
	}
	p.Goods = verno.Goods{
		Categories: some(t, someCategories[1:]), SKUs: some(t, someSKUs), ExceptCategories: some(t, someCategories[1:]),
		ExceptSKUs: some(t, someSKUs),
	}
	p.Schedule = verno.Schedule{
		Weekdays: some(t, []int{1, 2, 3, 4, 5, 6, 7}), Hours: some(t, someHours), Stores: some(t, []verno.StoreID{{1}, {2}}),
	}
	if rapid.IntRange(0, 3).Draw(t, "dated") == 0 {
		from := monday.AddDate(0, 0, rapid.IntRange(-2, 1).Draw(t, "from"))
		until := from.AddDate(0, 0, rapid.IntRange(1, 3).Draw(t, "until"))
		p.Schedule.From, p.Schedule.Until = &from, &until
	}
	p.MinBasket = money.Amount(rapid.SampledFrom([]int{0, 0, 5000, 50000}).Draw(t, "min basket"))
	p.Limits = verno.Limits{
		PerMember:    rapid.Int64Range(0, 3).Draw(t, "per member"),
		PerMemberDay: rapid.Int64Range(0, 2).Draw(t, "per day"),
		Total:        rapid.Int64Range(0, 1).Draw(t, "total"),
		Budget:       rapid.SampledFrom([]int64{0, 0, 100_000}).Draw(t, "budget"),
	}
	p.Condition = pick(t, someConditions)
	return p
}

func drawLine(t *rapid.T, n int) verno.Line {
	q := money.Quantity(rapid.SampledFrom([]int64{1000, 1000, 2000, 3000, 7000, 345, 2500}).Draw(t, "quantity"))
	l := line(pick(t, someSKUs), pick(t, someCategories), money.Amount(rapid.Int64Range(0, 30000).Draw(t, "price")), q)
	l.ID = fmt.Sprint("line ", n)
	l.Class = pick(t, append([]verno.GoodsClass{"", "", "", ""}, verno.GoodsClasses...))
	l.Fixed = rapid.IntRange(0, 5).Draw(t, "fixed") == 0
	if rapid.IntRange(0, 3).Draw(t, "has least") == 0 {
		l.MinPrice = money.Amount(rapid.Int64Range(0, 20000).Draw(t, "least"))
	}
	return l
}

func drawWorld(t *rapid.T) world {
	w := world{programme: programme()}
	terms := &w.programme.Points
	terms.Value = pick(t, []money.Ratio{{Num: 100, Den: 1}, {Num: 1, Den: 1}, {Num: 7, Den: 2}, {Num: 4, Den: 6}})
	terms.MaxShare = pick(t, []money.Percent{money.Full, 3000, 0})
	terms.MaxShareLine = pick(t, []money.Percent{money.Full, 5000, 99})
	terms.MinSpend = money.Points(rapid.SampledFrom([]int{0, 0, 50}).Draw(t, "min spend"))
	terms.Rounding = pick(t, []money.Rounding{money.Down, money.Up, money.HalfEven, money.HalfUp})
	w.programme.Classes = []verno.ClassTerms{{Class: verno.ClassAlcohol, NoEarn: true, NoRedeem: rapid.Bool().Draw(t, "wine")}}
	for n := range rapid.IntRange(0, 12).Draw(t, "promotions") {
		w.promotions = append(w.promotions, drawPromotion(t, n+1))
	}
	b := basketOf()
	for n := range rapid.IntRange(0, 8).Draw(t, "lines") {
		b.Lines = append(b.Lines, drawLine(t, n))
	}
	at := monday.Add(time.Duration(rapid.IntRange(-3*24*60, 6*24*60).Draw(t, "minutes")) * time.Minute)
	w.in = promo.Input{
		Basket: b, Moment: verno.Moment{At: at, Store: verno.StoreID{byte(rapid.IntRange(1, 3).Draw(t, "store"))}},
		Spend: money.Points(rapid.SampledFrom([]int{0, -1, 1, 77, 5000}).Draw(t, "spend")),
	}
	if left := rapid.Int64Range(-1, 50_000).Draw(t, "left"); left >= 0 {
		w.in.Left = func(verno.PromotionID) promo.Left { return promo.Left{Count: left % 3, Budget: left} }
	}
	if rapid.IntRange(0, 4).Draw(t, "member") > 0 {
		w.in.Member = drawMember(t, len(w.promotions))
	}
	return w
}

func drawMember(t *rapid.T, promotions int) *verno.MemberFacts {
	m := &verno.MemberFacts{
		Tier: pick(t, append(someLevels, "")), Tags: some(t, someTags), Purchases: rapid.Int64Range(0, 2).Draw(t, "purchases"),
		Balance: money.Points(rapid.Int64Range(-100, 3000).Draw(t, "balance")), Stamps: map[verno.PromotionID]int64{},
		Usage: map[verno.PromotionID]verno.Usage{},
	}
	m.SpendCap = min(m.Balance, money.Points(rapid.Int64Range(0, 3000).Draw(t, "cap")))
	for n := 1; n <= promotions; n++ {
		m.Stamps[id(n)] = rapid.Int64Range(-1, 4).Draw(t, "stamps")
		if rapid.IntRange(0, 3).Draw(t, "used") == 0 {
			m.Usage[id(n)] = verno.Usage{Total: 2, Day: 20260302, Today: 1}
		}
		if rapid.Bool().Draw(t, "birthday") {
			m.Birthday = append(m.Birthday, id(n))
		}
	}
	return m
}

func (w *world) compile(t *rapid.T) *promo.Rules {
	r, problems := promo.Compile(&verno.Version{Programme: w.programme, Promotions: w.promotions})
	if problems != nil {
		t.Fatalf("problems: %+v", problems)
	}
	return r
}

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
	}
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
	case m == nil && !p.Audience.Anonymous || m != nil && !within(p.Audience.Levels, m.Tier):
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
		"inactive", "not_yet", "over", "not_in_schedule", "wrong_store", "wrong_level", "wrong_tag", "no_matching_goods",
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
