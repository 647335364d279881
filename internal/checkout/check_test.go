package checkout_test

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// place is where a lot stands.
type place struct {
	owner   verno.OwnerID
	unit    verno.UnitID
	lot     verno.LotID
	expires int64
}

// check sees what must be true after every test, whatever it did: each sale is decided again to the same last unit, each
// entry balances, the lots are the sum of all postings and the balances that of the lots, nobody got more back than was
// sold, and what is held is what the holds say.
func (b *bundle) check() {
	b.t.Helper()
	if b.t.Failed() {
		return
	}
	posted := map[place]int64{}
	for _, row := range b.receipts() {
		b.recompute(row)
		b.balances(row.ID.String(), row.Postings, posted)
		b.returned(row)
	}
	for after := (verno.EntryID{}); ; {
		list, err := b.reader.EntriesAfter(b.ctx, b.boss.Tenant, after, 500)
		b.must(err)
		for _, e := range list {
			b.balances(e.ID.String(), e.Postings, posted)
			after = e.ID
		}
		if len(list) < 500 {
			break
		}
	}
	b.lots(posted)
}

// receipts are all receipts, oldest first.
func (b *bundle) receipts() (all []*store.ReceiptRow) {
	b.t.Helper()
	for after := (verno.ReceiptID{}); ; {
		list, err := b.reader.ReceiptsAfter(b.ctx, b.boss.Tenant, after, 500)
		b.must(err)
		all = append(all, list...)
		if len(list) < 500 {
			return all
		}
		after = list[len(list)-1].ID
	}
}

func (b *bundle) recompute(row *store.ReceiptRow) {
	b.t.Helper()
	if row.Kind != verno.ReceiptSale {
		return
	}
	out, same, err := b.till.Recompute(b.ctx, b.boss, row.ID)
	b.must(err)
	if !same {
		b.t.Errorf("receipt %s %s was decided otherwise:\n%+v\nnow:\n%+v", row.ID, row.Number, row.Outcome, *out)
	}
}

// balances sees that an entry adds up to zero in each unit, and adds it to what was posted.
func (b *bundle) balances(name, text string, posted map[place]int64) {
	b.t.Helper()
	postings, err := ledger.ParsePostings(text)
	b.must(err)
	sums := map[verno.UnitID]int64{}
	for _, p := range postings {
		sums[p.Account.Unit] += p.Amount
		if p.Account.Role == verno.AccountMain {
			posted[place{p.Account.Owner, p.Account.Unit, p.Lot, p.ExpiresAt}] += p.Amount
		}
	}
	for unit, sum := range sums {
		if sum != 0 {
			b.t.Errorf("%s is off by %d in %s", name, sum, unit)
		}
	}
}

// returned sees that no line of a sale came back more often than it was sold.
func (b *bundle) returned(row *store.ReceiptRow) {
	b.t.Helper()
	for id, n := range row.Returned {
		i := slices.IndexFunc(row.Facts.Basket.Lines, func(l verno.Line) bool { return l.ID == id })
		if i < 0 || n > row.Facts.Basket.Lines[i].Quantity {
			b.t.Errorf("%s of line %s of %s came back", n, id, row.ID)
		}
	}
}

// lots compares what is stored with what was posted.
func (b *bundle) lots(posted map[place]int64) {
	b.t.Helper()
	maps.DeleteFunc(posted, func(_ place, n int64) bool { return n == 0 })
	owners := map[verno.OwnerID]bool{}
	for p := range posted {
		owners[p.owner] = true
	}
	for _, m := range b.members() {
		owners[m.Owner] = true
	}
	for owner := range owners {
		o, err := b.reader.Owner(b.ctx, b.boss.Tenant, owner)
		b.must(err)
		b.holds(&o)
		holdings, err := b.reader.Holdings(b.ctx, b.boss.Tenant, owner)
		b.must(err)
		for _, h := range holdings {
			sum := int64(0)
			for _, l := range h.Lots {
				at := place{owner, h.Account.Unit, l.ID, l.ExpiresAt}
				if posted[at] != l.Remaining {
					b.t.Errorf("lot %s of %s has %d, its postings add up to %d", l.ID, owner, l.Remaining, posted[at])
				}
				delete(posted, at)
				sum += l.Remaining
			}
			if sum != h.Balance {
				b.t.Errorf("%s has a balance of %d and %d in lots", owner, h.Balance, sum)
			}
		}
	}
	for at, n := range posted {
		b.t.Errorf("%d was posted to a lot that is not there: %+v", n, at)
	}
}

func (b *bundle) members() (all []verno.Member) {
	b.t.Helper()
	for after := (verno.MemberID{}); ; {
		list, err := b.reader.Members(b.ctx, b.boss.Tenant, after, 500)
		b.must(err)
		all = append(all, list...)
		if len(list) < 500 {
			return all
		}
		after = list[len(list)-1].ID
	}
}

// holds sees that each hold of an owner's state stands in the table as held, with the same amount.
func (b *bundle) holds(o *store.Owner) {
	b.t.Helper()
	for _, open := range o.State.Holds {
		h, err := b.reader.Hold(b.ctx, b.boss.Tenant, open.ID)
		b.must(err)
		if h.State != "held" || h.Amount != open.Amount || h.Unit != open.Unit || verno.Micros(h.Deadline) != open.Deadline {
			b.t.Errorf("hold %+v is %+v in its table", open, h)
		}
	}
}

// shape is what an owner has, to be compared: lots, and what the rules remember. Which codes were shown and have spent is
// left out: that is not undone by any return.
type shape struct {
	Lots  []place
	Left  []int64
	State verno.OwnerState
}

// shapeOf reads what an owner has by now.
func (b *bundle) shapeOf(g *guest) (s shape) {
	b.t.Helper()
	o, err := b.reader.Owner(b.ctx, b.boss.Tenant, g.Owner)
	b.must(err)
	s.State = o.State
	s.State.LiveSeen, s.State.LiveSpent, s.State.StaticDay, s.State.StaticUsed = nil, nil, 0, 0
	holdings, err := b.reader.Holdings(b.ctx, b.boss.Tenant, g.Owner)
	b.must(err)
	for _, h := range holdings {
		for _, l := range h.Lots {
			s.Lots = append(s.Lots, place{g.Owner, h.Account.Unit, l.ID, l.ExpiresAt})
			s.Left = append(s.Left, l.Remaining)
		}
	}
	return s
}

var shapes = []cmp.Option{cmpopts.EquateComparable(place{}), cmpopts.EquateEmpty()}

// unchanged sees that an owner has what it had, to the last lot and count.
func (b *bundle) unchanged(before shape, g *guest) {
	b.t.Helper()
	if diff := cmp.Diff(before, b.shapeOf(g), shapes...); diff != "" {
		b.t.Errorf("not as before:\n%s", diff)
	}
}

// events are what the audit will seal of a kind, oldest first.
func (b *bundle) events(kind verno.EventKind) (list []verno.Event) {
	b.t.Helper()
	batches, err := b.reader.Unsealed(b.ctx, b.boss.Tenant, 10_000)
	b.must(err)
	for i := range batches {
		rows, err := b.reader.EventsOf(b.ctx, &batches[i])
		b.must(err)
		for _, row := range rows {
			if row.Kind == kind {
				list = append(list, b.readEvent(row))
			}
		}
	}
	return list
}

// tasks are the tasks of a kind that nobody has done yet, by what they are about.
func (b *bundle) tasks(kind string) (list []verno.Task) {
	b.t.Helper()
	all, err := b.reader.Tasks(b.ctx, b.boss.Tenant, false, verno.TaskID{}, 1000)
	b.must(err)
	for _, t := range all {
		if t.Kind == kind {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(x, y verno.Task) int { return strings.Compare(x.Detail, y.Detail) })
	return list
}

// unseen reports whether a key was never used.
func (b *bundle) unseen(key string) bool {
	b.t.Helper()
	_, err := b.reader.Operation(b.ctx, b.boss.Tenant, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		b.t.Fatal(err)
	}
	return err != nil
}

// sum adds amounts up.
func sum[T money.Amount | money.Points](list ...T) (total T) {
	for _, n := range list {
		total += n
	}
	return total
}

func (b *bundle) readEvent(row store.EventRow) verno.Event {
	b.t.Helper()
	e, err := books.ReadEvent(row)
	b.must(err)
	return e
}
