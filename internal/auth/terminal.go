package auth

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Terminal is a till, as those who manage stores see it.
type Terminal struct {
	ID         verno.TerminalID
	Store      verno.StoreID
	Name       string
	ExternalID string
	Paired     bool
	PairedAt   time.Time // zero for never
	RevokedAt  time.Time // zero while it may be paired and used
	SeenAt     time.Time // its last heartbeat, zero for none
	QueueDepth int64     // receipts that wait on it, by that heartbeat
	Revision   int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// NewTerminal is a till to be added.
type NewTerminal struct {
	Store      verno.StoreID
	Name       string
	ExternalID string // empty for none
}

// TerminalChange is what is to be changed; nil leaves a field as it is.
type TerminalChange struct {
	Store      *verno.StoreID
	Name       *string
	ExternalID *string
}

// CreateTerminal adds a till, which is still to be paired.
func (g *Gate) CreateTerminal(ctx context.Context, a verno.Actor, n NewTerminal, now time.Time) (Terminal, error) {
	if err := a.Require(verno.MayManageStores); err != nil {
		return Terminal{}, err
	}
	row := store.Terminal{
		Tenant: a.Tenant, ID: verno.NewID[verno.TerminalID](now, g.Entropy), Store: n.Store, Name: verno.Single(n.Name),
		ExternalID: n.ExternalID, Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	if err := g.checkTerminal(ctx, a, row); err != nil {
		return Terminal{}, err
	}
	err := g.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertTerminal(ctx, row); err != nil {
			return err
		}
		return g.record(ctx, tx, a, now, "terminal.created", row.ID.String(), "store", row.Store.String())
	})
	if errors.Is(err, store.ErrUnique) {
		err = verno.Conflict("external_id_taken").With("external_id", row.ExternalID)
	}
	return shownTerminal(row), err
}

func (g *Gate) checkTerminal(ctx context.Context, a verno.Actor, row store.Terminal) error {
	var faults verno.Faults
	faults.Text("/name", row.Name, 1, 100)
	faults.Text("/external_id", row.ExternalID, 0, 100)
	if row.Store.IsZero() {
		faults.Say("/store_id", "required")
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return g.checkPlace(ctx, g.Store.Reader(), a, a.Tenant, row.Store)
}

// ChangeTerminal changes a till, given the revision that was read; otherwise it returns etag_mismatch.
func (g *Gate) ChangeTerminal(ctx context.Context, a verno.Actor, id verno.TerminalID, revision int64, c TerminalChange, now time.Time) (Terminal, error) {
	row, err := g.changeTerminal(ctx, a, id, now, "terminal.changed", func(row *store.Terminal) error {
		if row.Revision != revision {
			return verno.Precondition("etag_mismatch")
		}
		row.Store = deref(c.Store, row.Store)
		row.Name = verno.Single(deref(c.Name, row.Name))
		row.ExternalID = deref(c.ExternalID, row.ExternalID)
		return g.checkTerminal(ctx, a, *row)
	})
	if errors.Is(err, store.ErrUnique) {
		err = verno.Conflict("external_id_taken").With("external_id", row.ExternalID)
	}
	return shownTerminal(row), err
}

// RevokeTerminal takes a till's token away at once, ends the shift that is open there and forgets its pairing code. It
// can be paired again later. Revoking again does nothing.
func (g *Gate) RevokeTerminal(ctx context.Context, a verno.Actor, id verno.TerminalID, now time.Time) error {
	_, err := g.changeTerminal(ctx, a, id, now, "terminal.revoked", func(row *store.Terminal) error {
		row.TokenHash, row.PairingHash, row.PairingExpiresAt = nil, nil, time.Time{}
		if row.RevokedAt.IsZero() {
			row.RevokedAt = now
		}
		return nil
	})
	return err
}

// changeTerminal changes a till under its lock. Whatever was cached of it, and of shifts and keys there, is forgotten.
// It returns store.ErrUnique where another till has the external id or the pairing code.
func (g *Gate) changeTerminal(ctx context.Context, a verno.Actor, id verno.TerminalID, now time.Time, what string, change func(row *store.Terminal) error) (store.Terminal, error) {
	if err := a.Require(verno.MayManageStores); err != nil {
		return store.Terminal{}, err
	}
	var row store.Terminal
	err := g.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if row, err = tx.LockTerminal(ctx, a.Tenant, id); err != nil {
			return missing(err, "terminal")
		}
		if err := within(a, row.Store); err != nil {
			return err
		}
		if err := change(&row); err != nil {
			return err
		}
		row.Revision, row.UpdatedAt = row.Revision+1, now
		if err := tx.UpdateTerminal(ctx, row); err != nil {
			return err
		}
		if row.TokenHash == nil {
			if _, err := tx.EndSessionsAt(ctx, a.Tenant, id, now); err != nil {
				return err
			}
		}
		return g.record(ctx, tx, a, now, what, id.String(), "store", row.Store.String())
	})
	g.cache.forget(func(cached verno.Actor) bool { return cached.Terminal == id })
	return row, err
}

// Terminal reads one till.
func (g *Gate) Terminal(ctx context.Context, a verno.Actor, id verno.TerminalID) (Terminal, error) {
	if id != a.Terminal {
		if err := a.Require(verno.MayManageStores); err != nil {
			return Terminal{}, err
		}
	}
	row, err := g.Store.Reader().Terminal(ctx, a.Tenant, id)
	if err != nil {
		return Terminal{}, missing(err, "terminal")
	}
	return shownTerminal(row), within(a, row.Store)
}

// TerminalsAfter lists tills by ID, the revoked too; of one store, where the actor is bound to it.
func (g *Gate) TerminalsAfter(ctx context.Context, a verno.Actor, after verno.TerminalID, limit int) ([]Terminal, error) {
	if err := a.Require(verno.MayManageStores); err != nil {
		return nil, err
	}
	rows, err := g.Store.Reader().TerminalsAfter(ctx, a.Tenant, a.Store, after, limit)
	if err != nil {
		return nil, err
	}
	all := make([]Terminal, len(rows))
	for i, row := range rows {
		all[i] = shownTerminal(row)
	}
	return all, nil
}

// Heartbeat notes that a till is there and how many receipts wait on it.
func (g *Gate) Heartbeat(ctx context.Context, till verno.Actor, queueDepth int64, now time.Time) error {
	if till.Terminal.IsZero() {
		return verno.Forbidden("till_needed")
	}
	return g.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.SeeTerminal(ctx, till.Tenant, till.Terminal, now, max(0, queueDepth))
	})
}

func shownTerminal(row store.Terminal) Terminal {
	return Terminal{
		ID: row.ID, Store: row.Store, Name: row.Name, ExternalID: row.ExternalID, Paired: row.TokenHash != nil,
		PairedAt: row.PairedAt, RevokedAt: row.RevokedAt, SeenAt: row.SeenAt, QueueDepth: row.QueueDepth,
		Revision: row.Revision, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}
}

func deref[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
