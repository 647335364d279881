package checkout_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// TestReturn: what a line cost comes back to the tenders, spent points go into the lots they came from with their old
// dates, and earned ones are taken from the lots that they went into.
func TestReturn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 100)
		b.later(24 * time.Hour)
		b.give(g, 100)
		b.topUp(g, 100_00)
		before := b.shapeOf(g)
		a := b.at(0)
		goods := basket(line("tea", 3*money.One, 100_00), line("cup", money.One, 500_00))
		r := b.sell(a, b.saleOf(b.show(a, g), goods, 160), stored(100_00), bank(300_00))
		b.later(40 * 24 * time.Hour)
		part := b.back(r, quantity("tea", 2*money.One))
		out := part.Return
		// 160 points paid 60.00 of the tea and 100.00 of the cup, and 640.00 earned 32 points, 12 of them on the tea.
		if out.PointsBack != 40 || out.PointsTaken != 8 || out.Lines[0].Net != 200_00 || out.Lines[0].Redeemed != 40_00 ||
			out.MoneyBack != 25_00 || out.Refund != 135_00 || out.Whole || part.Parent != r.ID || part.Debt != 0 {
			t.Errorf("part %+v", out)
		}
		if want := []verno.Tender{stored(25_00), bank(135_00)}; !cmp.Equal(part.Tenders, want) {
			t.Errorf("tenders %+v", part.Tenders)
		}
		// What was spent last, of the lot that lapses later, came back first.
		if p := b.points(g); p.Available != 40+32-8+40 || p.Stored[0].Amount != 25_00 || len(p.Expiring) != 1 {
			t.Errorf("points %+v", p)
		}
		rest := b.back(r)
		if !rest.Return.Whole || sum(out.Refund, rest.Return.Refund) != 540_00 || sum(out.MoneyBack, rest.Return.MoneyBack) != 100_00 {
			t.Errorf("rest %+v", rest.Return)
		}
		b.unchanged(before, g)
	})
}

// TestReturnTooMuch: no line comes back more often than it was sold, whatever numbers are sent.
func TestReturnTooMuch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		a := b.at(0)
		r := b.sell(a, b.saleOf("", basket(line("tea", 2500, 10_00), line("cup", money.One, 10_00)), 0))
		try := func(want string, of verno.ReceiptID, lines ...checkout.ReturnLine) {
			t.Helper()
			q := b.returnOf(r, lines...)
			q.Receipt = of
			_, _, err := b.till.Return(b.ctx, a, q)
			b.refused(err, want)
		}
		try("return_too_much", r.ID, quantity("tea", 2501))
		try("return_too_much", r.ID, quantity("tea", 2000), quantity("tea", 501))
		try("return_unknown_line", r.ID, quantity("milk", money.One))
		for _, n := range []money.Quantity{0, -1, -1 << 63, 1<<63 - 1, money.MaxQuantity + 1} {
			try("invalid_request", r.ID, quantity("tea", n))
			try("invalid_request", r.ID, quantity("tea", 1), quantity("tea", n))
		}
		try("not_found", verno.ReceiptID{1})
		part := b.back(r, quantity("tea", 1000), quantity("tea", 1000))
		try("return_too_much", r.ID, quantity("tea", 501))
		try("return_not_a_sale", part.ID)
		b.back(r)
		try("return_too_much", r.ID)
		try("return_too_much", r.ID, quantity("tea", 1))
		stranger := a
		stranger.Tenant = verno.TenantID{9}
		_, _, err := b.till.Return(b.ctx, stranger, b.returnOf(r))
		b.refused(err, "not_found")
		cashier := a
		cashier.May = verno.MaySell
		_, _, err = b.till.Return(b.ctx, cashier, b.returnOf(r))
		b.refused(err, "permission_missing")
	})
}

// TestReturnOfSpentPoints: points that were earned, spent and must go back become a debt, which is told, which later
// earnings repay, and which nothing can be spent over.
func TestReturnOfSpentPoints(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		a := b.at(0)
		r := b.sell(a, b.saleOf(b.show(a, g), tea(2000_00), 0))
		b.sell(a, b.saleOf(b.show(a, g), tea(70_00), 70))
		back := b.back(r)
		if back.Debt != 70 || back.Return.PointsTaken != 100 {
			t.Errorf("return %+v, debt %d", back.Return, back.Debt)
		}
		if p := b.points(g); p.Debt != 70 || p.Available != 0 {
			t.Errorf("points %+v", p)
		}
		b.sell(a, b.saleOf(b.show(a, g), tea(1000_00), -1))
		if p := b.points(g); p.Debt != 20 || p.Available != 0 {
			t.Errorf("after earning 50 %+v", p)
		}
		b.give(g, 25)
		b.has(g, 5)
	})
}

// TestReturnAfterExpiry: spent points that have lapsed meanwhile go back into lots that have lapsed: nobody renews points by
// buying and returning. What was earned and has lapsed must still be given back.
func TestReturnAfterExpiry(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 60)
		a := b.at(0)
		r := b.sell(a, b.saleOf(b.show(a, g), tea(1060_00), 60))
		b.later(367 * 24 * time.Hour)
		b.give(g, 80)
		b.back(r)
		b.has(g, 30)
		n, err := b.till.LapsePoints(b.ctx, 100)
		b.must(err)
		if n != 1 || len(b.events(verno.EventPointsExpired)) != 1 {
			t.Errorf("%d accounts were tidied", n)
		}
		b.has(g, 30)
		if n, err = b.till.LapsePoints(b.ctx, 100); n != 0 || err != nil {
			t.Errorf("tidied again: %d, %v", n, err)
		}
	})
}

// TestDebtAndLotsLapseTogether: points come back beside a debt of as many, so that there is nothing to spend. When their
// time is over they repay the debt, and the member, who has returned all that was bought, owes nothing.
func TestDebtAndLotsLapseTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		earned := b.sell(b.boss, b.saleOf(b.known(g), tea(2000_00), 0))
		b.has(g, 100)
		spent := b.sell(b.boss, b.saleOf(b.known(g), tea(200_00), 100))
		for _, r := range []*verno.Receipt{earned, spent} {
			b.back(r)
		}
		if p, err := b.roll.Points(b.ctx, b.boss, b.clock(), g.ID); err != nil || p.Balance != 0 || p.Available != 0 || p.Debt == 0 {
			t.Errorf("all returned: %+v, %v", p, err)
		}
		b.later(367 * 24 * time.Hour)
		b.has(g, 0) // though it is not posted yet
		_, err := b.till.LapsePoints(b.ctx, 100)
		b.must(err)
		b.sell(b.boss, b.saleOf(b.known(g), tea(200_00), 0))
		b.has(g, 10)
	})
}

// TestReturnElsewhere: goods come back at another shop, in another zone, to a receipt that nobody showed a card for too.
func TestReturnElsewhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		for _, presence := range []string{b.show(b.at(0), g), ""} {
			before := b.shapeOf(g)
			r := b.sell(b.at(0), b.saleOf(presence, tea(99_99), 0), bank(50_00))
			back, _, err := b.till.Return(b.ctx, b.at(2), b.returnOf(r))
			b.must(err)
			if back.Store != b.east || back.Terminal != b.tills[2] || back.Issuer != r.Issuer || back.Return.Refund != 99_99 || back.Member != r.Member {
				t.Errorf("return %+v", back)
			}
			if !cmp.Equal(back.Tenders, r.Tenders) {
				t.Errorf("tenders %+v", back.Tenders)
			}
			b.unchanged(before, g)
		}
	})
}

// TestReturnOfMerged: what a member bought before it was merged goes back to whom it has become.
func TestReturnOfMerged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		from, into := b.enrol(), b.enrol()
		b.give(from, 40)
		r := b.sell(b.boss, b.saleOf(b.known(from), tea(140_00), 40))
		_, err := b.roll.Merge(b.ctx, b.boss, b.clock(), member.Merge{From: from.ID, Into: into.ID})
		b.must(err)
		b.has(into, 5)
		if back := b.back(r); back.Owner != into.Owner || back.Debt != 0 {
			t.Errorf("return %+v", back)
		}
		b.has(into, 40)
	})
}

// TestDryRun: a return that is only tried says what the real one does, and leaves nothing behind, not even its key.
func TestDryRun(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("fixed_discount", `{"amount":1000,"on":"basket"}`, limits(verno.Limits{Total: 1, ReturnsGive: true}))
		g := b.enrol()
		b.give(g, 50)
		a := b.at(0)
		r := b.sell(a, b.saleOf(b.show(a, g), basket(line("tea", 3*money.One, 33_33), line("cup", money.One, 710_00)), 50))
		b.sell(a, b.saleOf(b.show(a, g), tea(3_00), 3))
		before := b.shapeOf(g)
		for _, lines := range [][]checkout.ReturnLine{{quantity("tea", 2*money.One)}, nil} {
			q := b.returnOf(r, lines...)
			q.DryRun = true
			tried, _, err := b.till.Return(b.ctx, a, q)
			b.must(err)
			b.unchanged(before, g)
			if !b.unseen(q.Key) {
				t.Error("the key was used up")
			}
			q.DryRun = false
			done, replayed, err := b.till.Return(b.ctx, a, q)
			b.must(err)
			if diff := cmp.Diff(tried, done, cmpopts.IgnoreFields(verno.Receipt{}, "ID", "Entry")); diff != "" || replayed {
				t.Errorf("tried and done:\n%s", diff)
			}
			before = b.shapeOf(g)
		}
		if n := len(b.events(verno.EventReceiptReturned)); n != 2 {
			t.Errorf("%d returns are in the audit", n)
		}
	})
}

// TestReturnOnce: a return that is sent again is the one that was made; another body under its key is refused.
func TestReturnOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		a := b.at(0)
		r := b.sell(a, b.saleOf(b.show(a, g), basket(line("tea", 5*money.One, 20_00)), 0))
		q := b.returnOf(r, quantity("tea", money.One))
		receipts, fresh := make([]*verno.Receipt, 10), atomic.Int64{}
		var all sync.WaitGroup
		for i := range receipts {
			all.Go(func() {
				back, replayed, err := b.till.Return(b.ctx, a, q)
				b.must(err)
				if !replayed {
					fresh.Add(1)
				}
				receipts[i] = back
			})
		}
		all.Wait()
		read, err := b.till.Receipt(b.ctx, a, receipts[0].ID)
		b.must(err)
		for _, back := range receipts {
			if diff := cmp.Diff(read, back, same...); diff != "" {
				t.Fatalf("another receipt:\n%s", diff)
			}
		}
		if fresh.Load() != 1 {
			t.Errorf("%d were fresh", fresh.Load())
		}
		other := q
		other.BodyHash = hash("other")
		_, _, err = b.till.Return(b.ctx, a, other)
		b.refused(err, "idempotency_key_reused")
		other = b.returnOf(r, quantity("tea", money.One))
		other.Number = q.Number
		_, _, err = b.till.Return(b.ctx, a, other)
		b.refused(err, "receipt_exists")
		b.has(g, 4)
	})
}

// TestReturnsAtOnce: tills that return one receipt at the same moment never return more than was sold, with a card and
// without one.
func TestReturnsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 70)
		for _, presence := range []string{b.show(b.at(0), g), ""} {
			before, spend := b.shapeOf(g), money.Points(70)
			if presence == "" {
				spend = 0
			}
			r := b.sell(b.at(0), b.saleOf(presence, basket(line("tea", 7*money.One, 33_33)), spend))
			var refunds, points, done atomic.Int64
			var all sync.WaitGroup
			for range 30 {
				q := b.returnOf(r, quantity("tea", money.One))
				all.Go(func() {
					switch back, _, err := b.till.Return(b.ctx, b.at(0), q); codeOf(err) {
					case "":
						refunds.Add(int64(back.Return.Refund))
						points.Add(int64(back.Return.PointsBack))
						done.Add(1)
					case "return_too_much":
					default:
						t.Error(err)
					}
				})
			}
			all.Wait()
			if done.Load() != 7 || refunds.Load() != int64(r.Totals.Payable) || points.Load() != int64(r.Totals.Points) {
				t.Errorf("%d returns of %d and %d points, sold for %+v", done.Load(), refunds.Load(), points.Load(), r.Totals)
			}
			b.unchanged(before, g)
		}
	})
}
