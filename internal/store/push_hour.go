package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// PushOutcome is what came of telling a wallet of a change.
type PushOutcome string

// The outcomes.
const (
	PushTold    PushOutcome = "told"    // it was taken
	PushLater   PushOutcome = "later"   // it will be tried again
	PushRefused PushOutcome = "refused" // it will not, until the card changes again
	PushGone    PushOutcome = "gone"    // the card is on that device no more
)

// PushCount is how often telling a wallet came to an outcome.
type PushCount struct {
	Wallet  string // google, or the scheme of a wallet
	Outcome PushOutcome
	Why     string // what was answered; empty for told
	Times   int64
}

// pushHour is what counts are gathered over.
const pushHour = time.Hour

// CountPushes adds to what came of telling a tenant's wallets.
func (tx *Tx) CountPushes(ctx context.Context, tenant verno.TenantID, at time.Time, counts []PushCount) error {
	for _, c := range counts {
		if _, err := tx.Exec(ctx, `INSERT INTO push_hour (tenant, at, wallet, outcome, why, times) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (tenant, at, wallet, outcome, why) DO UPDATE SET times = push_hour.times + excluded.times`,
			tenant, verno.Micros(at.Truncate(pushHour)), c.Wallet, string(c.Outcome), c.Why, c.Times); err != nil {
			return err
		}
	}
	return nil
}

// PushCounts is what came of telling a tenant's wallets since a moment, which is the beginning of an hour.
func (r *Reader) PushCounts(ctx context.Context, tenant verno.TenantID, since time.Time) ([]PushCount, error) {
	return queryAll(ctx, r, func(row Scanner) (c PushCount, err error) {
		err = row.Scan(&c.Wallet, (*string)(&c.Outcome), &c.Why, &c.Times)
		return c, err
	}, `SELECT wallet, outcome, why, CAST(SUM(times) AS BIGINT) FROM push_hour WHERE tenant = $1 AND at >= $2
		GROUP BY wallet, outcome, why ORDER BY wallet, outcome, why`, tenant, verno.Micros(since))
}

// DeletePushCounts forgets what came of telling wallets before a moment.
func (tx *Tx) DeletePushCounts(ctx context.Context, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM push_hour WHERE at < $1`, verno.Micros(before))
	return err
}

// PushWaiting is how many passes of all tenants wait to be told of: to phones, and to Google.
func (r *Reader) PushWaiting(ctx context.Context) (phones, google int64, err error) {
	type both struct{ phones, google int64 }
	b, err := queryOne(ctx, r, func(row Scanner) (b both, err error) {
		err = row.Scan(&b.phones, &b.google)
		return b, err
	}, `SELECT (SELECT COUNT(*) FROM pass WHERE due_at IS NOT NULL), (SELECT COUNT(*) FROM pass WHERE google_due IS NOT NULL)`)
	return b.phones, b.google, err
}

// GoogleState is how a tenant's cards stand at Google.
type GoogleState struct {
	Cards   int64 // that Google was told of
	Waiting int64 // that it is to be told of anew
	Trying  int64 // of those, that it would not hear of yet
	Refused int64 // that it will not have as they are
}

// GoogleState counts how a tenant's cards stand at Google.
func (r *Reader) GoogleState(ctx context.Context, tenant verno.TenantID) (GoogleState, error) {
	return queryOne(ctx, r, func(row Scanner) (s GoogleState, err error) {
		err = row.Scan(&s.Cards, &s.Waiting, &s.Trying, &s.Refused)
		return s, err
	}, `SELECT (SELECT COUNT(*) FROM pass WHERE tenant = $1 AND google_id IS NOT NULL),
		(SELECT COUNT(*) FROM pass WHERE tenant = $1 AND google_due IS NOT NULL),
		(SELECT COUNT(*) FROM google_object WHERE tenant = $1 AND tries > 0),
		(SELECT COUNT(*) FROM google_object WHERE tenant = $1 AND fault <> '')`, tenant)
}
