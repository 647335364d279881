package exchange

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// sell sells documents that do not depend on each other. One that stands in the books with other lines is there in part:
// what is missing of it is sold as a further part.
func (r *run) sell(ctx context.Context, b *batch, docs []*document) error {
	for _, d := range docs {
		r.seen.meet(d)
	}
	if r.opt.DryRun {
		return r.trySelling(ctx, b, docs)
	}
	for round := 0; len(docs) > 0 && round < 3; round++ {
		var partly []*document
		for len(docs) > 0 {
			n := min(len(docs), verno.MaxBatch)
			err := again(ctx, docs[:n], func(list []*document) ([]*document, error) {
				retry, split, err := r.sellOnce(ctx, b, list)
				partly = append(partly, split...)
				return retry, err
			})
			if err != nil {
				return err
			}
			docs = docs[n:]
		}
		for _, d := range partly {
			rest, err := r.missing(ctx, b, d)
			if err != nil {
				return err
			}
			if rest != nil {
				docs = append(docs, rest)
			}
		}
	}
	for _, d := range docs {
		b.rejectAll(d, refusal{code: "sold_differently"}, &r.report.Report)
	}
	return nil
}

// sellOnce hands documents to the till and counts what became of them. It returns those to be tried again and those that
// are in the books with other lines.
func (r *run) sellOnce(ctx context.Context, b *batch, docs []*document) (retry, partly []*document, err error) {
	sales := make([]Sale, len(docs))
	for i, d := range docs {
		sales[i] = r.saleOf(d)
	}
	outcomes, err := r.hands.Sell(ctx, sales)
	if err != nil {
		return nil, nil, fmt.Errorf("sell: %w", err)
	}
	if len(outcomes) != len(sales) {
		return nil, nil, errors.New("exchange: not every sale has an outcome")
	}
	for i, out := range outcomes {
		d := docs[i]
		switch {
		case out.State == Applied || out.State == Duplicate:
			r.report.sold(len(d.units), out.State == Duplicate)
			r.report.addSale(out.Receipt)
			r.compare(d, out.Receipt)
		case out.State == Retry && out.Err.Kind != verno.Internal:
			retry = append(retry, d)
		case out.State == Conflict && out.Err.Code == "idempotency_key_reused":
			partly = append(partly, d)
		case out.State == Retry:
			return nil, nil, out.Err
		default:
			b.rejectAll(d, refusal{out.Err.Code, verno.TextOf(out.Err.Code, "en", out.Err.Params)}, &r.report.Report)
		}
	}
	return retry, partly, nil
}

func (r *run) saleOf(d *document) Sale {
	spot := r.spots[d.place]
	s := Sale{
		Key: d.key(r.preset.name, d.part), BodyHash: d.hash(), Spot: spot, Member: d.member, Lines: numberLines(d.lines),
		Spend: d.spend, Number: d.numbered(d.part), BusinessDate: d.date(), OccurredAt: d.at,
	}
	if gross := d.gross(); d.spend == 0 && gross > 0 {
		s.Charged = &gross
		s.Tenders = []verno.Tender{{Kind: verno.TenderOther, Amount: gross}}
	}
	return s
}

// numberLines gives lines their place as ID, unless the file has given each of them one of its own.
func numberLines(lines []verno.Line) []verno.Line {
	out := make([]verno.Line, len(lines))
	own := make(map[string]bool, len(lines))
	for i := range lines {
		out[i] = lines[i]
		if lines[i].ID != "" {
			own[lines[i].ID] = true
		}
	}
	if len(own) < len(lines) {
		for i := range out {
			out[i].ID = strconv.Itoa(i + 1)
		}
	}
	return out
}

// missing compares a document with the parts of it that are in the books. It counts what is there, and returns what is
// not as a further part; nil where nothing is missing.
func (r *run) missing(ctx context.Context, b *batch, d *document) (*document, error) {
	if len(d.units) != len(d.lines) {
		b.rejectAll(d, refusal{code: "sold_differently"}, &r.report.Report)
		return nil, nil
	}
	have, parts, err := r.inBooks(ctx, d)
	if err != nil {
		return nil, err
	}
	for l, n := range d.before {
		have[l] -= n
	}
	rest := *d
	rest.lines, rest.units, rest.part = nil, nil, parts+1
	rest.spend = 0 // It was spent with the first part.
	for i := range d.lines {
		if l := r.seen.like(d.kind, &d.lines[i]); have[l] > 0 {
			have[l]--
			r.report.sold(1, true)
			continue
		}
		rest.lines = append(rest.lines, d.lines[i])
		rest.units = append(rest.units, d.units[i])
	}
	if len(rest.lines) == 0 {
		return nil, nil
	}
	return &rest, nil
}

// inBooks counts the lines of a document that are in the books, and the parts that they stand in.
func (r *run) inBooks(ctx context.Context, d *document) (have map[uint64]int64, parts int, err error) {
	have = map[uint64]int64{}
	for ; ; parts++ {
		op, err := r.reader.Operation(ctx, r.opt.Tenant, d.key(r.preset.name, parts+1))
		if errors.Is(err, store.ErrNotFound) {
			return have, parts, nil
		}
		if err != nil {
			return nil, 0, err
		}
		if op.State != store.Applied || len(op.ResultID) != 16 {
			continue
		}
		p, err := r.reader.Purchase(ctx, r.opt.Tenant, verno.ReceiptID(op.ResultID))
		if err != nil {
			return nil, 0, fmt.Errorf("read an imported receipt: %w", err)
		}
		for i := range p.Lines {
			have[r.seen.like(d.kind, &p.Lines[i])]++
		}
	}
}

// trySelling says what selling would do.
func (r *run) trySelling(ctx context.Context, b *batch, docs []*document) error {
	for _, d := range docs {
		op, err := r.reader.Operation(ctx, r.opt.Tenant, d.key(r.preset.name, d.part))
		hash := d.hash()
		switch {
		case errors.Is(err, store.ErrNotFound):
			r.try(d)
			r.report.sold(len(d.units), false)
			r.report.Receipts++
			r.report.Gross += d.gross()
		case err != nil:
			return err
		case string(op.BodyHash) == string(hash[:]) && op.State == store.Applied:
			r.report.sold(len(d.units), true)
			r.report.Receipts++
			r.report.Gross += d.gross()
		case string(op.BodyHash) == string(hash[:]):
			b.rejectAll(d, refusal{code: "refused_before"}, &r.report.Report)
		default:
			rest, err := r.missing(ctx, b, d)
			if err != nil {
				return err
			}
			if rest != nil {
				r.try(rest)
				r.report.sold(len(rest.units), false)
				r.report.Receipts++
				r.report.Gross += rest.gross()
			}
		}
	}
	return nil
}
