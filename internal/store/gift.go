package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// InsertGift notes by which entry a gift was taken for points.
func (tx *Tx) InsertGift(ctx context.Context, tenant verno.TenantID, card verno.CardID, entry verno.EntryID) error {
	_, err := tx.Exec(ctx, `INSERT INTO gift (tenant, card_id, entry_id) VALUES ($1, $2, $3)`, tenant, card, entry)
	return err
}

// GiftTaken is the entry by which a gift was taken. It returns ErrNotFound for a card that is none, or that another has
// replaced.
func (r *Reader) GiftTaken(ctx context.Context, tenant verno.TenantID, card verno.CardID) (Entry, error) {
	return queryOne(ctx, r, scanEntry, `SELECT e.tenant, e.owner_id, e.id, e.kind, e.reason, e.actor, e.ref, e.occurred_at, e.postings
		FROM gift g JOIN entry e ON e.tenant = g.tenant AND e.id = g.entry_id WHERE g.tenant = $1 AND g.card_id = $2`, tenant, card)
}

// MoveGift lets a card stand for a gift that it replaces; nothing where that was no gift.
func (tx *Tx) MoveGift(ctx context.Context, tenant verno.TenantID, from, to verno.CardID) error {
	_, err := tx.Exec(ctx, `UPDATE gift SET card_id = $1 WHERE tenant = $2 AND card_id = $3`, to, tenant, from)
	return err
}

// GiftsOf are the cards of the gifts that a member has taken, the latest first.
func (r *Reader) GiftsOf(ctx context.Context, tenant verno.TenantID, member verno.MemberID, limit int) ([]verno.CardID, error) {
	return queryAll(ctx, r, scanOne[verno.CardID], `SELECT c.id FROM card c JOIN gift g ON g.tenant = c.tenant AND g.card_id = c.id
		WHERE c.tenant = $1 AND c.member_id = $2 ORDER BY c.id DESC LIMIT $3`, tenant, member, limit)
}
