package member

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
)

// provedByPIN sees that the PIN is that of the plastic's owner. A try is taken before the PIN is looked at, out of the same
// few that tills have; whether there is a PIN, and whether it is locked, is told to nobody who does not know it.
func (r *Roll) provedByPIN(ctx context.Context, a verno.Actor, now time.Time, owner verno.Member, typed string, wrong error) (string, error) {
	pin, ok := code.PIN(typed)
	if !ok {
		return "", wrong
	}
	var kept store.MemberPIN
	err := r.Store.Write(ctx, func(tx *store.Tx) (err error) {
		kept, err = tx.TakePINTry(ctx, a.Tenant, owner.ID)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	same, err := r.Vault.CheckPIN(ctx, a.Tenant, owner.ID, kept.Hash, pin)
	if err != nil {
		return "", err
	}
	if !same {
		if kept.Hash != "" && kept.Tries == 0 {
			err = r.Store.Write(ctx, func(tx *store.Tx) error {
				return books.Record(ctx, tx, now, r.Entropy, event(verno.EventPINLocked, a, owner, owner.ID.String(), "terminal", a.Terminal.String()))
			})
		}
		if err == nil {
			err = wrong
		}
		return "", err
	}
	return byPIN, r.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.RestorePINTries(ctx, a.Tenant, owner.ID, kept.Hash, code.PINTries)
	})
}
