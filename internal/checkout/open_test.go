package checkout_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// put keeps a checkout open at the first till.
func (b *bundle) put(id string, s checkout.Sale) *checkout.Opened {
	b.t.Helper()
	o, err := b.till.Put(b.ctx, b.at(0), id, s)
	b.must(err)
	return o
}

// found is what the till says of a checkout.
func (b *bundle) found(id, state string) *checkout.Opened {
	b.t.Helper()
	o, err := b.till.Checkout(b.ctx, b.at(0), id)
	b.must(err)
	if o.State != state {
		b.t.Errorf("%s is %s, want %s", id, o.State, state)
	}
	return o
}

// TestOpenCheckout: an open checkout holds the points that it is to spend; each change of it replaces the hold, its commit
// spends what was held, and nothing stays held.
func TestOpenCheckout(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 100)
		a := b.at(0)
		p := b.show(a, g)
		for i, spend := range []money.Points{30, 80, 100, 60} {
			o := b.put("order 1", b.saleOf(p, tea(200_00), spend))
			if o.Quote.Outcome.Totals.Points != spend || o.Revision != int64(i+1) || len(o.Quote.Outcome.Explained) == 0 {
				t.Errorf("put %+v", o)
			}
			if got := b.points(g); got.Held != spend || got.Available != 100-spend {
				t.Errorf("points %+v", got)
			}
			b.found("order 1", "open")
		}
		other := b.saleOf(b.show(a, g), tea(200_00), -1)
		if q := b.quote(a, other); q.Outcome.Totals.Points != 40 {
			t.Errorf("another sale may spend %d", q.Outcome.Totals.Points)
		}
		s := b.saleOf(p, tea(200_00), 60)
		c := b.commitOf(a, s, b.put("order 1", s).Quote)
		c.CheckoutID = "order 1"
		r := b.commit(a, c)
		if r.Totals.Points != 60 {
			t.Errorf("spent %+v", r.Totals)
		}
		b.has(g, 40+7)
		if got := b.points(g); got.Held != 0 {
			t.Errorf("held %d", got.Held)
		}
		if o := b.found("order 1", "committed"); !cmp.Equal(o.Receipt, r, same...) {
			t.Errorf("receipt %+v", o.Receipt)
		}
		_, err := b.till.Put(b.ctx, a, "order 1", b.saleOf("", tea(1_00), 0))
		b.refused(err, "checkout_committed")
		_, err = b.till.Checkout(b.ctx, a, "order 2")
		b.refused(err, "not_found")
	})
}

// TestOpenCheckoutChangesHands: another card, or none, may be shown for an open checkout: the first member's points are
// free again.
func TestOpenCheckoutChangesHands(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		one, two := b.enrol(), b.enrol()
		b.give(one, 50)
		b.give(two, 50)
		a := b.at(0)
		held := func(first, second money.Points) {
			t.Helper()
			if x, y := b.points(one).Held, b.points(two).Held; x != first || y != second {
				t.Errorf("held %d and %d, want %d and %d", x, y, first, second)
			}
		}
		b.put("x", b.saleOf("", tea(100_00), 0))
		b.put("x", b.saleOf(b.show(a, one), tea(100_00), 20))
		held(20, 0)
		b.put("x", b.saleOf(b.show(a, two), tea(100_00), 30))
		held(0, 30)
		b.put("x", b.saleOf("", tea(100_00), 0))
		held(0, 0)
		b.put("x", b.saleOf(b.show(a, one), tea(100_00), 10))
		held(10, 0)
	})
}

// TestOpenCheckoutLapses: an open checkout that nobody comes back to lets go of what it held, and can still be committed.
func TestOpenCheckoutLapses(t *testing.T) {
	t.Parallel()
	eachWith(t, checkout.Limits{OpenLife: 3 * time.Minute}, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 50)
		a := b.at(0)
		s := b.saleOf(b.show(a, g), tea(100_00), 50)
		o := b.put("x", s)
		c := b.commitOf(a, s, o.Quote)
		c.CheckoutID = "x"
		b.later(3 * time.Minute)
		b.has(g, 50)
		b.found("x", "lapsed")
		n, err := b.till.LapseHolds(b.ctx, b.boss.Tenant)
		b.must(err)
		if n != 1 {
			t.Errorf("%d lapsed", n)
		}
		b.has(g, 50)
		if r := b.commit(a, c); r.Totals.Points != 50 {
			t.Errorf("spent %d", r.Totals.Points)
		}
	})
}

// TestCancel: a cancelled checkout lets go of what it held and can never be committed, also if it was never seen before; one
// that is committed can not be cancelled.
func TestCancel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 50)
		a := b.at(0)
		p := b.show(a, g)
		o := b.put("x", b.saleOf(p, tea(100_00), 50))
		b.has(g, 0)
		for _, key := range []string{"c1", "c1", "c2"} {
			done, err := b.till.Cancel(b.ctx, a, "x", key)
			b.must(err)
			if done.State != "cancelled" {
				t.Errorf("%+v", done)
			}
			b.has(g, 50)
		}
		late := func(id string) checkout.Commit {
			c := b.commitOf(a, b.saleOf(p, tea(100_00), 50), o.Quote)
			c.CheckoutID = id
			return c
		}
		_, _, err := b.till.Commit(b.ctx, a, late("x"))
		b.refused(err, "checkout_cancelled")
		_, err = b.till.Put(b.ctx, a, "x", b.saleOf(p, tea(100_00), 50))
		b.refused(err, "checkout_cancelled")
		b.found("x", "cancelled")

		_, err = b.till.Cancel(b.ctx, a, "never seen", "c3")
		b.must(err)
		_, _, err = b.till.Commit(b.ctx, a, late("never seen"))
		b.refused(err, "checkout_cancelled")

		r := b.commit(a, late("y"))
		_, err = b.till.Cancel(b.ctx, a, "y", "c4")
		b.refused(err, "checkout_committed")
		if o := b.found("y", "committed"); o.Receipt.ID != r.ID {
			t.Errorf("%+v", o)
		}
		_, err = b.till.Cancel(b.ctx, a, "z", "c1")
		b.refused(err, "idempotency_key_reused")
		_, err = b.till.Cancel(b.ctx, a, "z", "")
		b.refused(err, "idempotency_key_missing")
		for _, id := range []string{"", strings.Repeat("x", 201), "a\x00b"} {
			_, err = b.till.Cancel(b.ctx, a, id, "c5")
			b.refused(err, "invalid_request")
			_, err = b.till.Put(b.ctx, a, id, b.saleOf("", tea(1), 0))
			b.refused(err, "invalid_request")
		}
	})
}

// TestCommitAgainstCancel: of a commit and a cancel at the same moment one wins, the other is told, and nothing stays held.
func TestCommitAgainstCancel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 100)
		a := b.at(0)
		for range 8 {
			id := b.name("order")
			s := b.saleOf(b.show(a, g), tea(10_00), 10)
			c := b.commitOf(a, s, b.put(id, s).Quote)
			c.CheckoutID = id
			before := b.points(g).Balance
			var committed, cancelled, put error
			var all sync.WaitGroup
			all.Go(func() { _, _, committed = b.till.Commit(b.ctx, a, c) })
			all.Go(func() { _, cancelled = b.till.Cancel(b.ctx, a, id, id+"-cancel") })
			all.Go(func() { _, put = b.till.Put(b.ctx, a, id, s) })
			all.Wait()
			x, y, after := codeOf(committed), codeOf(cancelled), b.points(g)
			sold := x == "" && y == "checkout_committed" && after.Balance == before-10
			barred := x == "checkout_cancelled" && y == "" && after.Balance == before
			if !sold && !barred || put != nil && codeOf(put) != "checkout_committed" && codeOf(put) != "checkout_cancelled" && codeOf(put) != "code_used" {
				t.Errorf("commit %v, cancel %v, put %v, balance %d and %d", committed, cancelled, put, before, after.Balance)
			}
			if sold && after.Held != 0 {
				t.Errorf("held %d", after.Held)
			}
		}
	})
}

// TestTopUp: money that is paid in is there at once, whoever's card it is, spends like money, and comes back as such.
func TestTopUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		a := b.at(0)
		q := checkout.TopUp{Key: "t1", BodyHash: hash("t1"), Presence: b.scan(a, g.static()), Amount: 100_00, Tender: verno.TenderCash, Currency: "RUB"}
		first, _, err := b.till.TopUp(b.ctx, a, q)
		b.must(err)
		if first.Member != g.ID || first.Balance != 100_00 || first.Amount != 100_00 {
			t.Errorf("topped up %+v", first)
		}
		b.later(time.Hour)
		again, replayed, err := b.till.TopUp(b.ctx, a, q)
		b.must(err)
		if diff := cmp.Diff(first, again); diff != "" || !replayed {
			t.Errorf("again: %s", diff)
		}
		q.BodyHash = hash("other")
		_, _, err = b.till.TopUp(b.ctx, a, q)
		b.refused(err, "idempotency_key_reused")
		r := b.sell(a, b.saleOf(b.show(a, g), tea(60_00), 0), stored(60_00))
		b.topUp(g, 1)
		if p := b.points(g); p.Stored[0].Amount != 40_01 {
			t.Errorf("stored %+v", p.Stored)
		}
		if back := b.back(r); back.Return.MoneyBack != 60_00 || back.Return.Refund != 0 {
			t.Errorf("return %+v", back.Return)
		}
		if p := b.points(g); p.Stored[0].Amount != 100_01 || len(p.Expiring) != 0 {
			t.Errorf("stored %+v", p)
		}
		for want, change := range map[string]func(q *checkout.TopUp){
			"invalid_request":         func(q *checkout.TopUp) { q.Amount = -5 },
			"idempotency_key_missing": func(q *checkout.TopUp) { q.Key = "" },
			"card_not_usable":         func(q *checkout.TopUp) { q.Member = verno.MemberID{1} },
			"presence_invalid":        func(q *checkout.TopUp) { q.Presence = "prs_x" },
		} {
			q := checkout.TopUp{Key: "t2", Member: g.ID, Amount: 1_00, Tender: verno.TenderCard}
			change(&q)
			_, _, err := b.till.TopUp(b.ctx, a, q)
			b.refused(err, want)
		}
		for _, change := range []func(q *checkout.TopUp){
			func(q *checkout.TopUp) { q.Amount = money.MaxAmount + 1 },
			func(q *checkout.TopUp) { q.Tender = verno.TenderPoints },
			func(q *checkout.TopUp) { q.Currency = "USD" },
			func(q *checkout.TopUp) { q.Reference = "\u0000" },
			func(q *checkout.TopUp) { q.Member = verno.MemberID{} },
		} {
			q := checkout.TopUp{Key: "t2", Member: g.ID, Amount: 1_00, Tender: verno.TenderCard}
			change(&q)
			_, _, err := b.till.TopUp(b.ctx, a, q)
			b.refused(err, "invalid_request")
		}
		shy := a
		shy.May = verno.MaySell
		_, _, err = b.till.TopUp(b.ctx, shy, q)
		b.refused(err, "permission_missing")
	})
}
