package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// SetupToken is the right to set Verno up: first by an address that is shown once, then by the session that the address
// was exchanged for.
type SetupToken struct {
	Hash      []byte
	Tenant    verno.TenantID // what it has set up; zero before that
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // when the address became a session; zero before that
}

func scanSetupToken(row Scanner) (t SetupToken, err error) {
	var created, expires, used int64
	err = row.Scan(&t.Hash, &t.Tenant, &created, &expires, &used)
	t.CreatedAt, t.ExpiresAt, t.UsedAt = verno.FromMicros(created), verno.FromMicros(expires), timeOrNone(used)
	return t, err
}

// SetupToken finds a right to set up. It returns ErrNotFound where there is none.
func (r *Reader) SetupToken(ctx context.Context, hash []byte) (SetupToken, error) {
	return queryOne(ctx, r, scanSetupToken, `SELECT hash, tenant, created_at, expires_at, COALESCE(used_at, 0)
		FROM setup_token WHERE hash = $1`, hash)
}

// InsertSetupToken adds an address.
func (tx *Tx) InsertSetupToken(ctx context.Context, t SetupToken) error {
	_, err := tx.Exec(ctx, `INSERT INTO setup_token (hash, tenant, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
		t.Hash, t.Tenant, verno.Micros(t.CreatedAt), verno.Micros(t.ExpiresAt))
	return err
}

// UseSetupToken makes a session of an address that nobody has used; false where somebody has, or it is no more.
func (tx *Tx) UseSetupToken(ctx context.Context, hash, session []byte, now, until time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE setup_token SET hash = $1, used_at = $2, expires_at = $3
		WHERE hash = $4 AND used_at IS NULL AND expires_at > $2`, session, verno.Micros(now), verno.Micros(until), hash)
	return n == 1, err
}

// BindSetupToken notes what a session has set up.
func (tx *Tx) BindSetupToken(ctx context.Context, session []byte, tenant verno.TenantID) error {
	_, err := tx.Exec(ctx, `UPDATE setup_token SET tenant = $1 WHERE hash = $2`, tenant, session)
	return err
}

// DropSetupTokens forgets all addresses that nobody has used, and with a session that as well.
func (tx *Tx) DropSetupTokens(ctx context.Context, session []byte) error {
	_, err := tx.Exec(ctx, `DELETE FROM setup_token WHERE used_at IS NULL OR hash = $1`, session)
	return err
}

// AnyOwner reports whether anybody at all can log in as an owner.
func (r *Reader) AnyOwner(ctx context.Context) (bool, error) {
	n, err := queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM staff WHERE role = 'owner' AND disabled_at IS NULL`)
	return n > 0, err
}
