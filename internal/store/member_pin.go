package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// MemberPIN is what is kept of a member's PIN.
type MemberPIN struct {
	Hash  string
	Tries int64 // that are left; none where it is locked
	SetAt time.Time
}

func scanMemberPIN(row Scanner) (p MemberPIN, err error) {
	err = row.Scan(&p.Hash, &p.Tries, when{&p.SetAt})
	return p, err
}

// MemberPIN finds a member's PIN. It returns ErrNotFound where there is none.
func (r *Reader) MemberPIN(ctx context.Context, tenant verno.TenantID, member verno.MemberID) (MemberPIN, error) {
	return queryOne(ctx, r, scanMemberPIN, `SELECT hash, tries, set_at FROM member_pin WHERE tenant = $1 AND member_id = $2`, tenant, member)
}

// PutMemberPIN sets a member's PIN, or another one.
func (tx *Tx) PutMemberPIN(ctx context.Context, tenant verno.TenantID, member verno.MemberID, p MemberPIN) error {
	_, err := tx.Exec(ctx, `INSERT INTO member_pin (tenant, member_id, hash, tries, set_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant, member_id) DO UPDATE SET hash = $3, tries = $4, set_at = $5`,
		tenant, member, p.Hash, p.Tries, verno.Micros(p.SetAt))
	return err
}

// TakePINTry takes one of the tries that are left, and returns the PIN with those that are left then. It returns
// ErrNotFound where there is no PIN, or no try.
func (tx *Tx) TakePINTry(ctx context.Context, tenant verno.TenantID, member verno.MemberID) (MemberPIN, error) {
	return queryOne(ctx, tx.Reader, scanMemberPIN, `UPDATE member_pin SET tries = tries - 1
		WHERE tenant = $1 AND member_id = $2 AND tries > 0 RETURNING hash, tries, set_at`, tenant, member)
}

// RestorePINTries gives the tries back after a right one, unless the PIN was set anew meanwhile.
func (tx *Tx) RestorePINTries(ctx context.Context, tenant verno.TenantID, member verno.MemberID, hash string, tries int64) error {
	_, err := tx.Exec(ctx, `UPDATE member_pin SET tries = $4 WHERE tenant = $1 AND member_id = $2 AND hash = $3`, tenant, member, hash, tries)
	return err
}

// DeleteMemberPIN takes a member's PIN away, and reports false where there was none.
func (tx *Tx) DeleteMemberPIN(ctx context.Context, tenant verno.TenantID, member verno.MemberID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM member_pin WHERE tenant = $1 AND member_id = $2`, tenant, member)
	return n == 1, err
}
