package books

import (
	"hash/maphash"
	"iter"
	"maps"
	"math/bits"
	"slices"
)

// tally compares two sides of very many keys, such as what was posted to each lot and what remains in it, in memory that
// does not grow. Each key has a random weight, its hash under seeds that nobody knows beforehand; one side adds
// amount × weight, the other takes it away, and where anything differs the sum is not zero but for a chance of 2⁻¹⁰⁰. Sums
// are kept in buckets, so that only what falls into buckets that differ has to be looked at again, key by key.
type tally struct {
	seeds  [2]maphash.Seed
	sums   [][2]uint64
	wanted map[uint64]bool  // the buckets to be looked at again
	exact  map[string]int64 // what is in them, by key, where it is not zero
}

const (
	tallyBits = 14
	// maxWanted bounds the buckets that are looked at again, and with them the memory, however much is damaged.
	maxWanted = 64
	// mersenne is the prime 2⁶¹ − 1, modulo which is summed: no amount, not even a power of two, wipes out a weight.
	mersenne = 1<<61 - 1
)

func newTally() *tally {
	return &tally{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, sums: make([][2]uint64, 1<<tallyBits)}
}

// add adds an amount, of either sign, under a key.
func (t *tally) add(key []byte, n int64) {
	first := maphash.Bytes(t.seeds[0], key)
	at := first >> (64 - tallyBits)
	if t.exact != nil {
		if t.wanted[at] {
			if t.exact[string(key)] += n; t.exact[string(key)] == 0 {
				delete(t.exact, string(key))
			}
		}
		return
	}
	sum := &t.sums[at]
	sum[0] = addTimes(sum[0], n, first)
	sum[1] = addTimes(sum[1], n, maphash.Bytes(t.seeds[1], key))
}

// addTimes is sum + n × weight modulo the prime.
func addTimes(sum uint64, n int64, weight uint64) uint64 {
	m := uint64(n)
	if n < 0 {
		m = -m
	}
	hi, lo := bits.Mul64(modulo(m), modulo(weight))
	product := modulo(hi<<3|lo>>61) + lo&mersenne
	if n < 0 {
		product = 2*mersenne - product
	}
	return modulo(sum + product)
}

// modulo is n modulo the prime, for any n.
func modulo(n uint64) uint64 {
	n = n>>61 + n&mersenne
	if n >= mersenne {
		n -= mersenne
	}
	return n
}

// differs reports whether the sides differ anywhere. From then on it gathers, key by key, what it is told again.
func (t *tally) differs() bool {
	t.wanted, t.exact = map[uint64]bool{}, map[string]int64{}
	for at, sum := range t.sums {
		if sum != ([2]uint64{}) && len(t.wanted) < maxWanted {
			t.wanted[uint64(at)] = true
		}
	}
	return len(t.wanted) > 0
}

// left is what is not zero, in the order of keys.
func (t *tally) left() iter.Seq2[[]byte, int64] {
	return func(yield func([]byte, int64) bool) {
		for _, key := range slices.Sorted(maps.Keys(t.exact)) {
			if !yield([]byte(key), t.exact[key]) {
				return
			}
		}
	}
}
