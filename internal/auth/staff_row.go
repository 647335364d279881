package auth

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// others reads somebody whom the actor may change: in the same store where the actor is bound to one, and no greater.
func (g *Gate) others(ctx context.Context, a verno.Actor, id verno.StaffID) (store.Staff, error) {
	if err := a.Require(verno.MayManageStaff); err != nil {
		return store.Staff{}, err
	}
	row, err := g.Store.Reader().Staff(ctx, a.Tenant, id)
	if err != nil {
		return store.Staff{}, missing(err, "staff")
	}
	if err := within(a, row.Store); err != nil {
		return store.Staff{}, err
	}
	return row, mayGive(a, row.Role)
}

// own reads the actor's own row. A till is no place to change one's credentials.
func (g *Gate) own(ctx context.Context, a verno.Actor) (store.Staff, error) {
	if a.Staff.IsZero() || !a.Terminal.IsZero() {
		return store.Staff{}, verno.Forbidden("person_needed")
	}
	row, err := g.Store.Reader().Staff(ctx, a.Tenant, a.Staff)
	return row, missing(err, "staff")
}

// also is what happens in the same transaction as a change of a row.
type also func(ctx context.Context, tx *store.Tx, row store.Staff, now time.Time) error

func endSessions(ctx context.Context, tx *store.Tx, row store.Staff, now time.Time) error {
	_, err := tx.EndSessionsOf(ctx, row.Tenant, row.ID, now)
	return err
}

// letIn forgets failed log-ins.
func letIn(ctx context.Context, tx *store.Tx, row store.Staff, _ time.Time) error {
	return tx.BarStaff(ctx, row.Tenant, row.ID, time.Time{})
}

// update writes a row that was read and changed, unless another change came first: then it returns etag_mismatch. It
// returns last_owner where nobody would be left to own the tenant, and login_taken.
func (g *Gate) update(ctx context.Context, a verno.Actor, row store.Staff, now time.Time, what string, more ...also) error {
	err := g.Store.Write(ctx, func(tx *store.Tx) error {
		row := row
		owners, err := tx.LockActiveInRole(ctx, row.Tenant, verno.RoleOwner)
		if err != nil {
			return err
		}
		before, err := tx.LockStaff(ctx, row.Tenant, row.ID)
		if err != nil {
			return err
		}
		if isOwner(before) && !isOwner(row) && len(owners) < 2 {
			return verno.Refused("last_owner")
		}
		if bytes.Equal(before.TOTPSecret, row.TOTPSecret) {
			row.TOTPStep = max(row.TOTPStep, before.TOTPStep) // a log-in may have used a later one meanwhile
		}
		row.Revision, row.UpdatedAt = row.Revision+1, now
		fresh, err := tx.UpdateStaff(ctx, row)
		if err == nil && !fresh {
			err = verno.Precondition("etag_mismatch")
		}
		if err != nil {
			return err
		}
		for _, fn := range more {
			if err := fn(ctx, tx, row, now); err != nil {
				return err
			}
		}
		return g.record(ctx, tx, a, now, what, row.ID.String(), "role", string(row.Role))
	})
	g.cache.forget(func(cached verno.Actor) bool { return cached.Staff == row.ID })
	if errors.Is(err, store.ErrUnique) {
		return verno.Conflict("login_taken")
	}
	return err
}

func isOwner(row store.Staff) bool { return row.Role == verno.RoleOwner && row.DisabledAt.IsZero() }
