package promo

import "github.com/verno-loyalty/verno/money"

// open says why a promotion that looks at the sale gives nothing all the same, or gathers its goods and returns the zero
// reason.
func (s *sale) open(p *promotion) reason {
	if why := s.limited(p); why.code != "" {
		return why
	}
	if g, ok := p.rule.(gate); ok {
		if why := g.open(s, p); why.code != "" {
			return why
		}
	}
	if p.turn != enrolling {
		if why := s.gather(p); why.code != "" {
			return why
		}
	}
	return s.holds(p)
}

// limited looks at the limits on uses.
func (s *sale) limited(p *promotion) reason {
	l := &p.Limits
	perMember := l.PerMember
	if p.kind.once {
		perMember = 1
	}
	if perMember > 0 || l.PerMemberDay > 0 {
		if s.in.Member == nil {
			return reason{code: "members_only"}
		}
		used := s.in.Member.Usage[p.ID]
		if perMember > 0 && used.Total >= perMember {
			return reason{code: "limit_member", count: perMember}
		}
		if l.PerMemberDay > 0 && used.On(s.in.Moment.Day()) >= l.PerMemberDay {
			return reason{code: "limit_member_day", count: l.PerMemberDay}
		}
	}
	if (l.Total > 0 || l.Budget > 0) && s.in.Left != nil {
		left := s.in.Left(p.ID)
		if l.Total > 0 && left.Count <= 0 {
			return reason{code: "limit_total", count: l.Total}
		}
		if l.Budget > 0 && left.Budget <= 0 {
			return reason{code: "budget"}
		}
	}
	return reason{}
}

// gather puts the lines that the promotion may give something for into s.goods.
func (s *sale) gather(p *promotion) reason {
	s.goods = s.goods[:0]
	why := reason{code: "no_matching_goods"}
	barred := false
	sum := money.Amount(0)
	words := s.rules.index.words
	word, bit := p.at>>6, uint64(1)<<(p.at&63)
	for i := range s.lines {
		if s.rows[i*words+word]&bit == 0 {
			continue
		}
		l := &s.lines[i]
		if bar := s.bar(p, l); bar.code != "" {
			if !barred {
				barred, why = true, bar
			}
			continue
		}
		s.goods = append(s.goods, i)
		sum += l.Sum
	}
	if len(s.goods) == 0 {
		return why
	}
	if sum < p.MinBasket {
		return reason{code: "min_basket", amount: sum, need: p.MinBasket}
	}
	return reason{}
}

// bar says what keeps a line from a promotion that looks at it.
func (s *sale) bar(p *promotion, l *line) reason {
	if p.kind.bars(l.terms) {
		l.excluded = true
		return reason{code: "excluded_class", class: l.Class}
	}
	if !p.kind.lowers {
		return reason{}
	}
	return dearer(p, l)
}

// dearer says what keeps a line from getting cheaper by a promotion, apart from its class.
func dearer(p *promotion, l *line) reason {
	switch {
	case l.Fixed:
		return reason{code: "till_discount"}
	case l.taker != nil:
		return reason{code: "exclusive_taken", by: l.taker}
	case p.Exclusive && l.first != nil:
		return reason{code: "exclusive_late", by: l.first}
	default:
		return reason{}
	}
}

// lowerable reports whether a promotion may make a line cheaper.
func lowerable(p *promotion, l *line) bool {
	return !l.terms.NoDiscount && dearer(p, l).code == ""
}

// nothing says why a promotion with goods gave nothing for them.
func (s *sale) nothing(p *promotion) reason {
	if !p.kind.lowers {
		return reason{code: "no_points"}
	}
	left, held := money.Amount(0), false
	for _, i := range s.goods {
		left += s.lines[i].net
		held = held || s.lines[i].floor > 0
	}
	switch {
	case left == 0:
		return reason{code: "nothing_left"}
	case held:
		return reason{code: "min_price"}
	default:
		return reason{code: "too_little"}
	}
}
