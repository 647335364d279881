package promo

import (
	"cmp"
	"slices"

	"github.com/verno-loyalty/verno/money"
)

// run is a number of pieces of one line that cost the same. A line whose price does not divide evenly has two runs, a
// minor unit apart, so that a line and the same goods in two lines are the same pieces.
type run struct {
	line  int
	price money.Amount
	least money.Amount // what one piece must cost
	count int64
}

// pieces lays out the pieces of the goods, the dearest first. Weighed goods are no pieces.
func (s *sale) pieces(lines []int) (runs []run, count int64) {
	s.runs = s.runs[:0]
	for _, i := range lines {
		l := &s.lines[i]
		n, ok := l.Quantity.Whole()
		if !ok || n <= 0 {
			continue
		}
		low := money.Amount(whole(int64(l.net), n))
		dearer := int64(l.net) - int64(low)*n
		if dearer > 0 {
			s.runs = append(s.runs, run{i, low + 1, l.MinPrice, dearer})
		}
		s.runs = append(s.runs, run{i, low, l.MinPrice, n - dearer})
		count += n
	}
	slices.SortFunc(s.runs, func(a, b run) int {
		return cmp.Or(cmp.Compare(b.price, a.price), cmp.Compare(a.least, b.least), cmp.Compare(a.line, b.line))
	})
	return s.runs, count
}

// cheaper takes a percent off some pieces of a run, each by itself, and no piece below its least price.
func (d *draft) cheaper(s *sale, r run, count int64, percent money.Percent) {
	each := min(money.Amount(percent.Of(int64(r.price), money.HalfUp)), r.price-r.least)
	if each > 0 {
		d.lower(s, r.line, each*money.Amount(count))
	}
}
