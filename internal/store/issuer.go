package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Issuer is a legal entity: it sells in its stores and owes the stored money of its customers.
type Issuer struct {
	Tenant    verno.TenantID
	ID        verno.IssuerID
	Name      string
	TaxID     string
	CreatedAt time.Time
}

const issuerColumns = `tenant, id, name, tax_id, created_at`

func scanIssuer(row Scanner) (i Issuer, err error) {
	var created int64
	err = row.Scan(&i.Tenant, &i.ID, &i.Name, &i.TaxID, &created)
	i.CreatedAt = verno.FromMicros(created)
	return i, err
}

// Issuer finds a legal entity. It returns ErrNotFound where there is none.
func (r *Reader) Issuer(ctx context.Context, tenant verno.TenantID, id verno.IssuerID) (Issuer, error) {
	return queryOne(ctx, r, scanIssuer, `SELECT `+issuerColumns+` FROM issuer WHERE tenant = $1 AND id = $2`, tenant, id)
}

// Issuers lists a tenant's legal entities by ID.
func (r *Reader) Issuers(ctx context.Context, tenant verno.TenantID, after verno.IssuerID, limit int) ([]Issuer, error) {
	return queryAll(ctx, r, scanIssuer, `SELECT `+issuerColumns+` FROM issuer
		WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3`, tenant, after[:], limit)
}

// InsertIssuer adds a legal entity.
func (tx *Tx) InsertIssuer(ctx context.Context, i Issuer) error {
	_, err := tx.Exec(ctx, `INSERT INTO issuer (`+issuerColumns+`) VALUES ($1, $2, $3, $4, $5)`,
		i.Tenant, i.ID, i.Name, i.TaxID, verno.Micros(i.CreatedAt))
	return err
}

// ChangeIssuer writes a legal entity's name and tax number; false where there is no such entity.
func (tx *Tx) ChangeIssuer(ctx context.Context, i Issuer) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE issuer SET name = $1, tax_id = $2 WHERE tenant = $3 AND id = $4`,
		i.Name, i.TaxID, i.Tenant, i.ID)
	return n == 1, err
}

// LockIssuer keeps others from making units of a legal entity until the transaction ends. It returns ErrNotFound where
// there is no such entity.
func (tx *Tx) LockIssuer(ctx context.Context, tenant verno.TenantID, id verno.IssuerID) error {
	var found verno.IssuerID
	return tx.QueryRow(ctx, `SELECT id FROM issuer WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE`, tenant, id).Scan(&found)
}

const unitColumns = `id, kind, programme_id, issuer_id, currency, scale`

func scanUnit(row Scanner) (u verno.Unit, err error) {
	err = row.Scan(&u.ID, &u.Kind, &u.Programme, &u.Issuer, &u.Currency, &u.Scale)
	return u, err
}

// Unit finds what an account counts in. It returns ErrNotFound where there is none.
func (r *Reader) Unit(ctx context.Context, tenant verno.TenantID, id verno.UnitID) (verno.Unit, error) {
	return queryOne(ctx, r, scanUnit, `SELECT `+unitColumns+` FROM unit WHERE tenant = $1 AND id = $2`, tenant, id)
}

// Units lists all units of a tenant by ID.
func (r *Reader) Units(ctx context.Context, tenant verno.TenantID) ([]verno.Unit, error) {
	return queryAll(ctx, r, scanUnit, `SELECT `+unitColumns+` FROM unit WHERE tenant = $1 ORDER BY id`, tenant)
}

// MoneyUnit finds the unit of a legal entity's stored money in a currency. It returns ErrNotFound where there is none.
func (r *Reader) MoneyUnit(ctx context.Context, tenant verno.TenantID, issuer verno.IssuerID, currency money.Currency) (verno.Unit, error) {
	return queryOne(ctx, r, scanUnit, `SELECT `+unitColumns+` FROM unit
		WHERE tenant = $1 AND kind = 'money' AND issuer_id = $2 AND currency = $3 ORDER BY id LIMIT 1`, tenant, issuer, currency)
}

// InsertUnit adds a unit unless it is there already. A unit never changes.
func (tx *Tx) InsertUnit(ctx context.Context, tenant verno.TenantID, u verno.Unit, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO unit (tenant, id, kind, programme_id, issuer_id, currency, scale, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		tenant, u.ID, u.Kind, u.Programme, u.Issuer, u.Currency, u.Scale, verno.Micros(at))
	return err
}
