package promo

import "github.com/verno-loyalty/verno/money"

// cardDiscount takes off the goods the percent that stands on the card that was shown.
type cardDiscount struct {
	Of       string         `json:"of" enum:"net,gross" fine:"true" doc:"net: of what earlier promotions have left; gross: of the price before all discounts."`
	Per      string         `json:"per" enum:"line,receipt" fine:"true" doc:"Whether each line's discount is rounded, or the receipt's and then divided over the lines."`
	Rounding money.Rounding `json:"rounding" enum:"down,half_up,half_even,up" fine:"true" doc:"How a discount is rounded to minor units."`
	Max      money.Amount   `json:"max" min:"0" max:"1000000000000" doc:"The most that one receipt gets, in minor units; 0 for no most."`
}

var _ gate = (*cardDiscount)(nil)

func newCardDiscount() *cardDiscount {
	return &cardDiscount{Of: "net", Per: "line", Rounding: money.HalfUp}
}

func (t *cardDiscount) turn() turn        { return discounting }
func (t *cardDiscount) validate(_ *check) {}

// open is for cards that take something off.
func (t *cardDiscount) open(s *sale, _ *promotion) reason {
	if s.in.Member == nil || s.in.Member.CardPercent <= 0 {
		return reason{code: "no_card_discount"}
	}
	return reason{}
}

func (t *cardDiscount) apply(s *sale, p *promotion, d *draft) {
	off := percentDiscount{Percent: s.in.Member.CardPercent, Of: t.Of, Per: t.Per, Rounding: t.Rounding, Max: t.Max}
	off.apply(s, p, d)
}
