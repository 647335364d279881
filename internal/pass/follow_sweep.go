package pass

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// addDays asks, once a day of each programme, to look at all of its cards: points that are to expire, banners that begin
// and end, and all else that changes by itself as days go by; and to look at tickets when it is time to remind of an event.
func (p *Passes) addDays(ctx context.Context, tenant verno.TenantID) error {
	now := p.Clock()
	programmes, err := p.Store.Reader().Programmes(ctx, tenant, verno.ProgrammeID{}, 200)
	if err != nil {
		return err
	}
	zones := make(map[verno.ProgrammeID]*time.Location, len(programmes))
	for i := range programmes {
		draft := &programmes[i].Draft
		zone, err := time.LoadLocation(draft.TimeZone)
		if err != nil {
			zone = time.UTC
		}
		zones[draft.ID] = zone
		s := store.PassSweep{
			Tenant: tenant, Name: "day/" + draft.ID.String() + "/" + now.In(zone).Format(time.DateOnly),
			Programme: draft.ID, Looks: true, At: now,
		}
		if _, err := p.Store.Reader().PassSweep(ctx, tenant, s.Name); !errors.Is(err, store.ErrNotFound) {
			if err != nil {
				return err
			}
			continue
		}
		if err := p.turn(ctx, func(tx *store.Tx) error {
			return errors.Join(tx.AddPassSweep(ctx, s), tx.DeletePassSweeps(ctx, now.Add(-sweepsKept)), tx.DeletePushCounts(ctx, now.Add(-countsKept)), tx.DeleteRings(ctx, now.Add(-ringsKept)))
		}); err != nil {
			return err
		}
	}
	return p.addReminders(ctx, tenant, zones)
}

// sweep works on what changes many passes at once, from where it was left, and reports whether there was anything. While
// the log is behind, nothing is looked at closely.
func (p *Passes) sweep(ctx context.Context, tenant verno.TenantID, behind bool) (bool, error) {
	s, err := p.Store.Reader().NextPassSweep(ctx, tenant)
	if errors.Is(err, store.ErrNotFound) || err == nil && s.Looks && behind {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	switch {
	case s.Looks, s.Programme.IsZero() && s.Template.IsZero():
		return true, p.sweepLooking(ctx, &s)
	case !s.Programme.IsZero():
		return true, p.sweepMoving(ctx, &s)
	}
	return true, p.sweepTrusting(ctx, &s)
}

// sweepMoving gives the next passes of a programme its new standard template, where their cards have none of their own.
func (p *Passes) sweepMoving(ctx context.Context, s *store.PassSweep) error {
	some := sweepQuietly
	if p.sweeping.busy(p.Store, p.Clock()) {
		some = sweepStep
	}
	cards, err := p.Store.Reader().Moved(ctx, s, some)
	if err != nil {
		return err
	}
	var last verno.CardID
	if len(cards) > 0 {
		last = cards[len(cards)-1]
	}
	return p.sweepTurn(ctx, s, last, func(tx *store.Tx, t store.Touch) {
		tx.Bulk().MovePasses(s.Tenant, cards, s.Template, t)
	})
}

// sweepTrusting touches the next passes of a template.
func (p *Passes) sweepTrusting(ctx context.Context, s *store.PassSweep) error {
	some := sweepQuietly
	if p.sweeping.busy(p.Store, p.Clock()) {
		some = sweepStep
	}
	until, err := p.Store.Reader().LastSwept(ctx, s, some)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return p.sweepTurn(ctx, s, until, func(tx *store.Tx, t store.Touch) {
		tx.Bulk().TouchTemplate(s.Tenant, s.Template, s.After, until, t)
	})
}

// sweepLooking looks at the next passes, and touches those that look different; all of them where it need not look.
func (p *Passes) sweepLooking(ctx context.Context, s *store.PassSweep) error {
	some := looksStep
	if !s.Looks {
		some = sweepStep
	}
	passes, err := p.Store.Reader().Swept(ctx, s, some)
	if err != nil {
		return err
	}
	var last verno.CardID
	if len(passes) > 0 {
		last = passes[len(passes)-1].Card
	}
	changed, err := p.different(ctx, s.Tenant, passes, s.Looks)
	if err != nil {
		return err
	}
	return p.sweepTurn(ctx, s, last, func(tx *store.Tx, t store.Touch) {
		tx.Bulk().TouchPasses(s.Tenant, changed, t)
	})
}

// sweepTurn moves a sweep on, and touches passes in the same transaction, unless another follower has moved it.
func (p *Passes) sweepTurn(ctx context.Context, s *store.PassSweep, to verno.CardID, touch func(tx *store.Tx, t store.Touch)) error {
	return p.turn(ctx, func(tx *store.Tx) error {
		tag, err := tx.NextTag(ctx, s.Tenant)
		if err != nil {
			return err
		}
		now := p.Clock()
		ok, err := tx.MovePassSweep(ctx, s, to, now)
		if err != nil || !ok {
			return errors.Join(err, notMine(ok))
		}
		if !to.IsZero() {
			touch(tx, store.Touch{Tag: tag, Cause: s.Cause(), At: now, Gap: p.Apple.Gap})
		}
		return nil
	})
}

// watch notices whether sales come in.
type watch struct{ commits, seen atomic.Int64 }

// busyFor is how long after a sale the next is expected: between two, none may have been committed for a moment.
const busyFor = 250 * time.Millisecond

// busy says whether there were sales lately.
func (w *watch) busy(s *store.Store, now time.Time) bool {
	commits := s.Stats().Commits
	if w.commits.Swap(commits) != commits {
		w.seen.Store(verno.Micros(now))
	}
	return verno.Micros(now)-w.seen.Load() < busyFor.Microseconds()
}
