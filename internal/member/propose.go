package member

import (
	"context"
	"encoding/json"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// TaskAdjustment is the kind of a task that waits for a second person's word about an adjustment:
//
//	waiting → approved, by another person, which makes the entry
//	waiting → refused, by another person
//	waiting → lapsed, after Roll.Waits; then it can only be put away
const TaskAdjustment = "points_adjustment"

// Proposal is what such a task keeps. It holds no personal data.
type Proposal struct {
	Member verno.MemberID `json:"member_id"`
	Points money.Points   `json:"points"`
	Reason string         `json:"reason"`
	By     string         `json:"by"`
	Until  time.Time      `json:"until"`
}

// ProposalOf reads what a task proposes; ok is false for a task of another kind.
func ProposalOf(t verno.Task) (q Proposal, ok bool) {
	if t.Kind != TaskAdjustment || json.Unmarshal([]byte(t.Detail), &q) != nil {
		return Proposal{}, false
	}
	return q, true
}

// waiting is the answer under the key of a proposal.
type waiting struct {
	Task  verno.TaskID `json:"task_id"`
	Until time.Time    `json:"until"`
}

// propose leaves an adjustment to a second person. What has nobody behind it has nothing to propose.
func (r *Roll) propose(p *books.Page, a verno.Actor, m verno.Member, q Adjust, b bounds) (books.Result, error) {
	if !b.person {
		return books.Result{}, verno.Refused("adjust_limit").With("limit", b.once.Format(b.scale))
	}
	id, until := verno.TaskID(p.ID()), p.At().Add(r.waits()).UTC()
	detail, err := json.Marshal(Proposal{Member: m.ID, Points: q.Points, Reason: q.Reason, By: a.Name(), Until: until})
	if err != nil {
		return books.Result{}, err
	}
	answer, err := json.Marshal(waiting{Task: id, Until: until})
	if err != nil {
		return books.Result{}, err
	}
	p.PutTask(verno.Task{ID: id, Kind: TaskAdjustment, Owner: m.Owner, Ref: m.ID.String(), Detail: string(detail), CreatedAt: p.At()})
	p.Emit(event(verno.EventAdjustmentProposed, a, m, m.ID.String(),
		"points", q.Points.Format(b.scale), "reason", q.Reason, "task", id.String()))
	return books.Result{ID: p.ID(), Owner: m.Owner, Answer: string(answer)}, nil
}

// waits is how long a proposal waits.
func (r *Roll) waits() time.Duration {
	if r.Waits == 0 {
		return 72 * time.Hour
	}
	return r.Waits
}

// Approve makes an adjustment that waits, on the word of a second person. Errors: second_person, person_needed,
// task_done, task_lapsed, task_undecided, insufficient_points, person_erased.
func (r *Roll) Approve(ctx context.Context, a verno.Actor, now time.Time, id verno.TaskID) (Adjusted, error) {
	q, err := r.judged(ctx, a, now, id)
	if err != nil {
		return Adjusted{}, err
	}
	t, err := r.correcting(ctx, a, Adjust{Member: q.Member, Points: q.Points, Reason: q.Reason})
	if err != nil {
		return Adjusted{}, err
	}
	t.detail = []string{"proposed_by", q.By, "task", id.String()}
	m, out, err := r.owned(ctx, a, books.Claim{}, q.Member, func(m verno.Member, w *books.Work) {
		w.Owners[0].Units, w.Owners[0].Spends = []verno.UnitID{verno.PointsUnit(m.Programme)}, q.Points < 0
		w.Also = func(tx *store.Tx, _ *books.Page) error { return ended(tx.EndTask(ctx, a.Tenant, id, now, a.Name())) }
		w.Decide = func(p *books.Page) (books.Result, error) { return t.post(p, a, m) }
	})
	if err != nil {
		return Adjusted{}, err
	}
	return r.adjusted(ctx, m, out, now)
}

// Refuse ends an adjustment that waits, on the word of a second person. Nothing moves. Errors as those of Approve.
func (r *Roll) Refuse(ctx context.Context, a verno.Actor, now time.Time, id verno.TaskID) (verno.Task, error) {
	q, err := r.judged(ctx, a, now, id)
	if err != nil {
		return verno.Task{}, err
	}
	return r.endTask(ctx, a, now, id, func(t verno.Task) verno.Event {
		return verno.Event{
			Tenant: a.Tenant, Kind: verno.EventAdjustmentRefused, Owner: t.Owner, Subject: q.Member.String(), Actor: a.Name(),
			Detail: map[string]string{"task": id.String(), "proposed_by": q.By, "reason": q.Reason},
		}
	})
}

// judged reads a proposal for whoever may decide it: a person, not the one who proposed it, and none who was made since,
// because whoever can add staff could add a second self.
func (r *Roll) judged(ctx context.Context, a verno.Actor, now time.Time, id verno.TaskID) (q Proposal, err error) {
	if err := a.Require(verno.MayAdjustAny); err != nil {
		return q, err
	}
	if a.Staff.IsZero() || !a.Terminal.IsZero() {
		return q, verno.Forbidden("person_needed")
	}
	t, err := r.Store.Reader().Task(ctx, a.Tenant, id)
	if err != nil {
		return q, missing(err, "task")
	}
	if t.Kind != TaskAdjustment {
		return q, verno.Conflict("task_undecided")
	}
	if err := json.Unmarshal([]byte(t.Detail), &q); err != nil {
		return q, err
	}
	judge, err := r.Store.Reader().Staff(ctx, a.Tenant, a.Staff)
	switch {
	case err != nil:
		return q, missing(err, "staff")
	case q.By == a.Name(), judge.CreatedAt.After(t.CreatedAt):
		return q, verno.Forbidden("second_person")
	case !t.DoneAt.IsZero():
		return q, verno.Conflict("task_done")
	case !now.Before(q.Until):
		return q, verno.Conflict("task_lapsed")
	}
	return q, nil
}

// lapsed says whether nobody can decide a task any more, so that it can be put away. Other tasks can at any time.
func lapsed(t verno.Task, now time.Time) bool {
	q, ok := ProposalOf(t)
	return !ok || !now.Before(q.Until)
}

func ended(ok bool, err error) error {
	if err == nil && !ok {
		err = verno.Conflict("task_done")
	}
	return err
}
