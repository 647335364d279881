package exchange

import (
	"hash/maphash"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// sightings remember the documents that an import has met lately, for those whose lines do not stand together: what comes
// later is a further part, and not what was sold already.
type sightings struct {
	seed  maphash.Seed
	of    map[string]*sighting
	order []string // identities, oldest first
	lines int
}

type sighting struct {
	parts int
	lines []seenLine
}

// seenLine is a line by what makes it the same as another. Of a sale each line counts one, of a return its quantity.
type seenLine struct {
	like uint64
	n    int64
}

// mostSeen bounds the lines that are remembered.
const mostSeen = 200_000

func newSightings() sightings {
	return sightings{seed: maphash.MakeSeed(), of: map[string]*sighting{}}
}

// like is what makes two lines of a document the same.
func (s *sightings) like(kind verno.ReceiptKind, l *verno.Line) uint64 {
	type sold struct {
		sku, name  string
		quantity   money.Quantity
		price, sum money.Amount
	}
	type back struct {
		id, sku string
		price   money.Amount
	}
	switch {
	case kind == verno.ReceiptReturn && l.ID != "":
		return maphash.Comparable(s.seed, back{id: l.ID})
	case kind == verno.ReceiptReturn:
		return maphash.Comparable(s.seed, back{sku: l.SKU, price: l.Price})
	}
	return maphash.Comparable(s.seed, sold{l.SKU, l.Name, l.Quantity, l.Price, l.Sum})
}

// meet tells a document which part it is and what of its identity was met before, and remembers it.
func (s *sightings) meet(d *document) {
	for s.lines > mostSeen && len(s.order) > 0 {
		s.lines -= len(s.of[s.order[0]].lines)
		delete(s.of, s.order[0])
		s.order = s.order[1:]
	}
	at := s.of[d.identity]
	if at == nil {
		at = &sighting{}
		s.of[d.identity] = at
		s.order = append(s.order, d.identity)
	}
	at.parts++
	d.part = at.parts
	if len(at.lines) > 0 {
		d.before = make(map[uint64]int64, len(at.lines))
		for _, l := range at.lines {
			d.before[l.like] += l.n
		}
	}
	for i := range d.lines {
		n := int64(1)
		if d.kind == verno.ReceiptReturn {
			n = int64(d.lines[i].Quantity)
		}
		at.lines = append(at.lines, seenLine{s.like(d.kind, &d.lines[i]), n})
	}
	s.lines += len(d.lines)
}
