package books_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// TestThirtySpendsOfOneBalance: what thirty tills spend of one balance at the same time is never more than it holds, and
// whoever comes too late is refused, not failed.
func TestThirtySpendsOfOneBalance(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		for round := range 10 {
			owner := member(round)
			s.must(earn(fmt.Sprint("earn ", round), owner, 60), earn(fmt.Sprint("earn more ", round), owner, 45))
			var done atomic.Int64
			var wait sync.WaitGroup
			for n := range 30 {
				wait.Go(func() {
					_, err := s.Do(s.ctx, spend(fmt.Sprint("spend ", round, n), owner, 10))
					switch code(err) {
					case "":
						done.Add(1)
					case "insufficient_points":
					default:
						t.Errorf("round %d: %v", round, err)
					}
				})
			}
			wait.Wait()
			if got := s.balance(owner); done.Load() != 10 || got != 5 {
				t.Errorf("round %d: %d spent 10 points each of 105, which leaves %d", round, done.Load(), got)
			}
		}
	})
}

// TestManyOperationsAreFewCommits counts what waiting together saves: 64 operations in at most 8 commits, and no commit
// of more than three round trips.
func TestManyOperationsAreFewCommits(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		var works []*books.Work
		for n := range 64 {
			w := earn(fmt.Sprint("earn ", n), member(n), 10)
			w.Counters = []verno.PromotionID{id[verno.PromotionID](1)}
			plain := w.Decide
			w.Decide = func(p *books.Page) (books.Result, error) {
				p.Use(store.CounterChange{Counter: store.Counter{Promotion: id[verno.PromotionID](1), Uses: 1}, MaxUses: 100})
				return plain(p)
			}
			works = append(works, w)
		}
		before := s.store.Stats()
		_, errs := s.together(works...)
		after := s.store.Stats()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		commits, trips := after.Commits-before.Commits, after.RoundTrips-before.RoundTrips
		if commits > 8 || trips > 3*commits {
			t.Errorf("64 operations cost %d commits and %d round trips", commits, trips)
		}
	})
}

// TestGroupsAreAsLargeAsTold: with one operation a transaction, for comparison, there are as many commits as operations.
func TestGroupsAreAsLargeAsTold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		opt  books.Options
		want int64 // commits of 12 operations and of one that holds up the others
	}{{books.Options{Group: 5}, 4}, {books.Options{}, 2}} {
		for _, e := range storetest.Engines(t) {
			s := open(t, oneLane(t, e), c.opt)
			var works []*books.Work
			for n := range 12 {
				works = append(works, earn(fmt.Sprint("earn ", n), member(2*n), 10))
			}
			before := s.store.Stats().Commits
			_, errs := s.together(works...)
			if got := s.store.Stats().Commits - before; got != c.want || errors.Join(errs...) != nil {
				t.Errorf("%v, %+v: %d commits, want %d: %v", e, c.opt, got, c.want, errs)
			}
		}
	}
}

// oneLane opens a database with a single lane, so that a test knows who meets whom.
func oneLane(t *testing.T, e store.Engine) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.DSN(t, e), store.Options{Lanes: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// receiptWork is an operation whose receipt has an ID of the test's choice.
func receiptWork(key string, owner verno.OwnerID, receipt verno.ReceiptID) *books.Work {
	return work(key, owner, func(p *books.Page, h *ledger.Holding) error {
		h.Earn(p.Draft(), issuance, ledger.Lot{ID: p.NewLot(), ExpiresAt: ledger.Never}, 1, ledger.WhyEarn)
		r := &verno.Receipt{ID: receipt, Tenant: us, Kind: verno.ReceiptSale, Owner: owner, OccurredAt: p.At(), ReceivedAt: p.At()}
		entry, hash, err := p.SaveReceipt(r)
		if err == nil && (entry != r.Entry || entry.IsZero()) {
			err = errors.New("another entry")
		}
		p.Emit(verno.Event{Kind: verno.EventReceiptCommitted, Owner: owner, Subject: receipt.String(), Actor: "verno", Entry: entry, Hash: hash[:]})
		return err
	})
}

// TestPoisonFailsAlone: an operation that the database refuses, or whose decision fails or panics, costs the others of
// its group nothing.
func TestPoisonFailsAlone(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		s.must(receiptWork("first", member(0), id[verno.ReceiptID](1)))
		poisons := map[string]*books.Work{
			"statement": receiptWork("statement", member(0), id[verno.ReceiptID](1)),
			"fault":     work("fault", member(0), func(*books.Page, *ledger.Holding) error { return errors.New("a fault of ours") }),
			"panic":     work("panic", member(0), func(*books.Page, *ledger.Holding) error { panic("a fault of ours") }),
			"unbalanced": work("unbalanced", member(0), func(p *books.Page, _ *ledger.Holding) error {
				p.Draft().Postings = []ledger.Posting{{Account: issuance, Amount: 1}}
				return nil
			}),
			"text": work("text", member(0), func(p *books.Page, _ *ledger.Holding) error {
				p.PutTask(verno.Task{ID: id[verno.TaskID](1), CreatedAt: now})
				p.PutTask(verno.Task{ID: id[verno.TaskID](1), CreatedAt: now})
				return nil
			}),
		}
		n := 0
		for name, poison := range poisons {
			var works []*books.Work
			for range 17 {
				n++
				works = append(works, receiptWork(fmt.Sprint(name, n), member(2*(n%20)), id[verno.ReceiptID](100+n)))
			}
			works = slices.Insert(works, n%17, poison)
			outs, errs := s.together(works...)
			for i, w := range works {
				switch {
				case w == poison && code(errs[i]) != "internal":
					t.Errorf("%s: %v", name, errs[i])
				case w != poison && (errs[i] != nil || outs[i].Replayed):
					t.Errorf("beside %s: %+v, %v", name, outs[i], errs[i])
				}
			}
			if s.seen(poison.Claim.Key) {
				t.Errorf("%s left a trace", name)
			}
		}
		if got := s.balance(member(0)) + s.balance(member(2)); got == 0 {
			t.Error("nobody got anything")
		}
	})
}

// TestTenantsDoNotShareAGroup: the same keys and owners of two tenants meet in a lane and stay apart.
func TestTenantsDoNotShareAGroup(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		other := id[verno.TenantID](77)
		err := s.store.Write(s.ctx, func(tx *store.Tx) error {
			tx.Bulk().PutOwners([]*store.Owner{{Tenant: other, ID: member(0), Kind: "member"}})
			return tx.InsertTenant(s.ctx, store.Tenant{ID: other, Name: "other", CreatedAt: now})
		})
		if err != nil {
			t.Fatal(err)
		}
		theirs := earn("key", member(0), 500)
		theirs.Tenant = other
		outs, errs := s.together(earn("key", member(0), 5), theirs, earn("key", member(0), 5))
		if errors.Join(errs...) != nil || outs[1].Replayed || !outs[2].Replayed || outs[1].ID == outs[0].ID {
			t.Errorf("%+v, %v", outs, errs)
		}
		list, err := s.reader.Holdings(s.ctx, other, member(0))
		if err != nil || len(list) != 1 || list[0].Balance != 500 || s.balance(member(0)) != 5 {
			t.Errorf("they have %+v, %v; we have %d", list, err, s.balance(member(0)))
		}
	})
}
