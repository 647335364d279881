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

// Rings is of how much cards have spoken to a member since a moment, but for one thing.
func (r *Reader) Rings(ctx context.Context, tenant verno.TenantID, member verno.MemberID, since time.Time, butFor []byte) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM push_ring WHERE tenant = $1 AND member_id = $2 AND at > $3 AND said <> $4`,
		tenant, member, verno.Micros(since), butFor)
}

// Ring notes that a card speaks up to a member of something; a second wallet that tells the same changes nothing.
func (tx *Tx) Ring(ctx context.Context, tenant verno.TenantID, member verno.MemberID, said []byte, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO push_ring (tenant, member_id, said, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		tenant, member, said, verno.Micros(at))
	return err
}

// DeleteRings forgets when cards spoke up before a moment.
func (tx *Tx) DeleteRings(ctx context.Context, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM push_ring WHERE at < $1`, verno.Micros(before))
	return err
}

// SpeakOf notes which fields of a pass a phone fetches, and whether their change is to be spoken of. It reports false where
// they are no longer those that were read, as another phone has fetched them meanwhile.
func (tx *Tx) SpeakOf(ctx context.Context, p Pass, loud []byte, hushed bool) (bool, error) {
	now, err := queryOne(ctx, tx.Reader, scanOne[[]byte], `SELECT loud FROM pass WHERE tenant = $1 AND card_id = $2 FOR NO KEY UPDATE`,
		p.Tenant, p.Card)
	if errors.Is(err, ErrNotFound) || err == nil && !bytes.Equal(now, p.Loud) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE pass SET loud = $1, hushed = $2 WHERE tenant = $3 AND card_id = $4`, loud, flag(hushed), p.Tenant, p.Card)
	return err == nil, err
}
