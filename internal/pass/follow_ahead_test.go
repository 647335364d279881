package pass_test

import (
	"context"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// sold makes a sale of nothing: all that it leaves is that there was one.
func (b *phones) sold() {
	b.t.Helper()
	err := b.store.Hot(b.t.Context(), 0, func(h *store.HotTx) error {
		h.Values(nothing).Bytes(b.tenant[:])
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

var nothing = store.Keyed("tenant bytea", `UPDATE wallet_clock SET told = wallet_clock.told FROM k WHERE wallet_clock.tenant = k.tenant`)

// TestAWaveIsToldOnce: of a wave in which every card changes twice, each is told once; and where whoever follows it is
// stopped after every turn, nothing is lost and nothing is done twice, also of what is no change of an owner.
func TestAWaveIsToldOnce(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		const cards, phones = 300, 30 // More than one turn while sales come in.
		passes, events := make([]store.Pass, cards), make([]verno.Event, cards)
		for i := range passes {
			passes[i] = b.join(min(1, max(0, phones-i)))
			events[i] = verno.Event{Kind: verno.EventPointsAwarded, Owner: b.ownerOf(passes[i])}
		}
		blocked := passes[cards-1]
		b.settle()
		b.happens(events...)
		b.happens(verno.Event{Kind: verno.EventCardBlocked, Subject: blocked.Card.String()}, verno.Event{Kind: verno.EventConsentGranted, Owner: events[0].Owner})
		b.happens(events[:cards-1]...)
		b.pass(time.Hour)
		turns := 0
		for done := false; !done && turns < 20; turns++ {
			b.sold()
			ctx, stop := context.WithCancel(t.Context())
			seq := b.clocked().Seq
			p := b.process("one", b.store)
			clock := p.Clock
			p.Clock = func() time.Time { // A clock that is read after a turn was written stops whoever reads it.
				if b.clocked().Seq > seq {
					stop()
				}
				return clock()
			}
			done = p.Follow(ctx) == nil
			stop()
		}
		if turns < 2 {
			t.Error("it was never stopped")
		}
		for i, p := range passes {
			if got, want := b.read(p.Card).ModifiedAt, b.clock().Truncate(time.Second); !got.Equal(want) && i < cards-1 {
				t.Errorf("card %d changed at %v, want once at %v", i, got, want)
			}
		}
		b.push()
		for i, p := range passes[:phones] {
			if b.heard(p) != 2 { // When it came, and now.
				t.Errorf("phone %d was told %d times", i, b.heard(p))
			}
		}
	})
}

// TestTheFirstEventIsFollowed: a clock that began before anything was sealed does not pass over the first event.
func TestTheFirstEventIsFollowed(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		p := b.join(0)
		began := b.clocked().Seq
		b.follow()
		if now := b.clocked().Seq; began != -1 || now != began {
			t.Errorf("nothing was sealed, and the clock went from %d to %d", began, now)
		}
		before := b.read(p.Card)
		b.bought(p, 1)
		b.follow()
		if b.read(p.Card).Tag == before.Tag {
			t.Error("the first event was passed over")
		}
	})
}

// clocked is how far the log was followed.
func (b *phones) clocked() store.WalletClock {
	b.t.Helper()
	list, err := b.store.Reader().WalletClocks(b.t.Context())
	if err != nil || len(list) != 1 {
		b.t.Fatal(list, err)
	}
	return list[0]
}
