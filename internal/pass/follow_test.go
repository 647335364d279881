package pass_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// TestOnlyWhatLooksDifferentIsTold: a purchase that changes what a card shows is told, once; one that changes nothing is
// not, and neither is anybody else.
func TestOnlyWhatLooksDifferentIsTold(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, other := b.join(1), b.join(1)
		b.settle()
		before, told := b.read(one.Card), b.heard(one)
		b.bought(one, 10)
		b.settle()
		after := b.read(one.Card)
		if after.Tag <= before.Tag || !after.ModifiedAt.After(before.ModifiedAt) || b.heard(one) != told+1 {
			t.Errorf("from %+v to %+v, told %d times", before, after, b.heard(one)-told)
		}
		b.bought(one, 0)
		b.settle()
		if again := b.read(one.Card); again.Tag != after.Tag || b.heard(one) != told+1 {
			t.Errorf("nothing changed, yet the tag went from %d to %d", after.Tag, again.Tag)
		}
		if b.heard(other) != 1 { // When it was registered.
			t.Errorf("somebody else was told %d times", b.heard(other))
		}
	})
}

// TestTheSameSecond: changes within one second have different tags and different whole seconds.
func TestTheSameSecond(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		p := b.join(1)
		b.follow()
		seconds, tags := map[int64]bool{}, map[int64]bool{}
		for range 5 {
			b.bought(p, 1)
			b.follow()
			now := b.read(p.Card)
			if now.ModifiedAt.Nanosecond() != 0 || seconds[now.ModifiedAt.Unix()] || tags[now.Tag] {
				t.Fatalf("a change is of %v and tag %d: seen before, or not whole", now.ModifiedAt, now.Tag)
			}
			seconds[now.ModifiedAt.Unix()], tags[now.Tag] = true, true
		}
		b.push()
		if b.heard(p) != 1 {
			t.Errorf("five changes were told %d times, want once", b.heard(p))
		}
	})
}

// TestWhatChangesACard: each kind of event that may change a card has it looked at.
func TestWhatChangesACard(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		p := b.join(1)
		b.settle()
		owner := b.ownerOf(p)
		for i, e := range []verno.Event{
			{Kind: verno.EventReceiptReturned, Owner: owner},
			{Kind: verno.EventPointsExpired, Owner: owner},
			{Kind: verno.EventAimChanged, Owner: owner},
			{Kind: verno.EventWalletToppedUp, Owner: owner},
			{Kind: verno.EventHoldReleased, Owner: owner},
			{Kind: verno.EventMemberFrozen, Owner: owner},
			{Kind: verno.EventCardBlocked, Subject: p.Card.String()},
			{Kind: verno.EventCardReplaced, Subject: p.Card.String()},
			{Kind: verno.EventCardValue, Subject: p.Card.String()},
			{Kind: verno.EventConfigPublished, Subject: b.programme.String()},
			{Kind: verno.EventConfigPublished, Subject: b.template.String()},
			{Kind: verno.EventConfigChanged, Subject: "str_1", Detail: map[string]string{"what": "store"}},
			{Kind: verno.EventConfigChanged, Subject: "nws_1", Detail: map[string]string{"what": "news", "how": "told"}},
			{Kind: verno.EventAccess, Subject: "nfk_1", Detail: map[string]string{"what": "nfc_key.created", "protocol": "apple_vas"}},
			{Kind: verno.EventAccess, Subject: "nfk_1", Detail: map[string]string{"what": "nfc_key.retired", "protocol": "apple_vas"}},
			{Kind: verno.EventAccess, Subject: "wky_1", Detail: map[string]string{"what": "certificate.imported", "nfc": "begins"}},
		} {
			before := b.read(p.Card)
			b.mu.Lock()
			f := b.facts[p.Card]
			f.Points.Available = money.Points(1000 + i)
			b.facts[p.Card] = f
			b.mu.Unlock()
			b.happens(e)
			b.follow()
			if b.read(p.Card).Tag == before.Tag {
				t.Errorf("%s does not change the card", e.Kind)
			}
		}
		before := b.read(p.Card)
		b.happens(
			verno.Event{Kind: verno.EventConsentGranted, Owner: owner}, verno.Event{Kind: verno.EventAccess},
			verno.Event{Kind: verno.EventAccess, Detail: map[string]string{"what": "nfc_key.created", "protocol": "smart_tap"}},
			verno.Event{Kind: verno.EventAccess, Detail: map[string]string{"what": "certificate.imported"}},
			verno.Event{Kind: verno.EventCardShown, Owner: owner},
		)
		b.follow()
		if b.read(p.Card).Tag != before.Tag {
			t.Error("a consent changes the card")
		}
		if _, err := b.passes.ImportCertificate(t.Context(), boss(b.tenant), signer(t, "rsa").Signer, true); err != nil {
			t.Fatal(err)
		}
		b.happens()
		b.follow()
		if b.read(p.Card).Tag == before.Tag {
			t.Error("a certificate with which cards begin to speak with readers does not change the card")
		}
	})
}

// TestCardGivenToAnother: a pass follows its card to another member.
func TestCardGivenToAnother(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, other := b.join(1), b.join(1)
		b.settle()
		b.write(func(tx *store.Tx) error {
			return tx.MoveCards(t.Context(), b.tenant, one.Member, other.Member, b.clock())
		})
		b.happens(verno.Event{Kind: verno.EventCardLinked, Subject: one.Card.String(), Owner: b.ownerOf(other)})
		b.follow()
		if got := b.read(one.Card); got.Member != other.Member {
			t.Errorf("the pass is still of %s", got.Member)
		}
	})
}

// TestManyAtOnce: a template that is published changes all of its cards, by parts, and goes on where it was left; what
// only the days change is looked at once a day.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		const cards = 60 // More than are looked at in one turn.
		passes := make([]store.Pass, cards)
		for i := range passes {
			passes[i] = b.join(i % 2)
		}
		b.settle()
		tags := func() (list []int64) {
			for _, p := range passes {
				list = append(list, b.read(p.Card).Tag)
			}
			return list
		}
		before := tags()
		b.happens(verno.Event{Kind: verno.EventConfigPublished, Subject: b.template.String()})
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if err := b.passes.Follow(stopped); err == nil {
			t.Error("a follower that was stopped says nothing")
		}
		b.follow()
		after := tags()
		for i := range after {
			if after[i] <= before[i] {
				t.Errorf("card %d was left out", i)
			}
		}
		b.push()
		b.follow()
		if again := tags(); fmt.Sprint(again) != fmt.Sprint(after) {
			t.Error("it was done twice")
		}
		b.mu.Lock()
		f := b.facts[passes[1].Card]
		f.Points.Expiring, f.Points.ExpireAt = 5, b.now.AddDate(0, 0, 2)
		b.facts[passes[1].Card] = f
		b.mu.Unlock()
		b.pass(24 * time.Hour)
		told := b.heard(passes[1])
		b.follow()
		b.push()
		if b.heard(passes[1]) != told+1 {
			t.Error("points that are to expire were not told of")
		}
	})
}

// TestTwoFollowers: two Vernos on one database follow one log without doing anything twice or leaving anything out.
func TestTwoFollowers(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		passes := make([]store.Pass, 30)
		for i := range passes {
			passes[i] = b.join(1)
		}
		b.settle()
		before := map[verno.CardID]int64{}
		for _, p := range passes {
			before[p.Card] = b.read(p.Card).Tag
			b.bought(p, 5)
		}
		var all sync.WaitGroup
		for _, p := range []*pass.Passes{b.passes, b.process("two", b.store)} {
			all.Go(func() {
				for range 3 {
					if err := p.Follow(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		clocks, err := b.store.Reader().WalletClocks(t.Context())
		if err != nil || len(clocks) != 1 {
			t.Fatal(clocks, err)
		}
		tags := map[int64]bool{}
		for _, p := range passes {
			now := b.read(p.Card)
			if now.Tag <= before[p.Card] || now.Tag > clocks[0].Tag {
				t.Errorf("tag %d after %d, and the clock stands at %d", now.Tag, before[p.Card], clocks[0].Tag)
			}
			tags[now.Tag] = true
		}
		if len(tags) != 1 {
			t.Errorf("one turn gave %d tags, so that something was done twice", len(tags))
		}
	})
}

// TestACrowdIsNotLookedAt: a turn that concerns many takes it on trust that they look different, and the next look finds
// out what they look like.
func TestACrowdIsNotLookedAt(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		const cards = 70
		events, passes := make([]verno.Event, cards), make([]store.Pass, cards)
		for i := range events {
			passes[i] = b.join(1)
			events[i] = verno.Event{Kind: verno.EventPointsAwarded, Owner: b.ownerOf(passes[i])}
		}
		b.settle()
		b.happens(events...)
		b.follow()
		if face := b.read(passes[3].Card).Face; face != nil {
			t.Errorf("a face was drawn: %x", face)
		}
		b.push()
		b.bought(passes[3], 0)
		b.follow()
		if face := b.read(passes[3].Card).Face; face == nil {
			t.Error("nobody has looked since")
		}
	})
}

// TestACardThatCannotBeDrawn: it keeps no other from being told of, and is told of once itself.
func TestACardThatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		bad, good := b.join(1), b.join(1)
		b.settle()
		draw := b.passes.Facts
		b.passes.Facts = func(ctx context.Context, tenant verno.TenantID, id verno.CardID, now time.Time) (card.Template, card.Facts, error) {
			if id == bad.Card {
				return card.Template{}, card.Facts{}, errors.New("a template that nobody can read")
			}
			return draw(ctx, tenant, id, now)
		}
		for range 3 {
			b.bought(bad, 1)
			b.bought(good, 1)
			b.settle()
		}
		if b.heard(good) != 4 || b.heard(bad) != 2 {
			t.Errorf("told %d and %d times, want 4 and 2", b.heard(good), b.heard(bad))
		}
	})
}
