package promo

import "github.com/verno-loyalty/verno/money"

// settle chooses among the promotions of a group, when the first of them has its turn, the one that is best for the
// member: by the discount and the worth of the points that each would give at this place. Ties go by priority, then by
// identifier. The others leave the sale. It returns the winner where this is its turn, or nil.
//
// A group that mixes discounts and points chooses before points are spent, so that what is earned counts as if none were.
func (s *sale) settle(now *promotion) *promotion {
	var best *promotion
	var gain money.Amount
	foreseen := s.foresee(now)
	for _, at := range s.rules.groups[now.group] {
		if !s.live.has(at) {
			continue
		}
		p := s.rules.list[at]
		if why := s.draft(p, &s.drafts[1]); why.code != "" {
			s.refuse(p, why)
			continue
		}
		own := s.benefit(&s.drafts[1])
		if best == nil || own > gain || own == gain && before(p, best) < 0 {
			best, gain = p, own
		}
		if s.explain {
			s.said[at].gain = own
		}
	}
	if foreseen {
		s.forget()
	}
	if best == nil {
		return nil
	}
	s.settled[now.group] = 1 + best.at
	for _, at := range s.rules.groups[now.group] {
		if p := s.rules.list[at]; p != best && s.live.has(at) {
			s.refuse(p, reason{code: "beaten_in_group", by: best, amount: s.said[at].gain, need: gain})
		}
	}
	if best.turn != now.turn {
		return nil
	}
	return best
}

// foresees reports whether a group must know the base points before they are earned: it has a multiplier.
func (s *sale) foresees(now *promotion) bool {
	if now.turn >= multiplying {
		return false
	}
	for _, at := range s.rules.groups[now.group] {
		if s.live.has(at) && s.rules.list[at].turn == multiplying {
			return true
		}
	}
	return false
}

// foresee counts the base points that the promotions outside undecided groups are about to give, so that a multiplier can
// be compared with them. It reports whether it did.
func (s *sale) foresee(now *promotion) bool {
	if !s.foresees(now) {
		return false
	}
	s.saved = s.saved[:0]
	for i := range s.lines {
		s.saved = append(s.saved, s.lines[i].earned)
	}
	for i := s.live.next(0); i >= 0; i = s.live.next(i + 1) {
		p := s.rules.list[i]
		if p.turn != earning || p.group >= 0 && s.settled[p.group] != 1+i {
			continue
		}
		d := &s.drafts[1]
		if why := s.draft(p, d); why.code != "" {
			continue
		}
		s.parts = money.Allocate(s.parts[:0], int64(d.points), d.weights)
		for at, part := range s.parts {
			s.lines[at].earned += money.Points(part)
		}
	}
	return true
}

// forget puts back what foresee has changed.
func (s *sale) forget() {
	for i := range s.lines {
		s.lines[i].earned = s.saved[i]
	}
}
