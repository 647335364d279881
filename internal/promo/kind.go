package promo

import "github.com/verno-loyalty/verno"

// kind is a type of promotion.
type kind struct {
	name     string
	lowers   bool // it does nothing but lower prices
	members  bool // it gives what only a member can hold
	stamps   bool // it gives stamps
	cashback bool // it gives money
	once     bool // one member gets it once, whatever the limits say
	make     func() rule
}

// rule is the settings of one promotion together with what they do.
type rule interface {
	// turn says when in a sale the promotion has its turn.
	turn() turn
	// validate reports what the bounds in the tags of the settings cannot say.
	validate(c *check)
	// apply proposes in d what the promotion gives for the lines in s.goods. It changes nothing of the sale.
	apply(s *sale, p *promotion, d *draft)
}

// gate is a rule that is open to some members only, by what it alone knows of them.
type gate interface {
	// open says why the promotion is closed to the member of the sale, or returns the zero reason.
	open(s *sale, p *promotion) reason
}

// turn is a part of a sale; promotions of an earlier turn are all done before the next one begins.
type turn uint8

const (
	discounting turn = iota
	earning          // after points have been spent
	multiplying
	stamping
	bonus
	enrolling // not in a sale at all, but when a member joins
	moving    // likewise, when a member brings the plastic card along
)

// life is how long what a promotion gives waits and lives.
type life struct {
	PendingSeconds *int64 `json:"pending_seconds" min:"0" max:"31622400" unit:"seconds" fine:"true" doc:"Seconds before the points may be spent; the programme's own when left out."`
	ExpiresDays    int64  `json:"expires_days" min:"0" max:"36500" unit:"days" fine:"true" doc:"Days that the points live; 0 for the programme's own rule."`
}

// apart says of a turn that it comes outside of sales.
func (t turn) apart() bool { return t == enrolling || t == moving }

func kindNamed(name string) *kind {
	for _, k := range kinds {
		if k.name == name {
			return k
		}
	}
	return nil
}

// bars reports whether a class is kept from what the type gives.
func (k *kind) bars(t verno.ClassTerms) bool {
	switch {
	case k.lowers:
		return t.NoDiscount
	case k.stamps || k.cashback: // Both make goods cheaper in the end.
		return t.NoDiscount || t.NoEarn
	default:
		return t.NoEarn
	}
}
