package member

import (
	"context"
	"errors"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// ownUnit is the unit of what a card is good for by itself; zero for one that says who it is.
func ownUnit(ctx context.Context, reader *store.Reader, c *store.Card) (verno.UnitID, error) {
	if identifies(c.Kind) {
		return verno.UnitID{}, nil
	}
	list, err := reader.Holdings(ctx, c.Tenant, verno.CardOwner(c.ID))
	if err != nil || len(list) == 0 {
		return verno.UsesUnit(c.Template), err
	}
	return list[0].Account.Unit, nil
}

// inherit lets the card that a work makes have what the one that it replaces is still good for: the old one has nothing
// left, and what comes back to it later comes to the new one.
func inherit(ctx context.Context, a verno.Actor, old verno.CardID, unit verno.UnitID, w *books.Work) {
	also, decide, from := w.Also, w.Decide, verno.CardOwner(old)
	w.Owners = append(w.Owners, books.Want{Owner: from, Units: []verno.UnitID{unit}, Spends: true})
	w.Also = func(tx *store.Tx, p *books.Page) error {
		if err := also(tx, p); err != nil {
			return err
		}
		if o := p.Owner(from); o != nil {
			by := verno.CardID(p.ID())
			p.PutOwner(&store.Owner{Tenant: a.Tenant, ID: verno.CardOwner(by), Kind: o.Kind})
			if err := tx.OpenAccounts(ctx, a.Tenant, from, verno.CardOwner(by)); err != nil {
				return err
			}
			if err := tx.MoveGift(ctx, a.Tenant, old, by); err != nil {
				return err
			}
			return tx.MoveCertificate(ctx, a.Tenant, old, by)
		}
		if _, err := tx.Owner(ctx, a.Tenant, from); !errors.Is(err, store.ErrNotFound) {
			return errors.Join(err, verno.Conflict("owner_moved")) // Its account was opened since the owners were locked.
		}
		return nil
	}
	w.Decide = func(p *books.Page) (books.Result, error) {
		result, err := decide(p)
		o := p.Change(from)
		if err != nil || o == nil {
			return result, err
		}
		id := verno.CardID(p.ID())
		o.MovedTo = verno.CardOwner(id)
		if err := p.Holding(from, unit).MoveTo(p.Draft(), p.Holding(o.MovedTo, unit), p.Now()); err != nil {
			return result, err
		}
		entry, err := p.Post(o.MovedTo, "card_replace", "", a.Name(), old[:])
		if err == nil && !entry.IsZero() {
			p.Emit(verno.Event{
				Kind: verno.EventCardValue, Owner: o.MovedTo, Subject: id.String(), Actor: a.Name(), Entry: entry.ID(),
				Detail: map[string]string{"how": "replaced", "card": old.String()},
			})
		}
		return result, err
	}
}
