package promo

import (
	"cmp"
	"slices"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Input is all that the rules may know of a sale. The basket keeps the limits of package verno, with no amount below
// zero.
type Input struct {
	Basket      *verno.Basket
	Member      *verno.MemberFacts // nil for whoever shows no card
	Moment      verno.Moment
	Spend       money.Points // to be spent; −1 for as many as may be
	StoredMoney money.Amount // that will pay for a part; conditions may ask for it
	Cashback    money.Amount // of StoredMoney, what can be paid with cashback
	// Left says what a promotion's limits of uses and budget leave. It is asked only of a promotion that has such a
	// limit; nil stands for enough.
	Left func(verno.PromotionID) Left
}

// Left is what is left of the limits that all members share.
type Left struct {
	Count  int64 // uses; of no meaning where the promotion has no such limit
	Budget int64 // minor units or points, likewise
}

// sale is the desk on which one sale is worked out. Desks are kept and used again, so that a sale allocates little more
// than its outcome.
type sale struct {
	rules    *Rules
	in       *Input
	out      *verno.Outcome
	explain  bool
	occasion turn // enrolling or moving, where it is no sale at all

	lines []line
	order []int32
	rows  set // a set for each line: the promotions that look at it
	live  set // the promotions that are still in play
	gross money.Amount
	spent spending

	goods   []int    // the lines that the promotion in hand gives something for
	drafts  [2]draft // the best of a group and the one in hand
	settled []int    // by group: 1 + the place of the winner, 0 where none is chosen yet
	given   []given
	said    []reason // by place in Rules.list, where an explanation is asked for
	applied []bool

	weights   []int64
	parts     []int64
	runs      []run
	saved     []money.Points
	condition condition
}

// line is a line of the basket on the desk. Lines lie in an order that follows from the goods alone, not from the order
// in which they were scanned, so that no kopeck of rounding depends on it.
type line struct {
	*verno.Line
	at        int // place in the basket
	terms     verno.ClassTerms
	net       money.Amount // what is left of the sum
	floor     money.Amount // the least that it may become
	redeemed  money.Amount
	cashback  money.Amount // that pays
	maxPoints money.Amount
	earned    money.Points // base points, which multipliers multiply
	share     money.Points // of all that is earned
	first     *promotion   // the first that gave a discount
	taker     *promotion   // the exclusive promotion that has it
	excluded  bool
}

// given is a discount that a line got.
type given struct {
	line, promotion int
	amount          money.Amount
}

func newSale(r *Rules) *sale {
	return &sale{
		rules:   r,
		live:    make(set, r.index.words),
		settled: make([]int, len(r.groups)),
		said:    make([]reason, len(r.list)),
		applied: make([]bool, len(r.list)),
	}
}

// room is how much of the line is still to be given away.
func (l *line) room() money.Amount { return max(l.net-l.floor, 0) }

// base is the part of the line that a rate counts from.
func (l *line) base(of string) money.Amount {
	switch of {
	case "gross":
		return l.Sum
	case "paid":
		return l.net - l.redeemed
	default:
		return l.net
	}
}

// begin lays out the basket.
func (s *sale) begin(in *Input, explain bool, into *verno.Outcome) {
	s.in, s.out, s.explain, s.occasion = in, into, explain, discounting
	var lines []verno.Line
	if in.Basket != nil {
		lines = in.Basket.Lines
	}
	s.sort(lines)
	s.gross = 0
	s.spent = spending{}
	s.lines = slices.Grow(s.lines[:0], len(lines))[:len(lines)]
	for i, at := range s.order {
		l := &lines[at]
		s.lines[i] = line{Line: l, at: int(at), terms: s.rules.classes[l.Class], net: l.Sum}
		if l.MinPrice > 0 {
			least := money.MulDiv(int64(l.MinPrice), int64(l.Quantity), int64(money.One), money.Up)
			s.lines[i].floor = min(money.Amount(least), l.Sum)
		}
		s.gross += l.Sum
	}
	clear(s.settled)
	s.given = s.given[:0]
	s.condition.ready = false
	if explain {
		clear(s.said)
		clear(s.applied)
	}
	reset(into, len(lines))
}

// sort finds the order of the lines by their goods; the till's identifier comes last, and two lines that differ in nothing
// else change places without a trace.
func (s *sale) sort(lines []verno.Line) {
	s.order = slices.Grow(s.order[:0], len(lines))[:len(lines)]
	for i := range s.order {
		s.order[i] = int32(i)
	}
	slices.SortFunc(s.order, func(a, b int32) int {
		x, y := &lines[a], &lines[b]
		if c := strings.Compare(x.SKU, y.SKU); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(x.Price, y.Price), cmp.Compare(x.Sum, y.Sum), cmp.Compare(x.Quantity, y.Quantity),
			cmp.Compare(x.MinPrice, y.MinPrice), strings.Compare(x.Category, y.Category), cmp.Compare(x.Class, y.Class),
			compareBool(x.Fixed, y.Fixed), slices.Compare(x.Partner[:], y.Partner[:]), strings.Compare(x.ID, y.ID))
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// reset empties an outcome and keeps its memory.
func reset(o *verno.Outcome, lines int) {
	o.Lines = slices.Grow(o.Lines[:0], lines)[:lines]
	clear(o.StampsUsed)
	o.Totals, o.MaxPoints, o.CashbackUsed = verno.Totals{}, 0, 0
	o.Awards, o.Uses, o.Explained = o.Awards[:0], o.Uses[:0], o.Explained[:0]
}

// end lets go of what was given in.
func (s *sale) end() {
	s.in, s.out = nil, nil
	clear(s.lines)
	s.condition.sees.Member.Tags = nil
}
