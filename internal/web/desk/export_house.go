package desk

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// partSize is how many rows of a short list are read at once.
const partSize = 200

// parts reads a list from its beginning to its end, and makes rows of a sheet of it.
func parts[Row any, ID ~[16]byte](
	read func(ctx context.Context, after ID) ([]Row, error), id func(*Row) ID, cells func(*Row) ([]cell, error),
) func(context.Context) ([][]cell, error) {
	var after ID
	return func(ctx context.Context) ([][]cell, error) {
		rows, err := read(ctx, after)
		if err != nil {
			return nil, err
		}
		out := make([][]cell, len(rows))
		for i := range rows {
			if out[i], err = cells(&rows[i]); err != nil {
				return nil, err
			}
			after = id(&rows[i])
		}
		return out, nil
	}
}

// staffSheet is who works here, and where.
func (d *Desk) staffSheet(c *call) (*sheet, error) {
	names := d.naming(c)
	return &sheet{
		title: c.Say("desk.staff.title"),
		columns: []column{
			{c.Say("desk.export.code"), 32},
			{c.Say("desk.staff.name"), 26},
			{c.Say("desk.staff.role"), 18},
			{c.Say("desk.staff.store"), 24},
			{c.Say("desk.staff.entry"), 30},
			{c.Say("desk.export.state"), 18},
		},
		more: parts(func(ctx context.Context, after verno.StaffID) ([]auth.Staff, error) {
			return d.Gate.StaffAfter(ctx, c.actor, after, partSize)
		}, func(s *auth.Staff) verno.StaffID { return s.ID }, func(s *auth.Staff) ([]cell, error) {
			place, err := names.store(s.Store)
			if place == "" {
				place = c.Say("desk.staff.everywhere")
			}
			state := ""
			if !s.DisabledAt.IsZero() {
				state = c.Say("desk.staff.off")
			}
			return []cell{
				textCell(s.ID.String()), textCell(s.Name), textCell(c.Say("desk.role." + string(s.Role))), textCell(place), textCell(waysIn(c, s)), textCell(state),
			}, err
		}),
	}, nil
}

// storeSheet is where things are sold.
func (d *Desk) storeSheet(c *call) (*sheet, error) {
	return &sheet{
		title: c.Say("desk.stores"),
		columns: []column{
			{c.Say("desk.export.code"), 32},
			{c.Say("desk.store.name"), 26},
			{c.Say("desk.store.address"), 40},
			{c.Say("desk.store.web"), 40},
			{c.Say("desk.store.zone"), 22},
			{c.Say("desk.export.state"), 18},
		},
		more: parts(func(ctx context.Context, after verno.StoreID) ([]verno.Store, error) {
			return d.Office.Places(ctx, c.actor, after, partSize)
		}, func(s *verno.Store) verno.StoreID { return s.ID }, func(s *verno.Store) ([]cell, error) {
			state := ""
			if !s.ClosedAt.IsZero() {
				state = c.Say("desk.store.closed")
			}
			return []cell{textCell(s.ID.String()), textCell(s.Name), textCell(s.Address), textCell(s.WebAddress), textCell(zoneName(c, s.TimeZone)), textCell(state)}, nil
		}),
	}, nil
}

// taskSheet is what is to be looked at, or all that ever was, as the page is narrowed.
func (d *Desk) taskSheet(c *call) (*sheet, error) {
	names, all := d.naming(c), c.Query.Get("all") != ""
	return &sheet{
		title: c.Say("desk.tasks"),
		columns: []column{
			{c.Say("desk.receipt.at"), 18},
			{c.Say("desk.export.about"), 40},
			{c.Say("desk.staff.store"), 24},
			{c.Say("desk.receipt.member"), 26},
			{c.Say("desk.export.state"), 18},
			{c.Say("desk.export.code"), 32},
		},
		more: parts(func(ctx context.Context, after verno.TaskID) ([]verno.Task, error) {
			return d.Members.Tasks(ctx, c.actor, all, after, partSize)
		}, func(t *verno.Task) verno.TaskID { return t.ID }, func(t *verno.Task) ([]cell, error) {
			e, err := d.errand(c, names, *t)
			if err != nil {
				return nil, err
			}
			who, state := "", c.Say("desk.task.open")
			if !e.member.ID.IsZero() {
				who = fullName(c, &e.member)
			}
			if !t.DoneAt.IsZero() {
				state = c.Say("desk.task.ended")
			}
			return []cell{{at: t.CreatedAt}, textCell(e.title), textCell(e.place), textCell(who), textCell(state), textCell(t.ID.String())}, nil
		}),
	}, nil
}
