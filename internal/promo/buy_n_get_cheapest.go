package promo

import "github.com/verno-loyalty/verno/money"

// buyNGetCheapest makes the cheapest pieces of each set free or cheaper. Sets are formed from the dearest piece down,
// which is the best that a member could reach by splitting the purchase: so there is nothing to gain by it.
type buyNGetCheapest struct {
	Buy     int64         `json:"buy" required:"true" min:"1" max:"1000" doc:"Pieces of a set that are paid in full."`
	Get     int64         `json:"get" min:"1" max:"1000" doc:"Pieces of a set, the cheapest, that get cheaper."`
	Percent money.Percent `json:"percent" min:"0.01" max:"100" doc:"What they get off, in percent; 100 makes them free."`
	MaxSets int64         `json:"max_sets" min:"0" max:"1000000" fine:"true" doc:"The most sets in one receipt; 0 for no most."`
}

func newBuyNGetCheapest() *buyNGetCheapest { return &buyNGetCheapest{Get: 1, Percent: money.Full} }

func (t *buyNGetCheapest) turn() turn        { return discounting }
func (t *buyNGetCheapest) validate(_ *check) {}

func (t *buyNGetCheapest) apply(s *sale, _ *promotion, d *draft) {
	runs, count := s.pieces(s.goods)
	size := t.Buy + t.Get
	if count < size {
		d.why = reason{code: "few_pieces", count: count, of: size}
		return
	}
	sets := whole(count, size)
	if t.MaxSets > 0 {
		sets = min(sets, t.MaxSets)
	}
	end := sets * size
	at := int64(0)
	for _, r := range runs {
		from, until := min(at, end), min(at+r.count, end)
		d.cheaper(s, r, t.before(until)-t.before(from), t.Percent)
		at += r.count
	}
}

// before is how many of the first n pieces, in sets from the dearest down, get cheaper.
func (t *buyNGetCheapest) before(n int64) int64 {
	size := t.Buy + t.Get
	sets := whole(n, size)
	return sets*t.Get + max(n-sets*size-t.Buy, 0)
}
