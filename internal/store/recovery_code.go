package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// PutRecoveryCodes gives somebody new recovery codes, by their hashes, in place of all they had; with none it takes them
// away.
func (tx *Tx) PutRecoveryCodes(ctx context.Context, tenant verno.TenantID, id verno.StaffID, hashes [][]byte) error {
	if _, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE tenant = $1 AND staff_id = $2`, tenant, id); err != nil {
		return err
	}
	for _, hash := range hashes {
		if _, err := tx.Exec(ctx, `INSERT INTO recovery_code (tenant, staff_id, hash) VALUES ($1, $2, $3)`, tenant, id, hash); err != nil {
			return err
		}
	}
	return nil
}

// UseRecoveryCode spends a code and reports false where it is none of theirs or was spent before.
func (tx *Tx) UseRecoveryCode(ctx context.Context, tenant verno.TenantID, id verno.StaffID, hash []byte, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE recovery_code SET used_at = $1
		WHERE tenant = $2 AND staff_id = $3 AND hash = $4 AND used_at IS NULL`, verno.Micros(at), tenant, id, hash)
	return n == 1, err
}

// RecoveryCodesLeft is how many codes somebody has not spent.
func (r *Reader) RecoveryCodesLeft(ctx context.Context, tenant verno.TenantID, id verno.StaffID) (int64, error) {
	return queryOne(ctx, r, scanOne[int64],
		`SELECT COUNT(*) FROM recovery_code WHERE tenant = $1 AND staff_id = $2 AND used_at IS NULL`, tenant, id)
}
