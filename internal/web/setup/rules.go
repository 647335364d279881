package setup

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/money"
)

// begun are the figures that a form begins with, by business.
var begun = map[string]map[string]string{
	"cafe":     {"mechanic": "points", "percent": "5", "share": "50", "welcome": "100", "needed": "6", "reward": "200"},
	"shop":     {"mechanic": "points", "percent": "2", "share": "30", "welcome": "150", "needed": "10", "reward": "300"},
	"pharmacy": {"mechanic": "points", "percent": "3", "share": "20", "welcome": "100", "needed": "8", "reward": "250"},
	"any":      {"mechanic": "points", "percent": "5", "share": "50", "welcome": "100", "needed": "8", "reward": "200"},
}

func (z *Wizard) fillRules(c *call) error {
	look, err := z.Office.Look(c.r.Context(), c.actor)
	if err != nil {
		return err
	}
	for name, value := range begun[look.Business] {
		c.form.Values.Set(name, value)
	}
	for name, value := range map[string]string{"off1": "3", "off2": "5", "off3": "10", "from2": "10000", "from3": "30000"} {
		c.form.Values.Set(name, value)
	}
	return nil
}

// typed reads a mechanic from a form. What cannot be read is a fault at its field.
func typed(form *view.Form, c money.Currency) (campaign.Mechanic, error) {
	var f verno.Faults
	percent := func(name string) money.Percent {
		p, err := money.ParsePercent(plain(form.Value(name)))
		if err != nil {
			f.Say("/"+name, "number_range", "min", "1", "max", "100")
		}
		return p
	}
	points := func(name string) money.Points {
		p, err := money.ParsePoints(plain(form.Value(name)), 0)
		if err != nil {
			f.Say("/"+name, "number_range", "min", "0", "max", "1000000")
		}
		return p
	}
	m := campaign.Mechanic{Kind: form.Value("mechanic")}
	switch m.Kind {
	case "points":
		m.Percent, m.Share = percent("percent"), percent("share")
	case "stamps":
		n, err := strconv.ParseInt(plain(form.Value("needed")), 10, 32)
		if err != nil {
			f.Say("/needed", "number_range", "min", "2", "max", "50")
		}
		m.Needed, m.Reward = n, points("reward")
	case "levels":
		for i := range m.Off {
			m.Off[i] = percent("off" + strconv.Itoa(i+1))
		}
		for i := range m.From {
			name := "from" + strconv.Itoa(i+2)
			sum, err := c.ParseAmount(plain(form.Value(name)))
			if err != nil {
				f.Say("/"+name, "required")
			}
			m.From[i] = sum
		}
	}
	if m.Kind != "levels" && form.Value("welcome") != "" {
		m.Welcome = points("welcome")
	}
	return m, f.Err()
}

// plain takes out of a number what people put into it: spaces, a percent sign, a comma for a point.
func plain(text string) string {
	return strings.NewReplacer(" ", "", "\u00a0", "", "%", "", ",", ".").Replace(strings.TrimSpace(text))
}

// worked is an example of a mechanic, worked out by the rules themselves; wrong where there is none.
type worked struct {
	campaign.Mechanic
	campaign.Example
	currency money.Currency
	wrong    bool
}

// sample is the receipt of the example: 500 in most currencies.
const sample = 500

func (z *Wizard) example(c *call) *worked {
	e := &worked{currency: "RUB"}
	p, err := z.programme(c.r.Context(), c)
	if err == nil {
		e.currency = p.Draft.Currency
		e.Mechanic, err = typed(c.form, e.currency)
	}
	receipt, parsed := e.currency.ParseAmount(strconv.Itoa(sample))
	if err == nil && parsed == nil {
		e.Example, err = e.Try(p.Draft, receipt, c.now)
	}
	e.wrong = err != nil
	return e
}

// says is the example as a sentence.
func (e *worked) says(c *call) string {
	receipt := c.Money(e.Receipt, e.currency)
	switch {
	case e.wrong:
		return ""
	case e.Kind == "points":
		return c.Say("setup.rules.example_points", "Receipt", receipt, "Points", c.Count("points", int64(e.Earn)), "Spend", c.Count("points", int64(e.Spend)))
	case e.Kind == "stamps":
		return c.Say("setup.rules.example_stamps", "Needed", c.Count("setup.purchases", e.Needed), "Reward", c.Count("points", int64(e.Reward)))
	default:
		return c.Say("setup.rules.example_levels", "Receipt", receipt, "Discount", c.Money(e.Discount, e.currency), "Pays", c.Money(e.Receipt-e.Discount, e.currency))
	}
}

// on draws the example on the phone.
func (e *worked) on(c *call, v *view.Preview) {
	v.Says = e.says(c)
	welcome := [2]string{c.Say("brand.preview_welcome"), "+" + c.Number(int64(e.Welcome))}
	switch {
	case e.wrong:
	case e.Kind == "points":
		v.Balance = c.Number(int64(e.Earn) + int64(e.Welcome))
		v.Rows = [][2]string{{c.Say("brand.preview_bought"), "+" + c.Number(int64(e.Earn))}}
	case e.Kind == "stamps":
		v.Balance, v.Unit, v.Stamps = "3", c.Say("setup.rules.of_stamps", "N", c.Number(e.Needed)), int(e.Needed)
	default:
		v.Balance, v.Unit = c.Percent(e.Off[0]), c.Say("setup.rules.now")
		for i, from := range e.From {
			v.Rows = append(v.Rows, [2]string{c.Say("setup.rules.from", "Sum", c.Money(from, e.currency)), c.Percent(e.Off[i+1])})
		}
	}
	if !e.wrong && e.Welcome > 0 {
		v.Rows = append(v.Rows, welcome)
	}
}

func (z *Wizard) rulesPage(c *call) (templ.Component, error) { return rulesStep(c, z.example(c)), nil }

func (z *Wizard) saveRules(c *call) error {
	p, err := z.programme(c.r.Context(), c)
	if err != nil {
		return err
	}
	m, err := typed(c.form, p.Draft.Currency)
	if err != nil {
		return err
	}
	if err := z.Office.Begin(c.r.Context(), c.actor, c.now, p.Draft.ID, c.Code, m); err != nil {
		return err
	}
	z.Changed(c.actor.Tenant)
	return z.mirror(c, m)
}
