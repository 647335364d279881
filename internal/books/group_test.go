package books_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
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

// TestPagesAreAccountedFor: what a decision writes without having asked for it, or without an event that tells of it,
// does not count.
func TestPagesAreAccountedFor(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		give := func(p *books.Page, h *ledger.Holding) {
			h.Earn(p.Draft(), issuance, ledger.Lot{ID: p.NewLot(), ExpiresAt: ledger.Never}, 5, ledger.WhyEarn)
		}
		event := verno.Event{Kind: verno.EventPointsAdjusted}
		for name, decide := range map[string]func(p *books.Page) error{
			"a draft is not posted": func(p *books.Page) error {
				give(p, p.Holding(member(0), points))
				return nil
			},
			"no event tells of an entry": func(p *books.Page) error {
				give(p, p.Holding(member(0), points))
				_, err := p.Post(member(0), "test", "", "", nil)
				p.Emit(event)
				return err
			},
			"two events tell of an entry": func(p *books.Page) error {
				give(p, p.Holding(member(0), points))
				entry, err := p.Post(member(0), "test", "", "", nil)
				p.Emit(verno.Event{Kind: event.Kind, Entry: entry.ID()})
				p.Emit(verno.Event{Kind: event.Kind, Entry: entry.ID()})
				return err
			},
			"an event tells of no entry": func(p *books.Page) error {
				p.Emit(verno.Event{Kind: event.Kind, Entry: p.NewEntry()})
				return nil
			},
			"another member": func(p *books.Page) error {
				give(p, p.Holding(member(1), points))
				_, err := post(p, member(1))
				return err
			},
			"another unit": func(p *books.Page) error {
				h := p.Holding(member(0), id[verno.UnitID](99))
				h.Earn(p.Draft(), ledger.Account{Owner: programme, Unit: h.Account.Unit, Role: verno.AccountIssuance}, ledger.Lot{ID: p.NewLot()}, 5, "")
				_, err := post(p, member(0))
				return err
			},
			"another counter": func(p *books.Page) error {
				p.Use(store.CounterChange{Counter: store.Counter{Promotion: id[verno.PromotionID](9), Uses: 1}, MaxUses: 9})
				return nil
			},
			"another receipt": func(p *books.Page) error {
				p.MarkReturned(&store.ReceiptRow{})
				return nil
			},
		} {
			w := earn(name, member(0), 0)
			w.Decide = func(p *books.Page) (books.Result, error) { return books.Result{}, decide(p) }
			if _, err := s.Do(s.ctx, w); code(err) != "internal" || s.seen(name) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := s.balance(member(0)) + s.balance(member(1)); got != 0 {
			t.Errorf("%d points came from nowhere", got)
		}
	})
}

// using is an operation that uses a promotion once, as long as it may.
func using(key string, owner verno.OwnerID, promotion verno.PromotionID, most int64) *books.Work {
	w := earn(key, owner, 1)
	plain := w.Decide
	w.Counters = []verno.PromotionID{promotion}
	w.Decide = func(p *books.Page) (books.Result, error) {
		if p.Counter(promotion).Uses >= most {
			return books.Result{}, verno.Refused("limit_reached")
		}
		p.Use(store.CounterChange{Counter: store.Counter{Promotion: promotion, Uses: 1, Cost: 7}, MaxUses: most, MaxCost: math.MaxInt64})
		return plain(p)
	}
	return w
}

// used is how often a promotion was used, by its counter.
func (s *shop) used(promotion verno.PromotionID) store.Counter {
	s.t.Helper()
	list, err := s.reader.Counters(s.ctx, us)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range list {
		if c.Promotion == promotion {
			return c
		}
	}
	return store.Counter{}
}

// TestCountersAreNeverPassed by operations of all lanes at once, and are used to the last.
func TestCountersAreNeverPassed(t *testing.T) {
	t.Parallel()
	each(t, books.Options{Group: 7}, func(t *testing.T, s *shop) {
		promotion := id[verno.PromotionID](1)
		var done atomic.Int64
		var wait sync.WaitGroup
		for n := range 200 {
			wait.Go(func() {
				switch _, err := s.Do(s.ctx, using(fmt.Sprint("use ", n), member(n%50), promotion, 50)); code(err) {
				case "":
					done.Add(1)
				case "limit_reached":
				default:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		want := store.Counter{Promotion: promotion, Uses: 50, Cost: 350}
		if got := s.used(promotion); got != want || done.Load() != 50 {
			t.Errorf("%d operations used it, counted as %+v", done.Load(), got)
		}
	})
}

// TestACounterThatRunsOutMeanwhile makes a lane decide on a counter that another one then uses up: it decides again, on
// the counter as it is.
func TestACounterThatRunsOutMeanwhile(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		if s.store.Lanes() < 2 {
			t.Skip("one lane has nobody to race with")
		}
		promotion := id[verno.PromotionID](1)
		s.must(using("first", member(0), promotion, 2))
		slow := using("slow", member(1), promotion, 2)
		plain := slow.Decide
		decided, gate, tries := make(chan struct{}), make(chan struct{}), 0
		slow.Decide = func(p *books.Page) (books.Result, error) {
			result, err := plain(p)
			if tries++; tries == 1 {
				close(decided)
				<-gate
			}
			return result, err
		}
		p := s.Submit(slow)
		<-decided
		s.must(using("fast", member(0), promotion, 2))
		close(gate)
		if _, err := p.Wait(s.ctx); code(err) != "limit_reached" || tries != 2 {
			t.Errorf("decided %d times: %v", tries, err)
		}
		if got := s.used(promotion); got.Uses != 2 || s.balance(member(1)) != 0 {
			t.Errorf("used %d times, and got %d for it", got.Uses, s.balance(member(1)))
		}
	})
}

// TestADecisionThatIgnoresItsCap fails alone, and does not keep its lane busy for ever.
func TestADecisionThatIgnoresItsCap(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		promotion := id[verno.PromotionID](1)
		greedy := using("greedy", member(0), promotion, 1)
		greedy.Decide = func(p *books.Page) (books.Result, error) {
			p.Use(store.CounterChange{Counter: store.Counter{Promotion: promotion, Uses: 2}, MaxUses: 1, MaxCost: 1})
			return books.Result{}, nil
		}
		_, errs := s.together(using("a", member(0), promotion, 9), greedy, using("b", member(0), promotion, 9))
		if errs[0] != nil || code(errs[1]) != "internal" || errs[2] != nil || s.used(promotion).Uses != 2 {
			t.Errorf("%v, used %d times", errs, s.used(promotion).Uses)
		}
		alone := *greedy
		alone.Claim.Key, alone.Also = "alone", func(*store.Tx, *books.Page) error { return nil }
		if _, err := s.Do(s.ctx, &alone); code(err) != "internal" {
			t.Errorf("alone: %v", err)
		}
	})
}

// TestAReplayDoesNotWidenACap: in one group with sales that are bound by it, what passes every cap counts and bars the
// sales that come after it.
func TestAReplayDoesNotWidenACap(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		promotion := id[verno.PromotionID](1)
		forced := func(key string, uses int64) *books.Work {
			w := using(key, member(0), promotion, math.MaxInt64)
			w.Decide = func(p *books.Page) (books.Result, error) {
				p.Use(store.CounterChange{Counter: store.Counter{Promotion: promotion, Uses: uses}, MaxUses: 1 << 62, MaxCost: 1 << 62})
				return books.Result{}, nil
			}
			return w
		}
		_, errs := s.together(using("a", member(0), promotion, 2), forced("b", 5), using("c", member(0), promotion, 2), forced("d", -6),
			using("e", member(0), promotion, 2), using("f", member(0), promotion, 2), forced("g", 1), using("h", member(0), promotion, 2))
		var codes []string
		for _, err := range errs {
			codes = append(codes, code(err))
		}
		want := []string{"", "", "limit_reached", "", "", "", "", "limit_reached"}
		if !slices.Equal(codes, want) || s.used(promotion).Uses != 3 {
			t.Errorf("%q, used %d times", codes, s.used(promotion).Uses)
		}
	})
}

// TestOwnersThatHaveMoved: their operations are told so and leave the key free, also where they move in the same group;
// work that is about moved owners gets them.
func TestOwnersThatHaveMoved(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		move := work("move", member(0), func(p *books.Page, _ *ledger.Holding) error {
			p.Change(member(0)).MovedTo = member(2)
			return nil
		})
		_, errs := s.together(earn("before", member(0), 5), move, earn("after", member(0), 5))
		_, err := s.Do(s.ctx, earn("later", member(0), 5))
		if errs[0] != nil || errs[1] != nil || code(errs[2]) != "owner_moved" || code(err) != "owner_moved" {
			t.Errorf("%v, later %v", errs, err)
		}
		if s.seen("after") || s.seen("later") || s.balance(member(0)) != 5 {
			t.Errorf("left a trace: balance %d", s.balance(member(0)))
		}
		allowed := spend("allowed", member(0), 5)
		allowed.Moved = true
		s.must(allowed)
	})
}

// TestAlsoIsPartOfTheOperation: its statements are committed with the decision, and undone with a refusal, which is not
// stored; a replay does not run them.
func TestAlsoIsPartOfTheOperation(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		runs := 0
		also := func(w *books.Work, tenant int) *books.Work {
			w.Also = func(tx *store.Tx, p *books.Page) error {
				runs++
				p.PutOwner(&store.Owner{Tenant: us, ID: member(500 + tenant), Kind: "household"})
				return tx.InsertTenant(s.ctx, store.Tenant{ID: id[verno.TenantID](tenant), Name: "new", CreatedAt: now})
			}
			return w
		}
		there := func(tenant int) bool {
			_, err := s.reader.Tenant(s.ctx, id[verno.TenantID](tenant))
			_, noOwner := s.reader.Owner(s.ctx, us, member(500+tenant))
			if errors.Is(err, store.ErrNotFound) != errors.Is(noOwner, store.ErrNotFound) {
				t.Errorf("half of it is there: %v, %v", err, noOwner)
			}
			return err == nil
		}
		w := also(earn("earn", member(0), 5), 11)
		if out := s.must(w); out.Replayed || !there(11) || s.balance(member(0)) != 5 {
			t.Errorf("%+v, balance %d", out, s.balance(member(0)))
		}
		if out := s.must(w); !out.Replayed || runs != 1 {
			t.Errorf("a replay: %+v, ran %d times", out, runs)
		}
		for n, c := range []struct {
			w    *books.Work
			want string
		}{
			{also(spend("refused", member(0), 50), 12), "insufficient_points"},
			{also(earn("undone", member(0), 50), 12), "too_many"},
		} {
			if c.want == "too_many" {
				c.w.Then = func(*store.Tx) error { return verno.Limited("too_many", 1) }
			}
			if _, err := s.Do(s.ctx, c.w); code(err) != c.want || there(12) || s.seen(c.w.Claim.Key) || s.balance(member(0)) != 5 {
				t.Errorf("%d: %v, balance %d", n, err, s.balance(member(0)))
			}
		}
		failing := earn("failing", member(0), 5)
		failing.Also = func(tx *store.Tx, _ *books.Page) error {
			return tx.InsertTenant(s.ctx, store.Tenant{ID: us, Name: "again", CreatedAt: now})
		}
		if _, err := s.Do(s.ctx, failing); code(err) != "internal" || s.seen("failing") {
			t.Errorf("a statement that fails: %v", err)
		}
	})
}

// TestAlsoAndMoreLots: a decision that needs all lots runs again, on a page on which Also's owner still stands.
func TestAlsoAndMoreLots(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		for n := range 40 {
			s.must(earn(fmt.Sprint("earn ", n), member(0), 1))
		}
		w := spend("spend", member(0), 39)
		also, decided := 0, 0
		w.Also = func(_ *store.Tx, p *books.Page) error {
			also++
			p.PutOwner(&store.Owner{Tenant: us, ID: member(500), Kind: "household"})
			return nil
		}
		plain := w.Decide
		w.Decide = func(p *books.Page) (books.Result, error) {
			decided++
			p.Change(member(500)).State.Purchases++
			h := p.Holding(member(500), points)
			h.Earn(p.Draft(), issuance, ledger.Lot{ID: p.NewLot(), ExpiresAt: ledger.Never}, 3, ledger.WhyEarn)
			return plain(p)
		}
		s.must(w)
		o, err := s.reader.Owner(s.ctx, us, member(500))
		if err != nil || o.State.Purchases != 1 || also != 1 || decided != 2 {
			t.Errorf("%+v, %v: also %d times, decided %d times", o, err, also, decided)
		}
		if s.balance(member(0)) != 1 || s.balance(member(500)) != 3 {
			t.Errorf("balances %d and %d", s.balance(member(0)), s.balance(member(500)))
		}
	})
}

// TestMoreLotsInOneGroup: several operations of one member with more lots than are read meet in one group; those that
// need all lots see them together with what the group has changed before.
func TestMoreLotsInOneGroup(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		for owner := range 2 {
			for n := range 40 {
				// The first lots lapse last, so that what is read first is not what was earned first.
				s.must(work(fmt.Sprint("earn ", owner, n), member(owner), func(p *books.Page, h *ledger.Holding) error {
					lot := ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: verno.Micros(now) + 1_000_000_000 - int64(n)}
					h.Earn(p.Draft(), issuance, lot, 10, ledger.WhyEarn)
					return nil
				}))
			}
		}
		few := func(w *books.Work) *books.Work { w.Owners[0].Spends = false; return w }
		for owner, ask := range []func(*books.Work) *books.Work{few, func(w *books.Work) *books.Work { return w }} {
			_, errs := s.together(
				ask(spend(fmt.Sprint(owner, " a"), member(owner), 15)),  // Lots at hand.
				ask(earn(fmt.Sprint(owner, " b"), member(owner), 1000)), // Behind those that are not.
				ask(spend(fmt.Sprint(owner, " c"), member(owner), 370)), // All lots.
				ask(spend(fmt.Sprint(owner, " d"), member(owner), 1016)),
				ask(spend(fmt.Sprint(owner, " e"), member(owner), 5)),
			)
			if errs[0] != nil || errs[1] != nil || errs[2] != nil || code(errs[3]) != "insufficient_points" || errs[4] != nil {
				t.Errorf("%d: %v", owner, errs)
			}
			if got := s.balance(member(owner)); got != 1010 {
				t.Errorf("%d: balance %d, want 1010", owner, got)
			}
			list, err := s.reader.Holdings(s.ctx, us, member(owner))
			if err != nil || len(list[0].Lots) != 2 || list[0].Lots[0].Remaining != 10 || list[0].Lots[1].Remaining != 1000 {
				t.Errorf("%d: left %+v, %v", owner, list[0].Lots, err)
			}
		}
	})
}

// TestHoldsInOneGroup: a hold that is placed and ended in one group is stored as it ended.
func TestHoldsInOneGroup(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		hold := verno.Hold{ID: id[verno.HoldID](1), Owner: member(0), Unit: points, Amount: 5, State: "held", Deadline: now, CreatedAt: now}
		put := func(key, state string) *books.Work {
			return work(key, member(0), func(p *books.Page, _ *ledger.Holding) error {
				h := hold
				h.State = state
				p.PutHold(h)
				return nil
			})
		}
		commits := s.store.Stats().Commits
		_, errs := s.together(put("a", "held"), put("b", "captured"))
		if got := s.store.Stats().Commits - commits; errors.Join(errs...) != nil || got > int64(1+s.store.Lanes()) {
			t.Errorf("%v, in %d commits", errs, got)
		}
		if h, err := s.reader.Hold(s.ctx, us, hold.ID); err != nil || h.State != "captured" {
			t.Errorf("%+v, %v", h, err)
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

// TestAFullQueueRefuses what it cannot hold, and nothing of that is written.
func TestAFullQueueRefuses(t *testing.T) {
	t.Parallel()
	each(t, books.Options{Queue: 2}, func(t *testing.T, s *shop) {
		release := s.holdUp()
		var pending []*books.Pending
		for n := range 3 {
			pending = append(pending, s.Submit(earn(fmt.Sprint("earn ", n), member(0), 1)))
		}
		_, err := pending[2].Wait(s.ctx)
		if e := verno.AsError(err); e == nil || e.Code != "overloaded" || e.Kind != verno.KindUnavailable || e.Retry == 0 {
			t.Errorf("one too many: %v", err)
		}
		release()
		for _, p := range pending[:2] {
			if _, err := p.Wait(s.ctx); err != nil {
				t.Error(err)
			}
		}
		if s.seen("earn 2") || s.balance(member(0)) != 2 {
			t.Errorf("balance %d, want 2", s.balance(member(0)))
		}
	})
}

// TestWhoGivesUpInTimeLeavesNothing; whoever gives up too late still learns what happened.
func TestWhoGivesUpInTimeLeavesNothing(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		gone, cancel := context.WithCancel(s.ctx)
		release := s.holdUp()
		p := s.Submit(earn("given up", member(0), 1))
		cancel()
		if _, err := p.Wait(gone); code(err) != "overloaded" {
			t.Errorf("given up: %v", err)
		}
		release()
		also := earn("gone before, alone", member(0), 1)
		also.Also = func(*store.Tx, *books.Page) error { return nil }
		for _, w := range []*books.Work{earn("gone before", member(0), 1), also} {
			if _, err := s.Do(gone, w); code(err) != "overloaded" {
				t.Errorf("%s: %v", w.Claim.Key, err)
			}
		}
		late := earn("too late", member(0), 1)
		plain := late.Decide
		ctx, cancel := context.WithCancel(s.ctx)
		late.Decide = func(p *books.Page) (books.Result, error) {
			cancel()
			return plain(p)
		}
		s.must(earn("a group after it", member(1), 1))
		if _, err := s.Do(ctx, late); err != nil || s.balance(member(0)) != 1 {
			t.Errorf("too late: %v, balance %d", err, s.balance(member(0)))
		}
		for _, key := range []string{"given up", "gone before", "gone before, alone"} {
			if s.seen(key) {
				t.Errorf("%s left a trace", key)
			}
		}
	})
}

// TestCloseFinishesWhatWaits and refuses what comes later.
func TestCloseFinishesWhatWaits(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		release := s.holdUp()
		var pending []*books.Pending
		for n := range 20 {
			pending = append(pending, s.Submit(earn(fmt.Sprint("earn ", n), member(n%2), 1)))
		}
		closed := make(chan struct{})
		go func() {
			s.Close()
			close(closed)
		}()
		// Refusals begin when Close has begun; what was taken in until then is finished.
		for begun := false; !begun; runtime.Gosched() {
			p := s.Submit(earn(fmt.Sprint("earn ", len(pending)), member(len(pending)%2), 1))
			pending = append(pending, p)
			begun = refused(s.ctx, p)
		}
		release()
		<-closed
		total := int64(0)
		for n, p := range pending {
			switch _, err := p.Wait(s.ctx); {
			case err == nil:
				total++
			case n < 20 || code(err) != "storage_unavailable" && code(err) != "overloaded":
				t.Errorf("%d: %v", n, err)
			}
		}
		also := earn("also", member(0), 1)
		also.Also = func(*store.Tx, *books.Page) error { return nil }
		for _, w := range []*books.Work{earn("later", member(0), 1), also} {
			if _, err := s.Do(s.ctx, w); code(err) != "storage_unavailable" {
				t.Errorf("after Close: %v", err)
			}
		}
		if got := s.balance(member(0)) + s.balance(member(1)); got != total {
			t.Errorf("%d operations were confirmed and %d happened", total, got)
		}
	})
}

// refused reports whether a pending operation was not even taken in, and gives it up.
func refused(ctx context.Context, p *books.Pending) bool {
	gone, cancel := context.WithCancel(ctx)
	cancel()
	_, err := p.Wait(gone)
	return code(err) == "storage_unavailable"
}
