package rig

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/pass/apnstest"
	"github.com/verno-loyalty/verno/internal/store"
)

// wave changes the cards of a world and has the phones told.
type wave struct {
	*World
	apple *apnstest.APNs
	say   func(string, int, int)
}

// run measures how many phones are told a second, from before what changes their cards to when the last knows. Whatever was
// told before is told by now.
func (c *wave) run(ctx context.Context, what string, phones int, change func() error) (float64, error) {
	if err := c.drain(ctx); err != nil {
		return 0, err
	}
	c.apple.Anew()
	start := c.Server.Now()
	if err := change(); err != nil {
		return 0, err
	}
	if err := c.deliver(ctx, what, phones); err != nil {
		return 0, err
	}
	return float64(phones) / c.Server.Now().Sub(start).Seconds(), nil
}

// deliver goes on until so many phones have been told.
func (c *wave) deliver(ctx context.Context, what string, phones int) error {
	ctx, stop := context.WithCancel(ctx)
	var followers sync.WaitGroup
	defer followers.Wait()
	defer stop()
	var failed atomic.Pointer[error]
	note := func(err error) {
		if err != nil && ctx.Err() == nil {
			failed.Store(&err)
			stop()
		}
	}
	followers.Go(func() {
		for ctx.Err() == nil {
			note(c.Server.Passes.Follow(ctx))
			wait(ctx, 50*time.Millisecond)
		}
	})
	for ctx.Err() == nil && c.apple.Devices() < phones {
		note(c.Server.Passes.Push(ctx))
		c.say(what, c.apple.Devices(), phones)
		wait(ctx, time.Millisecond)
	}
	if err := failed.Load(); err != nil {
		return *err
	}
	return ctx.Err()
}

// phases measures what lies between an award and a phone that knows of it, each for itself: the books, the log, and delivery,
// which stands still until then as where the process that did it was stopped.
func (c *wave) phases(ctx context.Context, phones []phone, load PushLoad, f *PushFigures) error {
	if err := c.drain(ctx); err != nil {
		return err
	}
	if err := c.hold(ctx, true, "wallet", "wallet push", "sealer"); err != nil {
		return err
	}
	c.apple.Anew()
	told, start := c.apple.Total(), c.Server.Now()
	if err := c.award(ctx, phones, load.Awards, false); err != nil {
		return err
	}
	awarded := c.Server.Now()
	if err := errors.Join(c.hold(ctx, false, "sealer"), c.seal(ctx)); err != nil {
		return err
	}
	if n := c.apple.Total() - told; n > 0 {
		return fmt.Errorf("%d phones were told while delivery stood still", n)
	}
	profiled := func() {}
	if load.Profile != "" {
		var err error
		if profiled, err = profileTo(load.Profile); err != nil {
			return err
		}
	}
	sealed := c.Server.Now()
	err := errors.Join(c.hold(ctx, false, "wallet", "wallet push"), c.deliver(ctx, "told of points", len(phones)))
	end := c.Server.Now()
	profiled()
	if err != nil {
		return err
	}
	if err := c.drain(ctx); err != nil {
		return err
	}
	f.AwardedEvents, f.DeliveredTold = load.Awards*len(phones), c.apple.Total()-told
	f.AwardsSeconds, f.SealSeconds, f.DeliverySeconds = awarded.Sub(start).Seconds(), sealed.Sub(awarded).Seconds(), end.Sub(sealed).Seconds()
	f.Delivered, f.Whole = float64(len(phones))/f.DeliverySeconds, float64(len(phones))/end.Sub(start).Seconds()
	f.DeliveredShare, f.WholeShare = f.Delivered/f.Bare, f.Whole/f.Bare
	return nil
}

// hold takes what jobs need to work, as another process would have it that works at them, or gives it up.
func (c *wave) hold(ctx context.Context, stand bool, leases ...string) error {
	now := verno.Micros(c.Server.Now())
	far, until := now+time.Hour.Microseconds(), now+time.Hour.Microseconds()
	if !stand {
		until = 0
	}
	return c.Server.Store.Write(ctx, func(tx *store.Tx) error {
		for _, name := range leases {
			mine, err := tx.Lease(ctx, name, "rig", far, until) // Who has it now goes on once it is given up.
			if err != nil {
				return err
			}
			if !mine {
				return errors.New("the lease of " + name + " cannot be had")
			}
		}
		return nil
	})
}

// publish tells the log that the template of all cards was published.
func (c *wave) publish(ctx context.Context, one phone) error {
	template, err := c.Server.Store.Reader().TemplateOf(ctx, c.Actor.Tenant, one.card)
	if err != nil {
		return err
	}
	return errors.Join(c.happens(ctx, []verno.Event{{Kind: verno.EventConfigPublished, Subject: template.String()}}), c.seal(ctx))
}

// award tells the log that each member was given points, so often; it is sealed as it comes, or not yet.
func (c *wave) award(ctx context.Context, phones []phone, times int, sealed bool) error {
	const chunk = 1_000
	for range times {
		for some := range slices.Chunk(phones, chunk) {
			events := make([]verno.Event, len(some))
			for i := range some {
				events[i] = verno.Event{Kind: verno.EventPointsAwarded, Owner: some[i].owner, Actor: "rig"}
			}
			if err := c.happens(ctx, events); err != nil {
				return err
			}
			if sealed {
				if err := c.seal(ctx); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (c *wave) happens(ctx context.Context, events []verno.Event) error {
	for i := range events {
		events[i].Tenant = c.Actor.Tenant
	}
	now := c.Server.Now()
	return c.Server.Store.Write(ctx, func(tx *store.Tx) error { return books.Record(ctx, tx, now, rand.Reader, events...) })
}

// seal seals all that is committed, beside the job that does so too.
func (c *wave) seal(ctx context.Context) error {
	for {
		if _, err := c.Server.Sealer.Seal(ctx, c.Server.Config.Clock); err != nil {
			return err
		}
		left, err := c.Server.Store.Reader().Unsealed(ctx, c.Actor.Tenant, 1)
		if err != nil || len(left) == 0 {
			return err
		}
		wait(ctx, time.Millisecond)
	}
}

// beside measures sales alone, and sales while a campaign goes out.
func (c *wave) beside(ctx context.Context, load PushLoad, one phone, f *PushFigures) error {
	sales := Load{Clients: 64, Duration: load.Duration, Rate: load.Rate, Presences: 10_000}
	quiet, err := Bench(ctx, c.World, sales, c.say)
	if err != nil {
		return err
	}
	if err := c.drain(ctx); err != nil {
		return err
	}
	if err := c.publish(ctx, one); err != nil {
		return err
	}
	began := c.apple.Total()
	background, stop := context.WithCancel(ctx)
	var pushing sync.WaitGroup
	pushing.Go(func() {
		for background.Err() == nil {
			_ = c.Server.Passes.Follow(background)
			wait(background, 100*time.Millisecond)
		}
	})
	pushing.Go(func() {
		for background.Err() == nil {
			_ = c.Server.Passes.Push(background)
			wait(background, 100*time.Millisecond)
		}
	})
	loud, err := Bench(ctx, c.World, sales, c.say)
	f.BesideTold = c.apple.Total() - began
	stop()
	pushing.Wait()
	if err != nil {
		return err
	}
	if quiet.Failed+loud.Failed > 0 {
		return errors.New("a sale failed: " + quiet.Failure + loud.Failure)
	}
	f.QuietP99, f.BesideP99 = quiet.P99, loud.P99
	f.BesideOfQuiet = loud.P99 / quiet.P99
	return nil
}

// drain has everybody know what happened so far.
func (c *wave) drain(ctx context.Context) error {
	for quiet := 0; quiet < 2 && ctx.Err() == nil; {
		if err := c.seal(ctx); err != nil {
			return err
		}
		if err := errors.Join(c.Server.Passes.Follow(ctx), c.Server.Passes.Push(ctx)); err != nil {
			return err
		}
		state, err := c.Server.Passes.Progress(ctx, c.Actor.Tenant)
		if err != nil {
			return err
		}
		quiet++
		if state.Waiting > 0 || state.Marking {
			quiet = 0
		}
		wait(ctx, 100*time.Millisecond)
	}
	wait(ctx, c.Server.Passes.Apple.Gap) // So that the next change of each card is told at once.
	return ctx.Err()
}
