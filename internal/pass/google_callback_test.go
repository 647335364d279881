package pass_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// callback is one that says that a card of the shop was saved.
func (b *shop) callback(p store.Pass, change func(c *googletest.Callback)) []byte {
	c := googletest.Callback{
		Class: b.google.Issuer + ".tpl.loyalty", Object: p.GoogleID, Event: "save", Nonce: "n-1 «ё»",
		Expires: b.clock().Add(time.Hour), KeyExpires: b.clock().Add(24 * time.Hour),
	}
	if change != nil {
		change(&c)
	}
	return b.google.Sign(c)
}

// TestGoogleCallback: what Google says of a card is noted once, in its order.
func TestGoogleCallback(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newShop(t, s)
		p := b.save()
		say := func(event, nonce string) {
			t.Helper()
			body := b.callback(p, func(c *googletest.Callback) { c.Event, c.Nonce = event, nonce })
			if err := b.passes.GoogleCalls(t.Context(), b.tenant, body); err != nil {
				t.Fatal(err)
			}
		}
		say("save", "a")
		saved := b.clock()
		b.pass(time.Minute)
		say("save", "a")
		if got := b.read(p.Card); !got.SavedAt.Equal(saved) || !got.RemovedAt.IsZero() {
			t.Errorf("saved %v, removed %v", got.SavedAt, got.RemovedAt)
		}
		say("del", "b")
		removed := b.clock()
		if got := b.read(p.Card); !got.RemovedAt.Equal(removed) {
			t.Errorf("removed %v", got.RemovedAt)
		}
		wallets, err := s.Reader().Wallets(t.Context(), b.tenant)
		if diff := cmp.Diff([]store.Wallets{{Wallet: "google", Removed: 1}}, wallets); err != nil || diff != "" {
			t.Errorf("%v: (-want +got):\n%s", err, diff)
		}
		keys := slices.DeleteFunc(b.google.Calls(), func(call string) bool { return call != "GET keys" })
		if len(keys) != 1 {
			t.Errorf("the root keys were fetched %d times", len(keys))
		}
		b.google.NewRoot()
		b.pass(2 * time.Minute)
		say("save", "c")
		if got := b.read(p.Card); !got.SavedAt.Equal(b.clock()) {
			t.Error("a callback of a new root key was not believed")
		}
		b.write(func(tx *store.Tx) error {
			n, err := tx.DeleteSeenOnce(t.Context(), b.clock().Add(2*time.Hour), 10)
			if n != 3 {
				t.Errorf("%d nonces were forgotten", n)
			}
			return err
		})
	})
}

// TestGoogleCallbackForged: what was signed for another issuer, has expired, or names what is not ours changes nothing.
func TestGoogleCallbackForged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newShop(t, s)
		p := b.save()
		for name, change := range map[string]func(c *googletest.Callback){
			"for another issuer":     func(c *googletest.Callback) { c.Issuer = "3388000000099999999" },
			"another issuer's":       func(c *googletest.Callback) { c.Object = "3388000000099999999." + p.Serial },
			"another issuer's class": func(c *googletest.Callback) { c.Class = "3388000000099999999.tpl" },
			"expired":                func(c *googletest.Callback) { c.Expires = b.clock().Add(-time.Second) },
			"key expired":            func(c *googletest.Callback) { c.KeyExpires = b.clock().Add(-time.Second) },
			"no nonce":               func(c *googletest.Callback) { c.Nonce = "" },
			"neither saved nor gone": func(c *googletest.Callback) { c.Event = "seen" },
		} {
			err := b.passes.GoogleCalls(t.Context(), b.tenant, b.callback(p, change))
			if !errors.Is(err, verno.Forbidden("google_signature")) || !b.read(p.Card).SavedAt.IsZero() {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, body := range map[string][]byte{"nothing": nil, "a list": []byte("[]"), "long": bytes.Repeat([]byte(" "), 1<<20)} {
			if err := b.passes.GoogleCalls(t.Context(), b.tenant, body); !errors.Is(err, verno.Forbidden("google_signature")) {
				t.Errorf("%s: %v", name, err)
			}
		}
		unknown := b.callback(p, func(c *googletest.Callback) { c.Object = b.google.Issuer + ".of-somebody-else" })
		if err := b.passes.GoogleCalls(t.Context(), b.tenant, unknown); err != nil {
			t.Errorf("an object that is not ours: %v", err)
		}
	})
}

// TestGoogleCallbackEveryByte: no byte of a callback can be another one, and none can be missing.
func TestGoogleCallbackEveryByte(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	g := googletest.New(t, func() time.Time { return now })
	body := g.Sign(googletest.Callback{
		Class: g.Issuer + ".c", Object: g.Issuer + ".o", Event: "del", Nonce: "ё", Expires: now.Add(time.Hour), KeyExpires: now.Add(time.Hour),
	})
	roots := []*ecdsa.PublicKey{g.RootKey()}
	want, err := pass.VerifyGoogleCallback(body, g.Issuer, roots, now)
	if err != nil || want.Saved || want.ObjectID != g.Issuer+".o" {
		t.Fatalf("%+v, %v", want, err)
	}
	// What an escape in the outer JSON changes is not what was signed: = and \u003d are the same text.
	escaped := bytes.ReplaceAll(body, []byte(`="`), []byte(`\u003d"`))
	if _, err := pass.VerifyGoogleCallback(escaped, g.Issuer, roots, now); err != nil {
		t.Errorf("escaped as Google does: %v", err)
	}
	var plain any
	_ = json.Unmarshal(body, &plain)
	for i := range body {
		for _, flip := range []byte{1, 32, 128} {
			changed := slices.Clone(body)
			changed[i] ^= flip
			if _, err := pass.VerifyGoogleCallback(changed, g.Issuer, roots, now); err == nil {
				var same any
				_ = json.Unmarshal(changed, &same)
				if !cmp.Equal(plain, same) {
					t.Fatalf("byte %d of %d as %q is believed: %s", i, len(body), changed[i], changed)
				}
			}
		}
		if _, err := pass.VerifyGoogleCallback(slices.Delete(slices.Clone(body), i, i+1), g.Issuer, roots, now); err == nil {
			t.Fatalf("byte %d can be missing", i)
		}
	}
	if _, err := pass.VerifyGoogleCallback(body, g.Issuer, nil, now); err == nil {
		t.Error("believed without a root key")
	}
}
