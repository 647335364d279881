package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// MemberSession is a phone that has a member's card, or one that is nobody's. Only the hash of its token is kept.
type MemberSession struct {
	Hash      []byte
	Tenant    verno.TenantID
	ID        verno.SessionID
	Member    verno.MemberID // who it was opened for, zero for nobody; whose the card is now says the card
	Card      verno.CardID
	Device    string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	KeptAt    time.Time // since when the phone has the card's secret; zero before it
	EndedAt   time.Time // zero while it goes on
}

const memberSessionColumns = `hash, tenant, id, member_id, card_id, device, created_at, seen_at, expires_at, kept_at, ended_at`

func scanMemberSession(row Scanner) (s MemberSession, err error) {
	err = row.Scan(&s.Hash, &s.Tenant, &s.ID, &s.Member, &s.Card, &s.Device, when{&s.CreatedAt}, when{&s.SeenAt},
		when{&s.ExpiresAt}, when{&s.KeptAt}, when{&s.EndedAt})
	return s, err
}

// MemberSession finds a session by the hash of its token. It returns ErrNotFound where there is none.
func (r *Reader) MemberSession(ctx context.Context, hash []byte) (MemberSession, error) {
	return queryOne(ctx, r, scanMemberSession, `SELECT `+memberSessionColumns+` FROM member_session WHERE hash = $1`, hash)
}

// MemberSessions are the sessions of a member that go on at a time, the latest used first.
func (r *Reader) MemberSessions(ctx context.Context, tenant verno.TenantID, member verno.MemberID, now time.Time, limit int) ([]MemberSession, error) {
	return queryAll(ctx, r, scanMemberSession, `SELECT `+memberSessionColumns+` FROM member_session
		WHERE tenant = $1 AND member_id = $2 AND ended_at IS NULL AND expires_at > $3 ORDER BY seen_at DESC LIMIT $4`,
		tenant, member, verno.Micros(now), limit)
}

// InsertMemberSession adds a session.
func (tx *Tx) InsertMemberSession(ctx context.Context, s MemberSession) error {
	_, err := tx.Exec(ctx, `INSERT INTO member_session (`+memberSessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		s.Hash, s.Tenant, s.ID, s.Member, s.Card, s.Device, verno.Micros(s.CreatedAt), verno.Micros(s.SeenAt),
		verno.Micros(s.ExpiresAt), microsOrNull(s.KeptAt), microsOrNull(s.EndedAt))
	return err
}

// TouchMemberSession notes that a session was used, which puts off its end.
func (tx *Tx) TouchMemberSession(ctx context.Context, hash []byte, seen, expires time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE member_session SET seen_at = $1, expires_at = $2 WHERE hash = $3 AND ended_at IS NULL AND seen_at < $1`,
		verno.Micros(seen), verno.Micros(expires), hash)
	return err
}

// KeepMemberSession notes that the phone has the card's secret, and reports false where it had it before.
func (tx *Tx) KeepMemberSession(ctx context.Context, hash []byte, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE member_session SET kept_at = $1 WHERE hash = $2 AND kept_at IS NULL AND ended_at IS NULL`,
		verno.Micros(at), hash)
	return n == 1, err
}

// EndMemberSession ends one session of a member and reports false where it was ended before, or is not the member's.
func (tx *Tx) EndMemberSession(ctx context.Context, tenant verno.TenantID, member verno.MemberID, id verno.SessionID, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE member_session SET ended_at = $1 WHERE tenant = $2 AND member_id = $3 AND id = $4 AND ended_at IS NULL`,
		verno.Micros(at), tenant, member, id)
	return n == 1, err
}

// EndMemberSessions ends all sessions that show a card.
func (tx *Tx) EndMemberSessions(ctx context.Context, tenant verno.TenantID, card verno.CardID, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE member_session SET ended_at = $1 WHERE tenant = $2 AND card_id = $3 AND ended_at IS NULL`,
		verno.Micros(at), tenant, card)
	return err
}

// MoveMemberSessions gives the sessions of a member to the one with whom it was merged.
func (tx *Tx) MoveMemberSessions(ctx context.Context, tenant verno.TenantID, from, to verno.MemberID) error {
	_, err := tx.Exec(ctx, `UPDATE member_session SET member_id = $1 WHERE tenant = $2 AND member_id = $3`, to, tenant, from)
	return err
}

// DeleteMemberSessions forgets sessions that could not be used any more at a time, up to a number of them, and says how
// many they were.
func (tx *Tx) DeleteMemberSessions(ctx context.Context, before time.Time, limit int) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM member_session WHERE hash IN
		(SELECT hash FROM member_session WHERE expires_at < $1 OR ended_at < $1 LIMIT $2)`, verno.Micros(before), limit)
}
