package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// yield lets others run while a test waits for what they do.
func yield() { <-time.After(50 * time.Microsecond) }

// TestTurns: groups of sales first, one person after each, jobs when nobody else is there or when they have waited long.
func TestTurns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		waits time.Duration
		order string
	}{
		{0, "man 1, hot 1, man 2, hot 2, man 3, hot 3, job 1"},
		{store.LowPatience + 1, "job 1, hot 1, man 1, hot 2, man 2, hot 3, man 3"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var (
				line  store.Turns
				order []string
			)
			if err := line.Take(t.Context(), "hot"); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"job 1", "hot 1", "hot 2", "man 1", "hot 3", "man 2", "man 3"} {
				go func() {
					if err := line.Take(t.Context(), name[:3]); err != nil {
						t.Error(err)
					}
					order = append(order, name)
					line.Give()
				}()
				synctest.Wait() // It stands in line.
			}
			<-time.After(c.waits)
			synctest.Wait()
			line.Give()
			<-time.After(store.LowPatience)
			synctest.Wait()
			if got := strings.Join(order, ", "); got != c.order {
				t.Errorf("after %v the order was %s, want %s", c.waits, got, c.order)
			}
		})
	}
}

// TestJobIsNotStarved: while groups of sales follow each other without a gap, a job still gets its turn.
func TestJobIsNotStarved(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, storetest.DSNWith(t, store.SQLite, things))
	ctx, stop := context.WithCancel(t.Context())
	var selling sync.WaitGroup
	for range 3 {
		selling.Go(func() {
			for ctx.Err() == nil {
				if err := s.Hot(t.Context(), 0, func(*store.HotTx) error { yield(); return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 3 {
		for s.Waiting() == 0 {
			yield()
		}
		if err := s.WriteLow(t.Context(), func(*store.Tx) error { return nil }); err != nil {
			t.Error(err)
		}
	}
	stop()
	selling.Wait()
}

// TestTurnGivenUp: one who stops waiting is left out, and the turn is not lost with him.
func TestTurnGivenUp(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, storetest.DSNWith(t, store.SQLite, things))
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		var gone sync.WaitGroup
		err := s.Hot(t.Context(), 0, func(*store.HotTx) error {
			for range 4 {
				gone.Go(func() { _ = s.Write(ctx, func(*store.Tx) error { return nil }) })
			}
			for s.Waiting() < 4 {
				yield()
			}
			go cancel()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		gone.Wait()
	}
	addThings(t, s, 1)
}
