package promo

import "github.com/verno-loyalty/verno/money"

// percentDiscount takes a percent off the goods.
type percentDiscount struct {
	Percent  money.Percent  `json:"percent" required:"true" min:"0.01" max:"100" doc:"What is taken off, in percent."`
	Of       string         `json:"of" enum:"net,gross" fine:"true" doc:"net: of what earlier promotions have left; gross: of the price before all discounts."`
	Per      string         `json:"per" enum:"line,receipt" fine:"true" doc:"Whether each line's discount is rounded, or the receipt's and then divided over the lines."`
	Rounding money.Rounding `json:"rounding" enum:"down,half_up,half_even,up" fine:"true" doc:"How a discount is rounded to minor units."`
	Max      money.Amount   `json:"max" min:"0" max:"1000000000000" doc:"The most that one receipt gets, in minor units; 0 for no most."`
}

func newPercentDiscount() *percentDiscount {
	return &percentDiscount{Of: "net", Per: "line", Rounding: money.HalfUp}
}

func (t *percentDiscount) turn() turn        { return discounting }
func (t *percentDiscount) validate(_ *check) {}

func (t *percentDiscount) apply(s *sale, _ *promotion, d *draft) {
	if t.Per == "line" {
		for _, i := range s.goods {
			d.lower(s, i, money.Amount(t.Percent.Of(int64(s.lines[i].base(t.Of)), t.Rounding)))
		}
		d.trim(s, t.Max)
		return
	}
	s.weights = append(s.weights[:0], make([]int64, len(s.lines))...)
	sum := int64(0)
	for _, i := range s.goods {
		s.weights[i] = int64(s.lines[i].base(t.Of))
		sum += s.weights[i]
	}
	s.parts = money.Allocate(s.parts[:0], t.Percent.Of(sum, t.Rounding), s.weights)
	for i, part := range s.parts {
		d.lower(s, i, money.Amount(part))
	}
	d.trim(s, t.Max)
}
