package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// Limit is how often, at least once, something may be tried in a window of time. Windows are fixed: they begin at
// multiples of their length since 1970. The limits of one subject have windows of different lengths.
type Limit struct {
	Most   int64
	Window time.Duration
}

// Counted is what tries are counted of: look-ups of a cashier, failures of a terminal.
type Counted struct {
	Tenant  verno.TenantID
	Subject string // opaque where it is about a person
}

// Take counts one try under each limit, or under none: then it returns how long to wait. Counting and comparing is one
// statement a limit, so that parallel tries cannot pass together.
func (tx *Tx) Take(ctx context.Context, c Counted, now time.Time, limits ...Limit) (wait time.Duration, err error) {
	for i, limit := range limits {
		n, err := tx.Exec(ctx, `INSERT INTO attempt (tenant, subject, window_at, count) VALUES ($1, $2, $3, 1)
			ON CONFLICT (tenant, subject, window_at) DO UPDATE SET count = attempt.count + 1 WHERE attempt.count < $4`,
			c.Tenant, c.windowed(limit), limit.end(now), limit.Most)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			return verno.FromMicros(limit.end(now)).Sub(now), tx.GiveBack(ctx, c, now, limits[:i]...)
		}
	}
	return 0, nil
}

// GiveBack takes back one try under each limit, as when it turned out to be none.
func (tx *Tx) GiveBack(ctx context.Context, c Counted, now time.Time, limits ...Limit) error {
	for _, limit := range limits {
		if _, err := tx.Exec(ctx, `UPDATE attempt SET count = count - 1
			WHERE tenant = $1 AND subject = $2 AND window_at = $3 AND count > 0`,
			c.Tenant, c.windowed(limit), limit.end(now)); err != nil {
			return err
		}
	}
	return nil
}

// Forgive forgets the tries of the running windows.
func (tx *Tx) Forgive(ctx context.Context, c Counted, now time.Time, limits ...Limit) error {
	for _, limit := range limits {
		if _, err := tx.Exec(ctx, `DELETE FROM attempt WHERE tenant = $1 AND subject = $2 AND window_at = $3`,
			c.Tenant, c.windowed(limit), limit.end(now)); err != nil {
			return err
		}
	}
	return nil
}

// Taken is how many tries were counted in the running window of a limit.
func (r *Reader) Taken(ctx context.Context, c Counted, now time.Time, limit Limit) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT COALESCE(CAST(SUM(count) AS BIGINT), 0) FROM attempt
		WHERE tenant = $1 AND subject = $2 AND window_at = $3`, c.Tenant, c.windowed(limit), limit.end(now))
}

// DeleteAttempts forgets windows that have ended, up to a number of them, and says how many they were.
func (tx *Tx) DeleteAttempts(ctx context.Context, now time.Time, limit int) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM attempt WHERE (tenant, subject, window_at) IN
		(SELECT tenant, subject, window_at FROM attempt WHERE window_at <= $1 LIMIT $2)`, verno.Micros(now), limit)
}

// windowed tells apart the windows of one subject that end together.
func (c Counted) windowed(limit Limit) string { return c.Subject + "/" + limit.Window.String() }

// end is when the window ends that now is in, as it is stored.
func (l Limit) end(now time.Time) int64 {
	us, length := verno.Micros(now), l.Window.Microseconds()
	return us - us%length + length
}
