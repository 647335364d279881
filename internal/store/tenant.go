package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// Tenant is a company that runs its programmes here, or the test twin of one.
type Tenant struct {
	ID            verno.TenantID
	Name          string
	Live          bool
	LiveID        verno.TenantID // of a test twin: the tenant that it belongs to
	Language      string         // "ru" or "en"
	ConfigVersion int64          // grows with each change that the till's rules must see
	CreatedAt     time.Time
}

const tenantColumns = `id, name, livemode, live_id, language, config_version, created_at`

func scanTenant(row Scanner) (t Tenant, err error) {
	var created int64
	err = row.Scan(&t.ID, &t.Name, &t.Live, &t.LiveID, &t.Language, &t.ConfigVersion, &created)
	t.CreatedAt = verno.FromMicros(created)
	return t, err
}

// Tenant finds a tenant. It returns ErrNotFound where there is none.
func (r *Reader) Tenant(ctx context.Context, id verno.TenantID) (Tenant, error) {
	return queryOne(ctx, r, scanTenant, `SELECT `+tenantColumns+` FROM tenant WHERE id = $1`, id)
}

// Tenants lists all tenants and their test twins, oldest first.
func (r *Reader) Tenants(ctx context.Context) ([]Tenant, error) {
	return queryAll(ctx, r, scanTenant, `SELECT `+tenantColumns+` FROM tenant ORDER BY id`)
}

// TwinOf finds the test twin of a tenant. It returns ErrNotFound where there is none.
func (r *Reader) TwinOf(ctx context.Context, live verno.TenantID) (Tenant, error) {
	return queryOne(ctx, r, scanTenant, `SELECT `+tenantColumns+` FROM tenant WHERE live_id = $1 ORDER BY id LIMIT 1`, live)
}

// ConfigVersion is the number that grows with each change that the till's rules must see.
func (r *Reader) ConfigVersion(ctx context.Context, id verno.TenantID) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT config_version FROM tenant WHERE id = $1`, id)
}

// InsertTenant adds a tenant.
func (tx *Tx) InsertTenant(ctx context.Context, t Tenant) error {
	_, err := tx.Exec(ctx, `INSERT INTO tenant (`+tenantColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		t.ID, t.Name, t.Live, t.LiveID, t.Language, t.ConfigVersion, verno.Micros(t.CreatedAt))
	return err
}

// RaiseConfigVersion tells all that hold compiled rules to read them again, and returns the new number.
func (tx *Tx) RaiseConfigVersion(ctx context.Context, id verno.TenantID) (int64, error) {
	return queryOne(ctx, tx.Reader, scanOne[int64],
		`UPDATE tenant SET config_version = config_version + 1 WHERE id = $1 RETURNING config_version`, id)
}

// timeOrNone reads a stored time that may be absent; absent is 0 here, by COALESCE, and the zero Time in Go.
func timeOrNone(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return verno.FromMicros(us)
}

// microsOrNull stores a time that may be absent.
func microsOrNull(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	us := verno.Micros(t)
	return &us
}

// textOrNull stores a text of which the empty one is none, so that a unique index lets it occur often.
func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
