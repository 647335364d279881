package promo

import "github.com/verno-loyalty/verno/money"

// stamps fills a card with stamps and gives the reward in the purchase in which the card becomes full. Stamps are counted
// on the goods before discounts, and the piece that the reward makes free is stamped as well: with six needed, the sixth
// coffee is free.
type stamps struct {
	Per        string        `json:"per" enum:"piece,receipt,amount" doc:"piece: a stamp for each piece; receipt: one for each receipt; amount: one for each full step of money."`
	Step       money.Amount  `json:"step" min:"1" max:"1000000000000" when:"per=amount" doc:"The step for stamps by amount, in minor units."`
	Max        int64         `json:"max" min:"0" max:"1000000" fine:"true" doc:"The most stamps in one receipt; 0 for no most."`
	Needed     int64         `json:"needed" required:"true" min:"1" max:"1000" doc:"Stamps that fill the card."`
	Reward     string        `json:"reward" required:"true" enum:"piece,points" doc:"piece: the cheapest piece of the goods gets cheaper or free; points: points are given."`
	Percent    money.Percent `json:"percent" min:"0.01" max:"100" when:"reward=piece" doc:"What the piece gets off, in percent; 100 makes it free."`
	Points     money.Points  `json:"points" min:"1" max:"1000000000000" when:"reward=points" doc:"The points of the reward, in smallest units."`
	MaxRewards int64         `json:"max_rewards" min:"0" max:"1000000" fine:"true" doc:"The most rewards in one receipt; 0 for no most."`
	life
}

func newStamps() *stamps { return &stamps{Per: "piece", Percent: money.Full} }

func (t *stamps) turn() turn {
	if t.Reward == "piece" {
		return discounting
	}
	return stamping
}

func (t *stamps) validate(c *check) {
	switch {
	case t.Per == "amount" && t.Step == 0:
		c.say("/settings/step", "required")
	case t.Per != "amount" && t.Step > 0:
		c.say("/settings/step", "only_with", "field", "per", "value", "amount")
	}
	switch {
	case t.Reward == "points" && t.Points == 0:
		c.say("/settings/points", "required")
	case t.Reward == "piece" && t.Points > 0:
		c.say("/settings/points", "only_with", "field", "reward", "value", "points")
	}
}

func (t *stamps) apply(s *sale, p *promotion, d *draft) {
	t.stamp(s, d)
	if d.stamps == 0 {
		d.why = reason{code: "no_stamps"}
		return
	}
	rewards := int64(0)
	if have := s.in.Member.Stamps[p.ID] + d.stamps; have >= t.Needed {
		rewards = whole(have, t.Needed)
	}
	if t.MaxRewards > 0 {
		rewards = min(rewards, t.MaxRewards)
	}
	switch {
	case rewards == 0:
	case t.Reward == "points":
		d.points = money.Points(scale(rewards, int64(t.Points), 1, money.Down))
		d.used = rewards * t.Needed
		d.life = t.life
	default:
		d.used = t.free(s, p, d, rewards) * t.Needed
	}
}

// stamp counts the stamps of this purchase and to which lines they belong; those by receipt belong to none.
func (t *stamps) stamp(s *sale, d *draft) {
	switch t.Per {
	case "receipt":
		d.stamps = 1
	case "piece":
		for _, i := range s.goods {
			if n, ok := s.lines[i].Quantity.Whole(); ok {
				d.marks[i] = n
				d.stamps += n
			}
		}
	case "amount":
		sum := money.Amount(0)
		for _, i := range s.goods {
			d.marks[i] = int64(s.lines[i].Sum)
			sum += s.lines[i].Sum
		}
		d.stamps = whole(int64(sum), int64(t.Step))
	}
	if t.Max > 0 {
		d.stamps = min(d.stamps, t.Max)
	}
}

// free makes the cheapest pieces cheaper, one for each reward, and returns how many there were.
func (t *stamps) free(s *sale, p *promotion, d *draft, rewards int64) (given int64) {
	able := s.goods[:0]
	for _, i := range s.goods {
		if p.lowers(&s.lines[i]) {
			able = append(able, i)
		}
	}
	runs, _ := s.pieces(able)
	for i := len(runs) - 1; i >= 0 && given < rewards; i-- {
		before := d.discount
		n := min(runs[i].count, rewards-given)
		d.cheaper(s, runs[i], n, t.Percent)
		if d.discount > before {
			given += n
		}
	}
	return given
}
