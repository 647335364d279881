package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// TenantKey is a key of a tenant, wrapped by a key-encryption key that the database never sees.
type TenantKey struct {
	Tenant    verno.TenantID
	Purpose   string
	Version   int64  // grows from 1; the highest is in use, the others open what they sealed
	KEK       string // which key-encryption key wraps it
	Wrapped   []byte
	Public    []byte // of a signing key, else nil
	CreatedAt time.Time
}

const tenantKeyColumns = `tenant, purpose, version, kek_id, wrapped, public, created_at`

func scanTenantKey(row Scanner) (k TenantKey, err error) {
	err = row.Scan(&k.Tenant, &k.Purpose, &k.Version, &k.KEK, &k.Wrapped, &k.Public, when{&k.CreatedAt})
	return k, err
}

// TenantKeys are all keys of a tenant, each purpose's oldest version first.
func (r *Reader) TenantKeys(ctx context.Context, tenant verno.TenantID) ([]TenantKey, error) {
	return queryAll(ctx, r, scanTenantKey,
		`SELECT `+tenantKeyColumns+` FROM tenant_key WHERE tenant = $1 ORDER BY purpose, version`, tenant)
}

// KEKs names the key-encryption keys that the database needs, in order.
func (r *Reader) KEKs(ctx context.Context) ([]string, error) {
	return queryAll(ctx, r, scanOne[string], `SELECT DISTINCT kek_id FROM tenant_key ORDER BY kek_id`)
}

// TenantKeysNotUnder are keys, of any tenant, that another key-encryption key wraps.
func (r *Reader) TenantKeysNotUnder(ctx context.Context, kek string, limit int) ([]TenantKey, error) {
	return queryAll(ctx, r, scanTenantKey,
		`SELECT `+tenantKeyColumns+` FROM tenant_key WHERE kek_id <> $1 ORDER BY tenant, purpose, version LIMIT $2`, kek, limit)
}

// CountTenantKeysNotUnder is how many keys another key-encryption key wraps.
func (r *Reader) CountTenantKeysNotUnder(ctx context.Context, kek string) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM tenant_key WHERE kek_id <> $1`, kek)
}

// InsertTenantKey adds a key and reports false where its version exists already.
func (tx *Tx) InsertTenantKey(ctx context.Context, k TenantKey) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO tenant_key (`+tenantKeyColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT DO NOTHING`, k.Tenant, k.Purpose, k.Version, k.KEK, k.Wrapped, k.Public, verno.Micros(k.CreatedAt))
	return n == 1, err
}

// RewrapTenantKey puts a key under another key-encryption key, unless that has happened meanwhile.
func (tx *Tx) RewrapTenantKey(ctx context.Context, k TenantKey, kek string, wrapped []byte) error {
	_, err := tx.Exec(ctx, `UPDATE tenant_key SET kek_id = $1, wrapped = $2
		WHERE tenant = $3 AND purpose = $4 AND version = $5 AND wrapped = $6`,
		kek, wrapped, k.Tenant, k.Purpose, k.Version, k.Wrapped)
	return err
}

// scanOne scans the rows of a statement with one column.
func scanOne[T any](row Scanner) (v T, err error) {
	err = row.Scan(&v)
	return v, err
}
