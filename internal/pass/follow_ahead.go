package pass

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

const (
	// aheadMost is how many events are read before any is followed, and aheadBusy how many while sales come in. What
	// happened to one owner among them is followed once.
	aheadMost = 1 << 18
	aheadBusy = 1 << 10
	// aheadRead is how many of them are read at once.
	aheadRead = 1 << 13
)

// ahead is what has happened and is to be followed next: of the events of an owner the last one, as their cards are touched
// once however many there are. What comes before is passed over, and is not lost where this process is stopped or killed:
// the last one is in the log, and whoever goes on comes to it.
type ahead struct {
	events []store.Happened // that concern cards, in the order of the log
	until  int64            // the last event that was read
	more   bool             // there may be more after it
}

// look reads what has happened since a tenant's clock: by two parts at once while there is a log of them to catch up with.
func (p *Passes) look(ctx context.Context, clock store.WalletClock) (ahead, error) {
	a := ahead{until: clock.Seq, more: true}
	last := map[verno.OwnerID]int64{}
	most := int64(aheadMost)
	for a.more && a.until-clock.Seq < most {
		parts := make([]part, 2)
		if a.until == clock.Seq {
			parts = parts[:1] // Most of the time that is all.
		} else if err := p.turn(ctx, func(*store.Tx) error { return nil }); err != nil {
			return a, err // More is read by whoever has the lease.
		}
		if p.following.busy(p.Store, p.Clock()) {
			parts, most = parts[:1], aheadBusy
		}
		var reading sync.WaitGroup
		from := a.until
		for i := range parts {
			one := &parts[i]
			one.after = from
			one.until = min(one.after+aheadRead, clock.Seq+most)
			from = one.until
			reading.Go(func() { one.read(ctx, p.Store.Reader(), clock.Tenant) })
		}
		reading.Wait()
		for i := range parts {
			one := &parts[i]
			if one.err != nil {
				return a, one.err
			}
			if !a.more || one.until <= one.after {
				break // What is sealed meanwhile is read the next time, behind what came before it.
			}
			for _, e := range one.events {
				if ofOwner[e.Kind] {
					last[e.Owner] = e.Seq
				}
			}
			a.events = append(a.events, one.events...)
			a.until, a.more = one.last, one.last == one.until
		}
	}
	a.collapse(last)
	return a, nil
}

// part is some of the log as it is read, of which what concerns no card is left out.
type part struct {
	after, until int64
	events       []store.Happened
	last         int64 // that was read
	err          error
}

func (r *part) read(ctx context.Context, reader *store.Reader, tenant verno.TenantID) {
	r.last = r.after
	r.err = reader.Happened(ctx, tenant, r.after, r.until, func(e store.Happened) {
		r.last = e.Seq
		if ofOwner[e.Kind] && !e.Owner.IsZero() || ofCard[e.Kind] || ofMany[e.Kind] {
			r.events = append(r.events, e)
		}
	})
}

// collapse leaves the last event of each owner.
func (a *ahead) collapse(last map[verno.OwnerID]int64) {
	kept := a.events[:0]
	for _, e := range a.events {
		if !ofOwner[e.Kind] || last[e.Owner] == e.Seq {
			kept = append(kept, e)
		}
	}
	a.events = kept
}

// rest says whether there is anything to be followed, or passed over.
func (a *ahead) rest(clock store.WalletClock) bool { return clock.Seq < a.until }

// through is the last event of the log that needs nothing any more once the first so many have been followed.
func (a *ahead) through(n int) int64 {
	if n == len(a.events) {
		return a.until
	}
	return a.events[n].Seq - 1
}

// bodies reads what is said by those of some events whose kind and owner are not enough.
func bodies(ctx context.Context, r *store.Reader, tenant verno.TenantID, events []store.Happened) error {
	at := map[int64]int{}
	for i := range events {
		if e := &events[i]; !ofOwner[e.Kind] {
			at[e.Seq] = i
		}
	}
	if len(at) == 0 {
		return nil
	}
	return r.Bodies(ctx, tenant, slices.Sorted(maps.Keys(at)), func(seq int64, body string) { events[at[seq]].Body = body })
}
