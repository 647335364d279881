package ledger_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
)

// TestHoldingKeepsToTheModel runs random operations in groups, as the books do: the lots are read, often only the first
// of them, each operation works on a copy, ErrMore completes what is at hand, and what has changed is stored in the
// end. Whatever was read, the outcome is that of the model, which knows everything.
func TestHoldingKeepsToTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := &ground{t: t, now: start, truth: &model{lots: map[verno.LotID]ledger.Lot{}}, posted: map[place]int64{}}
		g.read()
		t.Repeat(map[string]func(*rapid.T){
			"":           func(*rapid.T) { g.check() },
			"earn":       g.earn,
			"spend":      g.spend,
			"force":      g.spendForced,
			"put back":   g.putBack,
			"take back":  g.takeBack,
			"lapse":      g.lapse,
			"release":    g.release,
			"ask":        g.ask,
			"time":       func(t *rapid.T) { g.now += rapid.Int64Range(1, 4).Draw(t, "us") },
			"hold":       func(t *rapid.T) { g.truth.held = rapid.Int64Range(0, 9).Draw(t, "held") },
			"next group": func(*rapid.T) { g.write(); g.read() },
		})
		g.write()
	})
}

// place is where a lot stands in the table.
type place struct {
	expires int64
	id      verno.LotID
}

// ground is the model, the holding of the group that runs, and what is stored.
type ground struct {
	t       *rapid.T
	now     int64
	names   int
	truth   *model
	holding *ledger.Holding
	stored  []ledger.Lot
	history []ledger.Lot // the dates of all lots that there ever were
	posted  map[place]int64
}

func (g *ground) read() {
	g.holding = g.truth.holding(rapid.IntRange(0, 3).Draw(g.t, "limit"))
	g.stored = g.truth.list()
}

// write stores the changes, after which the stored lots are the model's.
func (g *ground) write() {
	table := map[place]ledger.Lot{}
	for _, l := range g.stored {
		table[place{l.ExpiresAt, l.ID}] = l
	}
	changes := g.holding.Changes()
	if !slices.IsSortedFunc(changes, func(a, b ledger.Lot) int { return int(min(1, max(-1, a.ExpiresAt-b.ExpiresAt))) }) {
		g.t.Fatalf("changes out of order: %v", changes)
	}
	for _, l := range changes {
		table[place{l.ExpiresAt, l.ID}] = l
		if l.Remaining == 0 {
			delete(table, place{l.ExpiresAt, l.ID})
		}
	}
	want := map[place]ledger.Lot{}
	for _, l := range g.truth.list() {
		want[place{l.ExpiresAt, l.ID}] = l
	}
	if diff := cmp.Diff(want, table, cmpopts.EquateComparable(place{}, ledger.Lot{})); diff != "" {
		g.t.Fatalf("stored lots (-want +got):\n%s", diff)
	}
	posted := maps.Clone(g.posted)
	maps.DeleteFunc(posted, func(_ place, n int64) bool { return n == 0 })
	for at, l := range want {
		if posted[at] != l.Remaining {
			g.t.Fatalf("lot %v holds %d, its postings add up to %d", at, l.Remaining, posted[at])
		}
		delete(posted, at)
	}
	if len(posted) > 0 {
		g.t.Fatalf("postings left over: %v", posted)
	}
}

// do runs one operation on a copy of the holding, and with all lots where it asks for them.
func (g *ground) do(op func(h *ledger.Holding, d *ledger.Draft) error) error {
	for {
		h, d := g.holding.Clone(), &ledger.Draft{}
		h.Held = g.truth.held
		err := op(h, d)
		if err == nil {
			_, err = d.Entry(id[verno.EntryID](1), tenant, "sale", g.now)
		}
		if errors.Is(err, ledger.ErrMore) {
			if !g.holding.More {
				g.t.Fatal("more lots wanted where all were read")
			}
			if !cmp.Equal(h.Changes(), g.holding.Changes()) || len(d.Postings) > 0 {
				g.t.Fatal("ErrMore after a change")
			}
			g.holding.Complete(g.stored)
			continue
		}
		if err == nil {
			g.post(d, h.Balance-g.holding.Balance)
			g.holding = h
		}
		return err
	}
}

// post makes the entry, which balances, and adds up what went where.
func (g *ground) post(d *ledger.Draft, moved int64) {
	entry, err := d.Entry(id[verno.EntryID](1), tenant, "sale", g.now)
	if err != nil {
		g.t.Fatal(err)
	}
	sum := int64(0)
	for _, p := range entry.Postings() {
		if p.Account != main {
			if !p.Lot.IsZero() || p.Why != "" {
				g.t.Fatalf("a far side with a lot: %+v", p)
			}
			continue
		}
		sum += p.Amount
		g.posted[place{p.ExpiresAt, p.Lot}] += p.Amount
		g.history = append(g.history, ledger.Lot{ID: p.Lot, AvailableAt: p.AvailableAt, ExpiresAt: p.ExpiresAt})
	}
	if sum != moved {
		g.t.Fatalf("postings move %d, the balance %d", sum, moved)
	}
}

func (g *ground) check() {
	h := g.holding
	if got, want := h.Balance, g.truth.balance(); got != want {
		g.t.Fatalf("balance %d, want %d", got, want)
	}
	if got, want := h.Owed(), g.truth.owed(); got != want {
		g.t.Fatalf("owed %d, want %d", got, want)
	}
	if diff := cmp.Diff(g.truth.list(), h.Lots, cmpopts.EquateEmpty(), cmpopts.EquateComparable(ledger.Lot{})); !h.More && diff != "" {
		g.t.Fatalf("lots (-want +got):\n%s", diff)
	}
}

func (g *ground) name() int { g.names++; return g.names }

func amount(t *rapid.T) int64 { return rapid.Int64Range(0, 9).Draw(t, "amount") }

func (g *ground) earn(t *rapid.T) {
	lot, n := lotAt(t, g.name(), g.now), amount(t)
	_ = g.do(func(h *ledger.Holding, d *ledger.Draft) error {
		h.Earn(d, issuance, lot, n, ledger.WhyEarn)
		return nil
	})
	g.truth.earn(lot, n)
}

func (g *ground) spend(t *rapid.T) {
	n := amount(t)
	err := g.do(func(h *ledger.Holding, d *ledger.Draft) error { return h.Spend(d, redeemed, n, g.now) })
	var short ledger.ShortError
	if errors.As(err, &short) != (n > g.truth.spendable(g.now)) || err != nil && short.Spendable != g.truth.spendable(g.now) {
		t.Fatalf("spend %d of %d: %v %+v", n, g.truth.spendable(g.now), err, short)
	}
	for i := int64(0); err == nil && i < n; i++ {
		g.truth.takeOne(g.now)
	}
}

func (g *ground) spendForced(t *rapid.T) {
	n, debt := amount(t), id[verno.LotID](g.name())
	var owed int64
	_ = g.do(func(h *ledger.Holding, d *ledger.Draft) (err error) {
		owed, err = h.SpendForced(d, redeemed, n, g.now, debt)
		return err
	})
	if want := g.truth.spendForced(n, g.now, debt); owed != want {
		t.Fatalf("owes %d more, want %d", owed, want)
	}
}

func (g *ground) putBack(t *rapid.T) {
	if len(g.history) == 0 {
		t.Skip("nothing was ever spent")
	}
	lot, n := rapid.SampledFrom(g.history).Draw(t, "lot"), amount(t)
	_ = g.do(func(h *ledger.Holding, d *ledger.Draft) error { return h.PutBack(d, redeemed, lot, n) })
	g.truth.putBack(lot, n)
}

func (g *ground) takeBack(t *rapid.T) {
	if len(g.history) == 0 {
		t.Skip("nothing was ever earned")
	}
	from, n, debt := rapid.SampledFrom(g.history).Draw(t, "from").ID, amount(t), id[verno.LotID](g.name())
	var owed int64
	_ = g.do(func(h *ledger.Holding, d *ledger.Draft) (err error) {
		owed, err = h.TakeBack(d, issuance, from, n, g.now, debt)
		return err
	})
	if want := g.truth.takeBack(from, n, g.now, debt); owed != want {
		t.Fatalf("owes %d more, want %d", owed, want)
	}
}

func (g *ground) lapse(*rapid.T) {
	_ = g.do(func(h *ledger.Holding, d *ledger.Draft) error { return h.Lapse(d, breakage, g.now) })
	g.truth.lapse(g.now)
}

func (g *ground) release(*rapid.T) {
	_ = g.do(func(h *ledger.Holding, d *ledger.Draft) error { return h.Release(d, g.now) })
	g.truth.release(g.now)
}

func (g *ground) ask(t *rapid.T) {
	var got int64
	_ = g.do(func(h *ledger.Holding, _ *ledger.Draft) (err error) { got, err = h.Spendable(g.now); return err })
	if want := g.truth.spendable(g.now); got != want {
		t.Fatalf("spendable %d, want %d", got, want)
	}
}

// TestReturnsUndoASale sells, with any mix of spending and earning, and returns the sale in any number of parts, each a
// share of what each of its postings moved. Where nothing else has happened the lots are as before; where something was
// owed, the balance and what can be spent are.
func TestReturnsUndoASale(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &model{lots: map[verno.LotID]ledger.Lot{}}
		for i := range rapid.IntRange(0, 6).Draw(t, "lots") {
			m.add(lotAt(t, 10+i, start), rapid.Int64Range(1, 9).Draw(t, "remaining"))
		}
		if rapid.Bool().Draw(t, "owes") {
			m.add(ledger.Lot{ID: id[verno.LotID](9)}, -rapid.Int64Range(1, 9).Draw(t, "debt"))
		}
		before := m.list()
		h := m.holding(0)
		spendable, _ := h.Spendable(start)

		var sale ledger.Draft
		owed, err := h.SpendForced(&sale, redeemed, amount(t), start, id[verno.LotID](20))
		if err != nil {
			t.Fatal(err)
		}
		lot, earned := lotAt(t, 21, start), amount(t)
		h.Earn(&sale, issuance, lot, earned, ledger.WhyEarn)

		left := undoable(&sale)
		for part := 0; len(left) > 0; part++ {
			h, left = giveBack(t, h, left, lot.ID, part)
		}
		if h.Balance != m.balance() {
			t.Fatalf("balance %d, want %d", h.Balance, m.balance())
		}
		if got, _ := h.Spendable(start); got != spendable {
			t.Fatalf("spendable %d, want %d", got, spendable)
		}
		if diff := cmp.Diff(before, h.Lots, cmpopts.EquateEmpty(), cmpopts.EquateComparable(ledger.Lot{})); m.owed()+owed == 0 && diff != "" {
			t.Fatalf("lots (-before +after):\n%s", diff)
		}
	})
}

// undoable is what a sale spent, by lot, and as one posting without a lot what it earned.
func undoable(sale *ledger.Draft) (left []ledger.Posting) {
	earned := int64(0)
	for _, p := range sale.Postings {
		switch p.Why {
		case ledger.WhySpend, ledger.WhyDebt:
			p.Amount = -p.Amount
			left = append(left, p)
		case ledger.WhyEarn, ledger.WhyRepay:
			earned += p.Amount
		}
	}
	if earned > 0 {
		left = append(left, ledger.Posting{Why: ledger.WhyEarn, Amount: earned})
	}
	return left
}

// giveBack returns a part of a sale to a holding that is read anew.
func giveBack(t *rapid.T, h *ledger.Holding, left []ledger.Posting, lot verno.LotID, part int) (*ledger.Holding, []ledger.Posting) {
	h = &ledger.Holding{Account: main, Balance: h.Balance, Lots: h.Lots}
	var d ledger.Draft
	var rest []ledger.Posting
	for _, p := range left {
		n := rapid.Int64Range(0, p.Amount).Draw(t, "part")
		if p.Why == ledger.WhyEarn {
			if _, err := h.TakeBack(&d, issuance, lot, n, start, id[verno.LotID](30+part)); err != nil {
				t.Fatal(err)
			}
		} else if err := h.PutBack(&d, redeemed, ledger.Lot{ID: p.Lot, AvailableAt: p.AvailableAt, ExpiresAt: p.ExpiresAt}, n); err != nil {
			t.Fatal(err)
		}
		if p.Amount -= n; p.Amount > 0 {
			rest = append(rest, p)
		}
	}
	if _, err := d.Entry(id[verno.EntryID](part), tenant, "return", start); err != nil {
		t.Fatal(err)
	}
	return h, rest
}

// TestUnreadLotsAreAskedFor: of three lots one was read, and one was earned in the same group, which sorts behind those
// that were not read. What may concern these is not decided without them, and then it is decided rightly.
func TestUnreadLotsAreAskedFor(t *testing.T) {
	t.Parallel()
	stored := []ledger.Lot{
		{ID: id[verno.LotID](1), ExpiresAt: start + 1, Remaining: 5},
		{ID: id[verno.LotID](2), ExpiresAt: start + 2, Remaining: 7},
		{ID: id[verno.LotID](3), ExpiresAt: start + 3, Remaining: 9},
	}
	earned := ledger.Lot{ID: id[verno.LotID](4), ExpiresAt: ledger.Never, Remaining: 10}
	for name, c := range map[string]struct {
		do   func(h *ledger.Holding, d *ledger.Draft) error
		want []int64 // what remains in the four lots
	}{
		"spend": {func(h *ledger.Holding, d *ledger.Draft) error {
			return h.Spend(d, redeemed, 6, start)
		}, []int64{0, 6, 9, 10}},
		"lapse": {func(h *ledger.Holding, d *ledger.Draft) error {
			return h.Lapse(d, breakage, start+2)
		}, []int64{0, 0, 9, 10}},
		"put back": {func(h *ledger.Holding, d *ledger.Draft) error {
			return h.PutBack(d, redeemed, stored[2], 1)
		}, []int64{5, 7, 10, 10}},
		"earn after a debt": {func(h *ledger.Holding, d *ledger.Draft) error {
			h.Lots[0] = ledger.Lot{ID: id[verno.LotID](1), Remaining: -5}
			h.Earn(d, issuance, stored[1], 6, ledger.WhyTopUp)
			_, err := d.Entry(id[verno.EntryID](1), tenant, "top_up", start)
			*d = ledger.Draft{}
			return err
		}, nil},
		"take back": {func(h *ledger.Holding, d *ledger.Draft) error {
			_, err := h.TakeBack(d, issuance, earned.ID, 12, start, id[verno.LotID](5))
			return err
		}, []int64{3, 7, 9, 0}},
		"spend what is read": {func(h *ledger.Holding, d *ledger.Draft) error {
			return h.Spend(d, redeemed, 5, start)
		}, []int64{0, 7, 9, 10}},
		"take back what is earned": {func(h *ledger.Holding, d *ledger.Draft) error {
			_, err := h.TakeBack(d, issuance, earned.ID, 10, start, id[verno.LotID](5))
			return err
		}, []int64{5, 7, 9, 0}},
	} {
		h, d := &ledger.Holding{Account: main, Balance: 21, Lots: slices.Clone(stored[:1]), More: true}, &ledger.Draft{}
		if c.want != nil {
			h.Earn(d, issuance, earned, 10, ledger.WhyEarn)
		}
		err := c.do(h, d)
		if known := strings.Contains(name, "what is"); known != (err == nil) || !known && !errors.Is(err, ledger.ErrMore) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := d.Entry(id[verno.EntryID](1), tenant, "sale", start); name == "put back" && !errors.Is(err, ledger.ErrMore) {
			t.Errorf("%s: an entry without what was to be put back: %v", name, err)
		}
		if c.want == nil {
			continue
		}
		h.Complete(stored)
		if err != nil {
			err = c.do(h, d)
		}
		left := []int64{0, 0, 0, 0}
		for _, l := range h.Lots {
			left[l.ID[15]-1] = l.Remaining
		}
		if err != nil || !slices.Equal(left, c.want) {
			t.Errorf("%s: %v leaves %v, want %v", name, err, left, c.want)
		}
	}
}

// A member earns 100 points that lapse, spends 30 of them and gives the goods back a day later.
func Example() {
	h := &ledger.Holding{Account: main}
	lot := ledger.Lot{ID: id[verno.LotID](1), AvailableAt: start, ExpiresAt: start + 1000}
	var sale, back ledger.Draft
	h.Earn(&sale, issuance, lot, 100, ledger.WhyEarn)
	if err := h.Spend(&sale, redeemed, 30, start); err != nil {
		fmt.Println(err)
	}
	entry, err := sale.Entry(id[verno.EntryID](1), tenant, "sale", start)
	fmt.Println(len(entry.Postings()), "postings, balance", h.Balance, err)

	err = h.PutBack(&back, redeemed, lot, 30)
	fmt.Println("given back: balance", h.Balance, "in", len(h.Lots), "lot", err)
	fmt.Println(h.Spend(&back, redeemed, 101, start))
	// Output:
	// 4 postings, balance 70 <nil>
	// given back: balance 100 in 1 lot <nil>
	// ledger: not enough to spend
}
