package promo

import (
	"strconv"

	"github.com/verno-loyalty/verno/money"
)

// pointsByAmount gives points for what is bought: the base of the programme's earning, which multipliers multiply.
type pointsByAmount struct {
	rate
	Thresholds []threshold     `json:"thresholds" items:"50" way:"thresholds" doc:"Rates by the receipt's sum instead of one rate; the last row that the sum reaches counts for the whole of it."`
	Base       string          `json:"base" enum:"paid,net,gross" fine:"true" doc:"paid: what is left after discounts and points; net: after discounts; gross: before both."`
	Per        string          `json:"per" enum:"receipt,line" fine:"true" doc:"Whether full steps are counted in the receipt's sum or in each line."`
	Rounding   *money.Rounding `json:"rounding" enum:"down,half_up,half_even,up" fine:"true" doc:"How points by percent are rounded; the programme's own way when left out."`
	Max        money.Points    `json:"max" min:"0" max:"1000000000000" doc:"The most that one receipt earns, in smallest units; 0 for no most."`
	life
}

// rate is points for each full step of money, or a percent of it.
type rate struct {
	Points  money.Points  `json:"points" min:"1" max:"1000000000" way:"step" doc:"Points for each full step, in smallest units."`
	Step    money.Amount  `json:"step" min:"1" max:"1000000000000" way:"step" doc:"The step, in minor units."`
	Percent money.Percent `json:"percent" min:"0.01" max:"100" way:"percent" doc:"Instead: the percent of the money that comes back in points."`
}

// threshold is a rate from a sum on.
type threshold struct {
	From money.Amount `json:"from" min:"0" max:"1000000000000" doc:"The receipt's sum from which the rate counts, in minor units."`
	rate
}

func newPointsByAmount() *pointsByAmount { return &pointsByAmount{Base: "paid", Per: "receipt"} }

func (t *pointsByAmount) turn() turn { return earning }

func (t *pointsByAmount) validate(c *check) {
	const at = "/settings"
	if t.Thresholds == nil {
		t.rate.validate(c, at)
		return
	}
	if t.rate != (rate{}) {
		c.say(at+"/thresholds", "one_of", "fields", "points, percent, thresholds")
	}
	if len(t.Thresholds) == 0 {
		c.say(at+"/thresholds", "required")
	}
	for i, row := range t.Thresholds {
		here := at + "/thresholds/" + strconv.Itoa(i)
		row.validate(c, here)
		if i > 0 && row.From <= t.Thresholds[i-1].From {
			c.say(here+"/from", "not_rising")
		}
	}
}

func (r rate) validate(c *check, at string) {
	switch {
	case r.Percent > 0 && (r.Points > 0 || r.Step > 0):
		c.say(at+"/percent", "one_of", "fields", "points, percent")
	case r.Percent > 0:
	case r.Points == 0:
		c.say(at+"/points", "required")
	case r.Step == 0:
		c.say(at+"/step", "required")
	}
}

func (t *pointsByAmount) apply(s *sale, _ *promotion, d *draft) {
	sum := money.Amount(0)
	for _, i := range s.goods {
		base := max(s.lines[i].base(t.Base), 0)
		d.weights[i] = int64(base)
		sum += base
	}
	r, ok := t.rateFor(sum)
	if !ok {
		d.why = reason{code: "below_threshold", amount: sum, need: t.Thresholds[0].From}
		return
	}
	how := s.rules.version.Programme.Points.Rounding
	if t.Rounding != nil {
		how = *t.Rounding
	}
	if t.Per == "line" {
		for _, i := range s.goods {
			d.weights[i] = int64(r.of(money.Amount(d.weights[i]), s.rules.worth, how))
			d.points += money.Points(d.weights[i])
		}
	} else {
		d.points = r.of(sum, s.rules.worth, how)
	}
	if t.Max > 0 {
		d.points = min(d.points, t.Max)
	}
	d.life = t.life
}

// rateFor finds the row that a sum reaches.
func (t *pointsByAmount) rateFor(sum money.Amount) (r rate, ok bool) {
	if len(t.Thresholds) == 0 {
		return t.rate, true
	}
	for _, row := range t.Thresholds {
		if sum < row.From {
			break
		}
		r, ok = row.rate, true
	}
	return r, ok
}

// of is the points for an amount. A percent is converted and rounded in one division.
func (r rate) of(amount money.Amount, worth money.Ratio, how money.Rounding) money.Points {
	if r.Percent > 0 {
		return money.Points(scale(int64(amount), int64(r.Percent)*worth.Den, int64(money.Full)*worth.Num, how))
	}
	return money.Points(scale(whole(int64(amount), int64(r.Step)), int64(r.Points), 1, money.Down))
}
