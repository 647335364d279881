package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// backing is a document of kind return on its way: what of it has come back before, and what is to come back now.
type backing struct {
	doc    *document
	done   int              // returns of it that are in the books
	before map[uint64]int64 // quantities in them, by goods and price
	lines  []backLine
	parts  []backPart
}

// backLine is what becomes of one line of a return.
type backLine struct {
	wanted  money.Quantity
	before  money.Quantity // came back before
	matched money.Quantity // comes back now
	why     refusal        // where a part of it was refused
}

// backPart is what comes back of one sale.
type backPart struct {
	receipt verno.ReceiptID
	lines   []ReturnLine
	of      []int // the document's line that each of lines is for
}

// giveBack returns documents that do not depend on each other. Goods are matched to earlier purchases of the same
// customer, goods and price, the latest purchase first. A line may split over several purchases; what no purchase is
// found for is rejected.
func (r *run) giveBack(ctx context.Context, b *batch, docs []*document) error {
	shelves := map[string]*shelf{}
	list := make([]*backing, 0, len(docs))
	for _, d := range docs {
		r.seen.meet(d)
		k := &backing{doc: d}
		if err := r.cameBack(ctx, k); err != nil {
			return err
		}
		s, err := r.shelfFor(ctx, shelves, d)
		if err != nil {
			return err
		}
		k.match(s, r.seen.like)
		list = append(list, k)
	}
	if !r.opt.DryRun {
		if err := r.returnAll(ctx, list); err != nil {
			return err
		}
	}
	for _, k := range list {
		r.settle(b, k)
	}
	return nil
}

// shelfFor is where the goods of a return are looked for: in the receipt that it names, if that is known, else in all that
// the member has bought. Returns of one level share shelves, so that they do not take the same goods.
func (r *run) shelfFor(ctx context.Context, shelves map[string]*shelf, d *document) (*shelf, error) {
	name := d.member
	if d.member == "" {
		name = triedKey(d.parent.identity)
	}
	if s := shelves[name]; s != nil {
		return s, nil
	}
	read := func() (*shelf, error) { return r.shelfOf(ctx, d.member) }
	if d.member == "" {
		read = func() (*shelf, error) { return r.shelfOfReceipt(ctx, d) }
	}
	s, err := read()
	shelves[name] = s
	return s, err
}

// cameBack reads what returns of a document are in the books already.
func (r *run) cameBack(ctx context.Context, k *backing) error {
	k.before = map[uint64]int64{}
	for ; ; k.done++ {
		op, err := r.reader.Operation(ctx, r.opt.Tenant, k.doc.key(r.preset.name, k.done+1))
		if errors.Is(err, store.ErrNotFound) {
			break
		}
		if err != nil {
			return err
		}
		if op.State != store.Applied || len(op.ResultID) != 16 {
			continue
		}
		if err := r.addReturned(ctx, k, verno.ReceiptID(op.ResultID)); err != nil {
			return fmt.Errorf("read an imported return: %w", err)
		}
	}
	for l, n := range k.doc.before {
		k.before[l] -= n
	}
	return nil
}

// addReturned counts what one return brought back, by what the lines of the sale were.
func (r *run) addReturned(ctx context.Context, k *backing, id verno.ReceiptID) error {
	back, err := r.reader.Receipt(ctx, r.opt.Tenant, id)
	if err != nil {
		return err
	}
	sale, err := r.reader.Purchase(ctx, r.opt.Tenant, back.Parent)
	if err != nil {
		return err
	}
	r.report.addReturn(&back.Receipt)
	named := map[string]bool{}
	for i := range k.doc.lines {
		named[k.doc.lines[i].ID] = true
	}
	for _, l := range back.Return.Lines {
		i := slices.IndexFunc(sale.Lines, func(s verno.Line) bool { return s.ID == l.Line })
		if i < 0 {
			continue
		}
		line := sale.Lines[i]
		if !named[line.ID] {
			line.ID = ""
		}
		k.before[r.seen.like(verno.ReceiptReturn, &line)] += int64(l.Quantity)
	}
	return nil
}

// match finds purchases for what has not come back yet.
func (k *backing) match(s *shelf, like func(verno.ReceiptKind, *verno.Line) uint64) {
	k.lines = make([]backLine, len(k.doc.lines))
	of := map[int]int{} // part of a sale of the shelf
	for i := range k.doc.lines {
		l, line := &k.doc.lines[i], &k.lines[i]
		line.wanted = l.Quantity
		key := like(verno.ReceiptReturn, l)
		line.before = min(l.Quantity, money.Quantity(max(0, k.before[key])))
		k.before[key] -= int64(line.before)
		for _, t := range s.take(k.doc, l, line.wanted-line.before) {
			line.matched += t.n
			at, ok := of[t.sale]
			if !ok {
				at = len(k.parts)
				of[t.sale] = at
				k.parts = append(k.parts, backPart{receipt: s.sales[t.sale].Receipt})
			}
			p := &k.parts[at]
			p.lines = append(p.lines, ReturnLine{t.line, t.n})
			p.of = append(p.of, i)
		}
	}
}

// returnAll hands over the first part of each document, then the second ones: the parts of a document are numbered in
// order, so that an import that goes on finds how many there are.
func (r *run) returnAll(ctx context.Context, list []*backing) error {
	for n := 0; len(list) > 0; n++ {
		var now []*backing
		for _, k := range list {
			if n < len(k.parts) {
				now = append(now, k)
			}
		}
		for rest := now; len(rest) > 0; {
			some := min(len(rest), verno.MaxBatch)
			err := again(ctx, rest[:some], func(list []*backing) ([]*backing, error) { return r.returnOnce(ctx, list, n) })
			if err != nil {
				return err
			}
			rest = rest[some:]
		}
		list = now
	}
	return nil
}

func (r *run) returnOnce(ctx context.Context, list []*backing, n int) (retry []*backing, err error) {
	returns := make([]Return, len(list))
	for i, k := range list {
		returns[i] = r.returnOf(k, n)
	}
	outcomes, err := r.hands.Return(ctx, returns)
	if err != nil {
		return nil, fmt.Errorf("return: %w", err)
	}
	if len(outcomes) != len(returns) {
		return nil, errors.New("exchange: not every return has an outcome")
	}
	for i, out := range outcomes {
		k := list[i]
		switch {
		case out.State == Applied || out.State == Duplicate:
			r.report.addReturn(out.Receipt)
		case out.State == Retry && out.Err.Kind != verno.Internal:
			retry = append(retry, k)
		case out.State == Retry:
			return nil, out.Err
		default:
			k.refuse(n, refusal{out.Err.Code, verno.TextOf(out.Err.Code, "en", out.Err.Params)})
		}
	}
	return retry, nil
}

// refuse takes a part that was refused out of what comes back.
func (k *backing) refuse(n int, why refusal) {
	p := &k.parts[n]
	for i, l := range p.lines {
		line := &k.lines[p.of[i]]
		line.matched -= l.Quantity
		line.why = why
	}
}

func (r *run) returnOf(k *backing, n int) Return {
	d, p, part := k.doc, &k.parts[n], k.done+n+1
	out := Return{
		Key: d.key(r.preset.name, part), Receipt: p.receipt, Spot: r.spots[d.place], Number: d.numbered(part),
		BusinessDate: d.date(), OccurredAt: d.at,
	}
	out.Lines = make([]ReturnLine, 0, len(p.lines))
	at := map[string]int{}
	for _, l := range p.lines {
		if i, ok := at[l.Line]; ok {
			out.Lines[i].Quantity += l.Quantity
			continue
		}
		at[l.Line] = len(out.Lines)
		out.Lines = append(out.Lines, l)
	}
	out.BodyHash = out.hash()
	return out
}

// settle counts what became of each line of a return.
func (r *run) settle(b *batch, k *backing) {
	for i := range k.lines {
		l, u := &k.lines[i], k.doc.units[i]
		left := l.wanted - l.before - l.matched
		why := l.why
		if left > 0 && l.before+l.matched > 0 {
			if why.code == "" {
				why.code = "remainder_no_purchase"
			}
			why.detail = "quantity " + left.String()
			b.remain(u, why, &r.report.Report)
		} else if left > 0 {
			if why.code == "" {
				why.code = "no_purchase"
			}
			b.reject(u, why, &r.report.Report)
			continue
		}
		r.report.returned(l.matched == 0)
	}
}
