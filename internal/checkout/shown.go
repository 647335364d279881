package checkout

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Shown is what a till may show of a card that was scanned, and what scanning it does.
type Shown struct {
	Card     verno.CardID
	Kind     string
	Scan     card.Scan
	Template verno.TemplateID // zero for a card that shows its programme's standard template
	Name     string           // of the template, for those who work with it
	Holder   string           // first name; of a card that identifies nobody the one whom it was made for
	Left, Of int64            // entries of a pass; Of is 0 where none are counted
	Worth    money.Amount     // of a certificate
	Unfilled bool             // a certificate that nobody has bought yet
	Offered  money.Amount     // what it is sold for where nobody says otherwise
	Points   bool             // it can be had for points
	Currency money.Currency
	Percent  money.Percent // that the card takes off
	Starts   time.Time     // of its validity; zero where open
	Ends     time.Time
	Used     bool          // up
	Event    *card.Event   // of a ticket
	Contact  *card.Contact // of a business card
}

// findBearer leads from a number or a printed code to a card that is good for whoever holds it, such as a coupon; no other
// way leads there. The one answer for a card that there is not, that is blocked, or that says who it is, is card_not_usable.
func (t *Till) findBearer(ctx context.Context, tenant verno.TenantID, id verno.CardID, scan code.Scan) (*found, error) {
	f := &found{method: verno.MethodCardNumber}
	switch scan.Kind {
	case code.KindNumber:
	case code.KindMachine:
		f.method = verno.MethodStaticCode
	default:
		return nil, verno.NotFound("card_not_usable")
	}
	var err error
	if f.card, err = t.reader.Card(ctx, tenant, id); err != nil {
		return nil, err
	}
	if k, ok := card.Find(f.card.Kind); !ok || k.Scan == card.ScanIdentify || f.card.State != verno.CardActive {
		return nil, verno.NotFound("card_not_usable")
	}
	return f, nil
}

// bearer says whether the card that was found identifies nobody.
func (f *found) bearer() bool { return f.member.ID.IsZero() }

// identifyBearer shows what was scanned, and audits it. It is not counted as a look-up of members is, since it tells no more
// of anybody than the first name that the card was made for, and at a door hundreds come within the hour.
func (t *Till) identifyBearer(ctx context.Context, a verno.Actor, pl *place, f *found, now time.Time) (*Identified, error) {
	out := &Identified{Method: f.method, Card: f.card.ID}
	var err error
	if out.Shown, err = t.shown(ctx, f, now); err != nil {
		return nil, err
	}
	err = t.store.Write(ctx, func(tx *store.Tx) error {
		return books.Record(ctx, tx, now, t.entropy, verno.Event{
			Tenant: a.Tenant, Kind: verno.EventIdentified, Subject: f.card.ID.String(), Actor: a.Name(),
			Detail: map[string]string{"method": string(f.method), "terminal": pl.terminal.String(), "kind": f.card.Kind},
		})
	})
	return out, err
}

// shown is what a till may show of a card; nil where no card was shown.
func (t *Till) shown(ctx context.Context, f *found, now time.Time) (*Shown, error) {
	c := &f.card
	k, ok := card.Find(c.Kind)
	if c.ID.IsZero() || !ok {
		return nil, nil
	}
	s := &Shown{Card: c.ID, Kind: k.Name, Scan: k.Scan, Template: c.Template}
	if _, percent := k.Field("percent"); k.Scan == card.ScanIdentify && !percent || t.CardFacts == nil {
		return s, t.named(ctx, c, s)
	}
	template, x, err := t.CardFacts(ctx, c.Tenant, c.ID, now)
	if err != nil {
		return nil, err
	}
	s.Name, s.Left, s.Of, s.Worth, s.Currency = template.Name, x.Left, x.Of, x.Worth, x.Currency
	s.Percent, s.Starts, s.Ends, s.Used = money.Percent(template.Percent(&x)), x.Starts, x.Ends, x.State == card.StateUsed
	if err := t.unfilled(ctx, c, &template, s); err != nil {
		return nil, err
	}
	if e, ok := template.Event(&x); ok {
		s.Event = &e
	}
	if contact, ok := template.Contact(&x); ok {
		s.Contact = &contact
	}
	if f.bearer() && !c.Member.IsZero() {
		s.Holder, err = t.firstName(ctx, c.Tenant, c.Member)
	}
	return s, err
}

// unfilled says of a certificate that nobody has bought yet what it is sold for.
func (t *Till) unfilled(ctx context.Context, c *store.Card, of *card.Template, s *Shown) error {
	if s.Scan != card.ScanTender {
		return nil
	}
	_, err := t.worth(ctx, c.Tenant, c.ID)
	if !errors.Is(err, verno.Conflict("certificate_unfilled")) {
		return err
	}
	terms, _ := of.Terms()
	s.Unfilled, s.Offered, s.Points = true, terms.Worth, terms.ForPoints
	return nil
}

// named adds the name of a card's template.
func (t *Till) named(ctx context.Context, c *store.Card, s *Shown) error {
	if c.Template.IsZero() {
		return nil
	}
	row, err := t.reader.CardTemplate(ctx, c.Tenant, c.Template)
	s.Name = row.Name
	return err
}

// firstName is what a member is called; empty for one who is known no more.
func (t *Till) firstName(ctx context.Context, tenant verno.TenantID, id verno.MemberID) (string, error) {
	person, err := t.vault.Known(ctx, t.reader, tenant, id)
	return person.FirstName, err
}
