package rig

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// trade is callers at work until something breaks.
type trade struct {
	rack    *rack
	callers sync.WaitGroup
	over    atomic.Bool   // nothing new is ordered
	patient bool          // callers go on after an order that was not answered
	beat    chan struct{} // gets something after an acknowledgement
	acks    atomic.Int64

	mu      sync.Mutex
	done    []placed
	refused []placed // for ever
	unknown []placed
	err     error
}

// usedUp is the code of a refusal that is kept under its key like a receipt.
const usedUp = "insufficient_money"

// placed is an order and what came back.
type placed struct {
	order *order
	reply *reply
}

// trade lets callers begin to work.
func (r *rack) trade(ctx context.Context, patient bool) *trade {
	t := &trade{rack: r, patient: patient, beat: make(chan struct{}, 1)}
	for range r.Clients {
		draw := newDraw(r.draw.Uint64())
		t.callers.Go(func() { t.work(ctx, draw) })
	}
	return t
}

func (t *trade) work(ctx context.Context, draw *rand.Rand) {
	for !t.over.Load() && ctx.Err() == nil {
		o, err := t.rack.compose(ctx, draw)
		if err != nil { // The member could not be identified.
			if !t.patient {
				return
			}
			wait(ctx, 10*time.Millisecond)
			continue
		}
		a, err := t.rack.place(ctx, o)
		if err != nil {
			t.fail(err)
			return
		}
		switch {
		case a.done():
			t.note(&t.done, o, a)
			t.acks.Add(1)
			select {
			case t.beat <- struct{}{}:
			default:
			}
		case a.refused():
			if a.code == usedUp {
				t.note(&t.refused, o, a)
			}
		default:
			t.note(&t.unknown, o, a)
			if !t.patient {
				return
			}
			wait(ctx, 10*time.Millisecond)
		}
	}
}

func (t *trade) note(list *[]placed, o *order, a *reply) {
	t.mu.Lock()
	*list = append(*list, placed{o, a})
	t.mu.Unlock()
}

func (t *trade) fail(err error) {
	t.mu.Lock()
	t.err = err
	t.mu.Unlock()
}

// until waits for so many acknowledgements, or as long as it takes where they do not come.
func (t *trade) until(ctx context.Context, n int64) {
	timer := time.NewTimer(5 * time.Second)
	defer timer.Stop()
	for t.acks.Load() < n {
		select {
		case <-t.beat:
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// end lets callers finish what they are at and waits for them.
func (t *trade) end() error {
	t.over.Store(true)
	t.callers.Wait()
	return t.err
}

// strike draws the moment of a fault: right after an acknowledgement, when the next group is on its way, or a little
// later.
func (r *rack) strike(ctx context.Context, t *trade) {
	t.until(ctx, 1+r.draw.Int64N(200))
	wait(ctx, time.Duration(r.draw.Int64N(4))*time.Millisecond*time.Duration(r.draw.Int64N(2)))
}

// kills kills Verno under load again and again.
func (r *rack) kills(ctx context.Context) error {
	return r.crashes(ctx, "kills", func() error {
		r.verno.kill()
		return nil
	})
}

// serverKills kills PostgreSQL under load again and again.
func (r *rack) serverKills(ctx context.Context) error {
	return r.outages(ctx, "kills of PostgreSQL", r.cluster.kill)
}

// powerCuts takes the power from the disk on which the database is, and from the process that writes there. That one
// stands still first: with the power on it would acknowledge nothing more.
func (r *rack) powerCuts(ctx context.Context) error {
	if r.cluster == nil {
		return r.crashes(ctx, "power cuts", func() error {
			err := errors.Join(halt(r.verno.cmd.Process.Pid), r.disk.cut())
			r.verno.kill()
			return errors.Join(err, r.disk.restore(ctx))
		})
	}
	return r.outages(ctx, "power cuts", func() error {
		err := errors.Join(r.cluster.halt(), r.disk.cut(), r.cluster.kill())
		return errors.Join(err, r.disk.restore(ctx))
	})
}

// crashes ends Verno under load again and again, in whatever way.
func (r *rack) crashes(ctx context.Context, what string, crash func() error) error {
	for r.more(ctx) {
		t := r.trade(ctx, false)
		r.strike(ctx, t)
		err := crash()
		if err := errors.Join(err, t.end()); err != nil {
			return err
		}
		from := r.Clock()
		if err := r.start(ctx); err != nil {
			return err
		}
		r.recovered(from)
		if err := r.settle(ctx, t); err != nil {
			return err
		}
		r.Cycles++
		r.Say(what, r.Cycles, r.Rounds)
	}
	return ctx.Err()
}

// recoverPatience is how long Verno may need after its database is back.
const recoverPatience = 15 * time.Second

// outages ends PostgreSQL under load again and again, in whatever way. Verno has to get well by itself.
func (r *rack) outages(ctx context.Context, what string, end func() error) error {
	for r.more(ctx) {
		t := r.trade(ctx, true)
		r.strike(ctx, t)
		err := end()
		wait(ctx, time.Duration(r.draw.Int64N(300))*time.Millisecond)
		if err == nil {
			err = r.cluster.start(ctx)
		}
		if err != nil {
			return errors.Join(err, t.end())
		}
		r.ready(ctx, r.Clock())
		t.until(ctx, t.acks.Load()+int64(r.Clients))
		if err := t.end(); err != nil {
			return err
		}
		if r.verno.gone() {
			r.blamef(&r.ServerErrors, "Verno ended together with its database")
			if err := r.start(ctx); err != nil {
				return err
			}
		}
		if err := r.settle(ctx, t); err != nil {
			return err
		}
		r.Cycles++
		r.Say(what, r.Cycles, r.Rounds)
	}
	return ctx.Err()
}

// ready waits until Verno says that it is well.
func (r *rack) ready(ctx context.Context, from time.Time) {
	for r.caller.ask(ctx, http.MethodGet, "/readyz", nil, nil) != nil && r.Clock().Sub(from) < recoverPatience {
		wait(ctx, 10*time.Millisecond)
	}
	r.recovered(from)
}

func (r *rack) recovered(from time.Time) {
	took := r.Clock().Sub(from)
	r.Recovery = max(r.Recovery, took.Seconds())
	if took >= recoverPatience {
		r.blamef(&r.ServerErrors, "Verno took %v to come back", took)
	}
}

// settle resolves what was not answered and looks for what was.
func (r *rack) settle(ctx context.Context, t *trade) error {
	deadline := r.Clock().Add(resolvePatience)
	err := r.each(len(t.unknown), func(i int) error {
		a, err := r.resolve(ctx, t.unknown[i].order, t.unknown[i].reply, deadline)
		if err == nil && a != nil && a.done() {
			t.note(&t.done, t.unknown[i].order, a)
		}
		return err
	})
	if err != nil {
		return err
	}
	err = r.each(len(t.refused), func(i int) error {
		found, err := r.caller.outcome(ctx, t.refused[i].order.Key)
		if err != nil || found.State != "rejected" {
			r.blamef(&r.Lost, "%s was refused for ever and is %s %v", t.refused[i].order.Key, found.State, err)
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	return r.each(len(t.done), func(i int) error {
		p := t.done[i]
		if err := r.check(ctx, p.order, p.reply.body); err != nil {
			return err
		}
		if !p.order.receipt() || i%8 == 0 {
			r.repeat(ctx, p.order, p.reply.body)
		}
		return nil
	})
}

// each does n things, several at once, and returns the first error.
func (r *rack) each(n int, do func(i int) error) error {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var group sync.WaitGroup
	for range min(n, r.Clients) {
		group.Go(func() {
			for i := int(next.Add(1) - 1); i < n && failed.Load() == nil; i = int(next.Add(1) - 1) {
				if err := do(i); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	group.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}
