package promo

import "github.com/verno-loyalty/verno/money"

// fixedDiscount takes an amount of money off.
type fixedDiscount struct {
	Amount money.Amount `json:"amount" required:"true" min:"1" max:"1000000000000" doc:"What is taken off, in minor units."`
	On     string       `json:"on" enum:"goods,unit,line,basket" doc:"goods: off all the goods together; unit: off each piece or kilogram; line: off each line; basket: off the whole basket where the goods are in it."`
	Max    money.Amount `json:"max" min:"0" max:"1000000000000" doc:"The most that one receipt gets, in minor units; 0 for no most."`
}

func newFixedDiscount() *fixedDiscount { return &fixedDiscount{On: "goods"} }

func (t *fixedDiscount) turn() turn { return discounting }

func (t *fixedDiscount) validate(c *check) {
	if t.Max > 0 && t.Max < t.Amount {
		c.say("/settings/max", "below", "field", "amount")
	}
}

func (t *fixedDiscount) apply(s *sale, p *promotion, d *draft) {
	switch t.On {
	case "unit":
		for _, i := range s.goods {
			l := &s.lines[i]
			d.lower(s, i, money.Amount(scale(int64(t.Amount), int64(l.Quantity), int64(money.One), money.HalfUp)))
		}
	case "line":
		for _, i := range s.goods {
			d.lower(s, i, t.Amount)
		}
	case "goods":
		d.spread(s, s.goods, t.Amount)
	case "basket":
		s.goods = s.goods[:0]
		for i := range s.lines {
			if p.lowers(&s.lines[i]) {
				s.goods = append(s.goods, i)
			}
		}
		d.spread(s, s.goods, t.Amount)
	}
	d.trim(s, t.Max)
}
