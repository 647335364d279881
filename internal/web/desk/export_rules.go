package desk

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/store"
)

// once gives rows that are all there at the beginning.
func once(rows [][]cell) func(context.Context) ([][]cell, error) {
	return func(context.Context) ([][]cell, error) {
		now := rows
		rows = nil
		return now, nil
	}
}

// promotionSheet is what a programme offers, in words, in the order of its page.
func (d *Desk) promotionSheet(c *call) (*sheet, error) {
	s := &sheet{title: c.Say("desk.promotions"), columns: []column{
		{c.Say("desk.channel.name"), 30},
		{c.Say("desk.export.what"), 50},
		{c.Say("desk.export.bounds"), 40},
		{c.Say("desk.export.state"), 22},
		{c.Say("desk.export.draft"), 30},
		{c.Say("desk.export.code"), 32},
	}}
	id, err := d.programmeOf(c)
	if err != nil || id.IsZero() {
		s.more = once(nil)
		return s, err
	}
	of, err := d.draft(c, id)
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	offers := c.teller(&of.Draft, of.shops).offers(of, c.now)
	for _, state := range states {
		for i := range offers[state] {
			o := &offers[state][i]
			draft := ""
			if o.changed {
				draft = c.Say("desk.state.changed")
			}
			rows = append(rows, []cell{
				textCell(o.Draft.Name), textCell(o.what), textCell(o.bounds), textCell(stateName(c, state)), textCell(draft), textCell(o.Draft.ID.String()),
			})
		}
	}
	s.more = once(rows)
	return s, nil
}

// stateName is what members meet of a promotion now.
func stateName(c *call, state string) string {
	switch state {
	case "new":
		return c.Say("desk.state.unpublished")
	case "off":
		return c.Say("desk.state.switched_off")
	case "archived":
		return c.Say("desk.state.archived")
	}
	return c.Say("desk.state." + state + "_one")
}

// programmeSheet is which programmes there are.
func (d *Desk) programmeSheet(c *call) (*sheet, error) {
	return &sheet{
		title: c.Say("desk.programmes"),
		columns: []column{
			{c.Say("desk.channel.name"), 30},
			{c.Say("desk.programme.worth"), 24},
			{c.Say("desk.export.currency"), 8},
			{c.Say("desk.programme.time_zone"), 22},
			{c.Say("desk.version.number"), 12},
			{c.Say("desk.export.code"), 32},
		},
		more: parts(func(ctx context.Context, after verno.ProgrammeID) ([]store.Programme, error) {
			return d.Office.Programmes(ctx, c.actor, after, partSize)
		}, func(p *store.Programme) verno.ProgrammeID { return p.Draft.ID }, func(p *store.Programme) ([]cell, error) {
			version := textCell(c.Say("desk.state.unpublished"))
			if p.Published > 0 {
				version = wholeCell(p.Published)
			}
			return []cell{
				textCell(p.Draft.Name), textCell(c.teller(&p.Draft, nil).worth()), textCell(string(p.Draft.Currency)),
				textCell(zoneName(c, p.Draft.TimeZone)), version, textCell(p.Draft.ID.String()),
			}, nil
		}),
	}, nil
}

// channelSheet is how people join, and how far those go who come by each way in the time that the page shows.
func (d *Desk) channelSheet(c *call) (*sheet, error) {
	list, err := d.channelRows(c)
	if err != nil {
		return nil, err
	}
	names := d.naming(c)
	rows := make([][]cell, len(list))
	for i := range list {
		ch := &list[i]
		place, err := names.store(ch.Store)
		if err != nil {
			return nil, err
		}
		state := ""
		if !ch.open() {
			state = c.Say("desk.channel.closed")
		}
		rows[i] = []cell{
			textCell(ch.Name), textCell(d.joinAddress(c, &ch.Channel)), textCell(place), wholeCell(ch.Visits), wholeCell(ch.Joined), wholeCell(ch.Kept),
			wholeCell(ch.Removed), wholeCell(ch.Bought), wholeCell(ch.Again), textCell(state), textCell(ch.ID.String()),
		}
	}
	return &sheet{title: c.Say("desk.channel.title"), columns: []column{
		{c.Say("desk.channel.name"), 26},
		{c.Say("desk.channel.address"), 36},
		{c.Say("desk.channel.store"), 24},
		{c.Say("desk.channel.visits"), 12},
		{c.Say("desk.channel.joined"), 12},
		{c.Say("desk.channel.kept"), 12},
		{c.Say("desk.export.removed"), 14},
		{c.Say("desk.channel.bought"), 12},
		{c.Say("desk.channel.again"), 12},
		{c.Say("desk.export.state"), 18},
		{c.Say("desk.export.code"), 32},
	}, more: once(rows)}, nil
}

// keySheet is which programs may come in, and what each may do. Of a key it has no more than the page: its end.
func (d *Desk) keySheet(c *call) (*sheet, error) {
	names, test := d.naming(c), c.Query.Get("test") != ""
	return &sheet{
		title: c.Say("desk.key.title"),
		columns: []column{
			{c.Say("desk.key.name"), 26},
			{c.Say("desk.export.ending"), 12},
			{c.Say("desk.key.may"), 60},
			{c.Say("desk.staff.store"), 24},
			{c.Say("desk.export.made"), 14},
			{c.Say("desk.export.made_by"), 24},
			{c.Say("desk.key.expires"), 14},
			{c.Say("desk.export.state"), 18},
			{c.Say("desk.export.code"), 32},
		},
		more: parts(func(ctx context.Context, after verno.APIKeyID) ([]auth.Key, error) {
			return d.Gate.KeysAfter(ctx, c.actor, test, after, partSize)
		}, func(k *auth.Key) verno.APIKeyID { return k.ID }, func(k *auth.Key) ([]cell, error) {
			place, err := names.store(k.Store)
			if err != nil {
				return nil, err
			}
			by, err := names.actor(k.CreatedBy)
			if place == "" {
				place = c.Say("desk.staff.everywhere")
			}
			state := ""
			if !k.RevokedAt.IsZero() {
				state = c.Say("desk.key.revoked")
			}
			return []cell{
				textCell(k.Name), textCell("…" + k.Hint), textCell(scopesText(c, k.Scopes)), textCell(place), dayCell(k.CreatedAt),
				textCell(by), dayCell(k.ExpiresAt), textCell(state), textCell(k.ID.String()),
			}, err
		}),
	}, nil
}
