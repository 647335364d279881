package store

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
)

// RingsPerWeek is how often the cards of a member may speak up in a week. It returns ErrNotFound where the merchant has not
// settled it.
func (r *Reader) RingsPerWeek(ctx context.Context, tenant verno.TenantID) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT rings_per_week FROM wallet_rule WHERE tenant = $1`, tenant)
}

// SetRingsPerWeek settles it.
func (tx *Tx) SetRingsPerWeek(ctx context.Context, tenant verno.TenantID, n int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO wallet_rule (tenant, rings_per_week) VALUES ($1, $2)
		ON CONFLICT (tenant) DO UPDATE SET rings_per_week = excluded.rings_per_week`, tenant, n)
	return err
}

// Ring is that a card says something to its member aloud.
type Ring struct {
	Tenant verno.TenantID
	Member verno.MemberID
	Card   verno.CardID
	Said   []byte // hash of what it is about, the same for all cards that tell it
	At     time.Time
}

// Ring lets a card say something aloud, unless another card of its member has said it, or they have said as much as they may
// since a moment. What a card has said once, it may say in each of its wallets. It reports whether it may, and whether that
// is for the first time.
func (tx *Tx) Ring(ctx context.Context, r Ring, since time.Time, most int64) (may, fresh bool, err error) {
	n, err := tx.Exec(ctx, `INSERT INTO push_ring (tenant, member_id, said, card_id, at) SELECT $1, $2, $3, $4, $5
		WHERE (SELECT COUNT(*) FROM push_ring WHERE tenant = $1 AND member_id = $2 AND at > $6) < $7 ON CONFLICT DO NOTHING`,
		r.Tenant, r.Member, r.Said, r.Card, verno.Micros(r.At), verno.Micros(since), most)
	if err != nil || n == 1 {
		return err == nil, err == nil, err
	}
	by, err := queryOne(ctx, tx.Reader, scanOne[verno.CardID], `SELECT card_id FROM push_ring WHERE tenant = $1 AND member_id = $2 AND said = $3`,
		r.Tenant, r.Member, r.Said)
	if errors.Is(err, ErrNotFound) {
		return false, false, nil
	}
	return err == nil && by == r.Card, false, err
}

// Unring takes back what was let be said and was not.
func (tx *Tx) Unring(ctx context.Context, r Ring) error {
	_, err := tx.Exec(ctx, `DELETE FROM push_ring WHERE tenant = $1 AND member_id = $2 AND said = $3 AND card_id = $4`,
		r.Tenant, r.Member, r.Said, r.Card)
	return err
}

// Rings is how much cards have said to a member since a moment.
func (r *Reader) Rings(ctx context.Context, tenant verno.TenantID, member verno.MemberID, since time.Time) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM push_ring WHERE tenant = $1 AND member_id = $2 AND at > $3`,
		tenant, member, verno.Micros(since))
}

// DeleteRings forgets what cards said before a moment.
func (tx *Tx) DeleteRings(ctx context.Context, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM push_ring WHERE at < $1`, verno.Micros(before))
	return err
}

// Hush is which changes of a pass are not to be spoken of.
type Hush int64

// What may be hushed.
const (
	HushFields Hush = 1 << iota
	HushNews
	HushReminder
	HushOthers // of the fields, all but the level
)

// SaysStill locks a pass, and says whether the fields that a phone fetched last are those that were read.
func (tx *Tx) SaysStill(ctx context.Context, p Pass) (bool, error) {
	now, err := queryOne(ctx, tx.Reader, scanOne[[]byte], `SELECT loud FROM pass WHERE tenant = $1 AND card_id = $2 FOR NO KEY UPDATE`,
		p.Tenant, p.Card)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil && bytes.Equal(now, p.Loud), err
}

// SpeakOf notes which fields of a pass a phone fetches, and which of their changes are not to be spoken of.
func (tx *Tx) SpeakOf(ctx context.Context, p Pass, loud []byte, hushed Hush) error {
	_, err := tx.Exec(ctx, `UPDATE pass SET loud = $1, hushed = $2 WHERE tenant = $3 AND card_id = $4`, loud, int64(hushed), p.Tenant, p.Card)
	return err
}
