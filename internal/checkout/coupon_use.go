package checkout

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// takeCoupons reads the coupons of a sale and leaves the words in its basket that anybody may say. Those against which
// nothing speaks get their uses in the books, where they have none yet, so that there is an owner to lock.
func (t *Till) takeCoupons(ctx context.Context, s *sale, list []string, at time.Time, past bool) error {
	if len(list) == 0 {
		return nil
	}
	words, shown, err := t.couponsOf(ctx, s.place, s.presence, list, at, past)
	if err != nil {
		return err
	}
	basket := *s.basket
	basket.Coupons = words
	s.basket, s.coupons = &basket, shown
	for _, c := range shown {
		if c.why != nil {
			continue
		}
		if err := t.openCoupon(ctx, s.actor, c); err != nil {
			return err
		}
		if past { // It may have been replaced since.
			now, err := t.ownerNow(ctx, s.actor.Tenant, c.owner())
			if err != nil {
				return err
			}
			c.card = verno.CardID(now)
		}
	}
	return nil
}

// takeCards finds the cards that a sale was given beside that of its member: coupons and certificates.
func (t *Till) takeCards(ctx context.Context, s *sale, at time.Time, past bool) error {
	if err := t.takeCoupons(ctx, s, s.basket.Coupons, at, past); err != nil {
		return err
	}
	return t.takeCertificates(ctx, s, past)
}

// openCoupon gives a coupon that was never used its uses. The lock on the card keeps others from doing so at the same time.
func (t *Till) openCoupon(ctx context.Context, a verno.Actor, c *coupon) error {
	owner, unit := c.owner(), c.unit()
	if _, err := t.reader.Owner(ctx, a.Tenant, owner); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	_, err := t.books.Do(ctx, &books.Work{
		Tenant: a.Tenant,
		Also: func(tx *store.Tx, p *books.Page) error {
			if _, err := tx.LockCard(ctx, a.Tenant, c.card); err != nil {
				return err
			}
			if _, err := tx.Owner(ctx, a.Tenant, owner); !errors.Is(err, store.ErrNotFound) {
				return err
			}
			u := verno.Unit{ID: unit, Kind: verno.UnitUses, Programme: c.template.programme}
			if err := tx.InsertUnit(ctx, a.Tenant, u, p.At()); err != nil {
				return err
			}
			p.PutOwner(&store.Owner{Tenant: a.Tenant, ID: owner, Kind: "card"})
			return nil
		},
		Decide: func(p *books.Page) (books.Result, error) {
			if p.Owner(owner) == nil {
				return books.Result{}, nil // Another request was first.
			}
			far := ledger.Account{Owner: verno.ProgrammeOwner(c.template.programme), Role: verno.AccountIssuance, Unit: unit}
			lot := ledger.Lot{ID: p.NewLot(), ExpiresAt: ledger.Never}
			p.Holding(owner, unit).Earn(p.Draft(), far, lot, c.template.Uses, ledger.WhyEarn)
			entry, err := p.Post(owner, "coupon", "", a.Name(), nil)
			if err != nil {
				return books.Result{}, err
			}
			e := cardValue(c.card, a, "opened", "")
			e.Entry = entry.ID()
			p.Emit(e)
			return books.Result{Owner: owner}, nil
		},
	})
	return err
}

// cardValue tells that what a card is good for has changed.
func cardValue(id verno.CardID, a verno.Actor, how, receipt string) verno.Event {
	e := verno.Event{
		Kind: verno.EventCardValue, Owner: verno.CardOwner(id), Subject: id.String(), Actor: a.Name(), Detail: map[string]string{"how": how},
	}
	if receipt != "" {
		e.Detail["receipt"] = receipt
	}
	return e
}

// couponWants are the coupons to be locked.
func (s *sale) couponWants() (wants []books.Want) {
	for _, c := range s.coupons {
		if c.why == nil {
			wants = append(wants, books.Want{Owner: c.owner(), Units: []verno.UnitID{c.unit()}, Spends: true})
		}
	}
	return wants
}

// locked are the coupons of a sale as they are under their locks. A receipt from offline has used its coupons, whatever is
// left of them.
func (s *sale) locked(p *books.Page) ([]*coupon, error) {
	list := make([]*coupon, len(s.coupons))
	for i, shown := range s.coupons {
		c := *shown
		list[i] = &c
		if c.why != nil {
			continue
		}
		o := p.Owner(c.owner())
		if o == nil {
			return nil, verno.Conflict("owner_moved")
		}
		n, err := p.Holding(o.ID, c.unit()).Spendable(p.Now())
		if err != nil {
			return nil, err
		}
		if c.left = n; s.promised != nil {
			c.why = c.exhausted(o)
		}
	}
	return list, nil
}

// basketOf is the basket with the words that its coupons open.
func (s *sale) basketOf(coupons []*coupon) verno.Basket {
	b := *s.basket
	if len(coupons) > 0 {
		b.Coupons = openWords(b.Coupons, coupons)
	}
	return b
}

// redeem uses up the coupons that gave something.
func (s *sale) redeem(p *books.Page, r *verno.Receipt, coupons []*coupon) error {
	for _, c := range coupons {
		if c.why != nil || !c.applied(s.rules, &r.Outcome) {
			continue
		}
		far := ledger.Account{Owner: verno.ProgrammeOwner(c.template.programme), Role: verno.AccountRedemption, Unit: c.unit()}
		debt, err := s.spendFrom(p, p.Holding(c.owner(), c.unit()), far, 1)
		if err != nil {
			return err
		}
		if debt > 0 {
			s.task(p, r, "coupon_reused", debt)
		}
		r.Facts.Redeemed = append(r.Facts.Redeemed, c.card)
		p.Emit(cardValue(c.card, s.actor, "sale", r.ID.String()))
	}
	return nil
}

// changed is totals_changed with the new quote; where a coupon cannot be used any more the error names that instead.
func (s *sale) changed(r *verno.Receipt, coupons []*coupon) error {
	e := verno.Conflict("totals_changed")
	if i := slices.IndexFunc(coupons, func(c *coupon) bool { return c.why != nil }); i >= 0 {
		e = coupons[i].why
	}
	e.Data = s.quoteOf(r, coupons)
	return e
}
