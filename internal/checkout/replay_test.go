package checkout_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// offline is a receipt that a till has made while it could not ask, an hour ago.
func (b *bundle) offline(scan string, price money.Amount, change ...func(q *checkout.Replay)) checkout.Replay {
	key := b.name("offline")
	q := checkout.Replay{
		Key: key, BodyHash: hash(key), CheckoutID: key, Number: key, OccurredAt: b.clock().Add(-time.Hour),
		Sale: checkout.Sale{Basket: tea(price)}, Member: checkout.Identify{Scan: scan}, Tenders: []verno.Tender{cash(price)}, Charged: &price,
	}
	for _, c := range change {
		c(&q)
	}
	return q
}

func (b *bundle) replay(list ...checkout.Replay) []checkout.ReplayOutcome {
	b.t.Helper()
	out, err := b.till.Replay(b.ctx, b.at(0), list)
	b.must(err)
	return out
}

// became sees what became of a replayed receipt.
func (b *bundle) became(o checkout.ReplayOutcome, state, code string) {
	b.t.Helper()
	got := ""
	if o.Err != nil {
		got = o.Err.Code
	}
	if o.State != state || got != code || (o.Receipt != nil) != (state == "applied" || state == "duplicate") {
		b.t.Errorf("became %+v, want %s %s", o, state, code)
	}
}

// TestReplayBatch: of 500 mixed receipts each becomes what it must, none hinders another, a second run changes nothing, and
// two who hand in the same batch at once take it in once.
func TestReplayBatch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		guests := []*guest{b.enrol(), b.enrol(), b.enrol(), b.enrol(), b.enrol()}
		online := b.sell(b.at(0), b.saleOf("", tea(7_00), 0))
		list, want := b.mixed(guests, online)
		var all sync.WaitGroup
		runs := make([][]checkout.ReplayOutcome, 3)
		for i := range 2 {
			all.Go(func() { runs[i] = b.replay(list...) })
		}
		all.Wait()
		runs[2] = b.replay(list...)
		shapes := []shape{}
		for _, g := range guests {
			shapes = append(shapes, b.shapeOf(g))
		}
		runs = append(runs, b.replay(list...)) //nolint:makezero // All of them were filled in.
		for i, g := range guests {
			b.unchanged(shapes[i], g)
		}
		for i := range list {
			applied := 0
			for n, run := range runs {
				state := want[i].state
				if run[i].State == "applied" {
					applied++
				}
				if state == "applied" && (n > 1 || run[i].State == "duplicate") {
					state = "duplicate"
				}
				b.became(run[i], state, want[i].code)
				if r := run[i].Receipt; r != nil && !cmp.Equal(r, runs[2][i].Receipt, same...) {
					t.Errorf("%d: another receipt in run %d", i, n)
				}
			}
			if (applied == 1) != (want[i].state == "applied") {
				t.Errorf("%d was applied %d times", i, applied)
			}
		}
	})
}

type fate struct{ state, code string }

// mixed is a batch of 500 receipts and what must become of each.
func (b *bundle) mixed(guests []*guest, online *verno.Receipt) (list []checkout.Replay, want []fate) {
	add := func(q checkout.Replay, state, code string) {
		list, want = append(list, q), append(want, fate{state, code})
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := 0; len(list) < verno.MaxBatch; i++ {
		g := guests[random.IntN(len(guests))]
		q := b.offline(g.static(), money.Amount(1+random.IntN(1000_00)))
		switch i % 20 {
		case 0:
			q.Member = checkout.Identify{}
			add(q, "applied", "")
		case 1:
			q.Sale.Spend = money.Points(random.IntN(30))
			q.Tenders = nil
			add(q, "applied", "")
		case 2:
			add(q, "applied", "")
			add(q, "duplicate", "")
		case 3:
			add(q, "applied", "")
			q.BodyHash = hash("another body")
			add(q, "conflict", "idempotency_key_reused")
		case 4:
			q.CheckoutID = online.CheckoutID
			add(q, "conflict", "checkout_committed")
		case 5:
			q.Number, q.BusinessDate = online.Number, online.BusinessDate
			add(q, "conflict", "receipt_exists")
		case 6:
			q.Member.Scan = "+7 999 111-22-33"
			add(q, "rejected", "card_not_usable")
		case 7:
			q.Sale.Basket.Lines[0].Quantity = 0
			add(q, "rejected", "invalid_request")
		case 8:
			q.OccurredAt = b.clock().Add(11 * time.Minute)
			add(q, "rejected", "time_out_of_range")
		case 9:
			q.Member, q.Tenders = checkout.Identify{}, []verno.Tender{stored(1_00)}
			add(q, "rejected", "spend_needs_member")
		default:
			add(q, "applied", "")
		}
	}
	// The 500th may have been the first of a pair.
	return list[:verno.MaxBatch], want[:verno.MaxBatch]
}

// TestReplayByTheRulesOfThen: an offline receipt is priced by the version that was in force when it occurred, by the first
// one if it is older than all, at the hour of then.
func TestReplayByTheRulesOfThen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		start := b.clock()
		b.later(time.Hour)
		happy := b.promote("percent_discount", `{"percent":"10"}`, func(p *verno.Promotion) {
			p.Schedule.Hours = []verno.Hours{{From: "16:00", Until: "17:00"}}
		})
		b.later(2 * time.Hour)
		b.repromote(happy, func(p *verno.Promotion) { p.Active = false })
		b.later(time.Hour)
		g := b.enrol()
		for _, c := range []struct {
			at       time.Duration
			version  int64
			discount money.Amount
		}{
			{-1000 * time.Hour, 1, 0},
			{0, 2, 0},
			{time.Hour - time.Second, 2, 0},
			{time.Hour, 3, 10_00},
			{2*time.Hour - time.Second, 3, 10_00},
			{2 * time.Hour, 3, 0},
			{4*time.Hour - time.Second, 4, 0},
		} {
			out := b.replay(b.offline(g.static(), 100_00, func(q *checkout.Replay) {
				q.OccurredAt, q.Charged = start.Add(c.at), new(100_00-c.discount)
			}))
			b.became(out[0], "applied", "")
			if r := out[0].Receipt; r.Version != c.version || r.Totals.Discount != c.discount || !r.OccurredAt.Equal(start.Add(c.at).Truncate(time.Microsecond)) {
				t.Errorf("%v: version %d, totals %+v, occurred %v", c.at, r.Version, r.Totals, r.OccurredAt)
			}
		}
		if n := len(b.tasks("charged_differs")); n != 0 {
			t.Errorf("%d tasks", n)
		}
	})
}

// TestReplayShortage: what an offline till let a member spend is spent: what is not there is a debt and a task, in points
// as in money, and later earnings and payments repay it.
func TestReplayShortage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 30)
		b.topUp(g, 20_00)
		_, err := b.roll.Freeze(b.ctx, b.boss, g.ID)
		b.must(err)
		out := b.replay(b.offline(g.static(), 200_00, func(q *checkout.Replay) {
			q.Sale.Spend, q.Tenders, q.Charged = 100, []verno.Tender{stored(70_00), cash(30_00)}, new(money.Amount(100_00))
		}))
		b.became(out[0], "applied", "")
		r := out[0].Receipt
		if out[0].Debt != 70 || r.Totals.Points != 100 || r.Totals.Payable != 100_00 || r.Totals.Earn != 5 {
			t.Errorf("receipt %+v, debt %d", r.Totals, out[0].Debt)
		}
		p := b.points(g)
		if p.Debt != 65 || p.Available != 0 || len(p.Stored) != 1 || p.Stored[0].Amount != -50_00 {
			t.Errorf("points %+v", p)
		}
		if points, money := b.tasks("points_debt"), b.tasks("money_debt"); len(points) != 1 || points[0].Detail != "70" ||
			points[0].Ref != r.ID.String() || len(money) != 1 || money[0].Detail != "5000" {
			t.Errorf("tasks %+v %+v", points, money)
		}
		b.give(g, 65)
		b.has(g, 0)
		b.topUp(g, 50_00)
		if p := b.points(g); len(p.Stored) != 0 {
			t.Errorf("stored %+v", p.Stored)
		}
		b.topUp(g, 1_00)
		back := b.back(r)
		if back.Return.PointsBack != 100 || back.Return.MoneyBack != 70_00 || back.Return.Refund != 30_00 {
			t.Errorf("return %+v", back.Return)
		}
		b.has(g, 95)
		if p := b.points(g); p.Stored[0].Amount != 71_00 {
			t.Errorf("stored %+v", p.Stored)
		}
	})
}

// TestReplayCharged: where the till took something else than the rules would have, a task says so, and a return gives back
// what was taken, by tender, in any parts, and no more.
func TestReplayCharged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("percent_discount", `{"percent":"10"}`)
		for _, c := range []struct{ charged, stored money.Amount }{{100_00, 33_33}, {50_01, 50_00}, {90_00, 0}, {1, 1}} {
			g := b.enrol()
			b.topUp(g, 60_00)
			before := b.shapeOf(g)
			out := b.replay(b.offline(g.static(), 100_00, func(q *checkout.Replay) {
				q.Sale.Basket.Lines[0].Quantity, q.Sale.Basket.Lines[0].Sum = 7*money.One, 100_00
				q.Charged, q.Tenders = &c.charged, []verno.Tender{bank(c.charged - c.stored), stored(c.stored)}
			}))
			b.became(out[0], "applied", "")
			refund, back := money.Amount(0), money.Amount(0)
			for range 7 {
				r := b.back(out[0].Receipt, quantity("tea", money.One)).Return
				refund += r.Refund
				back += r.MoneyBack
			}
			if refund != c.charged-c.stored || back != c.stored {
				t.Errorf("charged %+v, refunded %d and %d", c, refund, back)
			}
			b.unchanged(before, g)
		}
		if tasks := b.tasks("charged_differs"); len(tasks) != 3 {
			t.Errorf("tasks %+v", tasks)
		}
		for _, charged := range []*money.Amount{nil, new(money.Amount(0))} { // To have taken nothing is not to say nothing.
			b.became(b.replay(b.offline("", 100_00, func(q *checkout.Replay) {
				q.Charged, q.Tenders = charged, nil
			}))[0], "applied", "")
		}
		if tasks := b.tasks("charged_differs"); len(tasks) != 4 {
			t.Errorf("tasks %+v", tasks)
		}
	})
}

// TestReplayOfUselessCards: a card that was blocked or replaced since, and a live code of then, lead to their member: the
// goods are gone, and the points are the member's.
func TestReplayOfUselessCards(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		live := b.live(g)
		b.later(time.Hour)
		_, err := b.roll.ReplaceCard(b.ctx, b.boss, b.clock(), member.CardRequest{Card: g.card})
		b.must(err)
		for i, scan := range []string{live, g.static(), g.secret.Number} {
			out := b.replay(b.offline(scan, 100_00))
			b.became(out[0], "applied", "")
			b.has(g, money.Points(5*(i+1)))
			if r := out[0].Receipt; r.Method != verno.MethodReplay || r.Card != g.card {
				t.Errorf("receipt %+v", r)
			}
		}
		q := b.offline(g.static(), 100_00)
		b.replay(q)
		b.must(b.roll.Erase(b.ctx, b.boss, b.clock(), g.ID, ""))
		b.became(b.replay(q)[0], "duplicate", "")
		b.became(b.replay(b.offline(g.static(), 1_00))[0], "rejected", "card_not_usable")
	})
}

// TestReplayInOrder: receipts of one member are taken in as they are handed in: what the first earns the second spends.
func TestReplayInOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		var list []checkout.Replay
		guests := []*guest{b.enrol(), b.enrol(), b.enrol()}
		for n := range 20 {
			for _, g := range guests {
				list = append(list, b.offline(g.static(), 100_00, func(q *checkout.Replay) {
					if n > 0 {
						q.Sale.Spend, q.Tenders = 4, []verno.Tender{cash(96_00)}
					}
				}))
			}
		}
		for i, o := range b.replay(list...) {
			b.became(o, "applied", "")
			if o.Debt != 0 || o.Receipt.Facts.Member.Purchases != int64(i/3) {
				t.Errorf("%d: debt %d, after %d purchases", i, o.Debt, o.Receipt.Facts.Member.Purchases)
			}
		}
	})
}

// TestReplayLeavesTheDayAlone: a replay neither uses up nor gives back what a static code may spend today.
func TestReplayLeavesTheDayAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 1000)
		a := b.at(0)
		spend := func(want money.Points) {
			t.Helper()
			if r := b.sell(a, b.saleOf(b.scan(a, g.static()), tea(500_00), -1)); r.Totals.Points != want {
				t.Errorf("spent %d, want %d", r.Totals.Points, want)
			}
		}
		spend(100)
		b.replay(b.offline(g.static(), 100_00, func(q *checkout.Replay) {
			q.Sale.Spend, q.Tenders, q.OccurredAt = 50, []verno.Tender{cash(50_00)}, b.clock().Add(-48*time.Hour)
		}))
		spend(0)
	})
}

// TestHostileReplays: what cannot have happened is rejected, each by itself, and more than 500 at once are not looked at.
func TestHostileReplays(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		g := b.enrol()
		var list []checkout.Replay
		for _, change := range []func(q *checkout.Replay){
			func(q *checkout.Replay) { q.Key = "" },
			func(q *checkout.Replay) { q.Key = fmt.Sprintf("%0256d", 1) },
			func(q *checkout.Replay) { q.OccurredAt = time.Time{} },
			func(q *checkout.Replay) { q.Sale.Spend = -1 },
			func(q *checkout.Replay) { q.Sale.Spend = 1 << 62 },
			func(q *checkout.Replay) { q.Charged = new(money.Amount(-1)) },
			func(q *checkout.Replay) { q.Tenders = []verno.Tender{stored(-5), cash(5)} },
			func(q *checkout.Replay) { q.Tenders = make([]verno.Tender, 30) },
			func(q *checkout.Replay) { q.Number = "\x00" },
			func(q *checkout.Replay) { q.Shift = "\xff" },
			func(q *checkout.Replay) { q.CheckoutID = "a\nb" },
			func(q *checkout.Replay) { q.BusinessDate = 20261301 },
			func(q *checkout.Replay) { q.BusinessDate = -1 },
			func(q *checkout.Replay) { q.Sale.Basket = verno.Basket{} },
			func(q *checkout.Replay) { q.Sale.Basket.Currency = "USD" },
		} {
			list = append(list, b.offline(g.static(), 10_00, change))
		}
		for _, o := range b.replay(list...) {
			b.became(o, "rejected", "invalid_request")
		}
		_, err := b.till.Replay(b.ctx, b.at(0), make([]checkout.Replay, verno.MaxBatch+1))
		b.wrong(err, "/receipts", "too_many")
		shy := b.at(0)
		shy.May = verno.MaySell
		_, err = b.till.Replay(b.ctx, shy, nil)
		b.refused(err, "permission_missing")
		list[0] = b.offline(g.static(), 10_00, func(q *checkout.Replay) { q.Sale.Store = b.east })
		b.became(b.replay(list[0])[0], "rejected", "invalid_request")
		b.has(g, 0)
	})
}
