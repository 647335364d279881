package promo

import "github.com/verno-loyalty/verno/money"

// welcomeBonus gives points to a member, once: for joining, for the first purchase, or for bringing the plastic card along.
type welcomeBonus struct {
	Points     money.Points `json:"points" required:"true" min:"1" max:"1000000000000" doc:"The points, in smallest units."`
	When       string       `json:"when" enum:"enrolment,first_purchase,move" doc:"enrolment: at once when the member joins; first_purchase: with the first purchase; move: when the member brings the plastic card into the phone."`
	UntilFirst bool         `json:"until_first" doc:"Whether the points can be spent with or after the first paid purchase only."`
	life
}

func newWelcomeBonus() *welcomeBonus { return &welcomeBonus{When: "enrolment"} }

func (t *welcomeBonus) turn() turn {
	switch t.When {
	case "enrolment":
		return enrolling
	case "move":
		return moving
	default:
		return bonus
	}
}

func (t *welcomeBonus) validate(_ *check) {}

func (t *welcomeBonus) open(s *sale, _ *promotion) reason {
	if t.When == "first_purchase" && s.in.Member.Purchases > 0 {
		return reason{code: "not_first_purchase"}
	}
	return reason{}
}

func (t *welcomeBonus) apply(_ *sale, _ *promotion, d *draft) {
	d.points, d.first, d.life = t.Points, t.UntilFirst, t.life
}
