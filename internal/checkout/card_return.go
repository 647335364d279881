package checkout

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// unreturned says why a card in its state is not taken back: with the error returned where it was before.
func unreturned(s verno.CardState, returned *verno.Error) error {
	switch s {
	case verno.CardActive:
		return nil
	case verno.CardReturned:
		return returned
	default:
		return verno.Conflict("card_state").With("state", string(s))
	}
}

// takeBack puts a card out of use for ever. Errors: those of unreturned.
func takeBack(ctx context.Context, tx *store.Tx, p *books.Page, tenant verno.TenantID, id verno.CardID, returned *verno.Error) error {
	c, err := tx.LockCard(ctx, tenant, id)
	if err == nil {
		err = unreturned(c.State, returned)
	}
	if err != nil {
		return err
	}
	c.State, c.UpdatedAt = verno.CardReturned, now(p)
	changed, err := tx.ChangeCard(ctx, c)
	if err == nil && !changed {
		err = verno.Conflict("etag_mismatch") // Never, as the row is locked.
	}
	return err
}
