package checkout_test

import (
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// fivePercent publishes a promotion that gives five percent back as money, for thirty days.
func (b *bundle) fivePercent() verno.PromotionID {
	b.t.Helper()
	return b.promote("cashback", `{"percent":"5","expires_days":30}`)
}

// purse sees what a member has: cashback that can be spent, what of it is owed, and money that was paid in.
func (b *bundle) purse(g *guest, available, debt, paidIn money.Amount) {
	b.t.Helper()
	p := b.points(g)
	got := money.Amount(0)
	for _, s := range p.Stored {
		got += s.Amount
	}
	if p.Cashback.Available != available || p.Cashback.Debt != debt || got != paidIn {
		b.t.Errorf("cashback %+v, paid in %d; want %d, owed %d, paid in %d", p.Cashback, got, available, debt, paidIn)
	}
}

// TestCashback: a purchase gives money, which pays for the next one as stored money does, before what was paid in; what it
// pays gives no cashback again.
func TestCashback(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.fivePercent()
		g := b.enrol()
		a := b.at(0)
		r := b.sell(a, b.saleOf(b.show(a, g), tea(1000_00), 0))
		if r.Totals.Cashback != 50_00 || r.Totals.Earn != 50 {
			t.Errorf("gave %+v", r.Totals)
		}
		b.purse(g, 50_00, 0, 0)
		b.topUp(g, 100_00)
		s := b.saleOf(b.show(a, g), tea(200_00), 0)
		q := b.quote(a, s)
		if q.StoredMax != 150_00 || *q.Member.Stored != 150_00 || q.Member.Cashback != 50_00 || q.Outcome.Totals.Cashback != 10_00 {
			t.Errorf("quote %+v, %+v, %d", q.Outcome.Totals, q.Member, q.StoredMax)
		}
		r = b.commit(a, b.commitOf(a, s, q, stored(80_00), cash(120_00)))
		if r.Outcome.CashbackUsed != 50_00 || r.Totals.Cashback != 7_50 {
			t.Errorf("used %d, gave %d", r.Outcome.CashbackUsed, r.Totals.Cashback)
		}
		b.purse(g, 7_50, 0, 70_00)
		_, _, err := b.till.Commit(b.ctx, a, b.commitOf(a, s, q, stored(150_00), cash(50_00)))
		b.refused(err, "code_used")
		s.Presence = b.show(a, g)
		_, _, err = b.till.Commit(b.ctx, a, b.commitOf(a, s, q, stored(77_51), cash(122_49)))
		b.refused(err, "insufficient_money")
	})
}

// TestCashbackIsNoWayAroundTheLaw: it pays neither for tobacco, which may not be given away, nor for gift cards, which would
// make money of a present; and neither of them gives any.
func TestCashbackIsNoWayAroundTheLaw(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.fivePercent()
		g := b.enrol()
		b.sell(b.boss, b.saleOf(b.known(g), tea(10_000_00), 0))
		smokes, gift := line("smokes", money.One, 200_00), line("gift", money.One, 1000_00)
		smokes.Class, gift.Class = verno.ClassTobacco, verno.ClassGiftCard
		s := b.saleOf(b.known(g), basket(smokes, gift, line("tea", money.One, 100_00)), 0)
		s.Store = b.made.Store
		q := b.quote(b.boss, s)
		if q.StoredMax != 100_00 || q.Outcome.Totals.Cashback != 5_00 {
			t.Errorf("at most %d, gives %d", q.StoredMax, q.Outcome.Totals.Cashback)
		}
		_, _, err := b.till.Commit(b.ctx, b.boss, b.commitOf(b.boss, s, q, stored(100_01), cash(1199_99)))
		b.refused(err, "insufficient_money")
		b.topUp(g, 50_00)
		r := b.sell(b.boss, s, stored(150_00), cash(1150_00))
		if r.Outcome.CashbackUsed != 100_00 || r.Totals.Cashback != 0 {
			t.Errorf("used %d, gave %d", r.Outcome.CashbackUsed, r.Totals.Cashback)
		}
		b.purse(g, 400_00, 0, 0)
	})
}

// TestReturnedCashback: what was paid in comes back first, and never as cashback; what was cashback is cashback again, with
// its old day. What the returned goods had given is taken back.
func TestReturnedCashback(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.fivePercent()
		g := b.enrol()
		b.sell(b.boss, b.saleOf(b.known(g), tea(1000_00), 0))
		b.topUp(g, 100_00)
		before := b.shapeOf(g)
		r := b.sell(b.boss, b.saleOf(b.known(g), basket(line("tea", 2*money.One, 100_00)), 0), stored(120_00), cash(80_00))
		b.purse(g, 7_50, 0, 30_00)
		half := b.back(r, quantity("tea", money.One)).Return
		if half.MoneyBack != 60_00 || half.CashbackBack != 0 || half.Refund != 40_00 || half.CashbackTaken != 3_75 {
			t.Errorf("the first half %+v", half)
		}
		b.purse(g, 3_75, 0, 90_00)
		rest := b.back(r).Return
		if rest.MoneyBack != 60_00 || rest.CashbackBack != 50_00 || rest.CashbackTaken != 3_75 || rest.CashbackOwed != 0 {
			t.Errorf("the rest %+v", rest)
		}
		b.unchanged(before, g)
	})
}

// TestReturnOfSpentCashback: cashback that was spent before its goods came back is owed, and later cashback repays it. Money
// that the member has paid in is never touched for it, nor is the refund.
func TestReturnOfSpentCashback(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.fivePercent()
		g := b.enrol()
		r := b.sell(b.boss, b.saleOf(b.known(g), tea(2000_00), 0))
		b.sell(b.boss, b.saleOf(b.known(g), tea(70_00), 0), stored(70_00))
		b.topUp(g, 500_00)
		q := b.returnOf(r)
		back, _, err := b.till.Return(b.ctx, b.boss, q)
		b.must(err)
		if o := back.Return; o.CashbackTaken != 100_00 || o.CashbackOwed != 70_00 || o.Refund != 2000_00 {
			t.Errorf("return %+v", o)
		}
		again, replayed, err := b.till.Return(b.ctx, b.boss, q)
		b.must(err)
		if !replayed || again.ID != back.ID || again.Return.CashbackOwed != 70_00 || again.Totals != back.Totals {
			t.Errorf("asked again: %v %+v", replayed, again)
		}
		b.purse(g, 0, 70_00, 500_00)
		b.topUp(g, 1_00)
		b.purse(g, 0, 70_00, 501_00)
		s := b.saleOf(b.known(g), tea(1000_00), 0)
		s.Store = b.made.Store
		if most := b.quote(b.boss, s).StoredMax; most != 501_00 {
			t.Errorf("%d can be spent", most)
		}
		b.sell(b.boss, s, stored(501_00), cash(499_00))
		b.purse(g, 0, 20_00, 0)
		b.sell(b.boss, b.saleOf(b.known(g), tea(1000_00), 0))
		b.purse(g, 30_00, 0, 0)
	})
}

// TestCashbackLapses: after its days it is gone, whoever looks, also where a return would bring it back; and one that waits
// cannot be spent yet.
func TestCashbackLapses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("cashback", `{"percent":"5","expires_days":30,"pending_seconds":86400}`)
		g := b.enrol()
		b.sell(b.boss, b.saleOf(b.known(g), tea(1000_00), 0))
		if c := b.points(g).Cashback; c.Pending != 50_00 || c.Available != 0 || c.Balance != 50_00 || len(c.Expiring) != 1 || c.Currency != "RUB" {
			t.Errorf("at first %+v", c)
		}
		b.later(25 * time.Hour)
		r := b.sell(b.boss, b.saleOf(b.known(g), tea(20_00), 0), stored(20_00))
		b.purse(g, 30_00, 0, 0)
		b.later(31 * 24 * time.Hour)
		b.purse(g, 0, 0, 0)
		b.back(r)
		b.purse(g, 0, 0, 0)
		_, err := b.till.LapsePoints(b.ctx, 100)
		b.must(err)
		b.purse(g, 0, 0, 0)
		s := b.saleOf(b.known(g), tea(10_00), 0)
		s.Store = b.made.Store
		if q := b.quote(b.boss, s); q.StoredMax != 0 {
			t.Errorf("%d can be spent", q.StoredMax)
		}
	})
}

// TestCashbackSpentOnce: thirty tills at once spend what is there, and no more.
func TestCashbackSpentOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		id := b.fivePercent()
		g := b.enrol()
		b.sell(b.boss, b.saleOf(b.known(g), tea(10_000_00), 0))
		b.repromote(id, func(p *verno.Promotion) { p.Active = false }) // It can be spent all the same.
		commits := make([]checkout.Commit, 30)
		for i := range commits {
			s := b.saleOf(b.known(g), tea(100_00), 0)
			s.Store = b.made.Store
			commits[i] = b.commitOf(b.boss, s, b.quote(b.boss, s), stored(100_00))
		}
		var all sync.WaitGroup
		errs := make([]error, len(commits))
		for i := range commits {
			all.Go(func() { _, _, errs[i] = b.till.Commit(b.ctx, b.boss, commits[i]) })
		}
		all.Wait()
		paid := 0
		for _, err := range errs {
			if err == nil {
				paid++
			} else if codeOf(err) != "insufficient_money" {
				t.Error(err)
			}
		}
		if paid != 5 {
			t.Errorf("paid %d times", paid)
		}
		b.purse(g, 0, 0, 0)
	})
}

// TestCashbackOffline: a receipt that an offline till hands in gives what its rules gave, and takes what is there; what was
// not there is owed as money, not as cashback.
func TestCashbackOffline(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.fivePercent()
		b.later(4 * time.Hour)
		g := b.enrol()
		list := []checkout.Replay{b.offline(g.static(), 1000_00), b.offline(g.static(), 200_00, func(q *checkout.Replay) {
			q.Tenders = []verno.Tender{stored(70_00), cash(130_00)}
		})}
		out := b.replay(list...)
		b.became(out[0], "applied", "")
		b.became(out[1], "applied", "")
		r := out[1].Receipt
		if r.Outcome.CashbackUsed != 50_00 || r.Totals.Cashback != 7_50 || len(b.tasks("money_debt")) != 1 {
			t.Errorf("handed in: used %d, gave %d", r.Outcome.CashbackUsed, r.Totals.Cashback)
		}
		b.purse(g, 7_50, 0, -20_00)
		b.became(b.replay(list...)[1], "duplicate", "")
		b.back(r)
		b.purse(g, 50_00, 0, 0)
	})
}

// TestCashbackOfMergedAndErased: two members who become one have the cashback of both, each with its day; whoever is erased
// gets none of it paid out, as nobody paid it in.
func TestCashbackOfMergedAndErased(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		b.fivePercent()
		from, into := b.enrol(), b.enrol()
		first := b.sell(b.boss, b.saleOf(b.known(from), tea(1000_00), 0))
		b.sell(b.boss, b.saleOf(b.known(into), tea(500_00), 0))
		b.sell(b.boss, b.saleOf(b.known(from), tea(40_00), 0), stored(40_00))
		_, err := b.roll.Merge(b.ctx, b.boss, b.clock(), member.Merge{From: from.ID, Into: into.ID})
		b.must(err)
		b.purse(into, 35_00, 0, 0)
		b.back(first)
		b.purse(into, 0, 15_00, 0)
		b.sell(b.boss, b.saleOf(b.known(into), tea(1000_00), 0))
		b.purse(into, 35_00, 0, 0)
		b.must(b.roll.Erase(b.ctx, b.boss, b.clock(), into.ID, ""))
	})
}

// TestCashbackNeedsProof: a number or a copy of the code gives cashback and spends none, and the till is told what would.
func TestCashbackNeedsProof(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.fivePercent()
		g := b.enrol()
		a := b.at(0)
		b.sell(a, b.saleOf(b.scan(a, g.static()), tea(1000_00), 0))
		s := b.saleOf(b.scan(a, g.static()), tea(100_00), 0)
		q := b.quote(a, s)
		if q.StoredMax != 0 || q.Member.Stored != nil || q.Member.Cashback != 0 || len(q.Needs) == 0 {
			t.Errorf("quote %+v, needs %v", q.Member, q.Needs)
		}
		_, _, err := b.till.Commit(b.ctx, a, b.commitOf(a, s, q, stored(10_00), cash(90_00)))
		b.refused(err, "strength_needed")
		b.purse(g, 50_00, 0, 0)
	})
}

// TestCashbackBudget: the budget of a promotion is never passed, and a whole return gives it back where its limits say so.
func TestCashbackBudget(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("cashback", `{"percent":"5"}`, limits(verno.Limits{Budget: 60_00, ReturnsGive: true}))
		g := b.enrol()
		first := b.sell(b.boss, b.saleOf(b.known(g), tea(1000_00), 0))
		if r := b.sell(b.boss, b.saleOf(b.known(g), tea(1000_00), 0)); r.Totals.Cashback != 10_00 {
			t.Errorf("the second gives %d", r.Totals.Cashback)
		}
		if r := b.sell(b.boss, b.saleOf(b.known(g), tea(1000_00), 0)); r.Totals.Cashback != 0 {
			t.Errorf("the third gives %d", r.Totals.Cashback)
		}
		b.back(first)
		if r := b.sell(b.boss, b.saleOf(b.known(g), tea(2000_00), 0)); r.Totals.Cashback != 50_00 {
			t.Errorf("after the return %d", r.Totals.Cashback)
		}
	})
}
