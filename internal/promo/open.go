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
	if !p.turn.apart() {
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
	bar := ""
	var barred *line
	sum := money.Amount(0)
	words := s.rules.index.words
	word, bit := p.at>>6, uint64(1)<<(p.at&63)
	for i := range s.lines {
		if s.rows[i*words+word]&bit == 0 {
			continue
		}
		l := &s.lines[i]
		if code := p.bar(l); code != "" {
			if barred == nil {
				bar, barred = code, l
			}
			continue
		}
		s.goods = append(s.goods, i)
		sum += l.Sum
	}
	switch {
	case len(s.goods) == 0 && barred == nil:
		return reason{code: "no_matching_goods"}
	case len(s.goods) == 0:
		return reason{code: bar, class: barred.Class, by: barred.holder()}
	case sum < p.MinBasket:
		return reason{code: "min_basket", amount: sum, need: p.MinBasket}
	default:
		return reason{}
	}
}

// bar is the code of what keeps a line from a promotion that looks at it, empty for nothing.
func (p *promotion) bar(l *line) string {
	if p.kind.bars(l.terms) {
		l.excluded = true
		return "excluded_class"
	}
	if !p.kind.lowers {
		return ""
	}
	return p.dearer(l)
}

// dearer is the code of what keeps a line from getting cheaper by a promotion, apart from its class.
func (p *promotion) dearer(l *line) string {
	switch {
	case l.Fixed:
		return "till_discount"
	case l.taker != nil:
		return "exclusive_taken"
	case p.Exclusive && l.first != nil:
		return "exclusive_late"
	default:
		return ""
	}
}

// lowers reports whether a promotion may make a line cheaper.
func (p *promotion) lowers(l *line) bool {
	return !l.terms.NoDiscount && p.dearer(l) == ""
}

// holder is the promotion that stands in the way of others on the line.
func (l *line) holder() *promotion {
	if l.taker != nil {
		return l.taker
	}
	return l.first
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
