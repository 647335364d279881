package setup

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/money"
)

// zones are where most who begin are; the others write theirs at the desk.
var zones = []string{
	"Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk", "Asia/Krasnoyarsk",
	"Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Kamchatka", "Europe/Minsk", "Asia/Almaty", "Asia/Tbilisi", "Asia/Yerevan",
	"Europe/London", "Europe/Berlin", "America/New_York",
}

// currencies are those that a programme may begin in.
var currencies = []string{"RUB", "BYN", "KZT", "GEL", "AMD", "EUR", "GBP", "USD"}

// colours are offered to who has no logo.
var colours = []string{"#0b6b4f", "#1b4b9b", "#8a1f4c", "#b0431f", "#4a3aa8", "#2f3a44"}

func (z *Wizard) fillBusiness(c *call) error {
	set := c.form.Values.Set
	set("business", "cafe")
	set("accent", brand.Own.String())
	set("time_zone", "Europe/Moscow")
	set("currency", "RUB")
	if c.actor.Tenant.IsZero() {
		return nil
	}
	look, err := z.Office.Look(c.r.Context(), c.actor)
	if err != nil {
		return err
	}
	set("name", look.Name)
	set("business", look.Business)
	if look.Accent != "" {
		set("accent", look.Accent)
	}
	issuers, err := z.Office.Issuers(c.r.Context(), c.actor, verno.IssuerID{}, 1)
	if err == nil && len(issuers) == 1 {
		set("issuer", issuers[0].Name)
		set("tax_id", issuers[0].TaxID)
	}
	return err
}

func (z *Wizard) businessPage(c *call) (templ.Component, error) {
	list := slices.Clone(colours)
	if !c.actor.Tenant.IsZero() {
		own, err := z.Office.Palette(c.r.Context(), c.actor)
		if err != nil {
			return nil, err
		}
		for i, one := range own {
			list = slices.Insert(list, i, one.String())
		}
	}
	if chosen, ok := brand.Parse(c.form.Value("accent")); ok && !slices.Contains(list, chosen.String()) {
		list = slices.Insert(list, 0, chosen.String())
	}
	list = slices.Compact(list)
	return businessStep(c, list[:min(len(list), 8)]), nil
}

// saveBusiness makes the tenant the first time, and changes it later.
func (z *Wizard) saveBusiness(c *call) error {
	form, logo, err := view.ReadUpload(c.w, c.r, brand.MaxBytes, "logo")
	if form != nil {
		c.form = form
	}
	if err != nil {
		return err
	}
	z.one.Lock()
	defer z.one.Unlock()
	// Another click may have made the tenant while this one waited.
	tenant, err := z.Office.Setup(c.r.Context(), c.session, c.now)
	if err != nil {
		return err
	}
	change := campaign.LookChange{
		Name: strings.TrimSpace(form.Value("name")), Business: form.Value("business"), Accent: form.Value("accent"), Logo: logo,
	}
	if logo != nil && form.On("from_logo") {
		change.Accent = ""
	}
	if tenant.IsZero() {
		if err := change.Check(); err != nil {
			return err
		}
		return z.found(c, change)
	}
	look, err := z.Office.Look(c.r.Context(), c.actor)
	if err != nil {
		return err
	}
	if _, err := z.Office.ChangeLook(c.r.Context(), c.actor, c.now, look.Revision, change); err != nil {
		return err
	}
	issuers, err := z.Office.Issuers(c.r.Context(), c.actor, verno.IssuerID{}, 1)
	if err != nil || len(issuers) == 0 {
		return err
	}
	_, err = z.Office.RenameIssuer(c.r.Context(), c.actor, c.now, issuers[0].ID, z.issuer(form), form.Value("tax_id"))
	return err
}

func (z *Wizard) issuer(form *view.Form) string {
	if name := strings.TrimSpace(form.Value("issuer")); name != "" {
		return name
	}
	return strings.TrimSpace(form.Value("name"))
}

func (z *Wizard) found(c *call, change campaign.LookChange) error {
	var f verno.Faults
	f.OneOf("/time_zone", c.form.Value("time_zone"), zones...)
	f.OneOf("/currency", c.form.Value("currency"), currencies...)
	f.Text("/issuer", c.form.Value("issuer"), 0, verno.MaxTextLength)
	f.Text("/tax_id", c.form.Value("tax_id"), 0, 30)
	if err := f.Err(); err != nil {
		return err
	}
	tenant, err := z.Establish(c.r.Context(), Opening{
		Name: change.Name, Language: c.Code, Issuer: z.issuer(c.form), TaxID: c.form.Value("tax_id"),
		TimeZone: c.form.Value("time_zone"), Currency: money.Currency(c.form.Value("currency")),
	})
	if err != nil {
		return err
	}
	if err := z.Office.BindSetup(c.r.Context(), c.session, tenant); err != nil {
		return err
	}
	c.actor = auth.Operator(tenant)
	_, err = z.Office.ChangeLook(c.r.Context(), c.actor, c.now, 0, change)
	return err
}

// preview draws the phone with what is typed at the moment.
func (z *Wizard) preview(c *call) error {
	c.form = &view.Form{Values: c.r.URL.Query()}
	if c.form.Value("mechanic") != "" {
		return view.Answer(c.w, c.r, http.StatusOK, c.Code, rulesPreview(c, z.example(c)))
	}
	return view.Answer(c.w, c.r, http.StatusOK, c.Code, view.Phone(c.Page, phone(c, nil)))
}

// phone is the card as it is at the moment.
func phone(c *call, e *worked) view.Preview {
	chosen, ok := brand.Parse(c.form.Value("accent"))
	if !ok {
		chosen, ok = brand.Parse(c.Brand.Colour)
	}
	if !ok {
		chosen = brand.Own
	}
	v := view.Preview{
		Name: c.form.Value("name"), Picture: c.Brand.Picture, Tint: site.Tint(chosen.String()),
		Balance: c.Number(125), Unit: c.Say("brand.preview_unit"),
	}
	if v.Name == "" {
		v.Name = c.Brand.Name
	}
	if v.Name == "" {
		v.Name = c.Say("setup.business.sample")
	}
	if e == nil {
		v.Rows = [][2]string{{c.Say("brand.preview_bought"), "+25"}, {c.Say("brand.preview_welcome"), "+100"}}
		return v
	}
	e.on(c, &v)
	return v
}
