package money

import (
	"math/bits"
	"slices"
)

// Allocate divides total over the weights by largest remainder, so that the parts add up to total exactly. Each part
// differs from its exact share by less than one; ties go to the earlier weight. Weights are zero or more; where all are
// zero the result is all zeros and total is not given out. It appends to into, which may be nil.
func Allocate(into []int64, total int64, weights []int64) []int64 {
	base := len(into)
	sum := int64(0)
	for _, w := range weights {
		if w < 0 {
			panic("money: Allocate needs weights of zero or more")
		}
		sum += w
		into = append(into, 0)
	}
	if sum == 0 || total == 0 {
		return into
	}
	parts := into[base:]
	step, size := int64(1), uint64(total)
	if total < 0 {
		step, size = -1, -size
	}
	left := size
	for i, w := range weights {
		hi, lo := bits.Mul64(size, uint64(w))
		whole, _ := bits.Div64(hi, lo, uint64(sum))
		parts[i] = step * int64(whole)
		left -= whole
	}
	if left > 0 {
		giveOut(parts, weights, size, uint64(sum), left, step)
	}
	return into
}

// giveOut hands the left units, one each, to the weights with the largest remainders. There are always fewer units left
// than weights with a remainder.
func giveOut(parts, weights []int64, size, sum, left uint64, step int64) {
	type rest struct {
		at        int
		remainder uint64
	}
	var few [32]rest
	rests := few[:0]
	for i, w := range weights {
		hi, lo := bits.Mul64(size, uint64(w))
		rests = append(rests, rest{i, bits.Rem64(hi, lo, sum)})
	}
	slices.SortStableFunc(rests, func(a, b rest) int {
		switch {
		case a.remainder > b.remainder:
			return -1
		case a.remainder < b.remainder:
			return 1
		default:
			return 0
		}
	})
	for _, r := range rests[:left] {
		parts[r.at] += step
	}
}

// Share is what part of a whole belongs to the first n of its of units, rounded down; the last unit completes the
// whole. Returns in many parts use it: Share(whole, done+now, of) − Share(whole, done, of) always adds up.
func Share(whole, n, of int64) int64 {
	if n >= of {
		return whole
	}
	return MulDiv(whole, n, of, Down)
}
