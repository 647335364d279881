package desk

import (
	"net/http"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// googleSide is what the page of Google shows.
type googleSide struct {
	account *pass.GoogleAccount // nil for none
	state   store.GoogleState
	public  bool // Google can reach us
	form    *view.Form
	done    string
	said    string // what Google answered to who asked whether the account is let in; empty where it was not asked
	raw     string // Google's own words, for whoever looks further
	letIn   bool
}

func (d *Desk) googleSide(c *call) (*googleSide, error) {
	ctx, tenant := c.r.Context(), c.actor.Tenant
	account, ok, err := d.Passes.GoogleAccount(ctx, tenant)
	if err != nil {
		return nil, err
	}
	g := &googleSide{form: filled(), done: c.doneText(), public: strings.HasPrefix(d.Passes.Base, "https://")}
	if ok {
		g.account = &account
		g.form = filled("issuer", account.Issuer, "readers", strings.Join(account.SmartTap, ", "))
	}
	g.state, err = d.Reader.GoogleState(ctx, tenant)
	c.walletDress()
	return g, err
}

func (d *Desk) google(c *call) error {
	g, err := d.googleSide(c)
	if err != nil {
		return err
	}
	return c.show(c.Say("desk.google.title"), googlePage(c, g))
}

// importGoogle takes in the key of a service account.
func (d *Desk) importGoogle(c *call) error {
	form, files, err := view.ReadUploads(c.w, c.r, view.MaxUpload, "file")
	if c.form = form; err == nil && files["file"] == nil {
		err = verno.InvalidField("/file", "required")
	}
	if err == nil {
		_, err = d.Passes.ImportGoogle(c.r.Context(), c.actor, strings.TrimSpace(form.Value("issuer")), files["file"], listed(form.Value("readers")))
	}
	if err == nil {
		c.did(walletPath("google"), "google")
		return nil
	}
	status := http.StatusUnprocessableEntity
	if verno.AsError(err).Kind == verno.KindTooLarge {
		status, c.form = http.StatusRequestEntityTooLarge, filled()
	}
	if err := c.mendAt(err, map[string]string{"body_too_large": "file"}); err != nil {
		return err
	}
	for name, fault := range c.form.Faults {
		if strings.HasPrefix(name, "redemption_issuers") {
			c.form.Faults["readers"] = fault
		}
	}
	g, err := d.googleSide(c)
	if err != nil {
		return err
	}
	g.form = c.form
	return c.showAs(status, c.Say("desk.google.title"), googlePage(c, g))
}

// checkGoogle asks Google, says what to do where the account is not let in, and keeps its own words below.
func (d *Desk) checkGoogle(c *call) error {
	wrong := d.Passes.CheckGoogle(c.r.Context(), c.actor.Tenant)
	g, err := d.googleSide(c)
	if err != nil {
		return err
	}
	g.letIn, g.said = wrong == nil, c.Say("desk.google.let_in")
	if wrong != nil {
		e := c.explain(wrong)
		if e.Kind == verno.Internal {
			return wrong
		}
		if g.said = c.Error(e); e.Cause != nil {
			g.raw = e.Cause.Error()
			if e.Code == "google_off" && g.account != nil {
				g.said = c.Say("desk.google.shut_out")
			}
		}
	}
	return c.show(c.Say("desk.google.title"), googlePage(c, g))
}

func (d *Desk) retireGoogle(c *call) error {
	if _, err := d.Passes.RetireGoogle(c.r.Context(), c.actor); err != nil {
		return err
	}
	c.did(walletPath("google"), "google_retired")
	return nil
}
