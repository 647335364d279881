package member

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// usesLeft adds how often a pass or a ticket lets in still. Until it is used or filled for the first time it has what it
// began with.
func usesLeft(ctx context.Context, reader *store.Reader, t *card.Template, c store.Card, x *card.Facts) error {
	rule, ok := t.Admission(x.At.Location())
	if !ok {
		return nil
	}
	d, err := card.ReadDocument(c.Document)
	if err != nil {
		return err
	}
	if x.Of = rule.Entries(&d); x.Of == 0 {
		return nil
	}
	over := !d.Ends.IsZero() && !x.At.Before(d.Ends)
	if !over {
		x.Left = x.Of
	}
	list, err := reader.Holdings(ctx, c.Tenant, verno.CardOwner(c.ID))
	if err != nil {
		return err
	}
	for _, h := range list {
		if h.Account.Unit != verno.UsesUnit(c.Template) {
			continue
		}
		if x.Left, err = h.Spendable(verno.Micros(x.At)); err != nil {
			return err
		}
		x.Of = max(x.Of, x.Left) // An entry may have been undone since it was filled.
	}
	if x.Left == 0 && !over && x.State == string(verno.CardActive) {
		x.State = card.StateUsed
	}
	return nil
}
