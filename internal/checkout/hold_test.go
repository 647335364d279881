package checkout_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
)

// hold reserves for an hour by the presence of an integration.
func (b *bundle) hold(g *guest, kind verno.UnitKind, n int64) *verno.Hold {
	b.t.Helper()
	q := b.holdOf(g, kind, n)
	h, _, err := b.till.Hold(b.ctx, b.boss, q)
	b.must(err)
	return h
}

func (b *bundle) holdOf(g *guest, kind verno.UnitKind, n int64) checkout.PlaceHold {
	b.t.Helper()
	key := b.name("hold")
	return checkout.PlaceHold{
		Key: key, BodyHash: hash(key), Presence: b.known(g), Store: b.made.Store, Kind: kind, Amount: n, Life: time.Hour, Reference: "order " + key,
	}
}

func (b *bundle) endOf(h *verno.Hold, n int64) checkout.EndHold {
	key := b.name("end")
	return checkout.EndHold{Key: key, BodyHash: hash(key), Hold: h.ID, Amount: n}
}

// state sees how a hold stands in its table.
func (b *bundle) state(id verno.HoldID, state string, captured int64) {
	b.t.Helper()
	h, err := b.till.FindHold(b.ctx, b.boss, id)
	b.must(err)
	if h.State != state || h.Captured != captured || h.EndedAt.IsZero() != (state == "held") {
		b.t.Errorf("hold %+v, want %s of %d", h, state, captured)
	}
}

// TestHold: what is held cannot be spent otherwise, a part of it is captured and the rest let go, or all is.
func TestHold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 100)
		b.topUp(g, 100_00)
		points, money := b.hold(g, verno.UnitPoints, 70), b.hold(g, verno.UnitMoney, 80_00)
		p := b.points(g)
		if p.Available != 30 || p.Held != 70 || p.Stored[0].Held != 80_00 {
			t.Errorf("points %+v", p)
		}
		s := b.saleOf(b.known(g), tea(100_00), -1)
		s.Store = b.made.Store
		q := b.quote(b.boss, s)
		if q.Outcome.Totals.Points != 30 || q.StoredMax != 20_00 {
			t.Errorf("quote %+v", q)
		}
		_, _, err := b.till.Commit(b.ctx, b.boss, b.commitOf(b.boss, s, q, stored(20_01)))
		b.refused(err, "insufficient_money")
		_, _, err = b.till.Hold(b.ctx, b.boss, b.holdOf(g, verno.UnitPoints, 31))
		b.refused(err, "insufficient_points")
		_, _, err = b.till.Hold(b.ctx, b.boss, b.holdOf(g, verno.UnitMoney, 20_01))
		b.refused(err, "insufficient_money")

		_, _, err = b.till.End(b.ctx, b.boss, b.endOf(points, 71))
		b.refused(err, "hold_too_much")
		done, _, err := b.till.End(b.ctx, b.boss, b.endOf(points, 50))
		b.must(err)
		if done.State != "captured" || done.Captured != 50 {
			t.Errorf("captured %+v", done)
		}
		b.has(g, 50)
		_, _, err = b.till.End(b.ctx, b.boss, b.endOf(money, 0))
		b.must(err)
		b.state(points.ID, "captured", 50)
		b.state(money.ID, "released", 0)
		for _, h := range []*verno.Hold{points, money} {
			for _, n := range []int64{0, 1} {
				_, _, err = b.till.End(b.ctx, b.boss, b.endOf(h, n))
				b.refused(err, "hold_ended")
			}
		}
		b.sell(b.boss, s, stored(50_00))
		if p := b.points(g); p.Stored[0].Amount != 50_00 || p.Available != 2 {
			t.Errorf("left %+v", p)
		}
		for kind, n := range map[verno.EventKind]int{verno.EventHoldPlaced: 2, verno.EventHoldCaptured: 1, verno.EventHoldReleased: 1} {
			if got := len(b.events(kind)); got != n {
				t.Errorf("%d × %s in the audit, want %d", got, kind, n)
			}
		}
	})
}

// TestHoldEndsOnce: of thirty who capture, release, or repeat what another does at the same moment, one ends the hold.
func TestHoldEndsOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 100)
		for round := range 3 {
			before := b.points(g).Available
			h := b.hold(g, verno.UnitPoints, 30)
			var captured, ended atomic.Int64
			var all sync.WaitGroup
			for i := range 30 {
				q := b.endOf(h, int64(i%4)*10)
				all.Go(func() {
					switch done, _, err := b.till.End(b.ctx, b.boss, q); codeOf(err) {
					case "":
						captured.Add(done.Captured)
						ended.Add(1)
					case "hold_ended":
					default:
						t.Error(err)
					}
				})
			}
			all.Wait()
			if after := b.points(g); ended.Load() != 1 || int64(before-after.Available) != captured.Load() || after.Held != 0 {
				t.Errorf("round %d: ended %d times, captured %d, points %+v before %d", round, ended.Load(), captured.Load(), after, before)
			}
		}
	})
}

// TestHoldIsRepeated: a hold and its end that are sent again give the same answers, when the presence is long gone too.
func TestHoldIsRepeated(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 100)
		q := b.holdOf(g, verno.UnitPoints, 60)
		first, replayed, err := b.till.Hold(b.ctx, b.boss, q)
		b.must(err)
		b.later(10 * time.Minute)
		again, replayedAgain, err := b.till.Hold(b.ctx, b.boss, q)
		b.must(err)
		if diff := cmp.Diff(first, again); diff != "" || replayed || !replayedAgain {
			t.Errorf("hold again: %s", diff)
		}
		fresh := q
		fresh.Key = "another"
		_, _, err = b.till.Hold(b.ctx, b.boss, fresh)
		b.refused(err, "presence_invalid")
		other := q
		other.BodyHash = hash("other")
		_, _, err = b.till.Hold(b.ctx, b.boss, other)
		b.refused(err, "idempotency_key_reused")
		e := b.endOf(first, 60)
		one, _, err := b.till.End(b.ctx, b.boss, e)
		b.must(err)
		two, replayed, err := b.till.End(b.ctx, b.boss, e)
		b.must(err)
		if diff := cmp.Diff(one, two); diff != "" || !replayed {
			t.Errorf("end again: %s", diff)
		}
		b.has(g, 40)
	})
}

// TestHoldLapses: a hold binds nothing from its deadline on, whoever tidies it up and whenever, and cannot be captured.
func TestHoldLapses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 100)
		first, second := b.hold(g, verno.UnitPoints, 40), b.hold(g, verno.UnitPoints, 50)
		b.later(time.Hour - time.Microsecond)
		_, _, err := b.till.End(b.ctx, b.boss, b.endOf(second, 50))
		b.must(err)
		b.has(g, 10)
		b.later(time.Microsecond)
		b.has(g, 50)
		_, _, err = b.till.End(b.ctx, b.boss, b.endOf(first, 40))
		b.refused(err, "hold_ended")
		b.sell(b.boss, b.saleOf(b.known(g), tea(50_00), 50))
		for range 2 {
			n, err := b.till.LapseHolds(b.ctx, b.boss.Tenant)
			b.must(err)
			b.state(first.ID, "lapsed", 0)
			b.state(second.ID, "captured", 50)
			b.has(g, 0)
			if n > 1 {
				t.Errorf("%d lapsed", n)
			}
		}
		if n := len(b.events(verno.EventHoldReleased)); n != 1 {
			t.Errorf("%d lapses are in the audit", n)
		}
	})
}

// TestHoldOfTheFrozen: what was held before a freeze cannot be captured while it lasts, and may be let go.
func TestHoldOfTheFrozen(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 100)
		h := b.hold(g, verno.UnitPoints, 40)
		_, err := b.roll.Freeze(b.ctx, b.boss, g.ID)
		b.must(err)
		_, _, err = b.till.Hold(b.ctx, b.boss, b.holdOf(g, verno.UnitPoints, 1))
		b.refused(err, "account_frozen")
		q := b.endOf(h, 40)
		_, _, err = b.till.End(b.ctx, b.boss, q)
		b.refused(err, "account_frozen")
		_, err = b.roll.Unfreeze(b.ctx, b.boss, g.ID)
		b.must(err)
		_, _, err = b.till.End(b.ctx, b.boss, q)
		b.must(err)
		b.has(g, 60)
	})
}

// TestHoldNeedsPresence: who cannot prove that the member is there holds nothing, and a live code that has held has spent.
func TestHoldNeedsPresence(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 100)
		a := b.at(0)
		try := func(presence, want string, change ...func(q *checkout.PlaceHold)) {
			t.Helper()
			q := checkout.PlaceHold{Key: b.name("hold"), Presence: presence, Kind: verno.UnitPoints, Amount: 10, Life: time.Hour}
			for _, c := range change {
				c(&q)
			}
			_, _, err := b.till.Hold(b.ctx, a, q)
			b.refused(err, want)
		}
		live := b.show(a, g)
		try("", "spend_needs_member")
		try(b.scan(a, g.static()), "strength_needed")
		try(live, "invalid_request", func(q *checkout.PlaceHold) { q.Amount = 0 })
		try(live, "invalid_request", func(q *checkout.PlaceHold) { q.Amount = 1 << 62 })
		try(live, "invalid_request", func(q *checkout.PlaceHold) { q.Life = 0 })
		try(live, "invalid_request", func(q *checkout.PlaceHold) { q.Life = 8 * 24 * time.Hour })
		try(live, "invalid_request", func(q *checkout.PlaceHold) { q.Kind = verno.UnitStamps })
		try(live, "invalid_request", func(q *checkout.PlaceHold) { q.Reference = "\x00" })
		try(live, "idempotency_key_missing", func(q *checkout.PlaceHold) { q.Key = "" })
		try(live, "insufficient_money", func(q *checkout.PlaceHold) { q.Kind = verno.UnitMoney })
		try(live, "")
		try(live, "code_used")
		s := b.saleOf(live, tea(100_00), 10)
		_, _, err := b.till.Commit(b.ctx, a, b.commitOf(a, s, b.quote(a, s)))
		b.refused(err, "code_used")
		_, _, err = b.till.End(b.ctx, a, checkout.EndHold{Key: "x", Hold: verno.HoldID{1}})
		b.refused(err, "not_found")
		_, _, err = b.till.End(b.ctx, a, checkout.EndHold{Key: "x", Hold: verno.HoldID{1}, Amount: -1})
		b.refused(err, "invalid_request")
	})
}

// TestHoldOfWhatWentBack: points that are held go back with the goods that had earned them, and a debt counts against
// what is held. A capture of more than is left is refused, says how much can be captured, and leaves the hold as it is;
// that much is captured then, once, and nobody has spent what was not there.
func TestHoldOfWhatWentBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		short := func(h *verno.Hold, n int64, want string) {
			t.Helper()
			_, _, err := b.till.End(b.ctx, b.boss, b.endOf(h, n))
			b.refused(err, "hold_short")
			if got := verno.AsError(err).Params["capturable"]; got != want {
				t.Errorf("capturable %s, want %s", got, want)
			}
			b.state(h.ID, "held", 0)
		}
		g := b.enrol()
		sold := b.sell(b.boss, b.saleOf(b.known(g), tea(2000_00), 0)) // earns 100
		all := b.hold(g, verno.UnitPoints, 100)
		b.back(sold)
		short(all, 100, "0")
		short(all, 1, "0")
		_, _, err := b.till.End(b.ctx, b.boss, b.endOf(all, 0))
		b.must(err)
		b.state(all.ID, "released", 0)
		b.has(g, 0)

		sold = b.sell(b.boss, b.saleOf(b.known(g), tea(2000_00), 0))
		b.sell(b.boss, b.saleOf(b.known(g), tea(40_00), 40))
		b.give(g, 50)
		first, second := b.hold(g, verno.UnitPoints, 80), b.hold(g, verno.UnitPoints, 30)
		b.back(sold) // of its 100 points 60 are left; 40 of the other 50 are not free to be taken
		short(first, 80, "0")
		_, _, err = b.till.End(b.ctx, b.boss, b.endOf(second, 0))
		b.must(err)
		short(first, 80, "10")
		short(first, 11, "10")
		_, _, err = b.till.End(b.ctx, b.boss, b.endOf(first, 10))
		b.must(err)
		b.state(first.ID, "captured", 10)
		if p := b.points(g); p.Available != 0 || p.Balance != 0 || p.Debt != 40 {
			t.Errorf("points %+v", p)
		}
	})
}
