package member

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// BlockCard makes a card useless until it is unblocked, at once: whoever was identified by it or by another card of the
// member has to show one again. Blocking a blocked card does nothing. Error: card_state.
func (r *Roll) BlockCard(ctx context.Context, a verno.Actor, now time.Time, id verno.CardID, reason string) (Card, error) {
	var f verno.Faults
	if f.Text("/reason", reason, 1, maxReason); f.Err() != nil {
		return Card{}, f.Err()
	}
	return r.setState(ctx, a, now, id, verno.CardBlocked, reason)
}

// UnblockCard lets a blocked card be used again. Error: card_state.
func (r *Roll) UnblockCard(ctx context.Context, a verno.Actor, now time.Time, id verno.CardID) (Card, error) {
	return r.setState(ctx, a, now, id, verno.CardActive, "")
}

// setState goes between active and blocked; a card that was replaced or returned stays what it is.
//
//	active ⇄ blocked
//	active, blocked → replaced
//	active → returned
func (r *Roll) setState(ctx context.Context, a verno.Actor, now time.Time, id verno.CardID, to verno.CardState, reason string) (Card, error) {
	if err := a.Require(writes); err != nil {
		return Card{}, err
	}
	c, err := r.Store.Reader().Card(ctx, a.Tenant, id)
	if err != nil {
		return Card{}, missing(err, "card")
	}
	if !identifies(c.Kind) {
		return r.setBearer(ctx, a, now, id, to, reason)
	}
	of, err := r.holder(ctx, a, id)
	if err != nil {
		return Card{}, err
	}
	_, _, err = r.owned(ctx, a, books.Claim{}, of, func(m verno.Member, w *books.Work) {
		turned := false
		w.Also = func(tx *store.Tx, _ *books.Page) error {
			c, err := r.lockCard(ctx, tx, a, id, m)
			if err != nil || c.State == to {
				return err
			}
			if c.State.Over() {
				return verno.Conflict("card_state").With("state", string(c.State))
			}
			turned, c.State, c.Reason, c.UpdatedAt = true, to, reason, now
			if err := written(tx.ChangeCard(ctx, c)); err != nil || to == verno.CardActive {
				return err
			}
			return tx.EndMemberSessions(ctx, a.Tenant, id, now)
		}
		w.Decide = func(p *books.Page) (books.Result, error) {
			if !turned {
				return books.Result{Owner: m.Owner}, nil
			}
			kind := verno.EventCardUnblocked
			if to == verno.CardBlocked {
				kind = verno.EventCardBlocked
			}
			p.Change(m.Owner).Epoch++
			p.Emit(event(kind, a, m, id.String(), "member", m.ID.String()))
			return books.Result{Owner: m.Owner}, nil
		}
	})
	if err != nil {
		return Card{}, err
	}
	return r.card(ctx, a.Tenant, id)
}

// holder is whose a card is, for whoever may change it. A blank card is nobody's and is not found.
func (r *Roll) holder(ctx context.Context, a verno.Actor, id verno.CardID) (verno.MemberID, error) {
	if err := a.Require(writes); err != nil {
		return verno.MemberID{}, err
	}
	c, err := r.Store.Reader().Card(ctx, a.Tenant, id)
	if err == nil && c.Member.IsZero() {
		err = store.ErrNotFound
	}
	return c.Member, missing(err, "card")
}

// lockCard locks a card that must still be the member's, whose owner is locked.
func (r *Roll) lockCard(ctx context.Context, tx *store.Tx, a verno.Actor, id verno.CardID, m verno.Member) (store.Card, error) {
	c, err := tx.LockCard(ctx, a.Tenant, id)
	if err == nil && c.Member != m.ID {
		return c, verno.Conflict("owner_moved")
	}
	return c, missing(err, "card")
}
