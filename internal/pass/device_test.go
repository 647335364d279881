package pass_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
)

// TestOnlyItsTokenOpensAPass: neither another pass's, nor a part of it, nor one for a pass that is not there, nor under a
// type that the merchant has no certificate for.
func TestOnlyItsTokenOpensAPass(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, other := b.join(0), b.join(0)
		token, err := b.passes.Token(t.Context(), b.tenant, one.Serial)
		if err != nil || len(token) < 16 {
			t.Fatal(token, err)
		}
		if got, err := b.passes.Authorize(t.Context(), passType, one.Serial, token); err != nil || got.Card != one.Card {
			t.Errorf("%v, %v", got, err)
		}
		for _, c := range [][3]string{
			{passType, other.Serial, token},
			{passType, one.Serial, token[:16]},
			{passType, one.Serial, ""},
			{passType, one.Serial, strings.ToUpper(token)},
			{passType, "nosuchserial", token},
			{"pass.of.another", one.Serial, token},
			{passType, "", token},
		} {
			if _, err := b.passes.Authorize(t.Context(), c[0], c[1], c[2]); !errors.Is(err, pass.ErrToken) {
				t.Errorf("%q: %v", c, err)
			}
		}
	})
}

// TestRegistrations: a device registers once, again with another token, and no more; each is counted as installed, and
// as removed when its last device has it no more.
func TestRegistrations(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		p := b.join(0)
		r := pass.Registering{PassType: passType, Device: "one", PushToken: tokenOf("first token"), Scheme: pass.SchemeApple}
		for i, want := range []bool{true, false, false} {
			if i == 2 {
				r.PushToken = tokenOf("second token")
			}
			if fresh, err := b.passes.Register(t.Context(), p, r); err != nil || fresh != want {
				t.Errorf("%d: new %v, %v", i, fresh, err)
			}
		}
		got, err := b.store.Reader().Registration(t.Context(), passType, "one", p.Serial)
		if err != nil || got.PushToken != r.PushToken {
			t.Errorf("%+v, %v", got, err)
		}
		for _, bad := range []pass.Registering{
			{PassType: passType, Device: "../one", PushToken: r.PushToken, Scheme: pass.SchemeApple},
			{PassType: passType, Device: "one", PushToken: "../../x", Scheme: pass.SchemeApple},
			{PassType: passType, Device: "one", PushToken: "..", Scheme: pass.SchemeApple},
			{PassType: passType, Device: "one", PushToken: "a%2f", Scheme: pass.SchemeApple},
			{PassType: passType, Device: "one", PushToken: "", Scheme: pass.SchemeApple},
			{PassType: passType, Device: "one", PushToken: r.PushToken, Scheme: "Basic"},
			{PassType: passType, Device: strings.Repeat("x", 500), PushToken: r.PushToken, Scheme: pass.SchemeApple},
			{PassType: passType, Device: "one", PushToken: "", Scheme: pass.SchemeAndroid},
		} {
			if _, err := b.passes.Register(t.Context(), p, bad); !errors.Is(err, pass.ErrRegistration) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		want := store.Wallets{Wallet: "apple", Installed: 1}
		for range 2 {
			if wallets, err := b.store.Reader().Wallets(t.Context(), b.tenant); err != nil || !slices.Equal(wallets, []store.Wallets{want}) {
				t.Errorf("%+v, %v, want %+v", wallets, err, want)
			}
			for range 2 {
				if err := b.passes.Unregister(t.Context(), p, passType, "one"); err != nil {
					t.Error(err)
				}
			}
			want = store.Wallets{Wallet: "apple", Removed: 1}
		}
	})
}

// TestRegistrationFlood: the devices of a pass do not grow without bounds, and whoever has a copy of it pushes nobody out:
// neither those that were there, nor one that comes by another kind of wallet. A device that comes under a new name takes its
// own place, and that of one that is gone is free.
func TestRegistrationFlood(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		p := b.join(0)
		b.register(p, "the-owners")
		come := func(device, token, scheme string) error {
			_, err := b.passes.Register(t.Context(), p, pass.Registering{PassType: passType, Device: device, PushToken: tokenOf(token), Scheme: scheme})
			return err
		}
		b.pass(time.Minute)
		var all sync.WaitGroup
		for part := range 4 {
			all.Go(func() {
				for i := range 15 {
					device := fmt.Sprint("device", part, "-", i)
					if err := come(device, device, pass.SchemeApple); err != nil && !errors.Is(err, pass.ErrTooMany) {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		there := func() (names []string) {
			list, err := b.store.Reader().RegistrationsOf(t.Context(), b.tenant, p.Card)
			if err != nil {
				t.Error(err)
			}
			for _, r := range list {
				names = append(names, r.Device)
			}
			return names
		}
		if list := there(); len(list) != 20 || !slices.Contains(list, "the-owners") {
			t.Errorf("there are %q", list)
		}
		if err := come("one-more", "one-more", pass.SchemeApple); !errors.Is(err, pass.ErrTooMany) {
			t.Errorf("one more: %v", err)
		}
		if err := come("android", "android", pass.SchemeAndroid); err != nil {
			t.Errorf("in another wallet: %v", err)
		}
		if err := come("the-owners-anew", "the-owners", pass.SchemeApple); err != nil {
			t.Errorf("under another name: %v", err)
		}
		if list := there(); len(list) != 21 || slices.Contains(list, "the-owners") || !slices.Contains(list, "the-owners-anew") {
			t.Errorf("there are %q", list)
		}
		if err := b.passes.Unregister(t.Context(), p, passType, "the-owners-anew"); err != nil {
			t.Error(err)
		}
		if err := come("one-more", "one-more", pass.SchemeApple); err != nil {
			t.Errorf("in a place that came free: %v", err)
		}
	})
}

// TestWhatIsNew: a device hears which of its passes have changed since its tag, and of one that it has just got, whatever
// that one's own tag is; each change once.
func TestWhatIsNew(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		updated := func(since string) ([]string, string) {
			t.Helper()
			serials, tag, err := b.passes.Updated(t.Context(), passType, "one", since)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(serials)
			return serials, tag
		}
		if serials, tag := updated(""); serials != nil || tag != "" {
			t.Errorf("a device that nobody knows has %q since %q", serials, tag)
		}
		old, fresh := b.join(0), b.join(0)
		b.follow()
		b.register(fresh, "one")
		serials, tag := updated("")
		if !slices.Equal(serials, []string{fresh.Serial}) {
			t.Errorf("it has %q", serials)
		}
		b.register(old, "one") // Its tag is smaller than what the device was told last.
		if serials, tag = updated(tag); !slices.Equal(serials, []string{old.Serial}) {
			t.Errorf("new is %q", serials)
		}
		if serials, _ = updated(tag); serials != nil {
			t.Errorf("new is %q, as before", serials)
		}
		for range 3 {
			b.bought(fresh, 1)
			b.follow()
			before := tag
			if serials, tag = updated(tag); !slices.Equal(serials, []string{fresh.Serial}) {
				t.Errorf("since %s new is %q", before, serials)
			}
		}
		for _, nonsense := range []string{"x", "-", "1", "99999999999999999999", "'; DROP TABLE pass", "a.b.c-d"} {
			if serials, _ := updated(nonsense); len(serials) != 2 {
				t.Errorf("since %q new is %q", nonsense, serials)
			}
		}
		// A database that was restored is behind what the device was told.
		clock, _, _ := strings.Cut(tag, ".")
		if serials, again := updated(clock + ".999999"); len(serials) != 2 || again != tag {
			t.Errorf("since a tag to come new is %q, tag %s, want both, %s", serials, again, tag)
		}
	})
}

// TestLinks: an address leads to its passes for an hour, and not a letter of it may be another.
func TestLinks(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, other := b.join(0), b.join(0)
		for _, passes := range [][]store.Pass{{one}, {one, other}} {
			link, err := b.passes.AppleLink(t.Context(), passes...)
			if err != nil {
				t.Fatal(err)
			}
			open := func(link string) error {
				rest := strings.TrimPrefix(link, "https://cards.example"+pass.DownloadPath)
				name, query, _ := strings.Cut(rest, "?token=")
				token, until, _ := strings.Cut(query, "&until=")
				got, err := b.passes.OpenAppleLink(t.Context(), name, until, token)
				if err == nil && (len(got) != len(passes) || got[0].Card != one.Card) {
					t.Errorf("%s leads to %v", link, got)
				}
				return err
			}
			if err := open(link); err != nil {
				t.Errorf("%s: %v", link, err)
			}
			at := len("https://cards.example" + pass.DownloadPath)
			for i := at; i < len(link); i++ {
				changed := link[:i] + string(link[i]^1) + link[i+1:]
				if err := open(changed); !errors.Is(err, pass.ErrToken) {
					t.Errorf("%s: %v", changed, err)
				}
			}
			b.pass(61 * time.Minute)
			if err := open(link); !errors.Is(err, pass.ErrToken) {
				t.Errorf("an hour later: %v", err)
			}
		}
	})
}
