package pass_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass/apnstest"
)

// TestChangesAreGathered: the first change of a card is told at once, those that follow are gathered, and the last is told
// after the gap: by another process too, and by one that was started anew.
func TestChangesAreGathered(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		b.passes.Apple.Gap = 5 * time.Second
		other := b.process("two", b.store)
		other.Apple.Gap = b.passes.Apple.Gap
		p := b.join(1)
		b.settle()
		began := b.heard(p)
		var told []int
		for i := range 20 {
			b.bought(p, 1)
			if i == 10 {
				b.passes, other = other, b.passes
				b.pass(31 * time.Second) // The lease of the one that is gone ends.
			}
			b.follow()
			b.push()
			b.push()
			told = append(told, b.heard(p)-began)
			b.pass(200 * time.Millisecond)
		}
		if told[0] != 1 || told[9] != 1 || told[10] != 2 || told[19] != 2 {
			t.Errorf("after each of twenty changes it was told %d times", told)
		}
		b.pass(5 * time.Second)
		b.push()
		if now := b.read(p.Card); b.heard(p)-began != 3 || now.PushedTag != now.Tag || !now.DueAt.IsZero() {
			t.Errorf("told %d times, up to %d of %d, due %v", b.heard(p)-began, now.PushedTag, now.Tag, now.DueAt)
		}
		b.pass(time.Minute)
		b.bought(p, 1)
		b.follow()
		b.push()
		if b.heard(p)-began != 4 {
			t.Error("a change after a while is not told at once")
		}
	})
}

// TestGatheredWhileTold: a change while a phone is being told, and a phone that comes then, are told of after the gap.
func TestGatheredWhileTold(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		b.passes.Apple.Gap = 5 * time.Second
		p := b.crowd(1)[0]
		b.published()
		b.meanwhile(apnstest.Fault{}, b.published)
		b.register(p, "another")
		b.push()
		if b.heard(p) != 2 || b.apns.Heard(tokenOf("another")) != 0 || b.state().Waiting != 1 {
			t.Errorf("within the gap: told %d and %d times, %+v", b.heard(p), b.apns.Heard(tokenOf("another")), b.state())
		}
		b.pass(5 * time.Second)
		b.push()
		if b.heard(p) != 3 || b.apns.Heard(tokenOf("another")) != 1 || b.state().Waiting != 0 {
			t.Errorf("after it: told %d and %d times, %+v", b.heard(p), b.apns.Heard(tokenOf("another")), b.state())
		}
	})
}

// TestSomeKnowWithinTheGap: where one phone of a card heard and another did not, a change that comes meanwhile does not reach
// the first within the gap.
func TestSomeKnowWithinTheGap(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		b.passes.Apple.Gap = 5 * time.Second
		p := b.join(2)
		b.settle()
		slow := tokenOf("phone1-" + p.Serial)
		b.apns.Break(func(_ int64, token string) *apnstest.Fault {
			if token == slow {
				return &apnstest.Fault{Status: 429, Reason: "TooManyRequests"}
			}
			return nil
		})
		b.published()
		b.push()
		b.apns.Break(nil)
		b.published()
		b.pass(4 * time.Second)
		b.push()
		if b.heard(p) != 2 {
			t.Errorf("told %d times within the gap, want 2: when it came, and of the first change", b.heard(p))
		}
		b.pass(time.Hour)
		b.push()
		if b.heard(p) != 3 || b.apns.Heard(slow) != 2 || b.state().Waiting != 0 {
			t.Errorf("told %d and %d times, %+v", b.heard(p), b.apns.Heard(slow), b.state())
		}
	})
}

// TestAClockThatWasSetBack: what was told by a clock that went wrong keeps no card silent.
func TestAClockThatWasSetBack(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		b.passes.Apple.Gap = 5 * time.Second
		p := b.crowd(1)[0]
		b.pass(24 * time.Hour)
		b.published()
		b.push()
		b.pass(-24 * time.Hour)
		b.pass(time.Minute)
		b.published()
		b.push()
		if b.heard(p) != 3 {
			t.Errorf("told %d times, want 3", b.heard(p))
		}
	})
}

// TestGatheredChangesSpeakOnce: what a card says aloud of changes that were gathered is said, by the one notification that
// tells of all of them.
func TestGatheredChangesSpeakOnce(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		b.passes.Apple.Gap = 5 * time.Second
		if _, err := b.passes.ImportCertificate(t.Context(), boss(b.tenant), signer(t, "rsa").Signer, true); err != nil {
			t.Fatal(err)
		}
		b.happens()
		p := b.join(1)
		b.settle()
		fetched := func() bool {
			t.Helper()
			raw, err := b.passes.FetchedPass(t.Context(), b.read(p.Card), b.clock())
			if err != nil {
				t.Fatal(err)
			}
			return speaks(t, raw, b.clock())
		}
		fetched()
		began := b.heard(p)
		for _, want := range []int{1, 1, 1} {
			b.bought(p, 10)
			b.follow()
			b.push()
			if b.heard(p)-began != want {
				t.Fatalf("told %d times, want %d", b.heard(p)-began, want)
			}
			if want == 1 && !fetched() {
				t.Error("the first change is not spoken of")
			}
			b.pass(time.Second)
		}
		b.pass(5 * time.Second)
		b.push()
		b.push()
		if b.heard(p)-began != 2 || !fetched() {
			t.Errorf("told %d times, or in silence", b.heard(p)-began)
		}
		if b.pass(time.Minute); b.state().Waiting != 0 {
			t.Errorf("%+v", b.state())
		}
		b.push()
		if b.heard(p)-began != 2 {
			t.Error("it was told twice of the same")
		}
	})
}

// TestAReminderIsGathered: a reminder that comes a moment after another change is told after the gap, and not lost.
func TestAReminderIsGathered(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		b.passes.Apple.Gap = 5 * time.Second
		p := b.join(1)
		b.settle()
		began := b.heard(p)
		b.bought(p, 1)
		b.follow()
		b.push()
		b.happens(verno.Event{Kind: verno.EventConfigPublished, Subject: b.template.String()})
		b.follow()
		b.push()
		if b.heard(p)-began != 1 {
			t.Errorf("told %d times at first", b.heard(p)-began)
		}
		b.pass(5 * time.Second)
		b.push()
		if b.heard(p)-began != 2 {
			t.Errorf("told %d times at last", b.heard(p)-began)
		}
	})
}
