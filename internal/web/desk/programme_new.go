package desk

import (
	"net/url"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/money"
)

// currencies are those that a programme can be begun in at the desk.
var currencies = []string{"RUB", "BYN", "KZT", "UZS", "GEL", "AMD", "AZN", "KGS", "TRY", "EUR", "USD", "GBP"}

// programmeStart is what the page of one more programme shows.
type programmeStart struct {
	form    *view.Form
	issuers []store.Issuer
}

// programmeNew is the form of one more programme, which begins where the first one is.
func (d *Desk) programmeNew(c *call) error {
	s := &programmeStart{form: &view.Form{Values: url.Values{"time_zone": {c.zone.String()}, "currency": {currencies[0]}}}}
	all, err := d.Office.Programmes(c.r.Context(), c.actor, verno.ProgrammeID{}, 1)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		s.form.Values.Set("currency", string(all[0].Draft.Currency))
		s.form.Values.Set("issuer_id", all[0].Draft.Issuer.String())
	}
	return d.showStart(c, s, false)
}

func (d *Desk) showStart(c *call, s *programmeStart, again bool) error {
	var err error
	if s.issuers, err = d.Office.Issuers(c.r.Context(), c.actor, verno.IssuerID{}, 0); err != nil {
		return err
	}
	if again {
		return c.again(c.Say("desk.programme.new"), programmeStartPage(c, s))
	}
	return c.show(c.Say("desk.programme.new"), programmeStartPage(c, s))
}

// programmeCreate drafts a programme with the usual terms, and goes on to the form in which they are changed. Nothing of it
// applies before it is published.
func (d *Desk) programmeCreate(c *call) error {
	text := func(name string) string { return strings.TrimSpace(c.form.Value(name)) }
	issuer, err := verno.ParseID[verno.IssuerID](text("issuer_id"))
	if err != nil {
		issuer = verno.IssuerID{} // Which names nobody, as the programme will be told.
	}
	in := money.Currency(text("currency"))
	p, err := d.Office.CreateProgramme(c.r.Context(), c.actor, c.now, verno.Programme{
		Name: text("name"), Issuer: issuer, Currency: in, TimeZone: text("time_zone"), Points: campaign.UsualPoints(in),
	})
	if err == nil {
		c.to(Base + "/programmes/" + p.Draft.ID.String() + "/edit?done=created")
		return nil
	}
	if e := verno.AsError(err); e.Kind != verno.KindInvalid && e.Kind != verno.KindConflict {
		return err
	}
	s := &programmeStart{form: c.form}
	of := verno.Programme{Currency: in}
	c.teller(&of, nil).failRules(s.form, "", c.explain(err))
	return d.showStart(c, s, true)
}

// options are the legal entities to choose from.
func (s *programmeStart) options() []view.Option {
	var list []view.Option
	for i := range s.issuers {
		list = append(list, view.Option{Value: s.issuers[i].ID.String(), Label: s.issuers[i].Name})
	}
	return list
}

// inWords are the currencies with their signs.
func inWords(c *call) []view.Option {
	var list []view.Option
	for _, code := range currencies {
		list = append(list, view.Option{Value: code, Label: c.Currency(money.Currency(code))})
	}
	return list
}
