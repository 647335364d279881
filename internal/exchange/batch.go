package exchange

import (
	"errors"
	"io"

	"github.com/verno-loyalty/verno"
)

// batch is what is sold and returned together: the documents of so many neighbouring lines. Where a batch ends depends on
// the file alone, so that an import that goes on makes the same ones.
type batch struct {
	docs    []*document
	rejects []reject
	units   int
	end     int64 // the last line of the file that belongs to it
	last    bool  // nothing follows
	byKey   map[string]*document
	key     string // of the last line
}

// A batch takes no more documents or lines, but goes on while the lines are of one document.
const (
	batchDocuments = verno.MaxBatch
	batchUnits     = 10_000
	batchMost      = 50_000
)

func (b *batch) full() bool { return len(b.docs) >= batchDocuments || b.units >= batchUnits }

// takes says whether a record still belongs to the batch.
func (b *batch) takes(rec *record) bool {
	if !b.full() {
		return true
	}
	return len(rec.parts) == 1 && rec.parts[0].key != "" && rec.parts[0].key == b.key && b.units < batchMost
}

// gather reads the next batch.
func (r *run) gather() (*batch, error) {
	b := &batch{byKey: map[string]*document{}, end: r.at}
	for {
		rec := r.ahead
		if r.ahead = nil; rec == nil {
			next, err := r.format.next()
			if errors.Is(err, io.EOF) {
				b.last = true
				return b, nil
			}
			if err != nil {
				return nil, err
			}
			rec = &next
		}
		if !b.takes(rec) {
			r.ahead = rec
			return b, nil
		}
		for i := range rec.parts {
			b.add(&rec.parts[i], &r.report.Report)
		}
		b.end = rec.end
	}
}

// add puts a part to the document that it belongs to.
func (b *batch) add(p *part, report *Report) {
	b.units++
	b.key = p.key
	if p.doc == nil {
		b.reject(p.unit, p.why, report)
		return
	}
	d := b.byKey[p.key]
	switch {
	case d == nil || len(d.lines) >= verno.MaxLines:
		b.byKey[p.key] = p.doc
		b.docs = append(b.docs, p.doc)
	case d.member != p.doc.member || d.kind != p.doc.kind || d.place != p.doc.place || d.parent != p.doc.parent:
		b.reject(p.unit, refusal{"receipt_differs", "another member, store or kind than the receipt's first line"}, report)
	default:
		d.lines = append(d.lines, p.doc.lines...)
		d.units = append(d.units, p.doc.units...)
		d.spend += p.doc.spend
	}
}

// levels puts the documents in an order that keeps what happened to one member: its sales before the returns that follow
// them, and these before later sales. What has the same level may be done together.
func (b *batch) levels() [][]*document {
	type state struct {
		level int
		kind  verno.ReceiptKind
	}
	var out [][]*document
	members := map[string]state{}
	sold := map[string]int{} // level of a sale, by its identity
	for _, d := range b.docs {
		s := members[d.member]
		switch {
		case d.member == "":
			s.level = 0
		case s.kind != "" && s.kind != d.kind:
			s.level++
		}
		if d.kind == verno.ReceiptReturn && d.parent.identity != "" {
			if at, ok := sold[d.parent.identity]; ok {
				s.level = max(s.level, at+1)
			}
		}
		if d.kind == verno.ReceiptSale {
			sold[d.identity] = s.level
		}
		s.kind = d.kind
		members[d.member] = s
		for len(out) <= s.level {
			out = append(out, nil)
		}
		out[s.level] = append(out[s.level], d)
	}
	return out
}
