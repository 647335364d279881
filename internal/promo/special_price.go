package promo

import "github.com/verno-loyalty/verno/money"

// specialPrice sells the goods at a price of their own. It raises no price: what earlier promotions have made cheaper
// stays as it is.
type specialPrice struct {
	Price money.Amount `json:"price" required:"true" min:"1" max:"1000000000000" doc:"What a piece or a kilogram costs, in minor units."`
	Max   money.Amount `json:"max" min:"0" max:"1000000000000" doc:"The most that one receipt gets off, in minor units; 0 for no most."`
}

func (t *specialPrice) turn() turn        { return discounting }
func (t *specialPrice) validate(_ *check) {}

func (t *specialPrice) apply(s *sale, _ *promotion, d *draft) {
	left, dearer := money.Amount(0), false
	for _, i := range s.goods {
		l := &s.lines[i]
		price := money.Amount(scale(int64(t.Price), int64(l.Quantity), int64(money.One), money.HalfUp))
		d.lower(s, i, l.net-price)
		dearer = dearer || l.net > price
		left += l.net
	}
	if left > 0 && !dearer {
		d.why = reason{code: "cheap_already", need: t.Price}
	}
	d.trim(s, t.Max)
}
