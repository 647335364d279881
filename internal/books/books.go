package books

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"io"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Options say how large the books' queues are and how many operations a group may have. Zero values choose.
type Options struct {
	Queue int // operations that may wait in a lane, 4096
	Group int // operations in one transaction, 256
}

// Books writes value. It must be closed, after which Do refuses.
type Books struct {
	store   *store.Store
	clock   func() time.Time
	entropy io.Reader
	fatal   func(error)
	group   int
	lanes   []*lane
	seed    maphash.Seed
	work    sync.WaitGroup
	mu      sync.RWMutex
	closed  bool
}

// Open starts the lanes. The clock tells the moment of each group; fatal is called when the disk has failed to sync and
// the process has to stop.
func Open(s *store.Store, clock func() time.Time, entropy io.Reader, fatal func(error), opt Options) *Books {
	if opt.Queue == 0 {
		opt.Queue = 4096
	}
	if opt.Group == 0 {
		opt.Group = 256
	}
	b := &Books{store: s, clock: clock, entropy: entropy, fatal: fatal, group: opt.Group, seed: maphash.MakeSeed()}
	for i := range s.Lanes() {
		l := &lane{books: b, number: i, queue: make(chan *item, opt.Queue), entropy: bufio.NewReaderSize(entropy, 4096)}
		b.lanes = append(b.lanes, l)
		b.work.Go(l.run)
	}
	return b
}

// Close refuses new work, finishes what waits and stops.
func (b *Books) Close() {
	b.mu.Lock()
	if !b.closed {
		b.closed = true
		for _, l := range b.lanes {
			close(l.queue)
		}
	}
	b.mu.Unlock()
	b.work.Wait()
}

// Do runs one operation exactly once and waits for what came of it. Besides what the work's own functions return, the
// errors are idempotency_key_reused, checkout_committed, receipt_exists, owner_moved, overloaded and storage_unavailable
// (nothing was written), and outcome_unknown.
func (b *Books) Do(ctx context.Context, w *Work) (Outcome, error) {
	if err := ctx.Err(); err != nil {
		return Outcome{}, verno.Unavailable("overloaded", 1).Because(err)
	}
	if w.Also != nil {
		return b.alone(ctx, newItem(w))
	}
	return b.Submit(w).Wait(ctx)
}

// Pending is an operation that was put into its lane.
type Pending struct {
	books *Books
	it    *item
	err   error
}

// Submit puts an operation into its lane and does not wait. Operations of one owner run in the order in which they were
// submitted, so that many can be under way at once. A work with Also cannot be submitted.
func (b *Books) Submit(w *Work) *Pending {
	p := &Pending{books: b, it: newItem(w)}
	if planted == checkThenAct {
		b.peek(p.it)
	}
	p.err = b.enqueue(p.it)
	return p
}

// Wait waits for what came of it; see Do for the errors.
func (p *Pending) Wait(ctx context.Context) (Outcome, error) {
	for it := p.it; ; it = newItem(it.work) {
		if it != p.it {
			p.err = p.books.enqueue(it)
		}
		if p.err != nil {
			return Outcome{}, p.err
		}
		select {
		case <-it.done:
		case <-ctx.Done():
			if it.state.CompareAndSwap(itemWaiting, itemGivenUp) {
				p.err = verno.Unavailable("overloaded", 1).Because(ctx.Err())
				return Outcome{}, p.err
			}
			<-it.done
		}
		if !it.reply.again {
			return it.reply.outcome, it.reply.error()
		}
	}
}

func (b *Books) enqueue(it *item) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return verno.Unavailable("storage_unavailable", 1)
	}
	select {
	case b.lanes[b.laneOf(it.work)].queue <- it:
		return nil
	default:
		return verno.Unavailable("overloaded", 1)
	}
}

// laneOf sends an owner's operations through one lane, so that they meet in memory and not in the database.
func (b *Books) laneOf(w *Work) int {
	if len(b.lanes) == 1 {
		return 0
	}
	if len(w.Owners) > 0 {
		id := w.Owners[0].Owner
		return int(binary.BigEndian.Uint32(id[12:]) % uint32(len(b.lanes)))
	}
	return int(maphash.String(b.seed, w.Claim.Key) % uint64(len(b.lanes)))
}

// alone runs a work that has statements of its own in an ordinary transaction. Its refusals are not stored, because its
// own statements are undone with them.
func (b *Books) alone(ctx context.Context, it *item) (Outcome, error) {
	if !b.enter() {
		return Outcome{}, verno.Unavailable("storage_unavailable", 1)
	}
	defer b.work.Done()
	g := b.newGroup(it.work.Tenant, []*item{it}, bufio.NewReaderSize(b.entropy, 256))
	for {
		err := b.store.Write(ctx, func(tx *store.Tx) error {
			if err := g.run(ctx, tx.Bulk(), tx); err != nil {
				return err
			}
			return it.reply.error()
		})
		switch {
		case errors.Is(err, errCounters) && !g.strict:
			g.strict = true
		case errors.Is(err, store.ErrUnique) && !g.wary:
			g.wary = true
		case errors.Is(err, store.ErrUnknownCommit) && !errors.Is(err, store.ErrFsync):
			b.resolve([]*item{it}, err)
			return it.reply.outcome, it.reply.error()
		case err != nil:
			return Outcome{}, b.storeError(err)
		case !it.reply.again:
			return it.reply.outcome, nil
		}
	}
}

// enter lets work begin that Close waits for, unless it is too late.
func (b *Books) enter() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return false
	}
	b.work.Add(1)
	return true
}

func (b *Books) newGroup(tenant verno.TenantID, items []*item, entropy *bufio.Reader) *group {
	at := b.clock()
	g := &group{tenant: tenant, at: at, now: verno.Micros(at), entropy: entropy, items: items}
	for _, it := range items {
		it.id = verno.NewID[[16]byte](at, entropy)
	}
	return g
}

// storeError tells callers what a failure of the database means for them.
func (b *Books) storeError(err error) error {
	var known *verno.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, store.ErrFsync):
		b.fatal(err)
		return verno.Unavailable("outcome_unknown", 1).Because(err)
	case errors.Is(err, store.ErrUnknownCommit):
		return verno.Unavailable("outcome_unknown", 1).Because(err)
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrFull), errors.Is(err, store.ErrRetry),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return verno.Unavailable("storage_unavailable", 1).Because(err)
	default:
		return verno.AsError(err)
	}
}
