package books_test

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/money"
)

// world is what the callers know: what each confirmed operation moved.
type world struct {
	s        *shop
	n        int // of operations
	balances map[verno.OwnerID]int64
	used     int64   // of the one promotion with a limit
	past     []*sent // some operations that were sent before, to be sent again
	open     []returnable
}

// sent is an operation on its way: what it was answered with, and what it moved if it was applied.
type sent struct {
	work    *books.Work
	moves   func(out books.Outcome) map[verno.OwnerID]int64
	pending *books.Pending
	again   *sent // the same operation, sent before
	id      [16]byte
	code    string
}

type returnable struct {
	owner verno.OwnerID
	sale  verno.ReceiptID
	line  string
}

const promotionCap = 500

// TestAnyMixOfOperations sends random operations of a few members, many at once and some of them again, over all lanes:
// what members have is what was confirmed, a repetition is answered like the first time, limits hold, and the whole of
// the books is sound. In the short run these are some thousand operations on each engine; with -rapid.checks=100000 a
// million in all.
func TestAnyMixOfOperations(t *testing.T) {
	t.Parallel()
	each(t, books.Options{Group: 16}, func(t *testing.T, s *shop) {
		w := &world{s: s, balances: map[verno.OwnerID]int64{}}
		checks := uint(0)
		rapid.Check(t, func(t *rapid.T) {
			for range rapid.IntRange(1, 3).Draw(t, "rounds") {
				w.round(t)
			}
			for n := range 8 {
				if got := s.balance(member(n)); got != w.balances[member(n)] {
					t.Fatalf("%s has %d, by what was confirmed %d", member(n), got, w.balances[member(n)])
				}
			}
			if got := s.used(id[verno.PromotionID](1)).Uses; got != w.used || got > promotionCap {
				t.Fatalf("the promotion was used %d times, by what was confirmed %d", got, w.used)
			}
			if checks++; bits.OnesCount(checks) == 1 {
				s.seal()
				s.verify()
			}
		})
		s.verify()
		s.seal()
		report := s.verify()
		t.Logf("%d operations, %d entries, %d receipts", w.n, report.Entries, report.Receipts)
	})
}

// round sends some operations at once and waits for all of them.
func (w *world) round(t *rapid.T) {
	var round []*sent
	for range rapid.IntRange(1, 12).Draw(t, "operations") {
		w.n++
		x := w.draw(t)
		x.pending = w.s.Submit(x.work)
		round = append(round, x)
	}
	for _, x := range round {
		out, err := x.pending.Wait(w.s.ctx)
		x.id, x.code = out.ID, code(err)
		switch x.code {
		case "", "insufficient_points", "limit_reached":
		default:
			t.Fatalf("%s: %v", x.work.Claim.Key, err)
		}
		if x.again != nil {
			if x.again.code != x.code || x.again.id != x.id || err == nil && !out.Replayed {
				t.Fatalf("%s: first %q %x, then %q %x", x.work.Claim.Key, x.again.code, x.again.id, x.code, x.id)
			}
			continue
		}
		if err == nil {
			for owner, n := range x.moves(out) {
				w.balances[owner] += n
			}
		}
		w.past = append(w.past, x)
	}
	if len(w.past) > 50 {
		w.past = w.past[len(w.past)-50:]
	}
}

// draw makes an operation, or takes one that was done before.
func (w *world) draw(t *rapid.T) *sent {
	owner, other := member(rapid.IntRange(0, 7).Draw(t, "owner")), member(rapid.IntRange(0, 7).Draw(t, "other"))
	n, key := rapid.Int64Range(1, 60).Draw(t, "amount"), fmt.Sprint("operation ", w.n)
	kinds := []string{"earn", "earn", "spend", "spend", "force", "lapse", "take back", "move", "use", "sell", "sell", "again", "return"}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); {
	case kind == "again" && len(w.past) > 0:
		first := w.past[rapid.IntRange(0, len(w.past)-1).Draw(t, "which")]
		return &sent{work: first.work, again: first}
	case kind == "return" && len(w.open) > 0:
		i := rapid.IntRange(0, len(w.open)-1).Draw(t, "line")
		x := w.open[i]
		w.open = append(w.open[:i], w.open[i+1:]...)
		return &sent{work: giveBack(key, x.owner, x.sale, x.line), moves: moving(x.owner, -1)}
	case kind == "spend":
		return &sent{work: spend(key, owner, n), moves: moving(owner, -n)}
	case kind == "force":
		return &sent{work: work(key, owner, func(p *books.Page, h *ledger.Holding) error {
			_, err := h.SpendForced(p.Draft(), redemption, n, p.Now(), p.NewLot())
			return err
		}), moves: moving(owner, -n)}
	case kind == "take back":
		return &sent{work: work(key, owner, func(p *books.Page, h *ledger.Holding) error {
			_, err := h.TakeBack(p.Draft(), issuance, p.NewLot(), n, p.Now(), p.NewLot())
			return err
		}), moves: moving(owner, -n)}
	case kind == "lapse":
		return w.lapse(key, owner)
	case kind == "move" && owner != other:
		return w.move(key, owner, other, n)
	case kind == "use":
		return &sent{work: using(key, owner, id[verno.PromotionID](1), promotionCap), moves: func(books.Outcome) map[verno.OwnerID]int64 {
			w.used++
			return map[verno.OwnerID]int64{owner: 1}
		}}
	case kind == "sell":
		return w.sell(t, key, owner)
	default:
		return &sent{work: work(key, owner, func(p *books.Page, h *ledger.Holding) error {
			lot := ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: p.Now() + 100*n}
			h.Earn(p.Draft(), issuance, lot, n, ledger.WhyEarn)
			return nil
		}), moves: moving(owner, n)}
	}
}

func moving(owner verno.OwnerID, n int64) func(books.Outcome) map[verno.OwnerID]int64 {
	return func(books.Outcome) map[verno.OwnerID]int64 { return map[verno.OwnerID]int64{owner: n} }
}

// lapse posts what has lapsed; its few lots do not always tell, so that all have to be read.
func (w *world) lapse(key string, owner verno.OwnerID) *sent {
	lapsed := int64(0)
	l := work(key, owner, func(p *books.Page, h *ledger.Holding) error {
		before := h.Balance
		far := ledger.Account{Owner: programme, Role: verno.AccountBreakage, Unit: points}
		err := h.Lapse(p.Draft(), far, p.Now())
		lapsed = h.Balance - before
		return err
	})
	l.Owners[0].Spends = false
	return &sent{work: l, moves: func(books.Outcome) map[verno.OwnerID]int64 { return map[verno.OwnerID]int64{owner: lapsed} }}
}

// move gives points of one member to another, whose operations run in other lanes.
func (w *world) move(key string, owner, other verno.OwnerID, n int64) *sent {
	m := work(key, owner, func(p *books.Page, h *ledger.Holding) error {
		to := p.Holding(other, points)
		lot := ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: ledger.Never}
		if err := short(h.Spend(p.Draft(), to.Account, n, p.Now())); err != nil {
			return err
		}
		// The far side of spending is the other member, who keeps lots.
		p.Draft().Postings = p.Draft().Postings[:len(p.Draft().Postings)-1]
		before := len(p.Draft().Postings)
		to.Earn(p.Draft(), h.Account, lot, n, ledger.WhyMove)
		p.Draft().Postings = p.Draft().Postings[:len(p.Draft().Postings)-1]
		if len(p.Draft().Postings) == before {
			return errors.New("nothing was moved")
		}
		return nil
	})
	m.Owners = append(m.Owners, books.Want{Owner: other, Units: m.Owners[0].Units})
	return &sent{work: m, moves: func(books.Outcome) map[verno.OwnerID]int64 { return map[verno.OwnerID]int64{owner: -n, other: n} }}
}

// sell sells, and remembers the lines, which may come back.
func (w *world) sell(t *rapid.T, key string, owner verno.OwnerID) *sent {
	lines := rapid.IntRange(1, 12).Draw(t, "lines")
	spent := rapid.SampledFrom([]money.Amount{0, 0, 20}).Draw(t, "spend")
	return &sent{work: sell(key, owner, lines, spent), moves: func(out books.Outcome) map[verno.OwnerID]int64 {
		r := out.Value.(*verno.Receipt)
		if r.Totals.Earn > 0 {
			w.open = append(w.open, returnable{owner, r.ID, strconv.Itoa(1 + lines/2)})
		}
		return map[verno.OwnerID]int64{owner: int64(r.Totals.Earn) - int64(r.Totals.Points)}
	}}
}
