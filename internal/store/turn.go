package store

import (
	"context"
	"slices"
	"sync"
	"time"
)

// urgency is who wants SQLite's one writing connection.
type urgency uint8

const (
	hotTurn  urgency = iota // a group of sales
	coldTurn                // a person who waits for an answer
	lowTurn                 // a job
)

// lowPatience is how long a job waits for its turn while others keep coming.
const lowPatience = 50 * time.Millisecond

// turns hands the writing connection from one writer to the next: a group of sales first, but after each group one
// ordinary write, so that neither starves the other. A job gets its turn when nobody else waits and the last turn was
// no group of sales, as the next group is a moment away then; or when it has waited long enough.
type turns struct {
	mu      sync.Mutex
	taken   bool
	hotLast bool
	closed  bool
	waiting [3][]*turn
}

type turn struct {
	granted chan struct{}
	overdue bool
	refused bool
}

// take waits for the turn. Whoever got it gives it back.
func (t *turns) take(ctx context.Context, u urgency) error {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return errClosed
	}
	if !t.taken && (u != lowTurn || !t.hotLast) {
		t.taken, t.hotLast = true, u == hotTurn
		t.mu.Unlock()
		return nil
	}
	w := &turn{granted: make(chan struct{})}
	t.waiting[u] = append(t.waiting[u], w)
	t.mu.Unlock()
	if u == lowTurn {
		timer := time.AfterFunc(lowPatience, func() { t.hurry(w) })
		defer timer.Stop()
	}
	select {
	case <-w.granted:
		if w.refused {
			return errClosed
		}
		return nil
	case <-ctx.Done():
		t.leave(u, w)
		return ctx.Err()
	}
}

// give ends a turn and begins the next one.
func (t *turns) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken = false
	t.grant()
}

// grant gives the free turn to whoever is next, if anyone is.
func (t *turns) grant() {
	hot, cold, low := t.waiting[hotTurn], t.waiting[coldTurn], t.waiting[lowTurn]
	u := lowTurn
	switch {
	case len(low) > 0 && low[0].overdue:
	case len(cold) > 0 && (t.hotLast || len(hot) == 0):
		u = coldTurn
	case len(hot) > 0:
		u = hotTurn
	case len(low) == 0 || t.hotLast:
		return
	}
	w := t.waiting[u][0]
	t.waiting[u] = slices.Delete(t.waiting[u], 0, 1)
	t.taken, t.hotLast = true, u == hotTurn
	close(w.granted)
}

func (t *turns) hurry(w *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	w.overdue = true
	if !t.taken {
		t.grant()
	}
}

// leave gives up waiting. The turn may have come at the same moment; then it goes to the next.
func (t *turns) leave(u urgency, w *turn) {
	t.mu.Lock()
	i := slices.Index(t.waiting[u], w)
	if i >= 0 {
		t.waiting[u] = slices.Delete(t.waiting[u], i, i+1)
	}
	t.mu.Unlock()
	if i < 0 {
		t.give()
	}
}

// length is how many wait.
func (t *turns) length() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.waiting[hotTurn]) + len(t.waiting[coldTurn]) + len(t.waiting[lowTurn])
}

// wanted says whether anybody but jobs waits.
func (t *turns) wanted() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.waiting[hotTurn])+len(t.waiting[coldTurn]) > 0
}

// stop takes the last turn, waiting for whoever has it, and turns away all others.
func (t *turns) stop() {
	last := &turn{granted: make(chan struct{})}
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return
	}
	for _, line := range t.waiting {
		for _, w := range line {
			w.refused = true
			close(w.granted)
		}
	}
	t.closed, t.waiting = true, [3][]*turn{hotTurn: {last}}
	if !t.taken {
		t.grant()
	}
	t.mu.Unlock()
	<-last.granted
}
