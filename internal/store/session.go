package store

import (
	"context"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno"
)

// Session is a log-in that goes on: of a person in a browser, or of a cashier at a till. Only the hash of its token is
// kept.
type Session struct {
	Hash      []byte
	Tenant    verno.TenantID
	ID        verno.SessionID
	Staff     verno.StaffID
	Terminal  verno.TerminalID // zero for a session that belongs to no till
	Shift     string
	Idle      time.Duration // without use, after which it ends
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	EndedAt   time.Time // zero while it goes on
}

const sessionColumns = `hash, tenant, id, staff_id, terminal_id, shift, idle_us, created_at, seen_at, expires_at,
	ended_at`

func (s *Session) fields() []any {
	return []any{
		&s.Hash, &s.Tenant, &s.ID, &s.Staff, &s.Terminal, &s.Shift,
		idle{&s.Idle},
		when{&s.CreatedAt},
		when{&s.SeenAt},
		when{&s.ExpiresAt},
		when{&s.EndedAt},
	}
}

func scanSession(row Scanner) (s Session, err error) {
	err = row.Scan(s.fields()...)
	return s, err
}

// SessionHolder is a session with what of its holder decides what it may do.
type SessionHolder struct {
	Session
	Role       verno.Role
	Store      verno.StoreID
	DisabledAt time.Time
	Live       bool
}

// SessionHolder finds a session by the hash of its token. It returns ErrNotFound where there is none.
func (r *Reader) SessionHolder(ctx context.Context, hash []byte) (SessionHolder, error) {
	return queryOne(ctx, r, func(row Scanner) (h SessionHolder, err error) {
		err = row.Scan(append(h.fields(), &h.Role, &h.Store, when{&h.DisabledAt}, &h.Live)...)
		return h, err
	}, `SELECT s.hash, s.tenant, s.id, s.staff_id, s.terminal_id, s.shift, s.idle_us, s.created_at, s.seen_at, s.expires_at,
		s.ended_at, f.role, f.store_id, f.disabled_at, t.livemode
		FROM session s JOIN staff f ON f.tenant = s.tenant AND f.id = s.staff_id JOIN tenant t ON t.id = s.tenant
		WHERE s.hash = $1`, hash)
}

// SessionsOf are somebody's sessions that have not been ended, the oldest first; some of them may have lapsed.
func (r *Reader) SessionsOf(ctx context.Context, tenant verno.TenantID, staff verno.StaffID, limit int) ([]Session, error) {
	return queryAll(ctx, r, scanSession, `SELECT `+sessionColumns+` FROM session
		WHERE tenant = $1 AND staff_id = $2 AND ended_at IS NULL ORDER BY created_at LIMIT $3`, tenant, staff, limit)
}

// InsertSession adds a session.
func (tx *Tx) InsertSession(ctx context.Context, s Session) error {
	_, err := tx.Exec(ctx, `INSERT INTO session (hash, tenant, id, staff_id, terminal_id, shift, idle_us, created_at, seen_at,
		expires_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		s.Hash, s.Tenant, s.ID, s.Staff, s.Terminal, s.Shift, s.Idle.Microseconds(), verno.Micros(s.CreatedAt),
		verno.Micros(s.SeenAt), verno.Micros(s.ExpiresAt), microsOrNull(s.EndedAt))
	return err
}

// TouchSession notes that a session was used.
func (tx *Tx) TouchSession(ctx context.Context, hash []byte, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE session SET seen_at = $1 WHERE hash = $2 AND seen_at < $1`, verno.Micros(at), hash)
	return err
}

// EndSession ends a session and reports false where it was ended before.
func (tx *Tx) EndSession(ctx context.Context, hash []byte, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE session SET ended_at = $1 WHERE hash = $2 AND ended_at IS NULL`, verno.Micros(at), hash)
	return n == 1, err
}

// EndSessionsOf ends all sessions of a member of staff and says how many there were.
func (tx *Tx) EndSessionsOf(ctx context.Context, tenant verno.TenantID, staff verno.StaffID, at time.Time) (int64, error) {
	return tx.Exec(ctx, `UPDATE session SET ended_at = $1 WHERE tenant = $2 AND staff_id = $3 AND ended_at IS NULL`,
		verno.Micros(at), tenant, staff)
}

// EndOtherSessions ends all sessions of a member of staff but one.
func (tx *Tx) EndOtherSessions(ctx context.Context, tenant verno.TenantID, staff verno.StaffID, but verno.SessionID, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE session SET ended_at = $1 WHERE tenant = $2 AND staff_id = $3 AND id <> $4 AND ended_at IS NULL`,
		verno.Micros(at), tenant, staff, but[:])
	return err
}

// EndSessionsAt ends all cashiers' sessions at a till and says how many there were.
func (tx *Tx) EndSessionsAt(ctx context.Context, tenant verno.TenantID, terminal verno.TerminalID, at time.Time) (int64, error) {
	return tx.Exec(ctx, `UPDATE session SET ended_at = $1 WHERE tenant = $2 AND terminal_id = $3 AND ended_at IS NULL`,
		verno.Micros(at), tenant, terminal)
}

// DeleteSessions forgets sessions that could not be used any more at a time, up to a number of them, and says how many
// they were.
func (tx *Tx) DeleteSessions(ctx context.Context, before time.Time, limit int) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM session WHERE hash IN
		(SELECT hash FROM session WHERE expires_at < $1 OR ended_at < $1 LIMIT $2)`, verno.Micros(before), limit)
}

// idle scans a duration that is stored as microseconds.
type idle struct{ d *time.Duration }

// Scan takes what the engines give for a BIGINT.
func (i idle) Scan(src any) error {
	us, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a duration is microseconds, not %T", src)
	}
	*i.d = time.Duration(us) * time.Microsecond
	return nil
}
