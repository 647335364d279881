package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

const holdColumns = `owner_id, id, unit_id, amount, captured, state, reference, terminal_id, deadline_at, created_at,
	COALESCE(ended_at, 0)`

func scanHold(row Scanner) (h verno.Hold, err error) {
	var deadline, created, ended int64
	err = row.Scan(&h.Owner, &h.ID, &h.Unit, &h.Amount, &h.Captured, &h.State, &h.Reference, &h.Terminal, &deadline,
		&created, &ended)
	h.Deadline, h.CreatedAt = verno.FromMicros(deadline), verno.FromMicros(created)
	if ended != 0 {
		h.EndedAt = verno.FromMicros(ended)
	}
	return h, err
}

var putHold = Insert("hold",
	`tenant bytea, owner_id bytea, id bytea, unit_id bytea, amount bigint, captured bigint, state text, reference text,
	terminal_id bytea, deadline_at bigint, created_at bigint, ended_at bigint`,
	`ON CONFLICT (tenant, owner_id, id) DO UPDATE SET amount = excluded.amount, captured = excluded.captured,
	state = excluded.state, deadline_at = excluded.deadline_at, ended_at = excluded.ended_at`)

// PutHolds writes holds that are new, or whose owners are locked.
func (p *Pipe) PutHolds(tenant verno.TenantID, holds []verno.Hold) {
	v := p.Values(putHold)
	for i := range holds {
		h := &holds[i]
		v.Bytes(tenant[:]).Bytes(h.Owner[:]).Bytes(h.ID[:]).Bytes(h.Unit[:]).Int(h.Amount).Int(h.Captured).Text(h.State)
		v.Text(h.Reference).Bytes(h.Terminal.Bytes()).Int(verno.Micros(h.Deadline)).Int(verno.Micros(h.CreatedAt))
		if h.EndedAt.IsZero() {
			v.Null()
		} else {
			v.Int(verno.Micros(h.EndedAt))
		}
	}
}

// Hold finds a hold. It returns ErrNotFound where there is none.
func (r *Reader) Hold(ctx context.Context, tenant verno.TenantID, id verno.HoldID) (verno.Hold, error) {
	return queryOne(ctx, r, scanHold, `SELECT `+holdColumns+` FROM hold WHERE tenant = $1 AND id = $2`, tenant, id)
}

// LapsedHolds finds holds whose deadline has passed, oldest first.
func (r *Reader) LapsedHolds(ctx context.Context, tenant verno.TenantID, now int64, limit int) ([]verno.Hold, error) {
	return queryAll(ctx, r, scanHold, `SELECT `+holdColumns+` FROM hold
		WHERE tenant = $1 AND ended_at IS NULL AND deadline_at <= $2 ORDER BY deadline_at, id LIMIT $3`, tenant, now, limit)
}
