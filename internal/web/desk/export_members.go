package desk

import (
	"context"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// memberSheet is the list of members, or of those whom a search finds. That it was taken away is told to the audit before
// the first row leaves.
func (d *Desk) memberSheet(c *call) (*sheet, error) {
	q := strings.TrimSpace(c.Query.Get("q"))
	if err := d.Members.Listed(c.r.Context(), c.actor, c.now, q != ""); err != nil {
		return nil, err
	}
	s := &sheet{title: c.Say("desk.members"), columns: []column{
		{c.Say("desk.export.code"), 32},
		{c.Say("desk.export.surname"), 20},
		{c.Say("desk.export.name"), 16},
		{c.Say("desk.member.phone"), 18},
		{c.Say("desk.member.email"), 26},
		{c.Say("desk.member.birthday"), 14},
		{c.Say("desk.member.enrolled"), 14},
		{c.Say("desk.export.state"), 18},
	}}
	after, ended := verno.MemberID{}, false
	s.more = func(ctx context.Context) ([][]cell, error) {
		if ended {
			return nil, nil
		}
		const part = 200 // as many as the roll gives at once
		find := member.Search{}
		var rows []member.View
		var err error
		if q == "" {
			rows, err = d.Members.List(ctx, c.actor, after, part)
		} else {
			find = searchFor(q, after)
			find.Limit = part
			rows, err = d.Members.Search(ctx, c.actor, find)
		}
		if err != nil {
			return nil, err
		}
		// Only a list and a search by name have more than one part.
		ended = len(rows) < part || q != "" && find.Name == ""
		out := make([][]cell, len(rows))
		for i := range rows {
			out[i] = memberRow(c, &rows[i])
			after = rows[i].ID
		}
		return out, nil
	}
	return s, nil
}

func memberRow(c *call, v *member.View) []cell {
	state := ""
	switch {
	case !v.ErasedAt.IsZero():
		state = c.Say("desk.member.erased")
	case !v.MergedInto.IsZero():
		state = c.Say("desk.member.merged")
	case v.Frozen:
		state = c.Say("desk.member.frozen")
	}
	p := &v.Person
	return []cell{
		textCell(v.ID.String()), textCell(p.LastName), textCell(p.FirstName), textCell(p.Phone), textCell(p.Email),
		textCell(p.Birthday), dayCell(v.EnrolledAt), textCell(state),
	}
}
