package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// PaymentCard is a bank card by which a member is known. Nothing in it leads to the card's number.
type PaymentCard struct {
	Tenant    verno.TenantID
	ID        verno.PaymentCardID
	Member    verno.MemberID
	Token     []byte // blind index of what stands for the card at the terminal
	Sealed    []byte // what is shown of it
	CreatedAt time.Time
	UsedAt    time.Time // when it last made its member known at a till; zero for one that has not
}

const paymentCardColumns = `tenant, id, member_id, token, sealed, created_at, COALESCE(used_at, 0)`

func scanPaymentCard(row Scanner) (c PaymentCard, err error) {
	var used int64
	err = row.Scan(&c.Tenant, &c.ID, &c.Member, &c.Token, &c.Sealed, when{&c.CreatedAt}, &used)
	c.UsedAt = timeOrNone(used)
	return c, err
}

// PaymentCard finds a bank card by its blind index. It returns ErrNotFound where nobody has registered it.
func (r *Reader) PaymentCard(ctx context.Context, tenant verno.TenantID, token []byte) (PaymentCard, error) {
	return queryOne(ctx, r, scanPaymentCard, `SELECT `+paymentCardColumns+` FROM payment_card WHERE tenant = $1 AND token = $2`, tenant, token)
}

// PaymentCards are the bank cards of a member, the oldest first.
func (r *Reader) PaymentCards(ctx context.Context, tenant verno.TenantID, member verno.MemberID) ([]PaymentCard, error) {
	return queryAll(ctx, r, scanPaymentCard, `SELECT `+paymentCardColumns+` FROM payment_card
		WHERE tenant = $1 AND member_id = $2 ORDER BY id`, tenant, member)
}

// InsertPaymentCard adds a bank card and reports false where somebody has it.
func (tx *Tx) InsertPaymentCard(ctx context.Context, c PaymentCard) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO payment_card (tenant, id, member_id, token, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant, token) DO NOTHING`, c.Tenant, c.ID, c.Member, c.Token, c.Sealed, verno.Micros(c.CreatedAt))
	return n == 1, err
}

// UsePaymentCard notes when a bank card made its member known, and reports false where it is registered no more.
func (tx *Tx) UsePaymentCard(ctx context.Context, tenant verno.TenantID, id verno.PaymentCardID, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE payment_card SET used_at = $1 WHERE tenant = $2 AND id = $3`, verno.Micros(at), tenant, id)
	return n == 1, err
}

// MovePaymentCards gives the bank cards of a member to the one with whom it was merged.
func (tx *Tx) MovePaymentCards(ctx context.Context, tenant verno.TenantID, from, to verno.MemberID) error {
	_, err := tx.Exec(ctx, `UPDATE payment_card SET member_id = $1 WHERE tenant = $2 AND member_id = $3`, to, tenant, from)
	return err
}

// DeletePaymentCard forgets a bank card of a member, and reports false where the member has none of that name.
func (tx *Tx) DeletePaymentCard(ctx context.Context, tenant verno.TenantID, member verno.MemberID, id verno.PaymentCardID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM payment_card WHERE tenant = $1 AND member_id = $2 AND id = $3`, tenant, member, id)
	return n == 1, err
}

// DeletePaymentCardsOf forgets all bank cards of a member.
func (tx *Tx) DeletePaymentCardsOf(ctx context.Context, tenant verno.TenantID, member verno.MemberID) error {
	_, err := tx.Exec(ctx, `DELETE FROM payment_card WHERE tenant = $1 AND member_id = $2`, tenant, member)
	return err
}
