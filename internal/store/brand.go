package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// Brand is what a merchant looks like, and how far its beginning has come.
type Brand struct {
	Tenant    verno.TenantID
	Business  string // cafe, shop, pharmacy or any: what examples are about
	Accent    string // #rrggbb; empty for Verno's own
	LogoHash  string // for the logo's address; empty where there is none
	Setup     string // JSON object: which steps of the beginning are done, which were put off
	Revision  int64
	UpdatedAt time.Time
}

const brandColumns = `tenant, business, accent, logo_hash, setup, revision, updated_at`

func scanBrand(row Scanner) (b Brand, err error) {
	var updated int64
	err = row.Scan(&b.Tenant, &b.Business, &b.Accent, &b.LogoHash, &b.Setup, &b.Revision, &updated)
	b.UpdatedAt = verno.FromMicros(updated)
	return b, err
}

// Brand finds a merchant's look. It returns ErrNotFound where nothing was ever chosen.
func (r *Reader) Brand(ctx context.Context, tenant verno.TenantID) (Brand, error) {
	return queryOne(ctx, r, scanBrand, `SELECT `+brandColumns+` FROM brand WHERE tenant = $1`, tenant)
}

// Logo is a merchant's picture as PNG. It returns ErrNotFound where there is no brand, and nothing where it has no logo.
func (r *Reader) Logo(ctx context.Context, tenant verno.TenantID) ([]byte, error) {
	return queryOne(ctx, r, scanOne[[]byte], `SELECT logo FROM brand WHERE tenant = $1`, tenant)
}

// InsertBrand adds a merchant's look; false where there is one already.
func (tx *Tx) InsertBrand(ctx context.Context, b Brand) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO brand (`+brandColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		b.Tenant, b.Business, b.Accent, b.LogoHash, b.Setup, b.Revision, verno.Micros(b.UpdatedAt))
	return n == 1, err
}

// ChangeBrand writes a look over the revision that was read; false where it is no longer there. The logo stays.
func (tx *Tx) ChangeBrand(ctx context.Context, b Brand) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE brand SET business = $1, accent = $2, setup = $3, updated_at = $4,
		revision = revision + 1 WHERE tenant = $5 AND revision = $6`,
		b.Business, b.Accent, b.Setup, verno.Micros(b.UpdatedAt), b.Tenant, b.Revision)
	return n == 1, err
}

// SetLogo puts a picture into a look; nil takes it out.
func (tx *Tx) SetLogo(ctx context.Context, tenant verno.TenantID, logo []byte, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE brand SET logo = $1, logo_hash = $2, revision = revision + 1 WHERE tenant = $3`, logo, hash, tenant)
	return err
}

// RenameTenant gives a company, and its test twin, another name.
func (tx *Tx) RenameTenant(ctx context.Context, id verno.TenantID, name string) error {
	_, err := tx.Exec(ctx, `UPDATE tenant SET name = $1 WHERE id = $2 OR live_id = $2`, name, id)
	return err
}
