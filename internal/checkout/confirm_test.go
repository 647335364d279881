package checkout_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// phone puts a member's card into a phone, and is the member who holds it.
func (b *bundle) phone(g *guest) verno.Actor {
	b.t.Helper()
	token, err := b.roll.OpenSession(b.ctx, b.boss.Tenant, g.ID, g.card, "phone", b.clock())
	b.must(err)
	s, err := b.roll.Session(b.ctx, token, b.clock())
	b.must(err)
	return s.Actor()
}

// rich is a member with points, money and a phone.
func (b *bundle) rich() (*guest, verno.Actor) {
	b.t.Helper()
	g := b.enrol()
	b.give(g, 500)
	b.topUp(g, 500_00)
	return g, b.phone(g)
}

// asking asks a member who has shown a static code to pay with so much.
func (b *bundle) asking(a verno.Actor, g *guest, points money.Points, paid money.Amount) (checkout.Ask, *checkout.Asked) {
	b.t.Helper()
	ask := checkout.Ask{Checkout: b.name("sale"), Sale: b.saleOf(b.scan(a, g.static()), tea(400_00), points), Stored: paid}
	asked, err := b.till.Ask(b.ctx, a, ask)
	b.must(err)
	return ask, asked
}

// answered is the till's view of what the member says.
func (b *bundle) answered(a, m verno.Actor, id verno.ConfirmationID, yes bool) *checkout.Asked {
	b.t.Helper()
	b.must(b.till.Answer(b.ctx, m, id, yes))
	c, err := b.till.Confirmation(b.ctx, a, id)
	b.must(err)
	return c
}

// confirmed is the commit of what a member has said yes to.
func (b *bundle) confirmed(a verno.Actor, ask checkout.Ask, c *checkout.Asked) checkout.Commit {
	b.t.Helper()
	s := ask.Sale
	s.Presence, s.Spend = c.Proved.Presence, c.Totals.Points
	var tenders []verno.Tender
	if c.Stored > 0 {
		tenders = append(tenders, stored(c.Stored))
	}
	done := b.commitOf(a, s, b.quote(a, s), tenders...)
	done.CheckoutID = ask.Checkout
	return done
}

// TestConfirmation: a static code spends little; the member says yes in her own phone, and the sale is closed with exactly
// what she saw, once.
func TestConfirmation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g, m := b.rich()
		a := b.at(0)
		weak := b.quote(a, b.saleOf(b.scan(a, g.static()), tea(400_00), -1))
		if weak.Outcome.Totals.Points != 100 || weak.StoredMax != 0 || !slices.Equal(weak.Needs, []string{"live_code", "nfc", "confirmation"}) {
			t.Errorf("a static code spends %+v, %d; needs %v", weak.Outcome.Totals, weak.StoredMax, weak.Needs)
		}
		ask, asked := b.asking(a, g, -1, -1)
		if asked.State != "waiting" || asked.Totals != nil || asked.Proved != nil {
			t.Errorf("the till hears %+v before the member says yes", asked)
		}
		q, err := b.till.Question(b.ctx, b.boss.Tenant, g.ID)
		b.must(err)
		if q == nil || q.ID != asked.ID || q.Totals.Points != 400 || q.Totals.Payable != 0 || q.Stored != 0 || q.Store != b.made.Store {
			t.Fatalf("the phone shows %+v", q)
		}
		c := b.answered(a, m, asked.ID, true)
		if c.State != "confirmed" || !c.Proved.Strong || c.Proved.Method != verno.MethodConfirmed || *c.Totals != q.Totals || *c.Proved.View.Balance != 500 {
			t.Fatalf("the till hears %+v", c)
		}
		if q, err = b.till.Question(b.ctx, b.boss.Tenant, g.ID); err != nil || q != nil {
			t.Errorf("the phone still shows %+v, %v", q, err)
		}
		sale := b.confirmed(a, ask, c)
		r := b.commit(a, sale)
		if r.Totals.Points != 400 || r.Method != verno.MethodConfirmed || r.Card != g.card {
			t.Errorf("receipt %+v", r)
		}
		if again := b.commit(a, sale); again.ID != r.ID {
			t.Error("the same commit made another receipt")
		}
		b.has(g, 100)

		ask, asked = b.asking(a, g, 0, 150_00)
		c = b.answered(a, m, asked.ID, true)
		b.commit(a, b.confirmed(a, ask, c))
		if p := b.points(g); p.Stored[0].Amount != 350_00 {
			t.Errorf("left %+v", p.Stored)
		}
		b.must(b.till.Answer(b.ctx, m, asked.ID, true)) // The phone says it again: it has heard nothing, and the till was quick.
		b.later(10 * time.Minute)
		b.must(b.till.Answer(b.ctx, m, asked.ID, true))
		var over *verno.Error
		if err := b.till.Answer(b.ctx, m, asked.ID, false); !errors.As(err, &over) || over.Code != "confirmation_over" || over.Params["said"] != "yes" {
			t.Errorf("a no after the yes was used: %v", err)
		}
		if n := len(b.events(verno.EventConfirmationAsked)) + len(b.events(verno.EventConfirmationAnswered)); n != 4 {
			t.Errorf("%d events", n)
		}
	})
}

// TestConfirmationIsForOneSale: whoever has a member's yes commits what she saw, and nothing else, nowhere else, not twice
// and not later.
func TestConfirmationIsForOneSale(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g, m := b.rich()
		a := b.at(0)
		try := func(c checkout.Commit, want string) {
			t.Helper()
			key := b.name("try")
			c.Key, c.BodyHash, c.Number = key, hash(key), key
			_, _, err := b.till.Commit(b.ctx, a, c)
			b.refused(err, want)
			if want != "" && !b.unseen(key) {
				t.Errorf("%s used the key up", want)
			}
		}
		ask, asked := b.asking(a, g, 200, 100_00)
		c := b.answered(a, m, asked.ID, true)
		right := b.confirmed(a, ask, c)

		other := right
		other.CheckoutID = "another sale"
		try(other, "confirmation_differs")
		other = right
		other.Tenders = []verno.Tender{stored(200_00)}
		try(other, "confirmation_differs")
		other.Tenders = []verno.Tender{cash(200_00)}
		try(other, "confirmation_differs")
		for _, goods := range []verno.Basket{tea(500_00), tea(399_99)} {
			s := right.Sale
			s.Basket = goods
			other = b.commitOf(a, s, b.quote(a, s), stored(100_00))
			other.CheckoutID = ask.Checkout
			try(other, "confirmation_differs")
		}
		s := right.Sale
		s.Spend = 300
		other = b.commitOf(a, s, b.quote(a, s))
		other.CheckoutID = ask.Checkout
		try(other, "confirmation_differs")
		_, _, err := b.till.Hold(b.ctx, a, checkout.PlaceHold{Key: b.name("hold"), Presence: c.Proved.Presence, Kind: verno.UnitMoney, Amount: 1, Life: time.Hour})
		b.refused(err, "strength_needed")
		open, err := b.till.Put(b.ctx, a, "an open one", right.Sale)
		b.must(err)
		if open.State != "open" || b.points(g).Held != 0 {
			t.Errorf("a yes to a sale holds %d", b.points(g).Held)
		}
		_, _, err = b.till.Commit(b.ctx, b.at(1), right)
		b.refused(err, "presence_invalid")
		_, err = b.till.Confirmation(b.ctx, b.at(1), asked.ID)
		b.refused(err, "not_found")

		try(right, "")
		try(right, "checkout_committed")
		other = right
		other.CheckoutID = "yet another"
		try(other, "confirmation_over")
		if again, err := b.till.Confirmation(b.ctx, a, asked.ID); err != nil || again.State != "used" || again.Proved != nil {
			t.Errorf("after its use it is %+v, %v", again, err)
		}

		ask, asked = b.asking(a, g, 50, 0)
		late := b.confirmed(a, ask, b.answered(a, m, asked.ID, true))
		b.later(5 * time.Minute)
		try(late, "presence_invalid")
		if again, err := b.till.Confirmation(b.ctx, a, asked.ID); err != nil || again.State != "lapsed" {
			t.Errorf("five minutes later it is %+v, %v", again, err)
		}
		b.has(g, 310)
	})
}

// TestConfirmationIsTheMembersOwn: nobody answers for another, and what was withdrawn, cancelled or left too long is
// answered by nobody; a no is a no.
func TestConfirmationIsTheMembersOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g, m := b.rich()
		_, thief := b.rich()
		a := b.at(0)
		_, asked := b.asking(a, g, -1, 0)
		b.refused(b.till.Answer(b.ctx, thief, asked.ID, true), "not_found")
		b.refused(b.till.Answer(b.ctx, a, asked.ID, true), "not_found")
		b.refused(b.till.Answer(b.ctx, b.boss, asked.ID, true), "not_found")
		foreign := m
		foreign.Tenant = verno.TenantID{1}
		b.refused(b.till.Answer(b.ctx, foreign, asked.ID, true), "not_found")
		if c := b.answered(a, m, asked.ID, false); c.State != "refused" || c.Totals != nil || c.Proved != nil {
			t.Errorf("after a no the till hears %+v", c)
		}
		b.must(b.till.Answer(b.ctx, m, asked.ID, false)) // a double tap
		b.refused(b.till.Answer(b.ctx, m, asked.ID, true), "confirmation_over")

		_, asked = b.asking(a, g, -1, 0)
		b.later(2 * time.Minute)
		b.refused(b.till.Answer(b.ctx, m, asked.ID, true), "confirmation_over")

		_, asked = b.asking(a, g, -1, 0)
		taken, err := b.till.Withdraw(b.ctx, a, asked.ID)
		b.must(err)
		_, err = b.till.Withdraw(b.ctx, b.at(1), asked.ID)
		b.refused(err, "not_found")
		b.refused(b.till.Answer(b.ctx, m, taken.ID, true), "confirmation_over")

		ask, asked := b.asking(a, g, -1, 0)
		_, err = b.till.Cancel(b.ctx, a, ask.Checkout, b.name("cancel"))
		b.must(err)
		if q, err := b.till.Question(b.ctx, b.boss.Tenant, g.ID); err != nil || q != nil {
			t.Errorf("a cancelled sale still asks %+v, %v", q, err)
		}
		b.refused(b.till.Answer(b.ctx, m, asked.ID, true), "confirmation_over")

		b.later(11 * time.Minute)
		ask, asked = b.asking(a, g, 40, 0)
		agreed := b.confirmed(a, ask, b.answered(a, m, asked.ID, true))
		_, err = b.roll.Freeze(b.ctx, m, g.ID)
		b.must(err)
		_, _, err = b.till.Commit(b.ctx, a, agreed)
		b.refused(err, "presence_stale")
		_, err = b.till.Confirmation(b.ctx, a, asked.ID)
		b.refused(err, "presence_stale")
	})
}

// TestAsking: who may be asked, how often, and by how many at once.
func TestAsking(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 500)
		a, other := b.at(0), b.at(1)
		ask := func(a verno.Actor, want string, change ...func(q *checkout.Ask)) *checkout.Asked {
			t.Helper()
			q := checkout.Ask{Checkout: b.name("sale"), Sale: b.saleOf(b.scan(a, g.static()), tea(400_00), -1)}
			for _, c := range change {
				c(&q)
			}
			asked, err := b.till.Ask(b.ctx, a, q)
			b.refused(err, want)
			return asked
		}
		ask(a, "confirmation_no_phone")
		m := b.phone(g)
		ask(a, "spend_needs_member", func(q *checkout.Ask) { q.Sale.Presence = "" })
		ask(a, "nothing_to_spend", func(q *checkout.Ask) { q.Sale.Spend = 0 })
		ask(a, "insufficient_money", func(q *checkout.Ask) { q.Stored = 1 })
		ask(a, "invalid_request", func(q *checkout.Ask) { q.Checkout = "" })
		nobody := b.at(0)
		nobody.May = verno.MayIdentify
		ask(nobody, "permission_missing")

		first := ask(a, "")
		ask(other, "confirmation_waits")
		second := ask(a, "") // in the place of the first
		b.refused(b.till.Answer(b.ctx, m, first.ID, true), "confirmation_over")
		b.must(b.till.Answer(b.ctx, m, second.ID, false))
		for range 4 {
			b.must(b.till.Answer(b.ctx, m, ask(a, "").ID, false))
		}
		ask(a, "rate_limited")
		ask(other, "rate_limited")
		b.later(10 * time.Minute)
		ask(other, "")
		_, err := b.roll.Freeze(b.ctx, b.boss, g.ID)
		b.must(err)
		ask(a, "account_frozen")
	})
}

// TestConfirmationUsedAtOnce: of thirty commits of one yes under different keys exactly one goes through, and of thirty tills
// that ask one member at once exactly one does.
func TestConfirmationUsedAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g, m := b.rich()
		a := b.at(0)
		ask, asked := b.asking(a, g, 100, 100_00)
		right := b.confirmed(a, ask, b.answered(a, m, asked.ID, true))
		var done atomic.Int64
		var all sync.WaitGroup
		for range 30 {
			c := right
			c.Key = b.name("race")
			c.BodyHash, c.Number = hash(c.Key), c.Key
			all.Go(func() {
				switch _, _, err := b.till.Commit(b.ctx, a, c); codeOf(err) {
				case "":
					done.Add(1)
				case "checkout_committed", "confirmation_over":
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if done.Load() != 1 {
			t.Errorf("one yes was used %d times", done.Load())
		}
		b.later(11 * time.Minute)
		scans := [2]string{b.scan(b.at(0), g.static()), b.scan(b.at(1), g.static())}
		var asks atomic.Int64
		for i := range 2 {
			all.Go(func() {
				q := checkout.Ask{Checkout: b.name("sale"), Sale: b.saleOf(scans[i], tea(40_00), -1)}
				switch _, err := b.till.Ask(b.ctx, b.at(i), q); codeOf(err) {
				case "":
					asks.Add(1)
				case "confirmation_waits":
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if asks.Load() != 1 {
			t.Errorf("%d tills ask at once", asks.Load())
		}
	})
}
