package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

const taskColumns = `id, kind, owner_id, ref, detail, created_at, COALESCE(done_at, 0), COALESCE(done_by, '')`

func scanTask(row Scanner) (t verno.Task, err error) {
	var ref []byte
	var created, done int64
	err = row.Scan(&t.ID, &t.Kind, &t.Owner, &ref, &t.Detail, &created, &done, &t.DoneBy)
	t.Ref, t.CreatedAt, t.DoneAt = string(ref), verno.FromMicros(created), timeOrNone(done)
	return t, err
}

// Task finds a task. It returns ErrNotFound where there is none.
func (r *Reader) Task(ctx context.Context, tenant verno.TenantID, id verno.TaskID) (verno.Task, error) {
	return queryOne(ctx, r, scanTask, `SELECT `+taskColumns+` FROM task WHERE tenant = $1 AND id = $2`, tenant, id)
}

// Tasks lists tasks by ID, so the oldest first; those that are done only where asked for.
func (r *Reader) Tasks(ctx context.Context, tenant verno.TenantID, done bool, after verno.TaskID, limit int) ([]verno.Task, error) {
	return queryAll(ctx, r, scanTask, `SELECT `+taskColumns+` FROM task
		WHERE tenant = $1 AND id > $2 AND ($3 = 1 OR done_at IS NULL) ORDER BY id LIMIT $4`, tenant, after[:], done, limit)
}

// EndTask marks a task as done; false where it is done already or there is none.
func (tx *Tx) EndTask(ctx context.Context, tenant verno.TenantID, id verno.TaskID, at time.Time, by string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE task SET done_at = $1, done_by = $2 WHERE tenant = $3 AND id = $4 AND done_at IS NULL`,
		verno.Micros(at), by, tenant, id)
	return n == 1, err
}
