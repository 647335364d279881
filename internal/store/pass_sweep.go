package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// SweepProgress is a change of many passes with how far it has come.
type SweepProgress struct {
	PassSweep

	Of   int64 // passes that it is about
	Left int64 // of those, that are not made anew yet
}

// PassSweeps are the latest changes of many passes of a tenant, the newest first, without the looks of each day.
func (r *Reader) PassSweeps(ctx context.Context, tenant verno.TenantID, limit int) ([]SweepProgress, error) {
	sweeps, err := queryAll(ctx, r, scanPassSweep, `SELECT `+sweepColumns+` FROM pass_sweep
		WHERE tenant = $1 AND name LIKE 'event/%' ORDER BY at DESC, LENGTH(name) DESC, name DESC LIMIT $2`, tenant, limit)
	if err != nil {
		return nil, err
	}
	list := make([]SweepProgress, len(sweeps))
	for i := range sweeps {
		list[i].PassSweep = sweeps[i]
		if list[i].Of, list[i].Left, err = r.sweepCounts(ctx, &sweeps[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (r *Reader) sweepCounts(ctx context.Context, s *PassSweep) (of, left int64, err error) {
	from, where, about := `pass p`, ``, any(nil)
	switch {
	case !s.Programme.IsZero():
		from, where, about = `pass p JOIN card_template t ON t.tenant = p.tenant AND t.id = p.template_id`, ` AND t.programme_id = $2`, s.Programme
	case !s.Template.IsZero():
		where, about = ` AND p.template_id = $2`, s.Template
	}
	count := func(more string, values ...any) (int64, error) {
		return queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM `+from+` WHERE p.tenant = $1`+where+more, values...)
	}
	values := []any{s.Tenant}
	if about != nil {
		values = append(values, about)
	}
	if of, err = count("", values...); err != nil || !s.DoneAt.IsZero() {
		return of, 0, err
	}
	after := " AND p.card_id > $2"
	if about != nil {
		after = " AND p.card_id > $3"
	}
	left, err = count(after, append(values, s.After[:])...)
	return of, left, err
}
