package exchange

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// shelf is what can still be returned: sales, the latest first.
type shelf struct{ sales []store.Purchase }

// taken is a quantity of one line of a sale that is to be returned.
type taken struct {
	sale int // of the shelf
	line string
	n    money.Quantity
}

// purchases bounds a page of sales that are read at once.
const purchases = 200

// shelfOf reads what a member has bought and not returned yet; with a dry run's own sales.
func (r *run) shelfOf(ctx context.Context, member string) (*shelf, error) {
	s := &shelf{sales: slices.Clone(r.tried[member])}
	m, err := r.reader.MemberByExternalID(ctx, r.opt.Tenant, member)
	if err == nil && !m.MergedInto.IsZero() {
		m, err = r.reader.Member(ctx, r.opt.Tenant, m.MergedInto)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	for after, more := (verno.ReceiptID{}), err == nil; more; {
		page, err := r.reader.PurchasesOf(ctx, r.opt.Tenant, m.Owner, after, purchases)
		if err != nil {
			return nil, fmt.Errorf("read what a member has bought: %w", err)
		}
		for i := range page {
			r.shared(&page[i])
		}
		s.sales = append(s.sales, page...)
		if more = len(page) == purchases; more {
			after = page[len(page)-1].Receipt
		}
	}
	slices.SortStableFunc(s.sales, latestFirst)
	return s, nil
}

// latestFirst orders sales so that every run matches the same ones.
func latestFirst(a, b store.Purchase) int {
	return cmp.Or(
		b.OccurredAt.Compare(a.OccurredAt), cmp.Compare(len(b.Number), len(a.Number)), cmp.Compare(b.Number, a.Number),
		bytes.Compare(b.Receipt[:], a.Receipt[:]),
	)
}

// shelfOfReceipt reads what can be returned of the one receipt that a document names.
func (r *run) shelfOfReceipt(ctx context.Context, d *document) (*shelf, error) {
	s := &shelf{}
	for part := 1; ; part++ {
		key := (&document{identity: d.parent.identity}).key(r.preset.name, part)
		if tried := r.tried[triedKey(key)]; len(tried) > 0 {
			s.sales = append(s.sales, tried...)
			continue
		}
		op, err := r.reader.Operation(ctx, r.opt.Tenant, key)
		if errors.Is(err, store.ErrNotFound) {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		if op.State != store.Applied || len(op.ResultID) != 16 {
			continue
		}
		sale, err := r.reader.Purchase(ctx, r.opt.Tenant, verno.ReceiptID(op.ResultID))
		if err != nil {
			return nil, fmt.Errorf("read an imported receipt: %w", err)
		}
		r.shared(&sale)
		s.sales = append(s.sales, sale)
	}
}

// shared makes what a dry run takes off a shelf stay off it.
func (r *run) shared(p *store.Purchase) {
	if !r.opt.DryRun {
		return
	}
	if back, ok := r.triedBack[p.Receipt]; ok {
		p.Returned = back
		return
	}
	if p.Returned == nil {
		p.Returned = map[string]money.Quantity{}
	}
	r.triedBack[p.Receipt] = p.Returned
}

// take finds sales for a line of a return, the latest first, and takes off the shelf what it finds.
func (s *shelf) take(d *document, l *verno.Line, wanted money.Quantity) (found []taken) {
	for i := range s.sales {
		sale := &s.sales[i]
		if wanted == 0 {
			break
		}
		if !earlier(sale, d) || d.parent.number != "" && !ofNumber(sale.Number, d.parent.number) {
			continue
		}
		for j := range sale.Lines {
			b := &sale.Lines[j]
			if wanted == 0 || !sameGoods(b, l, d.parent.number != "") {
				continue
			}
			n := min(wanted, b.Quantity-sale.Returned[b.ID])
			if n <= 0 {
				continue
			}
			if sale.Returned == nil {
				sale.Returned = map[string]money.Quantity{}
			}
			sale.Returned[b.ID] += n
			wanted -= n
			found = append(found, taken{i, b.ID, n})
		}
	}
	return found
}

// sameGoods says whether a line of a return means a line of a sale: by its number in a receipt that the file names, else
// by goods and price.
func sameGoods(sold, back *verno.Line, named bool) bool {
	if named && back.ID != "" {
		return sold.ID == back.ID
	}
	return sold.SKU == back.SKU && sold.Price == back.Price && (sold.SKU != "" || sold.Name == back.Name)
}

// earlier says whether a sale comes before a return: at an earlier time, or in the same moment with a lower number.
func earlier(sale *store.Purchase, d *document) bool {
	if c := sale.OccurredAt.Truncate(time.Microsecond).Compare(d.at); c != 0 {
		return c < 0
	}
	a, b := numberIn(sale.Number), numberIn(d.number)
	return a == "" || b == "" || len(a) < len(b) || len(a) == len(b) && a < b
}

// numberIn is a receipt number without its letters and its part; empty where it has others within.
func numberIn(s string) string {
	s, _, _ = strings.Cut(s, "/")
	s = strings.TrimLeft(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	if !digits(s) {
		return ""
	}
	return strings.TrimLeft(s, "0")
}

// ofNumber says whether a receipt is the one of a number, or a further part of it.
func ofNumber(number, wanted string) bool {
	rest, ok := strings.CutPrefix(number, wanted)
	return ok && (rest == "" || rest[0] == '/')
}

// try remembers a sale of a dry run, so that returns find it.
func (r *run) try(d *document) {
	p := store.Purchase{
		Number: d.numbered(d.part), OccurredAt: d.at, Lines: numberLines(d.lines), Returned: map[string]money.Quantity{},
	}
	if d.member != "" {
		r.tried[d.member] = append(r.tried[d.member], p)
		return
	}
	key := triedKey(d.key(r.preset.name, d.part))
	r.tried[key] = append(r.tried[key], p)
}

// triedKey keeps receipts that nobody showed a card for apart from members.
func triedKey(key string) string { return "\x00" + key }
