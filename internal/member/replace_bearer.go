package member

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// replaceBearer is ReplaceCard of a card that is nobody's, such as a gift certificate: what is left on it moves to a new
// number. Whoever holds the old one may have bought it, so why it is replaced must be said.
func (r *Roll) replaceBearer(ctx context.Context, a verno.Actor, now time.Time, q CardRequest, old store.Card) (Card, error) {
	var f verno.Faults
	if f.Text("/reason", q.Reason, 1, maxReason); f.Err() != nil {
		return Card{}, f.Err()
	}
	for try := 1; ; try++ {
		unit, err := ownUnit(ctx, r.Store.Reader(), &old)
		if err != nil {
			return Card{}, err
		}
		w := &books.Work{Tenant: a.Tenant, Claim: claim("card_replace", q.Key, q.BodyHash)}
		w.Also = func(tx *store.Tx, p *books.Page) error {
			return r.supersede(ctx, tx, now, verno.Member{Tenant: a.Tenant}, verno.CardID(p.ID()), q)
		}
		w.Decide = func(p *books.Page) (books.Result, error) {
			by := verno.CardID(p.ID())
			p.Emit(event(verno.EventCardReplaced, a, verno.Member{Tenant: a.Tenant}, q.Card.String(), "by", by.String(), "reason", q.Reason))
			return books.Result{ID: by, Owner: verno.CardOwner(by)}, nil
		}
		inherit(ctx, a, q.Card, unit, w)
		out, err := r.Books.Do(ctx, w)
		if err == nil {
			c, err := r.card(ctx, a.Tenant, verno.CardID(out.ID))
			c.Replayed = out.Replayed
			return c, err
		}
		if !errors.Is(err, verno.Conflict("owner_moved")) || try == moves {
			return Card{}, err
		}
	}
}

// supersede puts a card out of use for ever and makes the one that comes after it.
func (r *Roll) supersede(ctx context.Context, tx *store.Tx, now time.Time, m verno.Member, by verno.CardID, q CardRequest) error {
	old, err := tx.LockCard(ctx, m.Tenant, q.Card)
	switch {
	case err != nil:
		return missing(err, "card")
	case old.Member != m.ID:
		return verno.Conflict("owner_moved")
	case old.State.Over():
		return verno.Conflict("card_state").With("state", string(old.State))
	}
	old.State, old.ReplacedBy, old.Reason, old.UpdatedAt = verno.CardReplaced, by, q.Reason, now
	if err := written(tx.ChangeCard(ctx, old)); err != nil {
		return err
	}
	if err := tx.EndMemberSessions(ctx, m.Tenant, old.ID, now); err != nil {
		return err
	}
	return r.successor(ctx, tx, now, m, by, old)
}
