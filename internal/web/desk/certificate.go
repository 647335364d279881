package desk

import (
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
)

// certificatePages find a card that whoever holds it may use, and take a certificate back.
var certificatePages = []page{
	{"GET /certificates", finding, (*Desk).certificates},
	{"POST /certificates", finding, (*Desk).findCard},
	{"GET /made_cards/{card}/return", giving, (*Desk).certificateBackForm},
	{"POST /made_cards/{card}/return", giving, (*Desk).certificateBack},
}

const (
	finding = changing | verno.MayFindMembers
	giving  = changing | verno.MayReturn
)

// certificates lists what was sold, below a field for the number of any card.
func (d *Desk) certificates(c *call) error {
	c.form = filled()
	return d.showCertificates(c, false)
}

func (d *Desk) showCertificates(c *call, again bool) error {
	c.Styles = append(c.Styles, "desk_people.css")
	before, err := after[verno.EntryID](c)
	if err != nil {
		return err
	}
	rows, err := d.Members.CertificatesSold(c.r.Context(), c.actor, c.now, before, pageSize+1)
	if err != nil {
		return err
	}
	rows, next := cutPage(rows, func(s *member.SoldCertificate) verno.EntryID { return s.Entry })
	names := d.naming(c)
	stores := make([]string, len(rows))
	for i := range rows {
		if stores[i], err = names.store(rows[i].Sold.Store); err != nil {
			return err
		}
	}
	if again {
		return c.again(c.Say("desk.certificate.title"), certificateList(c, rows, stores, next))
	}
	return c.show(c.Say("desk.certificate.title"), certificateList(c, rows, stores, next))
}

// findCard goes to the page of a card whose number was typed or scanned: its own, or that of whose card it is. The number
// opens what is on the card, so that it stands in no address.
func (d *Desk) findCard(c *call) error {
	found, err := d.Members.FindCard(c.r.Context(), c.actor, c.form.Value("card_number"))
	switch e := verno.AsError(err); {
	case e == nil && !found.Member.IsZero():
		c.to(Base + memberPath(found.Member))
		return nil
	case e == nil && hasPage(&found):
		c.to(Base + madePath(found.ID))
		return nil
	case e == nil:
		c.form.Faults = map[string]string{"card_number": c.Say("desk.certificate.blank")}
	case e.Kind == verno.KindNotFound:
		c.form.Faults = map[string]string{"card_number": c.Say("desk.certificate.unknown")}
	default:
		if err := c.mend(err, nil); err != nil {
			return err
		}
	}
	return d.showCertificates(c, true)
}

// hasPage says whether a card has a page of its own: it is good for whoever holds it, or has something for itself.
func hasPage(one *member.Card) bool {
	k := kindOf(one)
	return k != nil && (len(k.Own) > 0 || !k.Member)
}

// worth is what a card itself is good for, and how it came to that.
type worth struct {
	facts card.Facts
	steps []chapter
	kind  *card.Kind
}

// money says whether it is good for money.
func (w *worth) money() bool { return w.kind.Scan == card.ScanTender }

// sold says whether somebody has paid for it.
func (w *worth) sold() bool {
	return slices.ContainsFunc(w.steps, func(s chapter) bool { return s.Kind == "certificate" })
}

// takenBack says whether a certificate may be taken back: it was sold, and may still be used.
func (f *ownForm) takenBack() bool {
	return f.worth != nil && f.worth.money() && f.worth.sold() && f.card.State == verno.CardActive
}

// maxSteps is how much of the history of a card is shown.
const maxSteps = 100

// worthOf reads what a card is good for; nil for one of a kind that is good for nothing by itself.
func (d *Desk) worthOf(c *call, f *ownForm) (*worth, error) {
	if f.kind.Member || f.kind.Scan == card.ScanShow {
		return nil, nil
	}
	w := &worth{kind: f.kind}
	var err error
	if _, w.facts, err = d.Members.CardFacts(c.r.Context(), c.actor.Tenant, f.card.ID, c.now); err != nil {
		return nil, err
	}
	steps, err := d.Members.CardSteps(c.r.Context(), c.actor, f.card.ID, maxSteps)
	if err != nil {
		return nil, err
	}
	names := d.naming(c)
	for i := range steps {
		s := chapter{Step: steps[i]}
		if s.store, err = names.store(s.Store); err != nil {
			return nil, err
		}
		if s.actor, err = names.actor(s.Actor); err != nil {
			return nil, err
		}
		w.steps = append(w.steps, s)
	}
	return w, nil
}

// worthStep names a step in the life of a card that is good for something by itself.
func worthStep(c *call, s *chapter) string {
	if id := "desk.certificate.step." + s.Kind; c.Has(id) {
		return c.Say(id)
	}
	return stepName(c, s.Kind)
}

// paidBy says how a certificate was paid for: by a tender, and the till's own reference where it gave one.
func paidBy(c *call, reason string) string {
	tender, reference, _ := strings.Cut(reason, " ")
	parts := []string{c.Say("desk.certificate.by_receipt")}
	if tender != "" {
		parts[0] = tenderName(c, verno.TenderKind(tender))
	}
	if reference != "" {
		parts = append(parts, reference)
	}
	return strings.Join(parts, " · ")
}

// refund is a certificate that is to be taken back.
type refund struct {
	*ownForm

	back *checkout.ReturnedCertificate // nil where it is not taken back
}

// says is what its buyer gets for it.
func (r *refund) says(c *call, scale int) string {
	switch b := r.back; {
	case b.Tender == "":
		return c.Say("desk.certificate.back_receipt")
	case b.Points > 0:
		return c.Say("desk.certificate.back_points", "Points", points(c, b.Points, scale))
	default:
		return c.Say("desk.certificate.back_money", "Amount", c.Money(b.Refund, b.Currency), "Tender", tenderName(c, b.Tender))
	}
}

func (d *Desk) certificateBackForm(c *call) error {
	f, _, err := d.ownOf(c)
	if err != nil {
		return err
	}
	c.form = filled()
	return d.showBack(c, f, false)
}

func (d *Desk) showBack(c *call, f *ownForm, again bool) error {
	back, err := d.Till.Returnable(c.r.Context(), c.actor, f.card.ID)
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		back = nil
	}
	_, facts, err := d.Members.CardFacts(c.r.Context(), c.actor.Tenant, f.card.ID, c.now)
	if err != nil {
		return err
	}
	f.key = d.onceKey(c)
	page := certificateBackPage(c, &refund{f, back}, facts.Scale)
	if again {
		return c.again(c.Say("desk.certificate.back"), page)
	}
	return c.show(c.Say("desk.certificate.back"), page)
}

// certificateBack takes a certificate back in the office: no till counts what is paid out for it.
func (d *Desk) certificateBack(c *call) error {
	f, _, err := d.ownOf(c)
	if err != nil {
		return err
	}
	_, _, err = d.Till.ReturnCertificate(c.r.Context(), c.actor, checkout.ReturnCertificate{
		Key: "desk " + d.onceKey(c), BodyHash: sha256.Sum256([]byte("return " + f.card.ID.String())), Card: f.card.ID,
	})
	if err == nil {
		c.did(madePath(f.card.ID), "certificate_back")
		return nil
	}
	if err := c.mend(err, nil); err != nil {
		return err
	}
	return d.showBack(c, f, true)
}
