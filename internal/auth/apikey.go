package auth

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Key is an API key, as those who manage keys see it: the secret itself is shown once, when it is made.
type Key struct {
	ID        verno.APIKeyID
	Name      string
	Hint      string // the last four characters
	Live      bool
	Scopes    verno.Permission
	Store     verno.StoreID    // zero for all stores
	Terminal  verno.TerminalID // zero for all tills
	CreatedBy string
	CreatedAt time.Time
	ExpiresAt time.Time // zero for never
	RevokedAt time.Time // zero while it is good
}

// NewKey is a key to be made.
type NewKey struct {
	Name      string
	Scopes    verno.Permission
	Store     verno.StoreID
	Terminal  verno.TerminalID
	ExpiresAt time.Time
	Test      bool // a key of the test twin
}

// CreateKey makes an API key and returns it with its secret. It returns the refusal scopes_above for scopes that the
// actor lacks.
func (g *Gate) CreateKey(ctx context.Context, a verno.Actor, n NewKey, now time.Time) (Key, string, error) {
	if err := a.Require(verno.MayManageStaff); err != nil {
		return Key{}, "", err
	}
	if above := n.Scopes &^ a.May; above != 0 {
		return Key{}, "", verno.Forbidden("scopes_above").With("scopes", above.String())
	}
	n.Name = verno.Single(n.Name)
	var faults verno.Faults
	faults.Text("/name", n.Name, 1, 100)
	if n.Scopes == 0 {
		faults.Say("/scopes", "required")
	}
	if !n.ExpiresAt.IsZero() && !n.ExpiresAt.After(now) {
		faults.Say("/expires_at", "time_past")
	}
	if err := faults.Err(); err != nil {
		return Key{}, "", err
	}
	tenant, live, err := g.mode(ctx, a, n.Test)
	if err != nil {
		return Key{}, "", err
	}
	if err := g.bind(ctx, a, tenant, &n); err != nil {
		return Key{}, "", err
	}
	beginning := liveKey
	if !live {
		beginning = testKey
	}
	secret := newToken(beginning, g.Entropy)
	hash := digest(secret)
	row := store.APIKey{
		Tenant: tenant, ID: verno.NewID[verno.APIKeyID](now, g.Entropy), Name: n.Name, Hash: hash[:],
		Hint: secret[len(secret)-4:], Scopes: n.Scopes, Store: n.Store, Terminal: n.Terminal, CreatedBy: a.Name(),
		CreatedAt: now, ExpiresAt: n.ExpiresAt,
	}
	err = g.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertAPIKey(ctx, row); err != nil {
			return err
		}
		return g.record(ctx, tx, a, now, "key.created", row.ID.String(), "scopes", n.Scopes.String(), "livemode", yesNo(live))
	})
	return shownKey(row, live), secret, err
}

// mode finds the tenant in which a key is made: the actor's own, or its test twin.
func (g *Gate) mode(ctx context.Context, a verno.Actor, test bool) (verno.TenantID, bool, error) {
	if !test || !a.Live {
		return a.Tenant, a.Live, nil
	}
	twin, err := g.Store.Reader().TwinOf(ctx, a.Tenant)
	return twin.ID, false, missing(err, "test twin")
}

// bind sees that a key reaches no farther than the actor does.
func (g *Gate) bind(ctx context.Context, a verno.Actor, tenant verno.TenantID, n *NewKey) error {
	reader := g.Store.Reader()
	if !n.Terminal.IsZero() {
		t, err := reader.Terminal(ctx, tenant, n.Terminal)
		if errors.Is(err, store.ErrNotFound) || err == nil && !n.Store.IsZero() && n.Store != t.Store {
			return verno.InvalidField("/terminal_id", "not_known")
		}
		if err != nil {
			return err
		}
		n.Store = t.Store
	}
	if !a.Terminal.IsZero() && n.Terminal != a.Terminal {
		return verno.Forbidden("store_foreign")
	}
	return g.checkPlace(ctx, reader, a, tenant, n.Store)
}

// KeysAfter lists keys by ID, the revoked too: of the actor's tenant, or with test of its twin; of one store, where the
// actor is bound to it.
func (g *Gate) KeysAfter(ctx context.Context, a verno.Actor, test bool, after verno.APIKeyID, limit int) ([]Key, error) {
	if err := a.Require(verno.MayManageStaff); err != nil {
		return nil, err
	}
	tenant, live, err := g.mode(ctx, a, test)
	if err != nil {
		return nil, err
	}
	rows, err := g.Store.Reader().APIKeysAfter(ctx, tenant, a.Store, after, limit)
	if err != nil {
		return nil, err
	}
	all := make([]Key, len(rows))
	for i, row := range rows {
		all[i] = shownKey(row, live)
	}
	return all, nil
}

// Key reads one key of the actor's tenant or of its twin.
func (g *Gate) Key(ctx context.Context, a verno.Actor, id verno.APIKeyID) (Key, error) {
	if err := a.Require(verno.MayManageStaff); err != nil {
		return Key{}, err
	}
	row, live, err := g.findKey(ctx, a, id)
	return shownKey(row, live), err
}

// RevokeKey ends a key for good. Revoking again does nothing.
func (g *Gate) RevokeKey(ctx context.Context, a verno.Actor, id verno.APIKeyID, now time.Time) error {
	if err := a.Require(verno.MayManageStaff); err != nil {
		return err
	}
	row, _, err := g.findKey(ctx, a, id)
	if err != nil {
		return err
	}
	if err := within(a, row.Store); err != nil {
		return err
	}
	err = g.Store.Write(ctx, func(tx *store.Tx) error {
		revoked, err := tx.RevokeAPIKey(ctx, row.Tenant, id, now)
		if err != nil || !revoked {
			return err
		}
		return g.record(ctx, tx, a, now, "key.revoked", id.String())
	})
	g.cache.forget(func(cached verno.Actor) bool { return cached.APIKey == id })
	return err
}

func (g *Gate) findKey(ctx context.Context, a verno.Actor, id verno.APIKeyID) (store.APIKey, bool, error) {
	row, err := g.Store.Reader().APIKey(ctx, a.Tenant, id)
	if !errors.Is(err, store.ErrNotFound) || !a.Live {
		return row, a.Live, missing(err, "API key")
	}
	tenant, _, err := g.mode(ctx, a, true)
	if err != nil {
		return row, false, verno.NotFound("not_found").With("thing", "API key")
	}
	row, err = g.Store.Reader().APIKey(ctx, tenant, id)
	return row, false, missing(err, "API key")
}

func shownKey(row store.APIKey, live bool) Key {
	return Key{
		ID: row.ID, Name: row.Name, Hint: row.Hint, Live: live, Scopes: row.Scopes, Store: row.Store, Terminal: row.Terminal,
		CreatedBy: row.CreatedBy, CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt, RevokedAt: row.RevokedAt,
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
