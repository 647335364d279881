package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// CardLink is an address that brings a card into a phone, as it was or is to be sent to its member, or given to whoever holds
// a card that is nobody's.
type CardLink struct {
	Tenant    verno.TenantID
	ID        verno.LinkID
	Hash      []byte // of what stands in the address
	Card      verno.CardID
	Member    verno.MemberID // to whom it was sent; zero of a card that is nobody's
	Channel   string
	Token     []byte // blind index of the phone or the address of mail; empty of a card that is nobody's
	Target    []byte // of such a card, sealed: where it goes, until that is done with
	Tries     int64
	Fault     string    // why it was given up; empty for nothing
	DueAt     time.Time // zero where it was handed over, or was given up
	SentAt    time.Time
	UsedAt    time.Time
	CreatedAt time.Time
	ExpiresAt time.Time
}

const cardLinkColumns = `tenant, id, hash, card_id, member_id, channel, token, target, tries, fault, due_at, sent_at, used_at,
	created_at, expires_at`

func scanCardLink(row Scanner) (l CardLink, err error) {
	err = row.Scan(&l.Tenant, &l.ID, &l.Hash, &l.Card, &l.Member, &l.Channel, &l.Token, &l.Target, &l.Tries, &l.Fault, when{&l.DueAt},
		when{&l.SentAt}, when{&l.UsedAt}, when{&l.CreatedAt}, when{&l.ExpiresAt})
	return l, err
}

// CardLink finds a link by the hash of what stands in its address. It returns ErrNotFound where there is none.
func (r *Reader) CardLink(ctx context.Context, hash []byte) (CardLink, error) {
	return queryOne(ctx, r, scanCardLink, `SELECT `+cardLinkColumns+` FROM card_link WHERE hash = $1`, hash)
}

// CardLinkByID finds a link. It returns ErrNotFound where there is none.
func (r *Reader) CardLinkByID(ctx context.Context, tenant verno.TenantID, id verno.LinkID) (CardLink, error) {
	return queryOne(ctx, r, scanCardLink, `SELECT `+cardLinkColumns+` FROM card_link WHERE tenant = $1 AND id = $2`, tenant, id)
}

// CardLinks are the links of a card, the latest first.
func (r *Reader) CardLinks(ctx context.Context, tenant verno.TenantID, card verno.CardID, limit int) ([]CardLink, error) {
	return queryAll(ctx, r, scanCardLink, `SELECT `+cardLinkColumns+` FROM card_link
		WHERE tenant = $1 AND card_id = $2 ORDER BY id DESC LIMIT $3`, tenant, card, limit)
}

// InsertCardLink adds a link.
func (tx *Tx) InsertCardLink(ctx context.Context, l CardLink) error {
	_, err := tx.Exec(ctx, `INSERT INTO card_link (`+cardLinkColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		l.Tenant, l.ID, l.Hash, l.Card, l.Member, l.Channel, l.Token, l.Target, l.Tries, l.Fault, microsOrNull(l.DueAt),
		microsOrNull(l.SentAt), microsOrNull(l.UsedAt), verno.Micros(l.CreatedAt), verno.Micros(l.ExpiresAt))
	return err
}

// TakeCardLinks takes links that are due, the longest waiting first, for whoever hands them over: to others they are not
// due again before a time, by which a crash has lost none.
func (tx *Tx) TakeCardLinks(ctx context.Context, now, again time.Time, limit int) ([]CardLink, error) {
	list, err := queryAll(ctx, tx.Reader, scanCardLink, `SELECT `+cardLinkColumns+` FROM card_link
		WHERE due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED`, verno.Micros(now), limit)
	if err != nil {
		return nil, err
	}
	for i := range list {
		l := &list[i]
		l.Tries++
		if _, err := tx.Exec(ctx, `UPDATE card_link SET due_at = $1, tries = $2 WHERE tenant = $3 AND id = $4`,
			verno.Micros(again), l.Tries, l.Tenant, l.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// SettleCardLink writes what came of handing a link over. Where that is done with, it is forgotten where it went.
func (tx *Tx) SettleCardLink(ctx context.Context, l CardLink) error {
	if l.DueAt.IsZero() {
		l.Target = nil
	}
	_, err := tx.Exec(ctx, `UPDATE card_link SET fault = $1, due_at = $2, sent_at = $3, target = $4 WHERE tenant = $5 AND id = $6`,
		l.Fault, microsOrNull(l.DueAt), microsOrNull(l.SentAt), l.Target, l.Tenant, l.ID)
	return err
}

// UseCardLink notes that a link has put its card into a browser, and reports false where it had before.
func (tx *Tx) UseCardLink(ctx context.Context, hash []byte, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE card_link SET used_at = $1 WHERE hash = $2 AND used_at IS NULL`, verno.Micros(at), hash)
	return n == 1, err
}

// DeleteCardLinks forgets links that opened nothing any more at a time, up to a number of them, and says how many.
func (tx *Tx) DeleteCardLinks(ctx context.Context, before time.Time, limit int) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM card_link WHERE (tenant, id) IN
		(SELECT tenant, id FROM card_link WHERE expires_at < $1 LIMIT $2)`, verno.Micros(before), limit)
}
