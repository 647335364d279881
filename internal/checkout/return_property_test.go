package checkout_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/money"
)

// TestSaleWithAllItsReturnsIsNothing sells baskets of all sorts, with promotions of all sorts, paid in any mix, and returns
// them by line and quantity in any number of parts. Whatever the parts, together they are the sale: line by line, tender by
// tender, point by point; and the member has what it had before, in the lots in which it was.
func TestSaleWithAllItsReturnsIsNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("percent_discount", `{"percent":"7"}`, goods("tea", "oil"))
		b.promote("fixed_discount", `{"amount":777,"on":"basket"}`, func(p *verno.Promotion) { p.MinBasket = 50_00 })
		b.promote("special_price", `{"price":777}`, goods("nut", "cup"))
		b.promote("buy_n_get_cheapest", `{"buy":2}`, goods("cup", "pot"))
		b.promote("points_by_quantity", `{"points":7}`, goods("oil", "nut"))
		b.promote("points_multiplier", `{"extra":"33"}`, goods("oil"))
		b.promote("cashback", `{"percent":"3.7","expires_days":40}`)
		b.promote("cashback", `{"percent":"11","max":333,"expires_days":20}`, goods("tea", "cup"), limits(verno.Limits{Budget: 1_000_000_00, ReturnsGive: true}))
		b.promote("welcome_bonus", `{"points":13,"when":"first_purchase"}`)
		b.promote("stamps", `{"needed":4,"reward":"points","points":17}`, goods("cup"), limits(verno.Limits{PerMember: 9, ReturnsGive: true}))
		b.promote("stamps", `{"per":"amount","step":1000,"needed":3,"reward":"piece","percent":"50"}`, goods("pot"), limits(verno.Limits{Total: 1000, ReturnsGive: true}))
		rapid.Check(t, func(t *rapid.T) { b.in(t).sellAndReturn(t) })
	})
}

func (b *bundle) sellAndReturn(t *rapid.T) {
	g := b.wealthy(t)
	s := checkout.Sale{Presence: b.known(g), Store: b.made.Store, Basket: anyBasket(t), Spend: money.Points(rapid.Int64Range(-1, 300).Draw(t, "spend"))}
	before := b.shapeOf(g)
	q := b.quote(b.boss, s)
	r := b.commit(b.boss, b.commitOf(b.boss, s, q, anyTenders(t, q)...))
	left := map[string]money.Quantity{}
	for _, l := range r.Facts.Basket.Lines {
		left[l.ID] = l.Quantity
	}
	var parts []*verno.Receipt
	for len(left) > 0 {
		var lines []checkout.ReturnLine
		for _, id := range slices.Sorted(maps.Keys(left)) {
			n := money.Quantity(rapid.Int64Range(0, int64(left[id])).Draw(t, "quantity"))
			if len(parts) > 5 || rapid.Bool().Draw(t, "all") {
				n = left[id]
			}
			if n > 0 {
				lines = append(lines, quantity(id, n))
			}
			if left[id] -= n; left[id] == 0 {
				delete(left, id)
			}
		}
		if len(lines) > 0 {
			parts = append(parts, b.back(r, lines...))
		}
	}
	b.whole(r, parts)
	b.sameButStamps(before, b.shapeOf(g))
}

// wealthy is a new member with points in some lots, stored money, stamps, and sometimes a debt.
func (b *bundle) wealthy(t *rapid.T) *guest {
	g := b.enrol()
	for range rapid.IntRange(0, 3).Draw(t, "lots") {
		b.give(g, money.Points(rapid.Int64Range(1, 90).Draw(t, "points")))
	}
	if rapid.Bool().Draw(t, "stored") {
		b.topUp(g, 200_00)
	}
	if rapid.Bool().Draw(t, "cashback") {
		b.sell(b.boss, b.saleOf(b.known(g), basket(line("nut", 9*money.One, 30_00)), 0))
	}
	if n := rapid.IntRange(0, 3).Draw(t, "stamps"); n > 0 {
		b.sell(b.boss, b.saleOf(b.known(g), basket(line("cup", money.Quantity(n)*money.One, 5_00)), 0))
	}
	return g
}

// anyBasket is up to seven lines, some of them weighed, free, or of a class that is barred from something.
func anyBasket(t *rapid.T) verno.Basket {
	out := verno.Basket{Currency: "RUB"}
	for i := range rapid.IntRange(1, 7).Draw(t, "lines") {
		l := verno.Line{
			ID: string(rune('a' + i)), SKU: rapid.SampledFrom([]string{"tea", "oil", "cup", "pot", "nut"}).Draw(t, "sku"),
			Price:    money.Amount(rapid.SampledFrom([]int64{0, 1, 99, 333, 1000, 19_99, 123_45}).Draw(t, "price")),
			Quantity: money.Quantity(rapid.SampledFrom([]int64{1, 333, 1000, 1000, 2000, 3000, 7000, 12_345}).Draw(t, "quantity")),
			Class:    rapid.SampledFrom([]verno.GoodsClass{"", "", "", "", verno.ClassTobacco, verno.ClassGiftCard}).Draw(t, "class"),
		}
		out.Lines = append(out.Lines, l)
	}
	return out
}

// anyTenders pays a part with stored money, where there is any, and parts of the rest by card.
func anyTenders(t *rapid.T, q *checkout.Quote) (tenders []verno.Tender) {
	left := q.Outcome.Totals.Payable
	if most := min(left, q.StoredMax); most > 0 {
		n := money.Amount(rapid.Int64Range(0, int64(most)).Draw(t, "stored money"))
		tenders = append(tenders, stored(n))
		left -= n
	}
	for range rapid.IntRange(0, 2).Draw(t, "cards") {
		n := money.Amount(rapid.Int64Range(0, int64(left)).Draw(t, "card"))
		tenders = append(tenders, verno.Tender{Kind: verno.TenderCard, Amount: n, Reference: b26(len(tenders))})
		left -= n
	}
	return tenders
}

func b26(n int) string { return string(rune('A' + n)) }

// whole sees that the parts of a return add up to the sale, and that none of them gives less than nothing.
func (b *bundle) whole(r *verno.Receipt, parts []*verno.Receipt) {
	b.t.Helper()
	var got verno.ReturnOutcome
	lines, tenders := map[string]verno.ReturnedLine{}, map[verno.Tender]money.Amount{}
	for i, p := range parts {
		out := p.Return
		if out.Whole != (i == len(parts)-1) || p.Debt != 0 && r.Totals.Earn == 0 {
			b.t.Errorf("part %d of %d: %+v", i, len(parts), out)
		}
		if min(int64(out.PointsBack), int64(out.PointsTaken), out.StampsTaken, out.StampsBack, int64(out.MoneyBack), int64(out.Refund)) < 0 {
			b.t.Errorf("part %d is below nothing: %+v", i, out)
		}
		got.PointsBack += out.PointsBack
		got.PointsTaken += out.PointsTaken
		got.StampsBack += out.StampsBack
		got.StampsTaken += out.StampsTaken
		got.MoneyBack += out.MoneyBack
		got.Refund += out.Refund
		got.CashbackBack += out.CashbackBack
		got.CashbackTaken += out.CashbackTaken
		if min(out.CashbackBack, out.CashbackTaken, out.MoneyBack-out.CashbackBack) < 0 || out.CashbackOwed != 0 {
			b.t.Errorf("part %d: cashback %+v", i, out)
		}
		paid := money.Amount(0)
		for _, n := range out.Tenders {
			paid += n.Amount
			tenders[verno.Tender{Kind: n.Kind, Reference: n.Reference}] += n.Amount
		}
		if paid != out.Refund+out.MoneyBack || p.Totals.Payable != paid {
			b.t.Errorf("part %d: tenders %+v of %+v", i, out.Tenders, out)
		}
		for _, l := range out.Lines {
			if min(l.Net, l.Redeemed, l.Net-l.Redeemed) < 0 || l.PointsTaken < 0 {
				b.t.Errorf("part %d: line %+v", i, l)
			}
			s := lines[l.Line]
			lines[l.Line] = verno.ReturnedLine{
				Quantity: s.Quantity + l.Quantity, Net: s.Net + l.Net, Redeemed: s.Redeemed + l.Redeemed, PointsTaken: s.PointsTaken + l.PointsTaken,
			}
		}
	}
	b.wholeLines(r, lines)
	used, stamps := int64(0), int64(0)
	for _, n := range r.Outcome.StampsUsed {
		used += n
	}
	for _, a := range r.Outcome.Awards {
		if a.Unit == verno.UnitStamps {
			stamps += int64(a.Points)
		}
	}
	if got.PointsBack != r.Totals.Points || got.PointsTaken != r.Totals.Earn || got.StampsBack != used || got.StampsTaken != stamps ||
		got.MoneyBack+got.Refund != r.Totals.Payable || got.CashbackBack != r.Outcome.CashbackUsed || got.CashbackTaken != r.Totals.Cashback {
		b.t.Errorf("sold %+v, all that came back %+v", r.Totals, got)
	}
	want := map[verno.Tender]money.Amount{}
	for _, n := range r.Tenders {
		if n.Kind != verno.TenderPoints && n.Amount > 0 {
			want[verno.Tender{Kind: n.Kind, Reference: n.Reference}] += n.Amount
		}
	}
	if diff := cmp.Diff(want, tenders); diff != "" {
		b.t.Errorf("tenders:\n%s", diff)
	}
}

func (b *bundle) wholeLines(r *verno.Receipt, lines map[string]verno.ReturnedLine) {
	b.t.Helper()
	for i, l := range r.Facts.Basket.Lines {
		o, back := &r.Outcome.Lines[i], lines[l.ID]
		if back.Quantity != l.Quantity || back.Net != o.Net || back.Redeemed != o.Redeemed || back.PointsTaken != o.Earn {
			b.t.Errorf("line %+v came back as %+v", o, back)
		}
	}
}

// sameButStamps sees that an owner has what it had. Stamps that a reward took may come back beside a debt of them, so that
// they are compared as a sum.
func (b *bundle) sameButStamps(before, after shape) {
	b.t.Helper()
	sums := map[verno.UnitID]int64{}
	split := func(s *shape, sign int64) {
		var lots []place
		var left []int64
		for i, l := range s.Lots {
			if l.expires == ledger.Debt || l.expires == ledger.Never && l.lot != verno.LotID(l.unit) {
				sums[l.unit] += sign * s.Left[i]
				continue
			}
			lots, left = append(lots, l), append(left, s.Left[i])
		}
		s.Lots, s.Left = lots, left
	}
	split(&before, 1)
	split(&after, -1)
	for unit, n := range sums {
		if n != 0 {
			b.t.Errorf("of %s %d are missing", unit, n)
		}
	}
	if diff := cmp.Diff(before, after, shapes...); diff != "" {
		b.t.Errorf("not as before:\n%s", diff)
	}
}
