package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// Checkout is a sale that is kept open under the client's own name.
type Checkout struct {
	Tenant    verno.TenantID
	ID        string
	Owner     verno.OwnerID // zero where nobody showed a card
	Terminal  verno.TerminalID
	State     string // open, cancelled
	Document  string // JSON: the sale as last put
	Hold      verno.HoldID
	Revision  int64
	ExpiresAt int64
	CreatedAt int64
	UpdatedAt int64
}

const checkoutColumns = `tenant, id, owner_id, terminal_id, state, document, hold_id, revision, expires_at, created_at, updated_at`

func scanCheckout(row Scanner) (c Checkout, err error) {
	err = row.Scan(&c.Tenant, &c.ID, &c.Owner, &c.Terminal, &c.State, &c.Document, &c.Hold, &c.Revision, &c.ExpiresAt,
		&c.CreatedAt, &c.UpdatedAt)
	return c, err
}

// Checkout finds an open or cancelled checkout. It returns ErrNotFound where there is none.
func (r *Reader) Checkout(ctx context.Context, tenant verno.TenantID, id string) (Checkout, error) {
	return queryOne(ctx, r, scanCheckout, `SELECT `+checkoutColumns+` FROM checkout WHERE tenant = $1 AND id = $2`, tenant, id)
}

// LockCheckout is Checkout, and keeps others from changing the row until the transaction ends.
func (tx *Tx) LockCheckout(ctx context.Context, tenant verno.TenantID, id string) (Checkout, error) {
	return queryOne(ctx, tx.Reader, scanCheckout,
		`SELECT `+checkoutColumns+` FROM checkout WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE`, tenant, id)
}

// PutCheckout writes a checkout that is new or locked.
func (tx *Tx) PutCheckout(ctx context.Context, c Checkout) error {
	_, err := tx.Exec(ctx, `INSERT INTO checkout (`+checkoutColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (tenant, id) DO UPDATE SET owner_id = excluded.owner_id, terminal_id = excluded.terminal_id,
		state = excluded.state, document = excluded.document, hold_id = excluded.hold_id, revision = excluded.revision,
		expires_at = excluded.expires_at, updated_at = excluded.updated_at`,
		c.Tenant, c.ID, c.Owner, c.Terminal, c.State, c.Document, c.Hold, c.Revision, c.ExpiresAt, c.CreatedAt, c.UpdatedAt)
	return err
}
