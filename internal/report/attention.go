package report

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Attention is what waits for somebody. Zero figures wait for nobody.
type Attention struct {
	Tasks       int64
	Debtors     int64 // members who owe points
	Owed        money.Points
	SilentTills int64
	Drafts      int64     // of programmes and promotions that were changed and not published
	Unsealed    time.Time // since when events wait for their seal, longer than they should; zero where none do
	BackedUp    time.Time // when the database was last copied; zero where nobody knows
	Stale       bool      // it was not copied for too long, or never
}

// A till that was not heard of for a day is off or gone; a log is sealed within seconds, so that minutes mean a fault. Two
// days without a copy of the database are one that was missed.
const (
	silence = 24 * time.Hour
	sealing = 2 * time.Minute
	copying = 48 * time.Hour
)

// Waiting finds what waits for somebody in a programme, or in one of its stores.
func Waiting(ctx context.Context, r *store.Reader, q Query, now time.Time) (a Attention, err error) {
	if a.SilentTills, err = r.SilentTills(ctx, q.Tenant, q.Store, verno.Micros(now.Add(-silence))); err != nil || !q.Store.IsZero() {
		return a, err
	}
	if a.Tasks, err = r.OpenTasks(ctx, q.Tenant); err != nil {
		return a, err
	}
	if a.Debtors, a.Owed, err = r.Debtors(ctx, q.Tenant, verno.PointsUnit(q.Programme)); err != nil {
		return a, err
	}
	if a.Drafts, err = r.ChangedDrafts(ctx, q.Tenant, q.Programme); err != nil {
		return a, err
	}
	since, err := r.UnsealedSince(ctx, q.Tenant)
	if at := verno.FromMicros(since); since > 0 && now.Sub(at) > sealing {
		a.Unsealed = at
	}
	if err != nil {
		return a, err
	}
	copied, err := r.LastBackup(ctx)
	if copied > 0 {
		a.BackedUp = verno.FromMicros(copied)
	}
	a.Stale = now.Sub(a.BackedUp) > copying
	return a, err
}
