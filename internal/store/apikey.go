package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// APIKey is a program's credential, of which only the hash is kept. A zero time stands for never.
type APIKey struct {
	Tenant    verno.TenantID
	ID        verno.APIKeyID
	Name      string
	Hash      []byte
	Hint      string // its last four characters
	Scopes    verno.Permission
	Store     verno.StoreID    // zero for all stores
	Terminal  verno.TerminalID // zero for all terminals
	CreatedBy string
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt time.Time
}

//nolint:gosec // G101 takes the names of columns for a key.
const apiKeyColumns = `k.tenant, k.id, k.name, k.hash, k.hint, k.scopes, k.store_id, k.terminal_id, k.created_by, k.created_at,
	k.expires_at, k.revoked_at`

func (k *APIKey) fields() []any {
	return []any{
		&k.Tenant, &k.ID, &k.Name, &k.Hash, &k.Hint, &k.Scopes, &k.Store, &k.Terminal, &k.CreatedBy,
		when{&k.CreatedAt},
		when{&k.ExpiresAt},
		when{&k.RevokedAt},
	}
}

func scanAPIKey(row Scanner) (k APIKey, err error) {
	err = row.Scan(k.fields()...)
	return k, err
}

// APIKeyByHash finds a key by its hash, and whether its tenant is live. It returns ErrNotFound where there is none.
func (r *Reader) APIKeyByHash(ctx context.Context, hash []byte) (k APIKey, live bool, err error) {
	err = r.QueryRow(ctx, `SELECT `+apiKeyColumns+`, t.livemode FROM api_key k JOIN tenant t ON t.id = k.tenant
		WHERE k.hash = $1`, hash).Scan(append(k.fields(), &live)...)
	return k, live, err
}

// APIKey reads one key. It returns ErrNotFound where there is none.
func (r *Reader) APIKey(ctx context.Context, tenant verno.TenantID, id verno.APIKeyID) (APIKey, error) {
	return queryOne(ctx, r, scanAPIKey, `SELECT `+apiKeyColumns+` FROM api_key k WHERE k.tenant = $1 AND k.id = $2`, tenant, id)
}

// APIKeysAfter are a tenant's keys, the revoked among them, in the order of their IDs: those bound to one store, or all
// with the zero one.
func (r *Reader) APIKeysAfter(ctx context.Context, tenant verno.TenantID, place verno.StoreID, after verno.APIKeyID, limit int) ([]APIKey, error) {
	return queryAll(ctx, r, scanAPIKey, `SELECT `+apiKeyColumns+` FROM api_key k
		WHERE k.tenant = $1 AND k.id > $2 AND (k.store_id = $3 OR $3 IS NULL) ORDER BY k.id LIMIT $4`,
		tenant, after[:], place, limit)
}

// InsertAPIKey adds a key.
func (tx *Tx) InsertAPIKey(ctx context.Context, k APIKey) error {
	_, err := tx.Exec(ctx, `INSERT INTO api_key (tenant, id, name, hash, hint, scopes, store_id, terminal_id, created_by,
		created_at, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		k.Tenant, k.ID, k.Name, k.Hash, k.Hint, k.Scopes, k.Store, k.Terminal, k.CreatedBy, verno.Micros(k.CreatedAt),
		microsOrNull(k.ExpiresAt), microsOrNull(k.RevokedAt))
	return err
}

// RevokeAPIKey ends a key for good and reports false where it was revoked before, or does not exist.
func (tx *Tx) RevokeAPIKey(ctx context.Context, tenant verno.TenantID, id verno.APIKeyID, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE api_key SET revoked_at = $1 WHERE tenant = $2 AND id = $3 AND revoked_at IS NULL`,
		verno.Micros(at), tenant, id)
	return n == 1, err
}
