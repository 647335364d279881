package setup

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/web/site"
)

func (z *Wizard) fillTeam(c *call) error {
	p, err := z.place(c.r.Context(), c)
	if err != nil {
		return err
	}
	c.form.Values.Set("store", p.Name)
	c.form.Values.Set("address", p.Address)
	return nil
}

func (z *Wizard) teamPage(c *call) (templ.Component, error) {
	owned, err := z.Reader.AnyOwner(c.r.Context())
	return teamStep(c, owned), err
}

// saveTeam names the store, makes its till, and lets the owner in: whoever does the beginning is logged in at the desk.
func (z *Wizard) saveTeam(c *call) error {
	ctx := c.r.Context()
	place, err := z.place(ctx, c)
	if err != nil {
		return err
	}
	owned, err := z.Reader.AnyOwner(ctx)
	if err != nil {
		return err
	}
	var f verno.Faults
	f.Text("/store", strings.TrimSpace(c.form.Value("store")), 1, verno.MaxTextLength)
	if err := f.Err(); err != nil {
		return err
	}
	_, err = z.Office.ChangeStore(ctx, c.actor, c.now, place.ID, place.Revision, campaign.Place{
		Programme: place.Programme, Issuer: place.Issuer, Name: strings.TrimSpace(c.form.Value("store")),
		Address: strings.TrimSpace(c.form.Value("address")), TimeZone: place.TimeZone, ExternalID: place.ExternalID,
	})
	if err != nil {
		return err
	}
	if err := z.till(c, place.ID); err != nil || owned {
		return err
	}
	return z.owner(c)
}

// till makes the store's first till.
func (z *Wizard) till(c *call, place verno.StoreID) error {
	list, err := z.Gate.TerminalsAfter(c.r.Context(), c.actor, verno.TerminalID{}, 1)
	if err != nil || len(list) > 0 {
		return err
	}
	_, err = z.Gate.CreateTerminal(c.r.Context(), c.actor, auth.NewTerminal{Store: place, Name: "1"}, c.now)
	return err
}

// owner makes the first person, and opens a session at the desk with what was just typed.
func (z *Wizard) owner(c *call) error {
	login, password := strings.TrimSpace(c.form.Value("login")), c.form.Value("password")
	if login == "" {
		return verno.InvalidField("/login", "required")
	}
	_, err := z.Gate.CreateOwner(c.r.Context(), c.actor.Tenant, auth.NewStaff{
		Name: c.form.Value("owner"), Login: login, Password: password, PIN: strings.TrimSpace(c.form.Value("pin")),
	}, c.now)
	if err != nil {
		return err
	}
	opened, err := z.Gate.Login(c.r.Context(), auth.Login{Login: login, Password: password, Address: z.Frame.Address(c.r)}, c.now)
	if err != nil {
		return err
	}
	site.SetCookie(c.w, site.Cookie{
		Name: "verno_desk", Value: opened.Token, Path: "/desk", Seconds: int(opened.ExpiresAt.Sub(c.now).Seconds()),
		Encrypted: z.Frame.Encrypted(c.r),
	})
	return nil
}
