package desk

import (
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// chapter is one step of a member's history, told in words.
type chapter struct {
	member.Step
	store string
	actor string   // who did it; empty for the rules themselves
	why   []reason // which promotion gave what
}

// reason is what one promotion did: an amount off the price, or points or stamps.
type reason struct {
	name string
	what string // +40 points, −20 ₽
}

func (d *Desk) chapter(c *call, p *profile, s *member.Step) (chapter, error) {
	told := chapter{Step: *s}
	var err error
	if told.store, err = p.naming.store(s.Store); err != nil {
		return told, err
	}
	if s.Kind != "award" { // It is the rules that give it.
		if told.actor, err = p.naming.actor(s.Actor); err != nil {
			return told, err
		}
	}
	if !s.Receipt {
		return told, nil
	}
	r, err := d.Reader.Receipt(c.r.Context(), c.actor.Tenant, verno.ReceiptID(s.ID))
	if err != nil {
		return told, err
	}
	told.why, err = p.why(c, r)
	return told, err
}

// why says what each promotion did on a receipt: discounts first, then what it gave, in the order of the rules.
func (p *profile) why(c *call, r *store.ReceiptRow) ([]reason, error) {
	var ids []verno.PromotionID
	off := map[verno.PromotionID]money.Amount{}
	for i := range r.Outcome.Lines {
		for _, a := range r.Outcome.Lines[i].Discounts {
			if _, seen := off[a.Promotion]; !seen {
				ids = append(ids, a.Promotion)
			}
			off[a.Promotion] += a.Amount
		}
	}
	at := ruleset{r.Programme, r.Version}
	var all []reason
	for _, id := range ids {
		name, err := p.naming.promotion(at, id)
		if err != nil {
			return nil, err
		}
		all = append(all, reason{name, "−" + c.Money(off[id], r.Currency)})
	}
	for i := range r.Outcome.Awards {
		award := &r.Outcome.Awards[i]
		name, err := p.naming.promotion(at, award.Promotion)
		if err != nil {
			return nil, err
		}
		all = append(all, reason{name, "+" + awarded(c, award, p.points.Scale, r.Currency)})
	}
	return all, nil
}

// awarded is how much an award is, in the words of its unit.
func awarded(c *call, a *verno.Award, scale int, currency money.Currency) string {
	switch a.Unit {
	case verno.UnitStamps:
		return c.Count("desk.stamps", int64(a.Points))
	case verno.UnitCashback:
		return c.Say("desk.cashback.some", "Sum", c.Money(a.Cashback(), currency))
	default:
		return points(c, a.Points, scale)
	}
}

// points is a number of points with their name, where the language has a form for it.
func points(c *call, n money.Points, scale int) string {
	if scale == 0 {
		return c.Count("points", int64(n))
	}
	return c.Say("desk.points.some", "N", c.Points(n, scale))
}

// explained says an entry's reason in words: a code of ours where it is one, else as somebody wrote it.
func explained(c *call, s *member.Step) string {
	switch {
	case s.Reason == "":
		return ""
	case c.Has("desk.reason." + s.Reason):
		return c.Say("desk.reason." + s.Reason)
	case s.Kind == "award":
		return ""
	case s.Kind == "certificate" || s.Kind == "certificate_return":
		_, reference, _ := strings.Cut(s.Reason, " ") // Before it stands what paid, and the step's name says that.
		return reference
	}
	return s.Reason
}

// stepName is what kind of step it is, in words.
func stepName(c *call, kind string) string {
	if c.Has("desk.step." + kind) {
		return c.Say("desk.step." + kind)
	}
	return kind
}
