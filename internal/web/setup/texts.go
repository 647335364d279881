package setup

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
)

// drafts are the texts as the templates have them, for this tenant.
func (z *Wizard) drafts(c *call) ([]campaign.LegalDraft, error) {
	look, err := z.Office.Look(c.r.Context(), c.actor)
	if err != nil {
		return nil, err
	}
	issuers, err := z.Office.Issuers(c.r.Context(), c.actor, verno.IssuerID{}, 1)
	if err != nil {
		return nil, err
	}
	facts := campaign.LegalFacts{
		Business: look.Name, Address: strings.TrimSpace(c.form.Value("legal_address")), Contact: strings.TrimSpace(c.form.Value("contact")),
	}
	if len(issuers) == 1 {
		facts.Operator, facts.TaxID = issuers[0].Name, issuers[0].TaxID
	}
	return campaign.LegalDrafts(facts), nil
}

func (z *Wizard) fillTexts(c *call) error {
	inForce, err := z.Office.LegalTexts(c.r.Context(), c.actor)
	if err != nil {
		return err
	}
	for _, t := range inForce {
		if t.Language == c.Code {
			c.form.Values.Set("title_"+t.Purpose, t.Title)
			c.form.Values.Set("body_"+t.Purpose, t.Body)
		}
	}
	if len(inForce) > 0 {
		return nil
	}
	return z.fillDrafts(c)
}

func (z *Wizard) fillDrafts(c *call) error {
	list, err := z.drafts(c)
	for _, d := range list {
		if d.Language == c.Code {
			c.form.Values.Set("title_"+d.Purpose, d.Title)
			c.form.Values.Set("body_"+d.Purpose, d.Body)
		}
	}
	return err
}

func (z *Wizard) textsPage(c *call) (templ.Component, error) { return textsStep(c), nil }

// saveTexts puts all texts into force: those of this page's language as they were edited, the others from the templates
// unless there are any.
func (z *Wizard) saveTexts(c *call) error {
	if c.form.On("again") {
		return z.fillDrafts(c)
	}
	inForce, err := z.Office.LegalTexts(c.r.Context(), c.actor)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, t := range inForce {
		there[t.Purpose+t.Language] = true
	}
	list, err := z.drafts(c)
	if err != nil {
		return err
	}
	var f verno.Faults
	for _, d := range list {
		if d.Language == c.Code {
			d.Title, d.Body = c.form.Value("title_"+d.Purpose), c.form.Value("body_"+d.Purpose)
		} else if there[d.Purpose+d.Language] {
			continue
		}
		_, err := z.Office.PublishLegal(c.r.Context(), c.actor, c.now, d)
		if e := verno.AsError(err); e != nil && len(e.Fields) > 0 {
			for _, field := range e.Fields {
				f.Say(field.Pointer+"_"+d.Purpose, field.Code)
			}
		} else if err != nil {
			return err
		}
	}
	return f.Err()
}
