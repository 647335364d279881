package store_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// line is SQLite's writer with somebody at it, and others who come while it is busy.
type line struct {
	s     *store.Store
	wait  sync.WaitGroup
	mu    sync.Mutex
	order []string
}

func (l *line) note(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.order = append(l.order, name)
}

// join queues a writer and returns when it stands in line.
func (l *line) join(t *testing.T, name string) {
	t.Helper()
	waiting := l.s.Waiting()
	l.wait.Go(func() {
		var err error
		switch name[:3] {
		case "hot":
			err = l.s.Hot(t.Context(), 0, func(*store.HotTx) error { l.note(name); return nil })
		case "man":
			err = l.s.Write(t.Context(), func(*store.Tx) error { l.note(name); return nil })
		case "job":
			err = l.s.WriteLow(t.Context(), func(*store.Tx) error { l.note(name); return nil })
		}
		if err != nil {
			t.Error(err)
		}
	})
	for l.s.Waiting() == waiting {
		yield()
	}
}

// yield lets others run while a test waits for what they do.
func yield() { <-time.After(50 * time.Microsecond) }

// TestTurns: groups of sales first, one person after each, jobs when nobody else is there.
func TestTurns(t *testing.T) {
	t.Parallel()
	l := &line{s: storetest.Open(t, storetest.DSNWith(t, store.SQLite, things))}
	err := l.s.Hot(t.Context(), 0, func(*store.HotTx) error {
		for _, name := range []string{"job 1", "hot 1", "hot 2", "man 1", "hot 3", "man 2", "man 3"} {
			l.join(t, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	l.wait.Wait()
	if want := []string{"man 1", "hot 1", "man 2", "hot 2", "man 3", "hot 3", "job 1"}; !slices.Equal(l.order, want) {
		t.Errorf("the order was %q, want %q", l.order, want)
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
