package checkout_test

import (
	"errors"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// check sees what must be true after every test, whatever it did: the books are sound, each sale is decided again to the
// same last unit, and what is held is what the holds say.
func (b *bundle) check() {
	b.t.Helper()
	if b.t.Failed() {
		return
	}
	report, err := books.Verify(b.ctx, b.reader, func(_, _ int64) {})
	b.must(err)
	if !report.OK {
		b.t.Errorf("the books are not sound: %s", report)
	}
	for _, row := range b.receipts() {
		b.recompute(row)
	}
	for _, m := range b.members() {
		b.holds(m.Owner)
	}
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
func (b *bundle) holds(owner verno.OwnerID) {
	b.t.Helper()
	o, err := b.reader.Owner(b.ctx, b.boss.Tenant, owner)
	b.must(err)
	for _, open := range o.State.Holds {
		h, err := b.reader.Hold(b.ctx, b.boss.Tenant, open.ID)
		b.must(err)
		if h.State != "held" || h.Amount != open.Amount || h.Unit != open.Unit || verno.Micros(h.Deadline) != open.Deadline {
			b.t.Errorf("hold %+v is %+v in its table", open, h)
		}
	}
}

// place is where a lot stands.
type place struct {
	owner   verno.OwnerID
	unit    verno.UnitID
	lot     verno.LotID
	expires int64
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
	s.State.ProofSpent = nil
	s.State.LiveSeen, s.State.LiveSpent, s.State.StaticDay, s.State.StaticUsed, s.State.Sighted = nil, nil, 0, 0, nil
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
