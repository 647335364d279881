package promo

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// cashback gives money that the member can pay with next time: a percent of what was paid for the goods. What points or
// cashback paid gives none, as neither points nor discounts do.
type cashback struct {
	Percent        money.Percent `json:"percent" required:"true" min:"0.01" max:"100" doc:"The percent of what was paid that comes back as money. What points and cashback paid does not count; parts of the smallest coin are dropped."`
	Max            money.Amount  `json:"max" min:"0" max:"1000000000000" doc:"The most that one receipt gives, in minor units; 0 for no most."`
	ExpiresDays    int64         `json:"expires_days" min:"0" max:"36500" unit:"days" doc:"Days that the money lives; 0 for ever."`
	PendingSeconds int64         `json:"pending_seconds" min:"0" max:"31622400" unit:"seconds" fine:"true" doc:"Seconds before the money can be spent, such as the time in which goods may be returned."`
}

func (t *cashback) turn() turn { return earning }

func (t *cashback) validate(_ *check) {}

func (t *cashback) apply(s *sale, _ *promotion, d *draft) {
	sum := money.Amount(0)
	for _, i := range s.goods {
		l := &s.lines[i]
		paid := max(l.net-l.redeemed-l.cashback, 0)
		d.weights[i] = int64(paid)
		sum += paid
	}
	d.cashback = money.Amount(t.Percent.Of(int64(sum), money.Down))
	if d.cashback == 0 {
		d.why = reason{code: "no_cashback"}
		return
	}
	if t.Max > 0 {
		d.cashback = min(d.cashback, t.Max)
	}
	pending := t.PendingSeconds
	d.life = life{PendingSeconds: &pending, ExpiresDays: t.ExpiresDays}
}

// spendCashback pays with the cashback that is there, as much as may be spent of it, each line by what is left to pay.
func (s *sale) spendCashback() {
	if s.in.Cashback <= 0 || s.in.Member == nil {
		return
	}
	most := money.Amount(0)
	s.weights = s.weights[:0]
	for i := range s.lines {
		l := &s.lines[i]
		open := money.Amount(0)
		if !l.terms.NoRedeem {
			open = l.net - l.redeemed
		}
		most += open
		s.weights = append(s.weights, int64(open))
	}
	s.out.CashbackUsed = min(s.in.Cashback, most)
	s.parts = money.Allocate(s.parts[:0], int64(s.out.CashbackUsed), s.weights)
	for i, part := range s.parts {
		s.lines[i].cashback = money.Amount(part)
	}
}

// CashbackMost is how much cashback may pay of goods with this outcome: what the law or the programme bars points from
// paying, money that was given as a present may not pay either.
func (r *Rules) CashbackMost(out *verno.Outcome, lines []verno.Line) money.Amount {
	most := money.Amount(0)
	for i := range lines {
		if o := &out.Lines[i]; !r.classes[lines[i].Class].NoRedeem {
			most += o.Net - o.Redeemed
		}
	}
	return most
}

// GivesCashback reports whether any promotion of the version, active or not, gives cashback.
func (r *Rules) GivesCashback() bool {
	for _, p := range r.byID {
		if p.kind.cashback {
			return true
		}
	}
	return false
}
