package books_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

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
