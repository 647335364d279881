package promo

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// spending is what points pay of a sale.
type spending struct {
	points money.Points
	money  money.Amount
	why    reason // why fewer are spent than were asked for
}

// spend works out how much points may pay, of each line and in all, and pays what was asked for. Only as many points are
// spent as make whole minor units of money exactly.
func (s *sale) spend() {
	terms := &s.rules.version.Programme.Points
	net := money.Amount(0)
	limit := money.Amount(0)
	s.weights = s.weights[:0]
	for i := range s.lines {
		l := &s.lines[i]
		net += l.net
		if l.terms.NoRedeem {
			l.excluded = l.excluded || s.in.Member != nil && terms.MaxShareLine > 0
		} else {
			l.maxPoints = min(money.Amount(terms.MaxShareLine.Of(int64(l.net), money.Down)), l.room())
		}
		limit += l.maxPoints
		s.weights = append(s.weights, int64(l.maxPoints))
	}
	m := s.in.Member
	if m == nil {
		return
	}
	limit = min(limit, money.Amount(terms.MaxShare.Of(int64(net), money.Down)))
	most := s.spendable(terms, m, limit)
	s.out.MaxPoints = most
	asked := s.in.Spend
	points := s.exact(asked)
	switch {
	case asked == 0:
		return
	case asked < 0:
		points = most
	case asked > most:
		points = most
		s.spent.why = reason{code: "spend_limited", points: most, wanted: asked}
	case points < terms.MinSpend || points == 0:
		s.spent.why = reason{code: "spend_too_few", points: max(terms.MinSpend, money.Points(s.rules.worth.Den)), wanted: asked}
		return
	}
	s.spent.points = points
	s.spent.money = money.Amount(money.MulDiv(int64(points), s.rules.worth.Num, s.rules.worth.Den, money.Down))
	s.parts = money.Allocate(s.parts[:0], int64(s.spent.money), s.weights)
	for i, part := range s.parts {
		s.lines[i].redeemed = money.Amount(part)
	}
}

// spendable is the most points that may pay an amount; none where that is fewer than may be spent at once.
func (s *sale) spendable(terms *verno.PointsTerms, m *verno.MemberFacts, limit money.Amount) money.Points {
	worth := money.Points(scale(int64(limit), s.rules.worth.Den, s.rules.worth.Num, money.Down))
	most := s.exact(max(min(worth, m.SpendCap, m.Balance), 0))
	if most < terms.MinSpend {
		return 0
	}
	return most
}

// exact is the most of n points that make whole minor units.
func (s *sale) exact(n money.Points) money.Points {
	den := s.rules.worth.Den
	return money.Points(whole(int64(n), den) * den)
}
