package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// SeeOnce notes that something was seen, by the SHA-256 of it with what it is, and reports false where it was seen
// before. It has to be remembered for as long as it would be taken for a new one.
func (tx *Tx) SeeOnce(ctx context.Context, tenant verno.TenantID, token []byte, expires time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO seen_once (tenant, token, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		tenant, token, verno.Micros(expires))
	return n == 1, err
}

// DeleteSeenOnce forgets what no longer has to be remembered, up to a number of them, and says how many they were.
func (tx *Tx) DeleteSeenOnce(ctx context.Context, now time.Time, limit int) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM seen_once WHERE (tenant, token) IN
		(SELECT tenant, token FROM seen_once WHERE expires_at <= $1 LIMIT $2)`, verno.Micros(now), limit)
}
