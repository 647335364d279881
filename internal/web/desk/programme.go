package desk

import (
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/money"
)

// programmes leads to the programme, or lists them where there are several.
func (d *Desk) programmes(c *call) error {
	all, err := d.Office.Programmes(c.r.Context(), c.actor, verno.ProgrammeID{}, 0)
	if err != nil {
		return err
	}
	if len(all) == 1 {
		c.to(Base + "/programmes/" + all[0].Draft.ID.String())
		return nil
	}
	return c.show(c.Say("desk.programmes"), programmeList(c, all))
}

// programme shows the terms of a programme in words.
func (d *Desk) programme(c *call) error {
	of, err := d.programmeDraft(c)
	if err != nil {
		return err
	}
	all, err := d.Office.Programmes(c.r.Context(), c.actor, verno.ProgrammeID{}, 2)
	if err != nil {
		return err
	}
	of.several = len(all) > 1
	t := c.teller(&of.Draft, of.shops)
	return c.show(of.Draft.Name, programmePage(c, t, of, t.worked(of)))
}

// worked is what a purchase of 500 gives, in words: the example by which a programme explains itself. It is empty where
// the drafts are not ready for one.
func (t *teller) worked(d *draft) string {
	rules, _ := promo.Compile(d.next())
	if rules == nil {
		return ""
	}
	sum, err := t.of.Currency.ParseAmount("500")
	if err != nil {
		return ""
	}
	basket := &verno.Basket{Currency: t.of.Currency, Lines: []verno.Line{{ID: "1", SKU: "1", Category: "-", Quantity: money.One, Price: sum, Sum: sum}}}
	var out verno.Outcome
	rules.Evaluate(&promo.Input{
		Basket: basket, Member: &verno.MemberFacts{Purchases: 5, Enrolled: 30}, Moment: verno.Moment{At: t.now.In(t.zone), Channel: "till"},
	}, false, &out)
	worth := money.Amount(t.of.Points.Value.Of(int64(out.Totals.Earn), money.Down))
	return t.Say("desk.programme.worked", "Sum", t.money(sum), "Points", t.points(out.Totals.Earn), "Worth", t.money(worth),
		"Most", t.money(money.Amount(t.of.Points.MaxShare.Of(int64(sum), money.Down))))
}

// benefits are the promotions that are for one level only, by its identifier.
func (d *draft) benefits(level string) []*verno.Promotion {
	var list []*verno.Promotion
	for i := range d.promotions {
		p := &d.promotions[i]
		for _, id := range p.Draft.Audience.Levels {
			if id == level && p.ArchivedAt.IsZero() && p.Draft.Active {
				list = append(list, &p.Draft)
			}
		}
	}
	return list
}

// termsEditor is the page on which a programme's terms are changed.
type termsEditor struct {
	*teller

	stored store.Programme
	form   *view.Form
	theirs []change
}

// programmeEdit is the form of a programme's terms.
func (d *Desk) programmeEdit(c *call) error {
	of, err := d.programmeDraft(c)
	if err != nil {
		return err
	}
	e := &termsEditor{teller: c.teller(&of.Draft, nil), stored: of.Programme}
	e.form = e.termsForm(&of.Draft, of.Revision)
	return e.show(false)
}

func (e *termsEditor) show(again bool) error {
	e.Scripts = append(e.Scripts, "desk_rules.js")
	if again {
		return e.again(e.Say("desk.programme.edit"), programmeForm(e.call, e))
	}
	return e.call.show(e.Say("desk.programme.edit"), programmeForm(e.call, e))
}

// programmeSave writes the terms over the revision that the form was made of.
func (d *Desk) programmeSave(c *call) error {
	of, err := d.programmeDraft(c)
	if err != nil {
		return err
	}
	e := &termsEditor{teller: c.teller(&of.Draft, nil), stored: of.Programme, form: c.form}
	r := e.reading(c.form.Values)
	next := r.programme(&of.Draft)
	if len(r.faults) > 0 {
		e.form.Faults, e.form.Wrong = r.faults, c.Say("common.wrong_fields")
		return e.show(true)
	}
	back := Base + "/programmes/" + of.Draft.ID.String()
	if same(next, of.Draft) {
		c.to(back + "?done=same")
		return nil
	}
	_, err = d.Office.ChangeProgramme(c.r.Context(), c.actor, c.now, r.revision(), next)
	switch fault := verno.AsError(err); {
	case fault == nil:
		c.to(back + "?done=saved")
		return nil
	case fault.Kind == verno.KindPrecondition:
		e.form.Values.Set("revision", strconv.FormatInt(of.Revision, 10))
		e.theirs = compare(e.as(&next).terms(), e.terms())
	default:
		e.failRules(e.form, "", c.explain(err))
	}
	return e.show(true)
}
