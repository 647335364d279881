package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// The states of a confirmation. One that waits or is confirmed ends by itself when its time is over.
const (
	ConfirmationWaiting   = "waiting"
	ConfirmationConfirmed = "confirmed"
	ConfirmationRefused   = "refused"
	ConfirmationWithdrawn = "withdrawn"
	ConfirmationUsed      = "used"
)

// Confirmation is a question that a till asks a member, in the member's own phone, about one purchase.
type Confirmation struct {
	Tenant     verno.TenantID
	ID         verno.ConfirmationID
	Member     verno.MemberID
	Owner      verno.OwnerID
	Card       verno.CardID // that was shown; zero where none was
	Epoch      int64        // of the owner when it was asked
	Store      verno.StoreID
	Terminal   verno.TerminalID
	APIKey     verno.APIKeyID
	Checkout   string // the asker's own name for the sale
	Currency   money.Currency
	Scale      int64        // decimal places of points
	Totals     verno.Totals // without what is earned
	Stored     money.Amount // stored money that pays a part of what is payable
	State      string
	AskedAt    time.Time
	AnsweredAt time.Time // zero while it is not
	ExpiresAt  time.Time // of the question; once confirmed, of the answer
}

const confirmationColumns = `tenant, id, member_id, owner_id, card_id, epoch, store_id, terminal_id, api_key_id, checkout_id,
	currency, scale, gross, discount, points, redeemed, payable, stored, state, asked_at, answered_at, expires_at`

func scanConfirmation(row Scanner) (c Confirmation, err error) {
	t := &c.Totals
	err = row.Scan(&c.Tenant, &c.ID, &c.Member, &c.Owner, &c.Card, &c.Epoch, &c.Store, &c.Terminal, &c.APIKey, &c.Checkout,
		&c.Currency, &c.Scale, &t.Gross, &t.Discount, &t.Points, &t.Redeemed, &t.Payable, &c.Stored, &c.State,
		when{&c.AskedAt}, when{&c.AnsweredAt}, when{&c.ExpiresAt})
	return c, err
}

// Confirmation finds one. It returns ErrNotFound where there is none.
func (r *Reader) Confirmation(ctx context.Context, tenant verno.TenantID, id verno.ConfirmationID) (Confirmation, error) {
	return queryOne(ctx, r, scanConfirmation, `SELECT `+confirmationColumns+` FROM confirmation WHERE tenant = $1 AND id = $2`, tenant, id)
}

// LockConfirmation is Confirmation, and keeps others from changing it until the transaction ends.
func (tx *Tx) LockConfirmation(ctx context.Context, tenant verno.TenantID, id verno.ConfirmationID) (Confirmation, error) {
	return queryOne(ctx, tx.Reader, scanConfirmation, `SELECT `+confirmationColumns+` FROM confirmation
		WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE`, tenant, id)
}

// ConfirmationsOf are those of a member whose time is not over, the latest first.
func (r *Reader) ConfirmationsOf(ctx context.Context, tenant verno.TenantID, member verno.MemberID, now time.Time, limit int) ([]Confirmation, error) {
	return queryAll(ctx, r, scanConfirmation, `SELECT `+confirmationColumns+` FROM confirmation
		WHERE tenant = $1 AND member_id = $2 AND expires_at > $3 ORDER BY id DESC LIMIT $4`, tenant, member, verno.Micros(now), limit)
}

// InsertConfirmation adds one.
func (tx *Tx) InsertConfirmation(ctx context.Context, c Confirmation) error {
	t := &c.Totals
	_, err := tx.Exec(ctx, `INSERT INTO confirmation (`+confirmationColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
		c.Tenant, c.ID, c.Member, c.Owner, c.Card, c.Epoch, c.Store, c.Terminal, c.APIKey, c.Checkout, c.Currency, c.Scale,
		t.Gross, t.Discount, t.Points, t.Redeemed, t.Payable, c.Stored, c.State,
		verno.Micros(c.AskedAt), microsOrNull(c.AnsweredAt), verno.Micros(c.ExpiresAt))
	return err
}

// ChangeConfirmation writes the state of one that is locked.
func (tx *Tx) ChangeConfirmation(ctx context.Context, c Confirmation) error {
	_, err := tx.Exec(ctx, `UPDATE confirmation SET state = $3, answered_at = $4, expires_at = $5 WHERE tenant = $1 AND id = $2`,
		c.Tenant, c.ID, c.State, microsOrNull(c.AnsweredAt), verno.Micros(c.ExpiresAt))
	return err
}

// DeleteConfirmations forgets those whose time was over before a time, up to a number of them, and says how many they
// were.
func (tx *Tx) DeleteConfirmations(ctx context.Context, before time.Time, limit int) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM confirmation WHERE (tenant, id) IN
		(SELECT tenant, id FROM confirmation WHERE expires_at < $1 LIMIT $2)`, verno.Micros(before), limit)
}
