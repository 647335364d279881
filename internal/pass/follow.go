package pass

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

const (
	// followStep is how many events are followed in one turn while sales come in, and without a look at who else waits to
	// write. followTurn is how many are while nobody does.
	followStep = 256
	followTurn = 4_096
	// looksStep is how many cards are looked at closely in one turn. A turn that concerns more takes it on trust that they
	// look different: to look at a card takes longer than to tell a phone.
	looksStep = 48
	// sweepStep is how many passes of a template are touched in one transaction, and sweepQuietly how many while nobody
	// sells.
	sweepStep    = 500
	sweepQuietly = 2_000
	// leaseLife is how long the lease of a job lasts without being renewed.
	leaseLife = 30 * time.Second
	// sweepsKept is how long it is remembered that a sweep was done, so that a day is not swept twice.
	sweepsKept = 72 * time.Hour
)

// errNotMine says that another process is at it.
var errNotMine = errors.New("pass: another process has the lease")

// Follow looks through what was sealed since the last time, and makes due the passes that it changes. Of several Vernos
// on one database, one follows; a turn ends where the log does. What it has done stays done when it is stopped.
func (p *Passes) Follow(ctx context.Context) error {
	p.follows.Lock() // Two would read the same, and one of them in vain.
	defer p.follows.Unlock()
	clocks, err := p.Store.Reader().WalletClocks(ctx)
	if err != nil {
		return err
	}
	for _, clock := range clocks {
		err := p.followTenant(ctx, clock)
		if errors.Is(err, errNotMine) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("follow %s: %w", clock.Tenant, err)
		}
	}
	return nil
}

func (p *Passes) followTenant(ctx context.Context, clock store.WalletClock) error {
	if err := p.addDays(ctx, clock.Tenant); err != nil {
		return err
	}
	a := ahead{until: clock.Seq} // Nothing was read yet.
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !a.rest(clock) {
			var err error
			if a, err = p.look(ctx, clock); err != nil {
				return err
			}
		}
		if a.rest(clock) {
			if err := p.followSome(ctx, &clock, &a); err != nil {
				return err
			}
		}
		behind := a.rest(clock) || a.more
		// What just happened does not wait for the end of what changes many: a part of that, and then it is looked again.
		swept, err := p.sweep(ctx, clock.Tenant, behind)
		if err != nil {
			return err
		}
		more = swept || behind
	}
	return nil
}

// followSome makes due what the next events change, and moves the clock behind them: a few are looked at closely, of many
// as many are followed as others leave time for.
func (p *Passes) followSome(ctx context.Context, clock *store.WalletClock, a *ahead) (err error) {
	n := len(a.events)
	if n > followStep {
		n, err = p.followMany(ctx, *clock, a)
	} else {
		err = p.followClosely(ctx, *clock, a)
	}
	if err != nil {
		return err
	}
	clock.Seq, a.events = a.through(n), a.events[n:]
	return nil
}

// followClosely follows all that is ahead, and makes due only what looks different, unless that is too much to look at.
func (p *Passes) followClosely(ctx context.Context, clock store.WalletClock, a *ahead) error {
	now := p.Clock()
	c, err := concernOf(ctx, p.Store.Reader(), clock.Tenant, a.events, now)
	if err != nil {
		return err
	}
	changed, err := p.concerned(ctx, clock.Tenant, c)
	if err != nil {
		return err
	}
	if changed, err = p.different(ctx, clock.Tenant, changed, len(changed) <= looksStep); err != nil {
		return err
	}
	return p.followTo(ctx, clock, func(tx *store.Tx, t store.Touch) (int64, error) {
		tx.Bulk().TouchPasses(clock.Tenant, changed, t)
		return a.until, p.alsoWrite(ctx, tx, clock.Tenant, c)
	})
}

// followMany follows so many of what is ahead as nobody else waits, and returns how many. That they look different is taken
// on trust.
func (p *Passes) followMany(ctx context.Context, clock store.WalletClock, a *ahead) (n int, err error) {
	most := followTurn
	if p.following.busy(p.Store, p.Clock()) {
		most = followStep
	}
	most = min(most, len(a.events))
	err = p.followTo(ctx, clock, func(tx *store.Tx, t store.Touch) (int64, error) {
		for n = 0; n < most && (n == 0 || !p.Store.Wanted()); {
			some := a.events[n:min(n+followStep, most)]
			c, err := concernOf(ctx, tx.Reader, clock.Tenant, some, t.At)
			if err != nil {
				return 0, err
			}
			tx.Bulk().TouchOwners(clock.Tenant, c.owners, t)
			tx.Bulk().TouchCards(clock.Tenant, c.cards, t)
			if err := errors.Join(p.alsoWrite(ctx, tx, clock.Tenant, c), tx.Bulk().Flush(ctx)); err != nil {
				return 0, err
			}
			n += len(some)
		}
		return a.through(n), nil
	})
	return n, err
}

// followTo has a turn make due what it touches, and moves the clock to the event that it returns.
func (p *Passes) followTo(ctx context.Context, clock store.WalletClock, touch func(tx *store.Tx, t store.Touch) (int64, error)) error {
	return p.turn(ctx, func(tx *store.Tx) error {
		tag, err := tx.TickWallet(ctx, clock.Tenant)
		if err != nil {
			return err
		}
		to, err := touch(tx, store.Touch{Tag: tag, Cause: tag, At: p.Clock(), Gap: p.Apple.Gap})
		if err != nil {
			return err
		}
		ok, err := tx.MoveWallet(ctx, clock.Tenant, clock.Seq, to)
		return errors.Join(err, notMine(err != nil || ok))
	})
}

// alsoWrite writes what some events ask for beside touching cards.
func (p *Passes) alsoWrite(ctx context.Context, tx *store.Tx, tenant verno.TenantID, c concern) error {
	for i := range c.sweeps {
		if err := tx.AddPassSweep(ctx, c.sweeps[i]); err != nil {
			return err
		}
	}
	return p.rebind(ctx, tx, tenant, c.rebound)
}

// turn runs one transaction of this job, as long as it has the lease.
func (p *Passes) turn(ctx context.Context, fn func(tx *store.Tx) error) error {
	return p.Store.WriteLow(ctx, func(tx *store.Tx) error {
		now := p.Clock()
		mine, err := tx.Lease(ctx, "wallet", p.Holder, verno.Micros(now), verno.Micros(now.Add(leaseLife)))
		if err != nil || !mine {
			return errors.Join(err, notMine(mine))
		}
		return fn(tx)
	})
}

func notMine(mine bool) error {
	if mine {
		return nil
	}
	return errNotMine
}

// concerned are the passes of what some events concern, each once.
func (p *Passes) concerned(ctx context.Context, tenant verno.TenantID, c concern) ([]store.Followed, error) {
	var list []store.Followed
	seen := map[verno.CardID]bool{}
	err := p.Store.Reader().PassesOf(ctx, tenant, c.owners, c.cards, func(f store.Followed) {
		if !seen[f.Card] {
			seen[f.Card] = true
			list = append(list, f)
		}
	})
	return list, err
}

// different are those of some passes that do not look as they did when phones were last told, with what they look like.
// Where nobody looks, all are. A pass that nobody has is not looked at: it is drawn when somebody fetches it. One that
// cannot be drawn is told of once, so that one bad card keeps no other from being told of.
func (p *Passes) different(ctx context.Context, tenant verno.TenantID, passes []store.Followed, looks bool) ([]store.Followed, error) {
	out := passes[:0]
	for _, f := range passes {
		if !looks || !f.Told {
			f.Face = nil
			out = append(out, f)
			continue
		}
		hash, err := p.faceHash(ctx, tenant, f.Card)
		if ctx.Err() != nil || errors.Is(err, store.ErrUnavailable) {
			return nil, errors.Join(err, ctx.Err())
		}
		if err != nil {
			p.Log.WarnContext(ctx, "a card cannot be drawn", "card", f.Card.String(), "error", err)
		}
		if !slices.Equal(hash, f.Face) {
			f.Face = hash
			out = append(out, f)
		}
	}
	return out, nil
}

// faceHash is what a card looks like now, in 32 bytes; nil where it shows nothing, as its template is gone.
func (p *Passes) faceHash(ctx context.Context, tenant verno.TenantID, id verno.CardID) ([]byte, error) {
	face, err := p.face(ctx, tenant, id, p.Clock())
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the face of %s: %w", id, err)
	}
	drawn, err := json.Marshal(face)
	if err != nil {
		return nil, fmt.Errorf("the face of %s: %w", id, err)
	}
	sum := sha256.Sum256(drawn)
	return sum[:], nil
}

// rebind writes whose some passes are now, as their cards were given to another member.
func (p *Passes) rebind(ctx context.Context, tx *store.Tx, tenant verno.TenantID, cards []verno.CardID) error {
	for _, id := range cards {
		c, err := tx.Card(ctx, tenant, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		template, err := tx.TemplateOf(ctx, tenant, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		tx.Bulk().RebindPass(tenant, id, c.Member, template)
	}
	return nil
}
