package books_test

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

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
