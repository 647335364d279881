package member

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// Tasks lists what somebody has to look at, oldest first; what is done already only where asked for.
func (r *Roll) Tasks(ctx context.Context, a verno.Actor, done bool, after verno.TaskID, limit int) ([]verno.Task, error) {
	if err := a.Require(reads); err != nil {
		return nil, err
	}
	return r.Store.Reader().Tasks(ctx, a.Tenant, done, after, page(limit))
}

// Task reads one of them.
func (r *Roll) Task(ctx context.Context, a verno.Actor, id verno.TaskID) (verno.Task, error) {
	if err := a.Require(reads); err != nil {
		return verno.Task{}, err
	}
	t, err := r.Store.Reader().Task(ctx, a.Tenant, id)
	return t, missing(err, "task")
}

// EndTask says that somebody has looked. What waits for a second person is not ended so. Errors: task_done,
// task_undecided.
func (r *Roll) EndTask(ctx context.Context, a verno.Actor, now time.Time, id verno.TaskID) (verno.Task, error) {
	if err := a.Require(writes); err != nil {
		return verno.Task{}, err
	}
	t, err := r.Store.Reader().Task(ctx, a.Tenant, id)
	if err != nil {
		return t, missing(err, "task")
	}
	if t.DoneAt.IsZero() && !lapsed(t, now) {
		return t, verno.Conflict("task_undecided")
	}
	return r.endTask(ctx, a, now, id, func(t verno.Task) verno.Event {
		return verno.Event{
			Tenant: a.Tenant, Kind: verno.EventTaskDone, Owner: t.Owner, Subject: id.String(), Actor: a.Name(),
			Detail: map[string]string{"kind": t.Kind},
		}
	})
}

// endTask ends a task together with the event that tells of it.
func (r *Roll) endTask(ctx context.Context, a verno.Actor, now time.Time, id verno.TaskID, tell func(verno.Task) verno.Event) (verno.Task, error) {
	var t verno.Task
	err := r.Store.Write(ctx, func(tx *store.Tx) error {
		if err := ended(tx.EndTask(ctx, a.Tenant, id, now, a.Name())); err != nil {
			return err
		}
		var err error
		if t, err = tx.Task(ctx, a.Tenant, id); err != nil {
			return missing(err, "task")
		}
		return books.Record(ctx, tx, now, r.Entropy, tell(t))
	})
	return t, err
}
