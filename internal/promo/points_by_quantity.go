package promo

import "github.com/verno-loyalty/verno/money"

// pointsByQuantity gives points for how much is bought, whatever it costs: for kilometres, litres, kilograms or pieces.
// Multipliers multiply them as they do those by amount.
type pointsByQuantity struct {
	Points money.Points `json:"points" required:"true" min:"1" max:"1000000000" doc:"Points for each full step, in smallest units."`
	Step   int64        `json:"step" min:"1" max:"1000000" doc:"The step, in units of the quantity: kilometres, litres, kilograms or pieces."`
	Base   string       `json:"base" enum:"paid,all" fine:"true" doc:"paid: of each line the part that is paid with money and not with points; all: the whole quantity, whatever pays."`
	Per    string       `json:"per" enum:"receipt,line" fine:"true" doc:"Whether full steps are counted in the receipt's quantity or in each line."`
	Max    money.Points `json:"max" min:"0" max:"1000000000000" doc:"The most that one receipt earns, in smallest units; 0 for no most."`
	life
}

func newPointsByQuantity() *pointsByQuantity {
	return &pointsByQuantity{Step: 1, Base: "paid", Per: "receipt"}
}

func (t *pointsByQuantity) turn() turn { return earning }

func (t *pointsByQuantity) validate(_ *check) {}

func (t *pointsByQuantity) apply(s *sale, _ *promotion, d *draft) {
	sum, most := money.Quantity(0), money.Quantity(0)
	for _, i := range s.goods {
		n := s.lines[i].counted(t.Base)
		d.weights[i] = int64(n)
		sum += n
		most = max(most, n)
	}
	if t.Per == "line" {
		for _, i := range s.goods {
			d.weights[i] = t.of(d.weights[i])
			d.points += money.Points(d.weights[i])
		}
	} else {
		d.points, most = money.Points(t.of(int64(sum))), sum
	}
	if d.points == 0 {
		d.why = reason{code: "below_step", count: t.Step, text: most.String()}
		return
	}
	if t.Max > 0 {
		d.points = min(d.points, t.Max)
	}
	d.life = t.life
}

// of is the points for a quantity in thousandths.
func (t *pointsByQuantity) of(n int64) int64 {
	return scale(whole(n, t.Step*int64(money.One)), int64(t.Points), 1, money.Down)
}

// counted is how much of a line earns: what is free or paid with points does so only where all counts.
func (l *line) counted(base string) money.Quantity {
	paid := l.net - l.redeemed
	switch {
	case base == "all" || l.redeemed == 0 && l.net > 0:
		return l.Quantity
	case paid <= 0:
		return 0
	default:
		return money.Quantity(money.MulDiv(int64(l.Quantity), int64(paid), int64(l.net), money.Down))
	}
}
