package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// Card is a card with what it shows, as the vault sealed it.
type Card struct {
	verno.Card
	Sealed []byte
}

const cardColumns = `tenant, id, member_id, kind, sealed, last_step, state, replaced_by, reason, revision, issued_at, updated_at,
	template_id, document`

func scanCard(row Scanner) (c Card, err error) {
	var issued, updated int64
	err = row.Scan(&c.Tenant, &c.ID, &c.Member, &c.Kind, &c.Sealed, &c.LastStep, &c.State, &c.ReplacedBy, &c.Reason,
		&c.Revision, &issued, &updated, &c.Template, &c.Document)
	c.IssuedAt, c.UpdatedAt = verno.FromMicros(issued), verno.FromMicros(updated)
	return c, err
}

// Card finds a card. It returns ErrNotFound where there is none.
func (r *Reader) Card(ctx context.Context, tenant verno.TenantID, id verno.CardID) (Card, error) {
	return queryOne(ctx, r, scanCard, `SELECT `+cardColumns+` FROM card WHERE tenant = $1 AND id = $2`, tenant, id)
}

// CardsOf lists a member's cards, oldest first.
func (r *Reader) CardsOf(ctx context.Context, tenant verno.TenantID, member verno.MemberID) ([]Card, error) {
	return queryAll(ctx, r, scanCard, `SELECT `+cardColumns+` FROM card WHERE tenant = $1 AND member_id = $2 ORDER BY id`,
		tenant, member)
}

// LockCard is Card, and keeps others from changing the row until the transaction ends.
func (tx *Tx) LockCard(ctx context.Context, tenant verno.TenantID, id verno.CardID) (Card, error) {
	return queryOne(ctx, tx.Reader, scanCard,
		`SELECT `+cardColumns+` FROM card WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE`, tenant, id)
}

// InsertCard adds a card.
func (tx *Tx) InsertCard(ctx context.Context, c Card) error {
	_, err := tx.Exec(ctx, `INSERT INTO card (`+cardColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
		$13, $14)`, c.Tenant, c.ID, c.Member, c.Kind, c.Sealed, c.LastStep, c.State, c.ReplacedBy, c.Reason, c.Revision,
		verno.Micros(c.IssuedAt), verno.Micros(c.UpdatedAt), c.Template, c.Document)
	return err
}

// ChangeCard writes whose a card is, its state and what it shows over those of a revision, which grows by one; false
// where it is no longer that. The last step of the live code stays.
func (tx *Tx) ChangeCard(ctx context.Context, c Card) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE card SET member_id = $1, sealed = $2, state = $3, replaced_by = $4, reason = $5,
		document = $6, updated_at = $7, revision = revision + 1 WHERE tenant = $8 AND id = $9 AND revision = $10`,
		c.Member, c.Sealed, c.State, c.ReplacedBy, c.Reason, c.Document, verno.Micros(c.UpdatedAt), c.Tenant, c.ID, c.Revision)
	return n == 1, err
}

// MoveCards gives all cards of a member to another, with what they are found by.
func (tx *Tx) MoveCards(ctx context.Context, tenant verno.TenantID, from, to verno.MemberID, at time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE card SET member_id = $1, updated_at = $2, revision = revision + 1
		WHERE tenant = $3 AND member_id = $4`, to, verno.Micros(at), tenant, from); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE lookup SET member_id = $1 WHERE tenant = $2 AND member_id = $3 AND kind = 'card'`, to, tenant, from)
	return err
}

// CardsMadeOf lists the cards that were made of a template, the latest first, older than before; the zero card begins.
func (r *Reader) CardsMadeOf(ctx context.Context, tenant verno.TenantID, template verno.TemplateID, before verno.CardID, limit int) ([]Card, error) {
	return queryAll(ctx, r, scanCard, `SELECT `+cardColumns+` FROM card WHERE tenant = $1 AND template_id = $2 AND id < $3
		ORDER BY id DESC LIMIT $4`, tenant, template, latest(before.Bytes()), limit)
}
