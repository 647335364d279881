package desk

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/report"
	"github.com/verno-loyalty/verno/internal/store"
)

// way is the address of a page, where there is one and the reader may see it.
func (d *Desk) way(c *call, path string) string {
	if may, ok := d.ways[path]; ok && c.actor.May.Has(may) {
		return Base + path
	}
	return ""
}

// chores are what waits for somebody. What the reader could not do anything about is left out.
func (d *Desk) chores(c *call, g *glance, q report.Query) error {
	a, err := report.Waiting(c.r.Context(), d.Reader, q, c.now)
	if err != nil {
		return err
	}
	if !a.Stale && c.actor.May.Has(verno.MayWriteConfig) {
		g.backedUp = a.BackedUp.In(g.From.Location())
	}
	expiring, err := d.Passes.ExpiringCertificates(c.r.Context(), c.actor.Tenant)
	if err != nil {
		return err
	}
	scale := g.Programme.Points.Scale
	for _, e := range []struct {
		is   bool
		may  verno.Permission
		path string
		text string
	}{
		{a.Tasks > 0, verno.MayReadMembers, "/tasks", c.Count("desk.waiting.tasks", a.Tasks)},
		{a.Debtors > 0, verno.MayReadMembers, "/tasks", c.Count("desk.waiting.debts", a.Debtors, "Points", c.Points(a.Owed, scale))},
		{len(expiring) > 0, managingWallets, "/wallets/apple", certificateEnds(c, expiring)},
		{a.SilentTills > 0, verno.MayReadConfig, "/stores", c.Count("desk.waiting.silent", a.SilentTills)},
		{a.Drafts > 0, verno.MayReadConfig, "/programmes", c.Count("desk.waiting.drafts", a.Drafts)},
		{!a.Unsealed.IsZero(), verno.MayReadAudit, "/audit", c.Say("desk.waiting.unsealed", "Since", c.Moment(a.Unsealed.In(g.From.Location())))},
		{a.Stale && a.BackedUp.IsZero() && len(g.steps) == 0, verno.MayWriteConfig, "", c.Say("desk.waiting.backup_none")},
		{a.Stale && !a.BackedUp.IsZero(), verno.MayWriteConfig, "", c.Say("desk.waiting.backup_old", "At", c.Moment(a.BackedUp.In(g.From.Location())))},
	} {
		if e.is && c.actor.May.Has(e.may) {
			g.waiting = append(g.waiting, chore{text: e.text, path: d.way(c, e.path)})
		}
	}
	return nil
}

// begin is what there is to do until the first sale.
func (d *Desk) begin(c *call, g *glance, b store.Begun) {
	for _, step := range []struct {
		name string
		path string
		done bool
	}{
		{"brand", "/brand", b.Dressed},
		{"rules", "/programmes", b.Ruled},
		{"till", "/stores", b.Paired},
		{"member", "/channels", b.Joined},
		{"sale", "", b.Sold},
	} {
		g.steps = append(g.steps, chore{text: c.Say("desk.begin." + step.name), path: d.way(c, step.path), done: step.done})
	}
}
