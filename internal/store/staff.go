package store

import (
	"context"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno"
)

// Staff is somebody who works with Verno. A zero time stands for never.
type Staff struct {
	Tenant       verno.TenantID
	ID           verno.StaffID
	Role         verno.Role
	Store        verno.StoreID // zero for all stores
	LoginToken   []byte
	Personal     []byte // sealed
	PasswordHash string // empty for none
	TOTPSecret   []byte // sealed, nil for none
	TOTPStep     int64  // the last step that was used; 0 while the secret waits for its first code
	PINHash      string // empty for none
	Failures     int64  // log-ins that failed since the last that did not
	LockedUntil  time.Time
	DisabledAt   time.Time
	Revision     int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

const staffColumns = `tenant, id, role, store_id, login_token, personal, COALESCE(password_hash, ''), totp_secret, totp_step,
	COALESCE(pin_hash, ''), failures, locked_until, disabled_at, revision, created_at, updated_at`

func scanStaff(row Scanner) (s Staff, err error) {
	err = row.Scan(&s.Tenant, &s.ID, &s.Role, &s.Store, &s.LoginToken, &s.Personal, &s.PasswordHash, &s.TOTPSecret,
		&s.TOTPStep, &s.PINHash, &s.Failures, when{&s.LockedUntil}, when{&s.DisabledAt}, &s.Revision, when{&s.CreatedAt},
		when{&s.UpdatedAt})
	return s, err
}

// Staff reads one member of staff. It returns ErrNotFound where there is none.
func (r *Reader) Staff(ctx context.Context, tenant verno.TenantID, id verno.StaffID) (Staff, error) {
	return queryOne(ctx, r, scanStaff, `SELECT `+staffColumns+` FROM staff WHERE tenant = $1 AND id = $2`, tenant, id)
}

// StaffByLogin finds who logs in with a name, in any tenant. It returns ErrNotFound where nobody does.
func (r *Reader) StaffByLogin(ctx context.Context, token []byte) (Staff, error) {
	return queryOne(ctx, r, scanStaff, `SELECT `+staffColumns+` FROM staff WHERE login_token = $1`, token)
}

// StaffAfter are a tenant's members of staff, the disabled among them, in the order of their IDs: those of one store,
// or of all with the zero one.
func (r *Reader) StaffAfter(ctx context.Context, tenant verno.TenantID, place verno.StoreID, after verno.StaffID, limit int) ([]Staff, error) {
	return queryAll(ctx, r, scanStaff, `SELECT `+staffColumns+` FROM staff
		WHERE tenant = $1 AND id > $2 AND (store_id = $3 OR $3 IS NULL) ORDER BY id LIMIT $4`, tenant, after[:], place, limit)
}

// LockStaff reads one member of staff and keeps others from changing it. It returns ErrNotFound where there is none.
func (tx *Tx) LockStaff(ctx context.Context, tenant verno.TenantID, id verno.StaffID) (Staff, error) {
	return queryOne(ctx, tx.Reader, scanStaff,
		`SELECT `+staffColumns+` FROM staff WHERE tenant = $1 AND id = $2 FOR UPDATE`, tenant, id)
}

// LockActiveInRole locks whoever has a role and is not disabled, and so whoever could leave it without a holder.
func (tx *Tx) LockActiveInRole(ctx context.Context, tenant verno.TenantID, role verno.Role) ([]verno.StaffID, error) {
	return queryAll(ctx, tx.Reader, scanOne[verno.StaffID], `SELECT id FROM staff
		WHERE tenant = $1 AND role = $2 AND disabled_at IS NULL ORDER BY id FOR UPDATE`, tenant, role)
}

// InsertStaff adds a member of staff. It returns ErrUnique where the log-in name is taken.
func (tx *Tx) InsertStaff(ctx context.Context, s Staff) error {
	_, err := tx.Exec(ctx, `INSERT INTO staff (tenant, id, role, store_id, login_token, personal, password_hash, totp_secret,
		totp_step, pin_hash, failures, locked_until, disabled_at, revision, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		s.Tenant, s.ID, s.Role, s.Store, s.LoginToken, s.Personal, textOrNull(s.PasswordHash), s.TOTPSecret, s.TOTPStep,
		textOrNull(s.PINHash), s.Failures, microsOrNull(s.LockedUntil), microsOrNull(s.DisabledAt), s.Revision,
		verno.Micros(s.CreatedAt), verno.Micros(s.UpdatedAt))
	return err
}

// UpdateStaff writes everything but what log-ins change, if the row still has the revision before this one, and reports
// whether it had.
func (tx *Tx) UpdateStaff(ctx context.Context, s Staff) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE staff SET role = $1, store_id = $2, login_token = $3, personal = $4, password_hash = $5,
		totp_secret = $6, totp_step = $7, pin_hash = $8, disabled_at = $9, revision = $10, updated_at = $11
		WHERE tenant = $12 AND id = $13 AND revision = $14`,
		s.Role, s.Store, s.LoginToken, s.Personal, textOrNull(s.PasswordHash), s.TOTPSecret, s.TOTPStep,
		textOrNull(s.PINHash), microsOrNull(s.DisabledAt), s.Revision, verno.Micros(s.UpdatedAt), s.Tenant, s.ID, s.Revision-1)
	return n == 1, err
}

// UseTOTPStep spends a step of somebody's second factor and reports false where it, or a later one, was spent before.
func (tx *Tx) UseTOTPStep(ctx context.Context, tenant verno.TenantID, id verno.StaffID, step int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE staff SET totp_step = $1
		WHERE tenant = $2 AND id = $3 AND totp_step < $1 AND totp_secret IS NOT NULL`, step, tenant, id)
	return n == 1, err
}

// RehashPassword keeps a password's new hash, unless the password was changed meanwhile.
func (tx *Tx) RehashPassword(ctx context.Context, tenant verno.TenantID, id verno.StaffID, old, fresh string) error {
	_, err := tx.Exec(ctx, `UPDATE staff SET password_hash = $1 WHERE tenant = $2 AND id = $3 AND password_hash = $4`, fresh, tenant, id, old)
	return err
}

// CountFailure adds a failed log-in and returns how many there are since the last that did not fail.
func (tx *Tx) CountFailure(ctx context.Context, tenant verno.TenantID, id verno.StaffID) (int64, error) {
	return queryOne(ctx, tx.Reader, scanOne[int64],
		`UPDATE staff SET failures = failures + 1 WHERE tenant = $1 AND id = $2 RETURNING failures`, tenant, id)
}

// BarStaff refuses log-ins from unknown addresses until a time; the zero time lets them in and forgets the failures.
func (tx *Tx) BarStaff(ctx context.Context, tenant verno.TenantID, id verno.StaffID, until time.Time) error {
	statement := `UPDATE staff SET locked_until = $1 WHERE tenant = $2 AND id = $3`
	if until.IsZero() {
		statement = `UPDATE staff SET locked_until = $1, failures = 0 WHERE tenant = $2 AND id = $3`
	}
	_, err := tx.Exec(ctx, statement, microsOrNull(until), tenant, id)
	return err
}

// when scans a stored time; NULL becomes the zero Time.
type when struct{ at *time.Time }

// Scan takes what the engines give for a BIGINT.
func (w when) Scan(src any) error {
	switch us := src.(type) {
	case nil:
		*w.at = time.Time{}
	case int64:
		*w.at = verno.FromMicros(us)
	default:
		return fmt.Errorf("a time is microseconds, not %T", src)
	}
	return nil
}
