package member

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Reasons are why points may be adjusted.
var Reasons = []string{"goodwill", "missing_points", "complaint", "correction", "fraud", "migration"}

// Adjust gives points or, below zero, takes them.
type Adjust struct {
	Key      string
	BodyHash [32]byte
	Member   verno.MemberID
	Points   money.Points // smallest units, not 0
	Reason   string       // one of Reasons
}

// Adjusted is what became of it.
type Adjusted struct {
	Entry    verno.EntryID
	Points   Points // the member's, afterwards
	Replayed bool
}

// Adjust corrects a member's points as an entry of its own: given points live as long as earned ones, and taken ones are
// those that lapse first. Errors: adjust_limit, insufficient_points, person_erased.
func (r *Roll) Adjust(ctx context.Context, a verno.Actor, now time.Time, q Adjust) (Adjusted, error) {
	if err := q.check(a); err != nil {
		return Adjusted{}, err
	}
	m, err := living(ctx, r.Store.Reader(), a.Tenant, q.Member)
	if err != nil {
		return Adjusted{}, err
	}
	rules, err := r.rules.of(ctx, r.Store.Reader(), a.Tenant, m.Programme)
	if err != nil {
		return Adjusted{}, missing(err, "programme")
	}
	if err := r.withinLimit(a, q, rules.Programme()); err != nil {
		return Adjusted{}, err
	}
	zone, err := rules.zone("")
	if err != nil {
		return Adjusted{}, err
	}
	unit := verno.PointsUnit(m.Programme)
	m, out, err := r.owned(ctx, a, claim("adjust", q.Key, q.BodyHash), q.Member, func(m verno.Member, w *books.Work) {
		w.Owners[0].Units, w.Owners[0].Spends = []verno.UnitID{unit}, q.Points < 0
		w.Decide = func(p *books.Page) (books.Result, error) {
			if err := adjust(p, rules.Programme(), m, zone, q.Points); err != nil {
				return books.Result{}, err
			}
			entry, err := p.Post(m.Owner, "adjustment", q.Reason, a.Name(), nil)
			if err != nil {
				return books.Result{}, err
			}
			hash := entry.Hash()
			e := event(verno.EventPointsAdjusted, a, m, m.ID.String(),
				"points", q.Points.Format(rules.Programme().Points.Scale), "reason", q.Reason)
			e.Entry, e.Hash = entry.ID(), hash[:]
			p.Emit(e)
			return books.Result{ID: entry.ID(), Owner: m.Owner}, nil
		}
	})
	if err != nil {
		return Adjusted{}, err
	}
	done := Adjusted{Entry: verno.EntryID(out.ID), Replayed: out.Replayed}
	err = r.Store.Reader().Snapshot(ctx, func(reader *store.Reader) error {
		done.Points, err = pointsOf(ctx, reader, m, now)
		return err
	})
	return done, err
}

// check sees who may adjust at all, and that the request is one.
func (q Adjust) check(a verno.Actor) error {
	if !a.May.Has(verno.MayAdjustAny) {
		if err := a.Require(verno.MayAdjust); err != nil {
			return err
		}
	}
	var f verno.Faults
	if q.Points == 0 || !q.size().Valid() {
		f.Say("/points", "number_range", "min", "1", "max", money.MaxPoints.Format(0))
	}
	if !slices.Contains(Reasons, q.Reason) {
		f.Say("/reason", "unknown_value", "known", strings.Join(Reasons, ", "))
	}
	return f.Err()
}

// size is how many points are moved, below zero for what is no number of points.
func (q Adjust) size() money.Points { return max(q.Points, -q.Points) }

// withinLimit leaves large adjustments to those who may make any.
func (r *Roll) withinLimit(a verno.Actor, q Adjust, p *verno.Programme) error {
	if q.size() > r.AdjustLimit && !a.May.Has(verno.MayAdjustAny) {
		return verno.Refused("adjust_limit").With("limit", r.AdjustLimit.Format(p.Points.Scale))
	}
	return nil
}

// adjust drafts the postings. What has lapsed meanwhile goes to breakage first, so that it is not what is taken.
func adjust(p *books.Page, programme *verno.Programme, m verno.Member, zone *time.Location, n money.Points) error {
	unit := verno.PointsUnit(programme.ID)
	h := p.Holding(m.Owner, unit)
	far := func(role verno.AccountRole) ledger.Account {
		return ledger.Account{Owner: verno.ProgrammeOwner(programme.ID), Role: role, Unit: unit}
	}
	if err := h.Lapse(p.Draft(), far(verno.AccountBreakage), p.Now()); err != nil {
		return err
	}
	if n > 0 {
		lot := ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: ledger.Expiry(programme.Points.Expiry, p.At().In(zone))}
		h.Earn(p.Draft(), far(verno.AccountAdjustment), lot, int64(n), ledger.WhyAdjust)
		return nil
	}
	err := h.Spend(p.Draft(), far(verno.AccountAdjustment), int64(-n), p.Now())
	if short, ok := errors.AsType[ledger.ShortError](err); ok {
		return verno.Refused("insufficient_points").With("available", money.Points(short.Spendable).Format(programme.Points.Scale))
	}
	return err
}
