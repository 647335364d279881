package promo

import (
	"slices"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// draft is what a promotion would give. Drafts can be compared before one is accepted.
type draft struct {
	off      []money.Amount // by line of the desk
	discount money.Amount
	points   money.Points
	cashback money.Amount
	weights  []int64      // by which points or cashback are divided over the lines; all zero where no line earned them
	wanted   money.Points // or minor units of cashback, before the budget cut them
	stamps   int64
	marks    []int64 // likewise for stamps
	used     int64   // stamps that a reward takes
	life     life
	first    bool   // spendable with or after the first paid purchase only
	why      reason // why it is empty
}

func (d *draft) reset(lines int) {
	off, weights, marks := d.off, d.weights, d.marks
	*d = draft{
		off:     slices.Grow(off[:0], lines)[:lines],
		weights: slices.Grow(weights[:0], lines)[:lines],
		marks:   slices.Grow(marks[:0], lines)[:lines],
	}
	clear(d.off)
	clear(d.weights)
	clear(d.marks)
}

func (d *draft) empty() bool {
	return d.discount == 0 && d.points == 0 && d.cashback == 0 && d.stamps == 0
}

// lower takes an amount off a line, or as much of it as there is room for.
func (d *draft) lower(s *sale, i int, amount money.Amount) {
	amount = min(amount, s.lines[i].room()-d.off[i])
	if amount <= 0 {
		return
	}
	d.off[i] += amount
	d.discount += amount
}

// spread takes an amount off many lines by the room that they have.
func (d *draft) spread(s *sale, lines []int, amount money.Amount) {
	s.weights = append(s.weights[:0], make([]int64, len(s.lines))...)
	room := money.Amount(0)
	for _, i := range lines {
		s.weights[i] = int64(s.lines[i].room())
		room += s.lines[i].room()
	}
	s.parts = money.Allocate(s.parts[:0], int64(min(amount, room)), s.weights)
	for i, part := range s.parts {
		d.lower(s, i, money.Amount(part))
	}
}

// trim cuts the discount to a most, each line by its share; zero stands for no most.
func (d *draft) trim(s *sale, most money.Amount) {
	if most == 0 || d.discount <= most {
		return
	}
	s.weights = s.weights[:0]
	for _, off := range d.off {
		s.weights = append(s.weights, int64(off))
	}
	s.parts = money.Allocate(s.parts[:0], int64(most), s.weights)
	for i, part := range s.parts {
		d.off[i] = money.Amount(part)
	}
	d.discount = most
}

// draft works out what a promotion would give now, or why it gives nothing.
func (s *sale) draft(p *promotion, d *draft) reason {
	if why := s.open(p); why.code != "" {
		return why
	}
	d.reset(len(s.lines))
	p.rule.apply(s, p, d)
	if d.empty() {
		if d.why.code != "" {
			return d.why
		}
		return s.nothing(p)
	}
	return s.afford(p, d)
}

// afford fits a draft into what is left of the promotion's budget: points and cashback are cut to it, while a discount is given whole
// or not at all, because it was promised on the shelf.
func (s *sale) afford(p *promotion, d *draft) reason {
	if p.Limits.Budget == 0 || s.in.Left == nil {
		return reason{}
	}
	left := s.in.Left(p.ID).Budget
	switch {
	case left <= 0 || int64(d.discount) > left:
		return reason{code: "budget"}
	case int64(d.cashback) > left:
		d.wanted, d.cashback = money.Points(d.cashback), money.Amount(left)
	case d.discount == 0 && int64(d.points) > left && d.used > 0:
		return reason{code: "budget"}
	case d.discount == 0 && int64(d.points) > left:
		d.wanted, d.points = d.points, money.Points(left)
	}
	return reason{}
}

// benefit is what a draft is worth to the member in money.
func (s *sale) benefit(d *draft) money.Amount {
	return d.discount + d.cashback + money.Amount(scale(int64(d.points), s.rules.worth.Num, s.rules.worth.Den, money.Down))
}

// accept makes a draft part of the outcome.
func (s *sale) accept(p *promotion, d *draft) {
	s.live.drop(p.at)
	for i, off := range d.off {
		if off == 0 {
			continue
		}
		l := &s.lines[i]
		l.net -= off
		if l.first == nil {
			l.first = p
		}
		if p.Exclusive {
			l.taker = p
		}
		s.given = append(s.given, given{line: i, promotion: p.at, amount: off})
	}
	if d.stamps > 0 {
		a := s.award()
		a.Promotion, a.Unit, a.Points = p.ID, verno.UnitStamps, money.Points(d.stamps)
		a.ByLine = s.shares(a.ByLine, d.stamps, d.marks)
	}
	if d.points > 0 {
		s.acceptPoints(p, d)
	}
	if d.cashback > 0 {
		a := s.award()
		a.Promotion, a.Unit, a.Points = p.ID, verno.UnitCashback, money.Points(d.cashback)
		a.AvailableIn, a.ExpiresIn = *d.life.PendingSeconds, d.life.ExpiresDays
		a.ByLine = s.shares(a.ByLine, int64(d.cashback), d.weights)
	}
	if d.used > 0 {
		if s.out.StampsUsed == nil {
			s.out.StampsUsed = map[verno.PromotionID]int64{}
		}
		s.out.StampsUsed[p.ID] = d.used
	}
	s.out.Uses = append(s.out.Uses, verno.Use{Promotion: p.ID, Count: 1, Cost: int64(d.discount+d.cashback) + int64(d.points)})
	if s.explain {
		s.applied[p.at] = true
		s.said[p.at] = s.praise(p, d)
	}
}

func (s *sale) acceptPoints(p *promotion, d *draft) {
	a := s.award()
	a.Promotion, a.Unit, a.Points = p.ID, verno.UnitPoints, d.points
	a.AvailableIn = s.rules.version.Programme.Points.PendingSecond
	if d.life.PendingSeconds != nil {
		a.AvailableIn = *d.life.PendingSeconds
	}
	a.ExpiresIn, a.UntilFirst = d.life.ExpiresDays, d.first
	a.ByLine = s.shares(a.ByLine, int64(d.points), d.weights)
	if a.ByLine == nil {
		return
	}
	for i := range s.lines {
		share := a.ByLine[s.lines[i].at]
		s.lines[i].share += share
		if p.turn == earning {
			s.lines[i].earned += share
		}
	}
}
