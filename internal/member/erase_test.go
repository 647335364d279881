package member_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/member"
)

// purse is the unit of stored money.
func (b *bundle) purse() verno.Unit {
	b.t.Helper()
	units, err := b.store.Reader().Units(b.ctx, b.actor.Tenant)
	b.must(err)
	for _, u := range units {
		if u.Kind == verno.UnitMoney {
			return u
		}
	}
	b.t.Fatal("no money is stored here")
	return verno.Unit{}
}

// pay moves stored money in, or out where n is below zero.
func (b *bundle) pay(owner verno.OwnerID, n int64) error {
	u := b.purse()
	far := ledger.Account{Owner: verno.IssuerOwner(u.Issuer), Role: verno.AccountClearing, Unit: u.ID}
	_, err := b.books.Do(b.ctx, &books.Work{
		Tenant: b.actor.Tenant, Owners: []books.Want{{Owner: owner, Units: []verno.UnitID{u.ID}, Spends: true}},
		Decide: func(p *books.Page) (books.Result, error) {
			h := p.Holding(owner, u.ID)
			if n > 0 {
				h.Earn(p.Draft(), far, ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: ledger.Never}, n, ledger.WhyTopUp)
			} else if err := h.Spend(p.Draft(), far, -n, p.Now()); err != nil {
				return books.Result{}, verno.Refused("insufficient_money")
			}
			entry, err := p.Post(owner, "test", "", "", nil)
			hash := entry.Hash()
			p.Emit(verno.Event{Kind: verno.EventWalletToppedUp, Owner: owner, Entry: entry.ID(), Hash: hash[:]})
			return books.Result{Owner: owner}, err
		},
	})
	return err
}

// verified sees that the books are sound.
func (b *bundle) verified() {
	b.t.Helper()
	report, err := books.Verify(b.ctx, b.store.Reader(), func(int64, int64) {})
	b.must(err)
	if len(report.Problems) > 0 {
		b.t.Errorf("the books: %+v", report.Problems)
	}
}

// TestEraseNeedsMoneySettled: stored money belongs to whoever is forgotten, so nobody is forgotten before it is decided
// what becomes of it; points lapse.
func TestEraseNeedsMoneySettled(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m, other := b.enrol(anna()), b.enrol(boris())
		for _, owner := range []verno.OwnerID{m.Owner, other.Owner} {
			b.must(b.pay(owner, 150_00))
		}
		b.give(m.ID, 70)
		err := b.roll.Erase(b.ctx, b.actor, b.clock(), m.ID, "")
		b.refused(err, "money_stored")
		if v, err := b.roll.Read(b.ctx, b.actor, m.ID); err != nil || v.Person.FirstName != "Анна" || b.points(m.ID).Available != 70 {
			t.Errorf("a refused erasure leaves %+v, %v", v, err)
		}
		b.wrong(b.roll.Erase(b.ctx, b.actor, b.clock(), m.ID, "kept"), "/stored_money", "unknown_value")
		b.hold(m.Owner, 20, b.clock().Add(time.Hour))
		b.refused(b.roll.Erase(b.ctx, b.actor, b.clock(), m.ID, member.StoredPaidOut), "holds_open")
		b.later(time.Hour)
		b.must(b.roll.Erase(b.ctx, b.actor, b.clock(), m.ID, member.StoredPaidOut))
		b.must(b.roll.Erase(b.ctx, b.actor, b.clock(), other.ID, member.StoredForfeited))
		for _, id := range []verno.MemberID{m.ID, other.ID} {
			if p := b.points(id); p.Balance != 0 || len(p.Stored) != 0 {
				t.Errorf("left %+v", p)
			}
		}
		u, said := b.purse(), map[string]bool{}
		for _, e := range b.events() {
			if e.Kind == verno.EventMemberErased {
				said[e.Detail["money "+u.ID.String()]] = true
			}
		}
		if !said["paid_out 150.00"] || !said["forfeited 150.00"] {
			t.Errorf("the audit says %v", said)
		}
		b.balanced(m.Owner)
		b.verified()
	})
}

// TestEraseRace: while somebody is erased no money is spent twice, and none is lost.
func TestEraseRace(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		b.must(b.pay(m.Owner, 1000))
		var spent, erased atomic.Int64
		var all sync.WaitGroup
		for i := range 64 {
			all.Go(func() {
				if i%8 == 0 {
					if err := b.roll.Erase(b.ctx, b.actor, b.clock(), m.ID, member.StoredPaidOut); err != nil {
						t.Error(err)
					}
					erased.Add(1)
					return
				}
				err := b.pay(m.Owner, -30)
				if err == nil {
					spent.Add(30)
				} else if !errors.Is(err, verno.Refused("insufficient_money")) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if p := b.points(m.ID); len(p.Stored) != 0 || spent.Load() > 1000 || b.count(verno.EventMemberErased) != 1 {
			t.Errorf("%+v, spent %d, %d erasures", p, spent.Load(), b.count(verno.EventMemberErased))
		}
		b.verified()
	})
}
