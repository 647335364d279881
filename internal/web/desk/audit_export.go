package desk

import (
	"context"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// auditSheet is the log, narrowed as the page is.
func (d *Desk) auditSheet(c *call) (*sheet, error) {
	q, err := d.inquire(c)
	if err != nil {
		return nil, err
	}
	for name := range q.form.Faults {
		return nil, verno.InvalidField("/"+name, "date_invalid", "form", "YYYY-MM-DD")
	}
	s := &sheet{title: c.Say("desk.audit.title"), columns: []column{
		{c.Say("desk.audit.when"), 18},
		{c.Say("desk.audit.who"), 24},
		{c.Say("desk.audit.what"), 40},
		{c.Say("desk.audit.about"), 28},
		{c.Say("desk.audit.more"), 40},
		{c.Say("desk.audit.seal"), 12},
		{c.Say("desk.audit.record"), 80},
	}}
	q.span.Before = store.EventPlace{}
	more := true
	s.more = func(ctx context.Context) ([][]cell, error) {
		for more {
			rows, next, err := d.found(ctx, c, q, exportPart)
			if err != nil {
				return nil, err
			}
			if more = next != ""; more {
				if q.span.Before, err = eventPlace(next); err != nil {
					return nil, err
				}
			}
			if len(rows) == 0 {
				continue
			}
			deeds, err := d.told(c, rows)
			out := make([][]cell, len(deeds))
			for i := range deeds {
				out[i] = deeds[i].cells()
			}
			return out, err
		}
		return nil, nil
	}
	return s, nil
}

func (e *deed) cells() []cell {
	seal := cell{}
	if e.seq >= 0 {
		seal = wholeCell(e.seq)
	}
	return []cell{
		{at: e.at}, textCell(e.actor), textCell(e.what), textCell(e.about), textCell(strings.Join(e.detail, " · ")), seal, textCell(e.body),
	}
}
