package promo

import "github.com/verno-loyalty/verno/money"

// pointsMultiplier adds to what the goods have earned by amount. Several multipliers add up: each counts from the base
// points alone.
type pointsMultiplier struct {
	boost
	life
}

// boost is how many times the points, or how many percent of them more.
type boost struct {
	Times int64         `json:"times" min:"2" max:"100" way:"times" doc:"How many times the points, together with the ordinary ones: 2 doubles them."`
	Extra money.Percent `json:"extra" min:"0.01" max:"1000" way:"extra" doc:"Instead: the percent of the points that is added, 50 for half as many again."`
}

func (t *pointsMultiplier) turn() turn { return multiplying }

func (t *pointsMultiplier) validate(c *check) {
	t.boost.validate(c)
	if t.boost == (boost{}) {
		c.say("/settings/times", "required")
	}
}

func (b boost) validate(c *check) {
	if b.Times > 0 && b.Extra > 0 {
		c.say("/settings/extra", "one_of", "fields", "times, extra")
	}
}

func (t *pointsMultiplier) apply(s *sale, _ *promotion, d *draft) {
	t.boost.apply(s, d)
	d.life = t.life
}

// apply adds to the base points of the goods.
func (b boost) apply(s *sale, d *draft) {
	sum := int64(0)
	for _, i := range s.goods {
		d.weights[i] = int64(s.lines[i].earned)
		sum += d.weights[i]
	}
	if sum == 0 {
		d.why = reason{code: "no_base_points"}
		return
	}
	extra := int64(b.Extra)
	if b.Times > 0 {
		extra = (b.Times - 1) * int64(money.Full)
	}
	d.points = money.Points(scale(sum, extra, int64(money.Full), s.rules.version.Programme.Points.Rounding))
}
