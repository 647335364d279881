package checkout_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// byPoints takes ten percent off for whoever has a hundred points, and one more by a condition from five hundred on.
func (b *bundle) byPoints() {
	b.t.Helper()
	b.promote("percent_discount", `{"percent":"10"}`, func(p *verno.Promotion) { p.Audience.MinPoints, p.Priority = 100, 1 })
	b.promote("fixed_discount", `{"amount":100,"on":"basket"}`, func(p *verno.Promotion) { p.Condition = "member.points >= 500" })
}

// TestPercentByPoints: a discount holds for as many points as the member has before the purchase, whatever is spent of them;
// the receipt keeps the number that it was decided with, what is held does not count, a return brings the points and the
// discount back, points that lapsed give none, and the card in the phone shows the percent that holds now.
func TestPercentByPoints(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.byPoints()
		b.terms(func(p *verno.Programme) { p.Points.Expiry = verno.ExpiryTerms{Kind: "after_days", Number: 10} })
		g, a := b.enrol(), b.at(0)
		off := func(want money.Amount, percent int64) {
			t.Helper()
			q, err := b.till.Quote(b.ctx, a, b.saleOf(b.show(a, g), tea(100_00), 0), checkout.QuoteOptions{Explain: true})
			b.must(err)
			few := slices.ContainsFunc(q.Outcome.Explained, func(e verno.Explanation) bool { return e.Code == "too_few_points" && e.Params["points"] == "100" })
			if q.Outcome.Totals.Discount != want || few != (want == 0) {
				t.Errorf("%d off, want %d; %+v", q.Outcome.Totals.Discount, want, q.Outcome.Explained)
			}
			_, x, err := b.roll.CardFacts(b.ctx, b.boss.Tenant, g.card, b.clock())
			if b.must(err); x.Percent != percent {
				t.Errorf("the card shows %d, want %d", x.Percent, percent)
			}
		}
		off(0, 0)
		for range 25 { // In more lots than are read at once.
			b.give(g, 4)
		}
		off(10_00, 1000)
		r := b.sell(a, b.saleOf(b.show(a, g), tea(100_00), 60))
		if r.Totals.Discount != 10_00 || r.Totals.Points != 60 || r.Facts.Member.Points != 100 {
			t.Errorf("sold %+v with %d points", r.Totals, r.Facts.Member.Points)
		}
		off(0, 0)
		b.back(r)
		off(10_00, 1000)
		held := b.hold(g, verno.UnitPoints, 1)
		off(0, 0)
		_, _, err := b.till.End(b.ctx, a, b.endOf(held, 0))
		b.must(err)
		b.give(g, 400)
		off(11_00, 1000)
		b.later(11 * 24 * time.Hour)
		off(0, 0)
	})
}

// TestPointsThatChange: where the points change after a quote, a commit answers with the new totals and its key stays free;
// the same key and body then give the same receipt. Of two tills that quoted the same points, each spending most of them, one
// sells by its quote. An offline till's receipt is decided with the points that there are when it is handed in.
func TestPointsThatChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.byPoints()
		g, a := b.enrol(), b.at(0)
		b.give(g, 100)
		s := b.saleOf(b.show(a, g), tea(100_00), 0)
		c := b.commitOf(a, s, b.quote(a, s))
		b.give(g, -1)
		_, _, err := b.till.Commit(b.ctx, a, c)
		b.refused(err, "totals_changed")
		again := b.commitOf(a, s, b.quote(a, s))
		again.Key, again.BodyHash = c.Key, c.BodyHash
		first := b.commit(a, again)
		b.give(g, 401)
		second, replayed, err := b.till.Commit(b.ctx, a, again)
		if b.must(err); !replayed || !cmp.Equal(first, second, same...) || first.Totals.Discount != 0 {
			t.Errorf("replayed %t: %+v, then %+v", replayed, first.Totals, second.Totals)
		}
		b.give(g, 100-b.points(g).Available)
		var sold, changed atomic.Int64
		var both sync.WaitGroup
		var quoted [2]checkout.Commit
		for n := range quoted {
			s := b.saleOf(b.known(g), tea(100_00), 60)
			quoted[n] = b.commitOf(b.boss, s, b.quote(b.boss, s))
		}
		for _, c := range quoted {
			both.Go(func() {
				switch r, _, err := b.till.Commit(b.ctx, b.boss, c); codeOf(err) {
				case "":
					if sold.Add(1); r.Totals.Discount != 10_00 {
						t.Errorf("sold with %d off", r.Totals.Discount)
					}
				case "totals_changed":
					changed.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		both.Wait()
		if sold.Load() != 1 || changed.Load() != 1 {
			t.Errorf("%d sold by their quote, %d heard of new totals", sold.Load(), changed.Load())
		}
		if left := b.points(g).Available; left >= 100 {
			t.Errorf("%d points are left", left)
		}
		late := b.replay(b.offline(g.static(), 100_00))[0]
		if b.became(late, "applied", ""); late.Receipt != nil && late.Receipt.Totals.Discount != 0 {
			t.Errorf("handed in with few points: %+v", late.Receipt.Totals)
		}
	})
}
