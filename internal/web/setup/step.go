package setup

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// step is one of the five: what it shows, and what it does with what was typed.
type step struct {
	fill func(z *Wizard, c *call) error // the form, as it stands
	page func(z *Wizard, c *call) (templ.Component, error)
	save func(z *Wizard, c *call) error // an error that is about a field is shown there
	name map[string]string              // pointers of errors to fields of the form
}

var steps = map[string]step{
	"business": {(*Wizard).fillBusiness, (*Wizard).businessPage, (*Wizard).saveBusiness, map[string]string{"tax_id": "tax_id", "time_zone": "time_zone"}},
	"rules":    {(*Wizard).fillRules, (*Wizard).rulesPage, (*Wizard).saveRules, nil},
	"texts":    {(*Wizard).fillTexts, (*Wizard).textsPage, (*Wizard).saveTexts, nil},
	"team":     {(*Wizard).fillTeam, (*Wizard).teamPage, (*Wizard).saveTeam, map[string]string{"name": "owner", "address": "address"}},
	"launch":   {(*Wizard).fillNothing, (*Wizard).launchPage, (*Wizard).saveNothing, nil},
}

func (z *Wizard) fillNothing(*call) error { return nil }
func (z *Wizard) saveNothing(*call) error { return nil }

// find is the step of a request. Before there is a tenant there is only the first one.
func (c *call) find() (step, string, error) {
	name := c.r.PathValue("step")
	s, ok := steps[name]
	if !ok {
		return s, name, verno.NotFound("not_found").With("thing", name)
	}
	return s, name, nil
}

func (z *Wizard) show(c *call) error {
	s, name, err := c.find()
	if err != nil {
		return err
	}
	if c.actor.Tenant.IsZero() && name != campaign.Steps[0] {
		c.to(campaign.Steps[0])
		return nil
	}
	c.form = &view.Form{Values: map[string][]string{}}
	if err := s.fill(z, c); err != nil {
		return err
	}
	return z.draw(c, s, http.StatusOK)
}

func (z *Wizard) draw(c *call, s step, status int) error {
	content, err := s.page(z, c)
	if err == nil {
		c.show(status, content)
	}
	return err
}

func (z *Wizard) save(c *call) error {
	s, name, err := c.find()
	if err != nil {
		return err
	}
	if c.actor.Tenant.IsZero() && name != campaign.Steps[0] {
		c.to(campaign.Steps[0])
		return nil
	}
	if err := s.save(z, c); err != nil {
		if err := c.wrong(err, s.name); err != nil {
			return err
		}
		return z.draw(c, s, http.StatusUnprocessableEntity)
	}
	if c.form.On("again") {
		return z.draw(c, s, http.StatusOK)
	}
	if err := z.Office.SetStep(c.r.Context(), c.actor, c.now, name, true); err != nil {
		return err
	}
	c.to(after(name))
	return nil
}

// programme is the one that the beginning has made.
func (z *Wizard) programme(ctx context.Context, c *call) (store.Programme, error) {
	list, err := z.Office.Programmes(ctx, c.actor, verno.ProgrammeID{}, 1)
	if err == nil && len(list) == 0 {
		err = verno.NotFound("not_found").With("thing", "programme")
	}
	if err != nil {
		return store.Programme{}, err
	}
	return list[0], nil
}

// place is the store that it has made.
func (z *Wizard) place(ctx context.Context, c *call) (verno.Store, error) {
	list, err := z.Office.Places(ctx, c.actor, verno.StoreID{}, 1)
	if err == nil && len(list) == 0 {
		err = verno.NotFound("not_found").With("thing", "store")
	}
	if err != nil {
		return verno.Store{}, err
	}
	return list[0], nil
}

// minutes is how long the beginning has taken so far.
func (c *call) minutes() int64 {
	if c.progress.Begun.IsZero() {
		return 0
	}
	return int64(c.now.Sub(c.progress.Begun) / time.Minute)
}

// state is done, later or open.
func (c *call) state(step string) string {
	if s := c.progress.Steps[step]; s != "" {
		return s
	}
	return "open"
}

// nth is the number of a step, for people.
func nth(step string) string { return strconv.Itoa(slices.Index(campaign.Steps, step) + 1) }

// joinAddress is where people join by a channel: below the address at which phones reach this Verno, where it was told one.
func (z *Wizard) joinAddress(c *call, ch *store.Channel) string {
	return z.Frame.Outside(c.r) + "/j/" + ch.Code
}
