package desk

import (
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// companies are the legal entities that sell and owe stored money, and the partners of a coalition.
type companies struct {
	issuers  []store.Issuer
	partners []store.Partner
	done     string
	form     string // which form is wrong: an issuer's identifier, issuer for a new one, or partner
}

func (d *Desk) companies(c *call) error { return d.companiesWith(c, "") }

func (d *Desk) companiesWith(c *call, form string) error {
	c.Styles = append(c.Styles, "desk_people.css")
	all := &companies{form: form, done: c.doneText()}
	var err error
	if all.issuers, err = d.Office.Issuers(c.r.Context(), c.actor, verno.IssuerID{}, 200); err != nil {
		return err
	}
	if all.partners, err = d.Office.Partners(c.r.Context(), c.actor, verno.PartnerID{}, 200); err != nil {
		return err
	}
	if form != "" {
		return c.again(c.Say("desk.company.title"), companyPage(c, all))
	}
	return c.show(c.Say("desk.company.title"), companyPage(c, all))
}

// putIssuer adds a legal entity, or renames the one that the form names.
func (d *Desk) putIssuer(c *call) error {
	name, tax := strings.TrimSpace(c.form.Value("name")), strings.TrimSpace(c.form.Value("tax_id"))
	which := c.form.Value("issuer_id")
	id, err := verno.ParseID[verno.IssuerID](which)
	switch {
	case err != nil:
		return verno.NotFound("not_found").With("thing", which)
	case id.IsZero():
		which = "issuer"
		_, err = d.Office.CreateIssuer(c.r.Context(), c.actor, c.now, name, tax)
	default:
		_, err = d.Office.RenameIssuer(c.r.Context(), c.actor, c.now, id, name, tax)
	}
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return d.companiesWith(c, which)
	}
	c.did("/companies", "company")
	return nil
}

func (d *Desk) newPartner(c *call) error {
	_, err := d.Office.CreatePartner(c.r.Context(), c.actor, c.now, strings.TrimSpace(c.form.Value("name")), strings.TrimSpace(c.form.Value("external_id")))
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return d.companiesWith(c, "partner")
	}
	c.did("/companies", "partner")
	return nil
}

// orNew names the form of a legal entity: its own, or that of a new one.
func orNew(id string) string {
	if id == "" {
		return "issuer"
	}
	return id
}
