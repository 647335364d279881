package promo

import (
	"slices"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Evaluate works out a sale. It overwrites into and uses its memory again, so that an outcome that is kept must not be
// given in a second time. The same input gives the same outcome, whatever the order of the lines.
func (r *Rules) Evaluate(in *Input, explain bool, into *verno.Outcome) {
	s := r.sales.Get().(*sale) //nolint:forcetypeassert // Nothing else is put there.
	s.begin(in, explain, into)
	s.match()
	s.run(0, r.split)
	s.spend()
	s.spendCashback()
	s.run(r.split, len(r.list))
	s.finish()
	s.end()
	r.sales.Put(s)
}

// Enrol works out what a member gets for joining: the promotions that wait for no purchase. The basket of the input is
// not looked at.
func (r *Rules) Enrol(in *Input, explain bool, into *verno.Outcome) {
	r.apart(enrolling, r.index.enrolment, in, explain, into)
}

// Move works out what a member gets for bringing a plastic card into the phone. The basket of the input is not looked at.
func (r *Rules) Move(in *Input, explain bool, into *verno.Outcome) {
	r.apart(moving, r.index.move, in, explain, into)
}

// apart works out what comes outside of sales.
func (r *Rules) apart(occasion turn, of set, in *Input, explain bool, into *verno.Outcome) {
	s := r.sales.Get().(*sale) //nolint:forcetypeassert // Nothing else is put there.
	alone := *in
	alone.Basket = nil
	s.begin(&alone, explain, into)
	s.occasion = occasion
	copy(s.live, of)
	r.index.when(s.live, &in.Moment)
	r.index.who(s.live, in.Member)
	s.run(0, len(r.list))
	s.finish()
	s.end()
	r.sales.Put(s)
}

// match finds the promotions that may have to do with the sale.
func (s *sale) match() {
	x := &s.rules.index
	size := len(s.lines) * x.words
	s.rows = slices.Grow(s.rows[:0], size)[:size]
	clear(s.live)
	for i := range s.lines {
		row := s.rows[i*x.words : (i+1)*x.words]
		x.looking(row, s.lines[i].Line)
		s.live.join(row)
	}
	s.live.without(x.enrolment)
	s.live.without(x.move)
	x.when(s.live, &s.in.Moment)
	x.who(s.live, s.in.Member)
}

// run gives the promotions from one place to another their turn.
func (s *sale) run(from, to int) {
	for i := s.live.next(from); i >= 0 && i < to; i = s.live.next(i + 1) {
		p := s.rules.list[i]
		if p.group >= 0 && s.settled[p.group] == 0 {
			if p = s.settle(p); p == nil {
				continue
			}
		}
		d := &s.drafts[0]
		why := s.draft(p, d)
		if why.code != "" {
			s.refuse(p, why)
			continue
		}
		s.accept(p, d)
	}
}

// refuse takes a promotion out of play and notes why.
func (s *sale) refuse(p *promotion, why reason) {
	s.live.drop(p.at)
	if s.explain {
		s.said[p.at] = why
	}
}

// finish fills in the lines and totals.
func (s *sale) finish() {
	t := &s.out.Totals
	t.Gross, t.Points, t.Redeemed = s.gross, s.spent.points, s.spent.money
	t.Payable = s.gross
	for i := range s.lines {
		l := &s.lines[i]
		t.Discount += l.Sum - l.net
		t.Payable -= l.Sum - l.net + l.redeemed
		o := &s.out.Lines[l.at]
		*o = verno.LineOutcome{
			Discounts: o.Discounts[:0], Net: l.net, Redeemed: l.redeemed, MaxPoints: l.maxPoints, Earn: l.share,
		}
		if l.excluded {
			o.Excluded = l.Class
		}
	}
	s.listDiscounts()
	for i := range s.out.Awards {
		if s.out.Awards[i].Unit == verno.UnitPoints {
			t.Earn += s.out.Awards[i].Points
		}
		t.Cashback += s.out.Awards[i].Cashback()
	}
	if s.explain {
		s.explanations()
	}
}

// listDiscounts gives each line the list of its discounts; lists that are new are cut from one piece of memory.
func (s *sale) listDiscounts() {
	if len(s.given) == 0 {
		return
	}
	s.weights = append(s.weights[:0], make([]int64, len(s.lines))...)
	for _, g := range s.given {
		s.weights[g.line]++
	}
	var fresh []verno.Adjustment
	for i, n := range s.weights {
		o := &s.out.Lines[s.lines[i].at]
		if n == 0 || cap(o.Discounts) >= int(n) {
			continue
		}
		if fresh == nil {
			fresh = make([]verno.Adjustment, len(s.given))
		}
		o.Discounts, fresh = fresh[:0:n], fresh[n:]
	}
	for _, g := range s.given {
		o := &s.out.Lines[s.lines[g.line].at]
		o.Discounts = append(o.Discounts, verno.Adjustment{Promotion: s.rules.list[g.promotion].ID, Amount: g.amount})
	}
}

// award appends to the awards of the outcome, using memory that is there.
func (s *sale) award() *verno.Award {
	o := s.out
	if len(o.Awards) < cap(o.Awards) {
		o.Awards = o.Awards[:len(o.Awards)+1]
	} else {
		o.Awards = append(o.Awards, verno.Award{})
	}
	a := &o.Awards[len(o.Awards)-1]
	*a = verno.Award{ByLine: a.ByLine[:0]}
	return a
}

// shares divides n over the lines by weight and writes the shares in the order of the basket. Where no line has a
// weight, no line has a share: the result is nil.
func (s *sale) shares(into []money.Points, n int64, weights []int64) []money.Points {
	total := int64(0)
	for _, w := range weights {
		total += w
	}
	if total == 0 {
		return nil
	}
	s.parts = money.Allocate(s.parts[:0], n, weights)
	into = slices.Grow(into[:0], len(s.parts))[:len(s.parts)]
	for i, part := range s.parts {
		into[s.lines[i].at] = money.Points(part)
	}
	return into
}
