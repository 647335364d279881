package member

import (
	"context"
	"encoding/json"
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

// Adjusted is what became of it: an entry, or a proposal that waits for a second person.
type Adjusted struct {
	Entry    verno.EntryID // zero while it waits
	Task     verno.TaskID  // under which it waits, zero where it was made
	Until    time.Time     // how long it waits
	Points   Points        // the member's, afterwards
	Replayed bool
}

// Adjust corrects a member's points as an entry of its own: given points live as long as earned ones, and taken ones are
// those that lapse first. What is above the bounds of a person becomes a proposal, which Approve or Refuse ends. Errors:
// adjust_limit, adjust_daily, insufficient_points, person_erased.
func (r *Roll) Adjust(ctx context.Context, a verno.Actor, now time.Time, q Adjust) (Adjusted, error) {
	if err := q.check(a); err != nil {
		return Adjusted{}, err
	}
	t, err := r.correcting(ctx, a, q)
	if err != nil {
		return Adjusted{}, err
	}
	bounds := r.boundsOf(a, t.programme.Points.Scale)
	m, out, err := r.owned(ctx, a, claim("adjust", q.Key, q.BodyHash), q.Member, func(m verno.Member, w *books.Work) {
		w.Owners[0].Units, w.Owners[0].Spends = []verno.UnitID{verno.PointsUnit(m.Programme)}, q.Points < 0
		day := adjustedOn(a, dayIn(now, t.zone))
		w.Counters = []verno.PromotionID{day}
		w.Decide = func(p *books.Page) (books.Result, error) {
			if q.size() > bounds.once {
				return r.propose(p, a, m, q, bounds)
			}
			if err := bounds.count(p, day, q.size()); err != nil {
				return books.Result{}, err
			}
			return t.post(p, a, m)
		}
	})
	if err != nil {
		return Adjusted{}, err
	}
	return r.adjusted(ctx, m, out, now)
}

// adjusted is what a work did, now or when its key was used first.
func (r *Roll) adjusted(ctx context.Context, m verno.Member, out books.Outcome, now time.Time) (Adjusted, error) {
	done := Adjusted{Replayed: out.Replayed}
	if out.Answer == "" {
		done.Entry = verno.EntryID(out.ID)
	} else {
		var waits waiting
		if err := json.Unmarshal([]byte(out.Answer), &waits); err != nil {
			return done, err
		}
		done.Task, done.Until = verno.TaskID(out.ID), waits.Until
	}
	err := r.Store.Reader().Snapshot(ctx, func(reader *store.Reader) (err error) {
		done.Points, err = pointsOf(ctx, reader, m, now)
		return err
	})
	return done, err
}

// correction is an adjustment with the rules that say how long points live.
type correction struct {
	Adjust
	programme *verno.Programme
	zone      *time.Location
	detail    []string // what the audit says of it besides
}

func (r *Roll) correcting(ctx context.Context, a verno.Actor, q Adjust) (*correction, error) {
	m, err := resolve(ctx, r.Store.Reader(), a.Tenant, q.Member)
	if err != nil {
		return nil, err
	}
	rules, err := r.rules.of(ctx, r.Store.Reader(), a.Tenant, m.Programme)
	if err != nil {
		return nil, missing(err, "programme")
	}
	t := &correction{Adjust: q, programme: rules.Programme()}
	t.zone, err = rules.zone("")
	return t, err
}

// post makes the entry.
func (t *correction) post(p *books.Page, a verno.Actor, m verno.Member) (books.Result, error) {
	if err := adjust(p, t.programme, m, t.zone, t.Points); err != nil {
		return books.Result{}, err
	}
	entry, err := p.Post(m.Owner, "adjustment", t.Reason, a.Name(), nil)
	if err != nil {
		return books.Result{}, err
	}
	hash := entry.Hash()
	e := event(verno.EventPointsAdjusted, a, m, m.ID.String(), append([]string{
		"points", t.Points.Format(t.programme.Points.Scale), "reason", t.Reason,
	}, t.detail...)...)
	e.Entry, e.Hash = entry.ID(), hash[:]
	p.Emit(e)
	return books.Result{ID: entry.ID(), Owner: m.Owner}, nil
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
