package pass

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

const (
	// pushBatch is how many passes are taken at once, and pushAhead how many such batches are under way: while one is being
	// told, what came of another is written.
	pushBatch = 1_000
	pushAhead = 6
	// While sales come in, this few are taken at once, one batch after another, with a rest between them: a sale does not
	// notice that a campaign goes out.
	busyBatch = 50
	busyRest  = 50 * time.Millisecond
	// writtenAtOnce is how many passes' results one transaction writes.
	writtenAtOnce = 1_000
	// batchLife is how long a batch may take, whatever hangs.
	batchLife = time.Minute
)

// Push tells the devices that have passes which are due, until there are none or the context ends. What was sent when it
// ends is written down, so that nothing is told twice and nothing is left out; only a process that is killed may tell a
// last batch again. Many changes of a pass that came in meanwhile are told once.
func (p *Passes) Push(ctx context.Context) error {
	if !p.push.turn.TryLock() {
		return nil // This very process is at it.
	}
	defer p.push.turn.Unlock()
	clocks, err := p.Store.Reader().WalletClocks(ctx)
	if err != nil {
		return err
	}
	for _, clock := range clocks {
		p.relieve(ctx, clock.Tenant)
		err := p.pushTenant(ctx, clock.Tenant)
		if errors.Is(err, errNotMine) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("tell the devices of %s: %w", clock.Tenant, err)
		}
	}
	return nil
}

// keepPush renews the lease of telling for as long as it goes on, also while a connection hangs, and ends it where another
// process has come to it.
func (p *Passes) keepPush(ctx context.Context, end context.CancelFunc) {
	for pause(ctx, leaseLife/3) == nil {
		if err := p.leasePush(ctx, p.Clock()); err != nil {
			end()
		}
	}
}

// pushTenant tells a tenant's devices, batch by batch.
func (p *Passes) pushTenant(ctx context.Context, tenant verno.TenantID) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	var (
		batches sync.WaitGroup
		ahead   = make(chan struct{}, pushAhead)
		failed  = make(chan error, 1)
		leased  bool
		last    store.DuePass
		until   = p.Clock()
	)
	defer batches.Wait()
	for ctx.Err() == nil && !p.push.resting(tenant, p.Clock()) {
		busy := p.push.selling.busy(p.Store, p.Clock())
		limit := pushBatch
		if busy {
			batches.Wait()
			limit = busyBatch
		}
		some, err := p.due(ctx, tenant, until, last, limit)
		if ctx.Err() != nil {
			break // To be stopped is no failure.
		}
		if err != nil || len(some.due) == 0 {
			return err
		}
		last = some.last
		if !leased {
			if err := p.leasePush(ctx, p.Clock()); err != nil && ctx.Err() == nil {
				return err
			} else if err != nil {
				break
			}
			go p.keepPush(ctx, end)
			leased = true
		}
		select {
		case err := <-failed:
			return err
		case ahead <- struct{}{}:
		}
		batches.Go(func() {
			defer func() { <-ahead }()
			if err := p.pushSome(ctx, tenant, some); err != nil {
				select {
				case failed <- err:
				default:
				}
			}
		})
		if busy && pause(ctx, busyRest) != nil {
			break
		}
	}
	batches.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func (p *Passes) leasePush(ctx context.Context, now time.Time) error {
	return p.Store.WriteLow(ctx, func(tx *store.Tx) error {
		mine, err := tx.Lease(ctx, "wallet push", p.Holder, verno.Micros(now), verno.Micros(now.Add(leaseLife)))
		return errors.Join(err, notMine(mine))
	})
}

// outcome is what came of telling one device of one pass.
type outcome uint8

const (
	notSent   outcome = iota // the context ended first, or nothing is sent for now
	accepted                 // the device will hear
	isGone                   // it never will again
	isRefused                // it will not hear of this change, and trying again would not help
	tryAgain                 // later
)

// send is one device that is to be told of one pass.
type send struct {
	registration store.Registration
	pass         int // which of the batch
	outcome      outcome
	why          string    // it was not accepted
	again        time.Time // when to try again
}

// batch is some passes that are due, with their devices that do not know yet.
type batch struct {
	due   []store.DuePass
	sends []send
	last  store.DuePass // after which the next batch begins
}

// due reads the next passes that are due.
func (p *Passes) due(ctx context.Context, tenant verno.TenantID, until time.Time, after store.DuePass, limit int) (batch, error) {
	b := batch{due: make([]store.DuePass, 0, limit), sends: make([]send, 0, limit), last: after}
	at := make(map[verno.CardID]int, limit)
	err := p.Store.Reader().DuePasses(ctx, tenant, until, after, limit, func(due store.DuePass, r *store.Registration) {
		i, ok := at[due.Card]
		if !ok {
			i = len(b.due)
			at[due.Card] = i
			b.due = append(b.due, due)
			if due.After(&b.last) {
				b.last = due
			}
		}
		if r != nil && r.PushedTag < due.Tag {
			b.sends = append(b.sends, send{registration: *r, pass: i})
		}
	})
	return b, err
}

// pushSome tells the devices of some passes and writes what came of it.
func (p *Passes) pushSome(ctx context.Context, tenant verno.TenantID, b batch) error {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), batchLife)
	defer cancel()
	p.tell(ctx, limited, tenant, b.sends)
	return p.writeTold(limited, tenant, b.due, b.sends)
}

// writeTold writes what came of telling, a part at a time. It is written even where another process has the lease by now:
// it is true.
func (p *Passes) writeTold(ctx context.Context, tenant verno.TenantID, due []store.DuePass, sends []send) error {
	now := p.Clock()
	parts := make([]store.Told, (len(due)+writtenAtOnce-1)/writtenAtOnce)
	again, unsent := make([]time.Time, len(due)), make([]bool, len(due))
	for i := range parts {
		parts[i] = store.Told{At: now, Gap: p.Apple.Gap, Tallies: []store.Tally{{Tenant: tenant}}}
	}
	if len(parts) > 0 {
		parts[0].Counts = tallied(sends).counts()
		p.counted(parts[0].Counts)
	}
	for i := range sends {
		s := &sends[i]
		switch part := &parts[s.pass/writtenAtOnce]; s.outcome {
		case notSent:
			unsent[s.pass] = true
		case tryAgain:
			if s.again.After(again[s.pass]) {
				again[s.pass] = s.again
			}
		case isGone:
			part.Gone = append(part.Gone, s.registration)
			part.Tallies[0].Failed++
		case isRefused:
			part.Tallies[0].Failed++
		case accepted:
			part.Tallies[0].Told++
			due[s.pass].Told = true
		}
	}
	for i, d := range due {
		part := &parts[i/writtenAtOnce]
		switch {
		case !again[i].IsZero():
			d.DueAt = verno.Micros(again[i])
			part.Later = append(part.Later, d)
		case unsent[i] && d.Told:
			part.Later = append(part.Later, d) // The others are not told so soon that those which know could be told again.
		case !unsent[i]:
			part.Done = append(part.Done, d)
		}
	}
	for i := range sends {
		s := &sends[i]
		if (unsent[s.pass] || !again[s.pass].IsZero()) && (s.outcome == accepted || s.outcome == isRefused) {
			knows := s.registration
			knows.PushedTag = due[s.pass].Tag
			part := &parts[s.pass/writtenAtOnce]
			part.Knows = append(part.Knows, knows)
		}
	}
	for i := range parts {
		if err := p.Store.WriteLow(ctx, func(tx *store.Tx) error {
			tx.Bulk().PutTold(&parts[i])
			return tx.CountPushes(ctx, tenant, now, parts[i].Counts)
		}); err != nil {
			return err
		}
	}
	return nil
}

// Progress reads how far telling a tenant's devices has come.
func (p *Passes) Progress(ctx context.Context, tenant verno.TenantID) (store.PushState, error) {
	return p.Store.Reader().PushState(ctx, tenant)
}

// pause waits unless the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
