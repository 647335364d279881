package promo

import "math/bits"

// set is a set of promotions, each known by its place in the order of evaluation.
type set []uint64

func newSet(size int) set { return make(set, (size+63)/64) }

func (s set) has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }
func (s set) add(i int)      { s[i>>6] |= 1 << (i & 63) }
func (s set) drop(i int)     { s[i>>6] &^= 1 << (i & 63) }

// join adds what the other set has; a nil set has nothing.
func (s set) join(o set) {
	for i, w := range o {
		s[i] |= w
	}
}

// keep leaves only what the other set has too.
func (s set) keep(o set) {
	for i := range s {
		s[i] &= o[i]
	}
}

// without takes away what the other set has; a nil set has nothing.
func (s set) without(o set) {
	for i, w := range o {
		s[i] &^= w
	}
}

// next is the first member that is not before from, or −1.
func (s set) next(from int) int {
	i := from >> 6
	if i >= len(s) {
		return -1
	}
	w := s[i] >> (from & 63) << (from & 63)
	for w == 0 {
		i++
		if i == len(s) {
			return -1
		}
		w = s[i]
	}
	return i<<6 + bits.TrailingZeros64(w)
}
