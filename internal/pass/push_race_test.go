package pass_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/apnstest"
	"github.com/verno-loyalty/verno/internal/store"
)

// meanwhile tells, and does something while the first notification is under way, which then is answered with a fault.
func (b *phones) meanwhile(f apnstest.Fault, do func()) {
	b.t.Helper()
	release, reached := make(chan struct{}), make(chan struct{})
	var once sync.Once
	f.Wait = release
	b.apns.Break(func(int64, string) *apnstest.Fault {
		once.Do(func() { close(reached) })
		return &f
	})
	var told sync.WaitGroup
	told.Go(func() {
		if err := b.passes.Push(b.t.Context()); err != nil {
			b.t.Error(err)
		}
	})
	<-reached
	do()
	close(release)
	told.Wait()
	b.apns.Break(nil)
}

// registers has a phone name another token for a pass.
func (b *phones) registers(p store.Pass, device, token string) {
	b.t.Helper()
	if _, err := b.passes.Register(b.t.Context(), p, pass.Registering{
		PassType: passType, Device: device, PushToken: tokenOf(token), Scheme: pass.SchemeApple,
	}); err != nil {
		b.t.Fatal(err)
	}
}

// TestANewTokenWhileTold: a phone that names another token while the old one is being told is told by the new one, whatever
// came of the old, and also where no time has passed.
func TestANewTokenWhileTold(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]apnstest.Fault{
		"gone":    {Status: http.StatusGone, Reason: "Unregistered"},
		"taken":   {},
		"refused": {Status: http.StatusBadRequest, Reason: "BadPath"},
		"later":   {Status: http.StatusTooManyRequests, Reason: "TooManyRequests"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPhones(t, func(t *testing.T, b *phones) {
				p := b.crowd(1)[0]
				b.published()
				b.meanwhile(f, func() { b.registers(p, "phone0-"+p.Serial, "anew") })
				b.pass(time.Hour)
				b.push()
				if n := b.apns.Heard(tokenOf("anew")); n != 1 {
					t.Errorf("the new token was told %d times", n)
				}
				if s := b.state(); s.Waiting != 0 {
					t.Errorf("%+v", s)
				}
			})
		})
	}
}

// TestTakenOffItsLastPhone: a card that was taken off its last phone before anybody told the phone keeps no other phone from
// hearing, and waits for nothing.
func TestTakenOffItsLastPhone(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		left, kept := b.join(0), b.crowd(1)[0]
		b.register(left, "left")
		b.settle()
		b.published()
		if err := b.passes.Unregister(t.Context(), left, passType, "left"); err != nil {
			t.Fatal(err)
		}
		b.push()
		if b.heard(kept) != 2 { // When it came, and now.
			t.Errorf("the other phone was told %d times", b.heard(kept))
		}
		if s := b.state(); s.Waiting != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// TestATokenOfSomethingElse: a phone that named a token which is for another kind of pass, or for an app, is refused alone.
func TestATokenOfSomethingElse(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		passes := b.crowd(12)
		b.apns.Break(func(_ int64, token string) *apnstest.Fault {
			if token == tokenOfPass(passes[0]) {
				return &apnstest.Fault{Status: http.StatusBadRequest, Reason: "DeviceTokenNotForTopic"}
			}
			return nil
		})
		b.published()
		b.push()
		b.pass(20 * time.Second)
		b.published()
		b.push()
		for i, p := range passes {
			if want := 2*min(i, 1) + 1; b.heard(p) != want {
				t.Errorf("phone %d was told %d times, want %d", i, b.heard(p), want)
			}
		}
	})
}

// TestATokenTooOld: a token that Apple finds too old, as after a machine slept, is changed at once and the phone told, unless
// it is so new that Apple would refuse another.
func TestATokenTooOld(t *testing.T) {
	t.Parallel()
	for name, age := range map[string]time.Duration{"changed": 25 * time.Minute, "too new": 10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPhones(t, func(t *testing.T, b *phones) {
				key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
				if err != nil {
					t.Fatal(err)
				}
				b.passes.Credential = func(context.Context, verno.TenantID, string) (*pass.PushCredential, error) {
					return &pass.PushCredential{ID: "key", Key: key, KeyID: "ABC123DEFG", Team: "TEAM000001"}, nil
				}
				p := b.crowd(1)[0]
				old := b.apns.Last().Bearer
				b.pass(age)
				var asked int
				b.apns.Break(func(int64, string) *apnstest.Fault {
					if asked++; asked > 1 {
						return nil
					}
					return &apnstest.Fault{Status: http.StatusForbidden, Reason: "ExpiredProviderToken"}
				})
				b.published()
				b.push()
				now := b.apns.Last().Bearer
				if renewed := age > 20*time.Minute; renewed != (b.heard(p) == 2) || renewed != (now != old) {
					t.Errorf("asked %d times, told %d times, another token: %t", asked, b.heard(p), now != old)
				}
			})
		})
	}
}

// TestBackSinceItWasGone: what Apple found gone and has registered itself since stays; what it found gone after that goes.
func TestBackSinceItWasGone(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		back, left := b.join(1), b.join(1)
		b.settle()
		gone := b.clock()
		b.pass(2 * time.Minute)
		b.registers(back, "phone0-"+back.Serial, "phone0-"+back.Serial) // With the token that it had.
		b.apns.Break(func(int64, string) *apnstest.Fault {
			return &apnstest.Fault{Status: http.StatusGone, Reason: "Unregistered", Since: gone.Add(time.Second)}
		})
		b.published()
		b.push()
		for p, want := range map[verno.CardID]int{back.Card: 1, left.Card: 0} {
			list, err := b.store.Reader().RegistrationsOf(t.Context(), b.tenant, p)
			if err != nil || len(list) != want {
				t.Errorf("%d phones, want %d, %v", len(list), want, err)
			}
		}
		b.apns.Break(nil)
		b.published()
		b.push()
		if b.heard(back) != 2 {
			t.Errorf("it was told %d times", b.heard(back))
		}
	})
}

// TestAnotherCertificateWhileTold: what is under way ends with the old one, and all else goes with the new.
func TestAnotherCertificateWhileTold(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		fresh, err := apnstest.NewCertificate("another")
		if err != nil {
			t.Fatal(err)
		}
		var replaced atomic.Bool
		before := b.passes.Credential
		b.passes.Credential = func(ctx context.Context, tenant verno.TenantID, of string) (*pass.PushCredential, error) {
			if !replaced.Load() {
				return before(ctx, tenant, of)
			}
			return &pass.PushCredential{ID: "another", Certificate: &fresh}, nil
		}
		p := b.crowd(1)[0]
		b.published()
		b.meanwhile(apnstest.Fault{}, func() { replaced.Store(true) })
		if seen := b.apns.Last().Certificate; seen == "another" {
			t.Error("what was under way goes with another certificate")
		}
		b.published()
		b.push()
		if seen := b.apns.Last().Certificate; seen != "another" || b.heard(p) != 3 {
			t.Errorf("told %d times, last with %q", b.heard(p), seen)
		}
	})
}

// TestAHangingConnectionKeepsItsLease: while nothing is answered, no other process takes over and tells the same again.
func TestAHangingConnectionKeepsItsLease(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		p := b.crowd(1)[0]
		b.published()
		other := b.process("two", b.store)
		b.meanwhile(apnstest.Fault{}, func() {
			b.pass(20 * time.Second)
			b.renewed("wallet push", b.clock())
			b.pass(20 * time.Second) // By now it would have ended.
			if err := other.Push(t.Context()); err != nil {
				t.Error(err)
			}
		})
		if b.heard(p) != 2 {
			t.Errorf("told %d times, want 2: when registered, and of the change", b.heard(p))
		}
	})
}

// renewed waits until a lease lasts for a time from a moment on.
func (b *phones) renewed(name string, from time.Time) {
	b.t.Helper()
	notYet := errors.New("not yet")
	ticks, limit := time.NewTicker(50*time.Millisecond), time.After(time.Minute)
	defer ticks.Stop()
	for {
		err := b.store.Write(b.t.Context(), func(tx *store.Tx) error {
			n, err := tx.Exec(b.t.Context(), `UPDATE lease SET until = until WHERE name = $1 AND until > $2`, name, verno.Micros(from.Add(20*time.Second)))
			if err == nil && n == 0 {
				err = notYet
			}
			return err
		})
		if err == nil {
			return
		}
		select {
		case <-ticks.C:
		case <-limit:
			b.t.Fatal("the lease is not renewed: ", err)
		}
	}
}
