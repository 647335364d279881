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

// EndTask says that somebody has looked. Error: task_done.
func (r *Roll) EndTask(ctx context.Context, a verno.Actor, now time.Time, id verno.TaskID) (verno.Task, error) {
	var t verno.Task
	if err := a.Require(writes); err != nil {
		return t, err
	}
	err := r.Store.Write(ctx, func(tx *store.Tx) error {
		ended, err := tx.EndTask(ctx, a.Tenant, id, now, a.Name())
		if err != nil {
			return err
		}
		if t, err = tx.Task(ctx, a.Tenant, id); err != nil {
			return missing(err, "task")
		}
		if !ended {
			return verno.Conflict("task_done")
		}
		return books.Record(ctx, tx, now, r.Entropy, verno.Event{
			Tenant: a.Tenant, Kind: verno.EventTaskDone, Owner: t.Owner, Subject: id.String(), Actor: a.Name(),
			Detail: map[string]string{"kind": t.Kind},
		})
	})
	return t, err
}
