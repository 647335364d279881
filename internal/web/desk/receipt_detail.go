package desk

import (
	"errors"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// slip is all that the page of a receipt shows.
type slip struct {
	*verno.Receipt

	at, received time.Time // where the store is
	scale        int
	shop, till   string
	cashier      string
	guest        string
	lines        []slipLine
	sale         string   // the number of the purchase of which something came back; empty for a sale
	gave         []reason // what promotions gave: points and stamps
	why          []verdict
	again        bool // decided again, for a sale
	same         bool // with the same outcome
	returns      []*store.ReceiptRow
	names        *naming
}

// slipLine is a line of a sale, or what came back of one.
type slipLine struct {
	verno.Line

	net, redeemed money.Amount
	points        money.Points // earned; of a return taken back
	quantity      money.Quantity
	back          money.Quantity // of a sale: what has come back so far
	off           []reason
	barred        string
}

// verdict says of a promotion whether it applied and why.
type verdict struct {
	applied bool
	name    string
	text    string
}

func (d *Desk) receipt(c *call) error {
	id, err := path[verno.ReceiptID](c, "id")
	if err != nil {
		return err
	}
	r, err := d.Till.Receipt(c.r.Context(), c.actor, id)
	if err != nil {
		return err
	}
	s := &slip{Receipt: r, names: d.naming(c), scale: d.Till.Scale(c.r.Context(), c.actor.Tenant, r.Programme)}
	for _, fill := range []func(*call, *slip) error{d.slipPlace, d.slipLines, d.slipWhy} {
		if err := fill(c, s); err != nil {
			return err
		}
	}
	c.Styles = append(c.Styles, "desk_report.css")
	return c.show(s.title(c), receiptPage(c, s))
}

func (s *slip) title(c *call) string {
	if s.sale != "" {
		return c.Say("desk.receipt.back_to", "Number", s.sale)
	}
	if s.Number == "" {
		return c.Say("desk.step." + string(s.Kind))
	}
	return c.Say("desk.receipt.numbered", "Kind", c.Say("desk.step."+string(s.Kind)), "Number", s.Number)
}

// sold names the purchase of which something came back.
func (s *slip) sold(c *call) string {
	if s.sale == "" {
		return c.Say("desk.receipt.open_sale")
	}
	return c.Say("desk.receipt.no", "Number", s.sale)
}

// slipPlace says where, when, by whom and to whom.
func (d *Desk) slipPlace(c *call, s *slip) error {
	zone := zoneOf(s.Facts.TimeZone)
	s.at, s.received = s.OccurredAt.In(zone), s.ReceivedAt.In(zone)
	var err error
	if s.shop, err = s.names.store(s.Store); err != nil {
		return err
	}
	if !s.Terminal.IsZero() {
		t, err := d.Reader.Terminal(c.r.Context(), c.actor.Tenant, s.Terminal)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		s.till = t.Name
	}
	if !s.Parent.IsZero() {
		sale, err := d.Till.Receipt(c.r.Context(), c.actor, s.Parent)
		if err != nil {
			return err
		}
		s.sale = sale.Number
	}
	if !s.Cashier.IsZero() {
		if s.cashier, err = s.names.actor(s.Cashier.String()); err != nil {
			return err
		}
	}
	s.guest, err = d.guest(c, s.Member, map[verno.MemberID]string{})
	return err
}

// slipLines puts the lines together with what the rules made of them; of a return, with what they were on the sale.
func (d *Desk) slipLines(c *call, s *slip) error {
	if s.Return != nil {
		return d.returnedLines(c, s)
	}
	rules := ruleset{s.Programme, s.Version}
	for i := range s.Facts.Basket.Lines {
		l := slipLine{Line: s.Facts.Basket.Lines[i]}
		l.quantity, l.back = l.Quantity, s.Returned[l.ID]
		if i < len(s.Outcome.Lines) {
			o := &s.Outcome.Lines[i]
			l.net, l.redeemed, l.points = o.Net, o.Redeemed, o.Earn
			if o.Excluded != "" {
				l.barred = c.Say("desk.receipt.barred." + string(o.Excluded))
			}
			for _, a := range o.Discounts {
				name, err := s.names.promotion(rules, a.Promotion)
				if err != nil {
					return err
				}
				l.off = append(l.off, reason{name, "−" + c.Money(a.Amount, s.Currency)})
			}
		}
		s.lines = append(s.lines, l)
	}
	for i := range s.Outcome.Awards {
		a := &s.Outcome.Awards[i]
		name, err := s.names.promotion(rules, a.Promotion)
		if err != nil {
			return err
		}
		s.gave = append(s.gave, reason{name, "+" + awarded(c, a, s.scale, s.Currency)})
	}
	if len(s.Returned) == 0 {
		return nil
	}
	var err error
	s.returns, err = d.Reader.ReturnsOf(c.r.Context(), s.Receipt, pageSize)
	return err
}

func (d *Desk) returnedLines(c *call, s *slip) error {
	sale, err := d.Till.Receipt(c.r.Context(), c.actor, s.Parent)
	if err != nil && verno.AsError(err).Kind != verno.KindNotFound {
		return err
	}
	for _, back := range s.Return.Lines {
		l := slipLine{
			Line: verno.Line{ID: back.Line, Name: back.Line, Sum: back.Net}, quantity: back.Quantity, net: back.Net,
			redeemed: back.Redeemed, points: back.PointsTaken,
		}
		for i := 0; sale != nil && i < len(sale.Facts.Basket.Lines); i++ {
			if of := &sale.Facts.Basket.Lines[i]; of.ID == back.Line {
				l.Name, l.SKU, l.Price = of.Name, of.SKU, of.Price
			}
		}
		s.lines = append(s.lines, l)
	}
	return nil
}

// slipWhy decides a sale once more by the rules of then: that gives the reasons, and shows that nothing was changed since.
func (d *Desk) slipWhy(c *call, s *slip) error {
	if s.Kind != verno.ReceiptSale {
		return nil
	}
	out, same, err := d.Till.Recompute(c.r.Context(), c.actor, s.ID)
	if errors.Is(err, verno.Conflict("programme_unpublished")) {
		return nil // Rules that are no longer understood explain nothing; the receipt stands as it is.
	}
	if err != nil {
		return err
	}
	s.again, s.same = true, same
	rules := ruleset{s.Programme, s.Version}
	for _, e := range out.Explained {
		name := c.Say("desk.receipt.spending")
		if !e.Promotion.IsZero() {
			if name, err = s.names.promotion(rules, e.Promotion); err != nil {
				return err
			}
		}
		s.why = append(s.why, verdict{e.Applied, name, s.explain(c, &e)})
	}
	return nil
}

// applied are the verdicts of promotions that applied, or those of the others.
func (s *slip) verdicts(applied bool) (list []verdict) {
	for _, v := range s.why {
		if v.applied == applied {
			list = append(list, v)
		}
	}
	return list
}

var explanations = func() map[string]promo.Text {
	all := map[string]promo.Text{}
	for _, t := range promo.Texts() {
		all[t.Code] = t
	}
	return all
}()

// explain is the rules' sentence with its sums and points as the reader writes them.
func (s *slip) explain(c *call, e *verno.Explanation) string {
	t, known := explanations[e.Code]
	if !known {
		return ""
	}
	text := t.En
	if c.Code == "ru" {
		text = t.Ru
	}
	for name, value := range e.Params {
		text = strings.ReplaceAll(text, "{"+name+"}", s.written(c, name, value))
	}
	return text
}

func (s *slip) written(c *call, name, value string) string {
	switch name {
	case "amount", "need":
		if sum, err := s.Currency.ParseAmount(value); err == nil {
			return c.Money(sum, s.Currency)
		}
	case "points", "wanted":
		if p, err := money.ParsePoints(value, s.scale); err == nil {
			return c.Points(p, s.scale)
		}
	case "quantity":
		if q, err := money.ParseQuantity(value); err == nil {
			return c.Quantity(q)
		}
	case "class":
		if id := "desk.receipt.class." + value; c.Has(id) {
			return c.Say(id)
		}
	}
	return value
}

// tenderName is what something was paid with.
func tenderName(c *call, k verno.TenderKind) string {
	if k == verno.TenderOther {
		return c.Say("desk.receipt.tender.rest")
	}
	return c.Say("desk.receipt.tender." + string(k))
}
