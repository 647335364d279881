package pass_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/apnstest"
	"github.com/verno-loyalty/verno/internal/store"
)

// crowd are so many passes, each on one phone, whose registration has been told.
func (b *phones) crowd(n int) []store.Pass {
	b.t.Helper()
	passes := make([]store.Pass, n)
	for i := range passes {
		passes[i] = b.join(1)
	}
	b.settle()
	return passes
}

// published has all cards changed.
func (b *phones) published() {
	b.t.Helper()
	b.happens(verno.Event{Kind: verno.EventConfigPublished, Subject: b.template.String()})
	b.follow()
}

// state is how far telling has come.
func (b *phones) state() store.PushState {
	b.t.Helper()
	s, err := b.passes.Progress(b.t.Context(), b.tenant)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// TestEachPhoneIsToldOnce: of many changes, over one connection, as Apple wants it, and nothing waits afterwards.
func TestEachPhoneIsToldOnce(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		passes := b.crowd(20)
		for range 3 {
			b.published()
			b.pass(time.Second)
		}
		if s := b.state(); s.Waiting != 20 || s.Told != 0 {
			t.Errorf("before: %+v", s)
		}
		b.push()
		b.push()
		for _, p := range passes {
			if n := b.heard(p); n != 2 { // When it was registered, and now.
				t.Errorf("a phone was told %d times", n)
			}
			if now := b.read(p.Card); now.PushedTag != now.Tag || !now.DueAt.IsZero() {
				t.Errorf("told up to %d of %d, due %v", now.PushedTag, now.Tag, now.DueAt)
			}
		}
		if s := b.state(); s.Waiting != 0 || s.Told != 20 || s.Failed != 0 {
			t.Errorf("after: %+v", s)
		}
		if n := b.apns.Connections(); n != 1 || len(b.apns.Faults()) > 0 {
			t.Errorf("%d connections, %q", n, b.apns.Faults())
		}
		if seen := b.apns.Last(); seen.Topic != passType || seen.Certificate != "Pass Type ID: "+passType || seen.Bearer != "" {
			t.Errorf("it saw %+v", seen)
		}
	})
}

// TestPhonesThatAreGone: what Apple says is gone is forgotten, and counted as removed, unless it has come back meanwhile.
func TestPhonesThatAreGone(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		passes := b.crowd(3)
		b.apns.Forget(tokenOfPass(passes[0]))
		b.apns.Break(func(_ int64, token string) *apnstest.Fault {
			if token == tokenOfPass(passes[1]) {
				return &apnstest.Fault{Status: http.StatusBadRequest, Reason: "BadDeviceToken"}
			}
			return nil
		})
		b.published()
		b.push()
		for i, want := range []int{0, 0, 1} {
			list, err := b.store.Reader().RegistrationsOf(t.Context(), b.tenant, passes[i].Card)
			if err != nil || len(list) != want {
				t.Errorf("pass %d has %d phones, %v", i, len(list), err)
			}
		}
		wallets, err := b.store.Reader().Wallets(t.Context(), b.tenant)
		if err != nil || len(wallets) != 1 || wallets[0] != (store.Wallets{Wallet: "apple", Installed: 1, Removed: 2}) {
			t.Errorf("%+v, %v", wallets, err)
		}
		if s := b.state(); s.Waiting != 0 || s.Failed != 2 || s.Told != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// TestAppleHasEnough: where Apple says that it is too much, nothing is sent for as long as it asks, and then each phone
// is told that was not, once.
func TestAppleHasEnough(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]apnstest.Fault{
		"429":         {Status: http.StatusTooManyRequests, Reason: "TooManyProviderTokenUpdates", RetryAfter: 120},
		"503":         {Status: http.StatusServiceUnavailable, Reason: "ServiceUnavailable", RetryAfter: 60},
		"500":         {Status: http.StatusInternalServerError, Reason: "InternalServerError"},
		"certificate": {Status: http.StatusForbidden, Reason: "BadCertificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPhones(t, func(t *testing.T, b *phones) {
				const cards = 30
				b.crowd(cards)
				began := b.apns.Total()
				b.apns.Break(func(n int64, _ string) *apnstest.Fault {
					if n > began+10 {
						return &f
					}
					return nil
				})
				b.published()
				b.push()
				if got := b.apns.Total() - began; got != 10 {
					t.Errorf("%d were taken", got)
				}
				b.apns.Break(func(int64, string) *apnstest.Fault { t.Error("it was asked before its time"); return nil })
				b.push()
				b.apns.Break(nil)
				for range 5 {
					b.pass(10 * time.Minute)
					b.push()
				}
				if most, devices := b.apns.Most(); most != 2 || devices != cards || b.state().Waiting != 0 {
					t.Errorf("a phone was told %d times, %d phones, %+v", most, devices, b.state())
				}
			})
		})
	}
}

// TestAnotherCertificate: where Apple refuses the certificate, or there is none, nothing is sent until there is another, which
// is used within seconds of its import.
func TestAnotherCertificate(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]bool{"refused": true, "none": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPhones(t, func(t *testing.T, b *phones) {
				passes := b.crowd(12)
				good := b.passes.Credential
				if refused {
					b.apns.Break(func(int64, string) *apnstest.Fault {
						return &apnstest.Fault{Status: http.StatusForbidden, Reason: "InvalidProviderToken"}
					})
				} else {
					b.passes.Credential = func(context.Context, verno.TenantID, string) (*pass.PushCredential, error) {
						return nil, verno.Unavailable("certificate_none", 1)
					}
				}
				b.published()
				b.push()
				tasks, err := b.store.Reader().Tasks(t.Context(), b.tenant, false, verno.TaskID{}, 10)
				if err != nil || len(tasks) != 0 && !refused || refused && (len(tasks) != 1 || tasks[0].Kind != pass.TaskAppleAccess || !strings.Contains(tasks[0].Detail, "InvalidProviderToken")) {
					t.Errorf("tasks %+v, %v", tasks, err)
				}
				b.apns.Break(func(int64, string) *apnstest.Fault { t.Error("it was asked with what was refused"); return nil })
				b.pass(20 * time.Second)
				b.push()
				b.apns.Break(nil)
				b.passes.Credential = func(ctx context.Context, tenant verno.TenantID, passType string) (*pass.PushCredential, error) {
					c, err := good(ctx, tenant, passType)
					if err == nil {
						c.ID = "another"
					}
					return c, err
				}
				b.pass(10 * time.Second)
				b.push()
				for i, p := range passes {
					if b.heard(p) != 2 { // When it came, and now.
						t.Errorf("phone %d was told %d times", i, b.heard(p))
					}
				}
			})
		})
	}
}

// TestOnePhoneTooOften: a phone that is told too often waits alone.
func TestOnePhoneTooOften(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		passes := b.crowd(12)
		b.apns.Break(func(_ int64, token string) *apnstest.Fault {
			if token == tokenOfPass(passes[0]) {
				return &apnstest.Fault{Status: http.StatusTooManyRequests, Reason: "TooManyRequests"}
			}
			return nil
		})
		b.published()
		b.push()
		for i, p := range passes {
			if want := min(i, 1) + 1; b.heard(p) != want {
				t.Errorf("phone %d was told %d times, want %d", i, b.heard(p), want)
			}
		}
		b.apns.Break(nil)
		b.pass(time.Hour)
		b.push()
		if b.heard(passes[0]) != 2 {
			t.Error("it was forgotten")
		}
	})
}

// TestConnectionsBreak: connections that end and streams that are reset leave nobody out.
func TestConnectionsBreak(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		passes := b.crowd(40)
		b.apns.Break(func(n int64, _ string) *apnstest.Fault {
			switch n % 10 {
			case 3:
				return &apnstest.Fault{GoAway: true}
			case 7:
				return &apnstest.Fault{Reset: true}
			}
			return nil
		})
		b.published()
		for range 20 {
			b.push()
			b.pass(10 * time.Minute)
		}
		for _, p := range passes {
			if b.heard(p) < 2 {
				t.Error("a phone was left out")
			}
		}
		if s := b.state(); s.Waiting != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// TestStoppedAndResumed: when it is stopped in the middle, what is under way is finished and written, so that whoever goes
// on tells everybody else, and nobody twice.
func TestStoppedAndResumed(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		const cards = 60
		b.crowd(cards)
		b.published()
		began := b.apns.Total()
		for round := int64(1); round <= 3; round++ {
			ctx, stop := context.WithCancel(t.Context())
			b.apns.Break(func(n int64, _ string) *apnstest.Fault {
				if n >= began+10*round {
					stop()
				}
				return nil
			})
			if err := b.passes.Push(ctx); err != nil {
				t.Error(err)
			}
			stop()
		}
		b.apns.Break(nil)
		b.push()
		if most, devices := b.apns.Most(); most != 2 || devices != cards || b.apns.Total()-began != cards {
			t.Errorf("a phone was told %d times, %d phones, %d notifications", most, devices, b.apns.Total()-began)
		}
	})
}

// TestChangedWhileTold: a change while the phone is being told of the last one is told of as well.
func TestChangedWhileTold(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		p := b.crowd(1)[0]
		b.published()
		b.meanwhile(apnstest.Fault{}, b.published)
		b.push()
		if b.heard(p) != 3 {
			t.Errorf("told %d times, want 3: when registered, and of each change", b.heard(p))
		}
	})
}

// TestTwoPushers: of two Vernos on one database one tells.
func TestTwoPushers(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		b.crowd(40)
		b.published()
		other := b.process("two", b.store)
		var all sync.WaitGroup
		for _, p := range []*pass.Passes{b.passes, other} {
			all.Go(func() {
				if err := p.Push(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if most, devices := b.apns.Most(); most != 2 || devices != 40 {
			t.Errorf("a phone was told %d times, %d phones", most, devices)
		}
	})
}

// TestSomePhonesOfAPass: where some phones of a pass know and others do not, only the others are told again.
func TestSomePhonesOfAPass(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		p := b.join(3)
		b.settle()
		slow := tokenOf("phone1-" + p.Serial)
		b.apns.Break(func(_ int64, token string) *apnstest.Fault {
			if token == slow {
				return &apnstest.Fault{Status: http.StatusServiceUnavailable, Reason: "Shutdown"}
			}
			return nil
		})
		b.published()
		b.push()
		b.apns.Break(nil)
		b.pass(time.Hour)
		b.push()
		for _, token := range []string{tokenOfPass(p), slow, tokenOf("phone2-" + p.Serial)} {
			if n := b.apns.Heard(token); n != 2 {
				t.Errorf("a phone was told %d times", n)
			}
		}
	})
}

// TestTokens: a key signs tokens that Apple can check, and each is shown for a while.
func TestTokens(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		b.passes.Credential = func(context.Context, verno.TenantID, string) (*pass.PushCredential, error) {
			return &pass.PushCredential{ID: "key", Key: key, KeyID: "ABC123DEFG", Team: "TEAM000001"}, nil
		}
		b.crowd(2)
		first := b.apns.Last().Bearer
		token, err := jwt.Parse(first, func(*jwt.Token) (any, error) { return key.Public(), nil }, jwt.WithoutClaimsValidation())
		if err != nil || token.Header["kid"] != "ABC123DEFG" || token.Header["alg"] != "ES256" {
			t.Fatalf("%v, %v", err, token)
		}
		if issuer, _ := token.Claims.GetIssuer(); issuer != "TEAM000001" {
			t.Errorf("it is of %s", issuer)
		}
		b.published()
		b.push()
		again := b.apns.Last().Bearer
		b.pass(41 * time.Minute)
		b.published()
		b.push()
		if again != first || b.apns.Last().Bearer == first {
			t.Error("a token is shown too long, or not for long enough")
		}
	})
}

// TestOtherWallets: wallets that took over Apple's way are told by many at once, as each wants it, and what they do not
// know any more is forgotten.
func TestOtherWallets(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		p := b.join(0)
		var mu sync.Mutex
		calls := map[string]string{}
		wallets := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var body map[string]any
			_ = json.NewDecoder(r.Body).Decode(&body)
			text, _ := json.Marshal(body)
			mu.Lock()
			calls[r.URL.Path] = r.Header.Get("Authorization") + r.Header.Get("X-Api-Key") + " " + string(text)
			mu.Unlock()
			if strings.HasPrefix(r.URL.Path, "/hms") {
				_, _ = w.Write([]byte(`{"status":"ERROR","unknown_push_tokens":["hms-token"],"expired_push_tokens":[]}`))
			}
		}))
		t.Cleanup(wallets.Close)
		b.passes.Apple.Others = map[string]pass.OtherWallet{
			pass.SchemeAndroid: {URL: wallets.URL + "/android", Key: "ka"}, pass.SchemeWalletHMS: {URL: wallets.URL + "/hms", Key: "kh"},
			pass.SchemePass2U: {URL: wallets.URL + "/v2/{type}/push", Key: "kp"}, pass.SchemeWalletUnion: {URL: wallets.URL + "/never"},
		}
		for scheme, token := range map[string]string{
			pass.SchemeAndroid: "android-token", pass.SchemeWalletHMS: "hms-token", pass.SchemePass2U: "p2u-token", pass.SchemeWalletUnion: "union-token",
		} {
			if _, err := b.passes.Register(t.Context(), p, pass.Registering{PassType: passType, Device: scheme, PushToken: token, Scheme: scheme}); err != nil {
				t.Fatal(err)
			}
		}
		b.push()
		mu.Lock()
		defer mu.Unlock()
		for path, want := range map[string]string{
			"/android":                  `ka {"passTypeIdentifier":"` + passType + `","pushTokens":["android-token"]}`,
			"/hms":                      `kh {"hms":true,"passTypeIdentifier":"` + passType + `","pushTokens":["hms-token"]}`,
			"/v2/" + passType + "/push": `kp {"registrationIds":["p2u-token"]}`,
		} {
			if calls[path] != want {
				t.Errorf("%s got %s, want %s", path, calls[path], want)
			}
		}
		if len(calls) != 3 {
			t.Errorf("a wallet without a key was told: %v", calls)
		}
		list, err := b.store.Reader().RegistrationsOf(t.Context(), b.tenant, p.Card)
		if err != nil || len(list) != 3 || b.state().Waiting != 0 {
			t.Errorf("%d devices are left, %v, %+v", len(list), err, b.state())
		}
	})
}
