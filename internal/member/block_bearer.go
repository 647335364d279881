package member

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// setBearer is setState of a card that is good for whoever holds it. What it is worth stays, and is frozen with it.
func (r *Roll) setBearer(ctx context.Context, a verno.Actor, now time.Time, id verno.CardID, to verno.CardState, reason string) (Card, error) {
	owner := verno.CardOwner(id)
	var of verno.Member
	turned := false
	w := &books.Work{Tenant: a.Tenant, Owners: []books.Want{{Owner: owner}}, Moved: true}
	w.Also = func(tx *store.Tx, p *books.Page) error {
		c, err := tx.LockCard(ctx, a.Tenant, id)
		if err != nil {
			return missing(err, "card")
		}
		if _, err := tx.Owner(ctx, a.Tenant, owner); p.Owner(owner) == nil && !errors.Is(err, store.ErrNotFound) {
			return errors.Join(err, verno.Conflict("owner_moved")) // Its account was opened since the owners were locked.
		}
		of = verno.Member{Tenant: a.Tenant, ID: c.Member}
		switch turned = c.State != to; {
		case !turned:
			return nil
		case c.State.Over():
			return verno.Conflict("card_state").With("state", string(c.State))
		}
		c.State, c.Reason, c.UpdatedAt = to, reason, now
		return written(tx.ChangeCard(ctx, c))
	}
	w.Decide = func(p *books.Page) (books.Result, error) {
		if !turned {
			return books.Result{Owner: owner}, nil
		}
		kind := verno.EventCardUnblocked
		if to == verno.CardBlocked {
			kind = verno.EventCardBlocked
		}
		if o := p.Change(owner); o != nil {
			o.FrozenAt = 0
			if to == verno.CardBlocked {
				o.FrozenAt = verno.Micros(now)
			}
		}
		p.Emit(event(kind, a, of, id.String(), "member", of.ID.String()))
		return books.Result{Owner: owner}, nil
	}
	for try := 1; ; try++ {
		_, err := r.Books.Do(ctx, w)
		if err == nil {
			return r.card(ctx, a.Tenant, id)
		}
		if !errors.Is(err, verno.Conflict("owner_moved")) || try == moves {
			return Card{}, err
		}
	}
}
