package hooks_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/hooks"
)

// TestGoogleCalls: a callback is noted for the tenant that it was posted to, and for no other; what is wrong with one is said
// by the status alone.
func TestGoogleCalls(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
		clock := func() time.Time { return now }
		keks, err := vault.ParseKEKs(base64.StdEncoding.EncodeToString(make([]byte, 32)))
		if err != nil {
			t.Fatal(err)
		}
		v, err := vault.Open(t.Context(), s, keks, now, vault.Options{})
		if err != nil {
			t.Fatal(err)
		}
		google := googletest.New(t, clock)
		passes := &pass.Passes{
			Store: s, Vault: v, Clock: clock, Entropy: rand.Reader, Log: slog.New(slog.DiscardHandler),
			Record: func(context.Context, *store.Tx, verno.Event) error { return nil },
			Google: pass.GoogleConfig{Keys: google.URL + "/keys"},
		}
		us, other := verno.NewID[verno.TenantID](now, rand.Reader), verno.NewID[verno.TenantID](now, rand.Reader)
		ours := store.Pass{Tenant: us, Card: verno.CardID{1}, Template: verno.TemplateID{1}, Serial: "s1", CreatedAt: now}
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			if err := v.NewTenant(t.Context(), tx, us, now); err != nil {
				return err
			}
			_, err := tx.InsertPass(t.Context(), ours)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := passes.ImportGoogle(t.Context(), verno.Actor{Tenant: us, May: verno.RoleOwner.Permissions()}, google.Issuer, google.ServiceAccount(), nil); err != nil {
			t.Fatal(err)
		}
		frame := &web.Frame{Log: passes.Log, Clock: clock, Entropy: rand.Reader, Timeout: time.Minute, Quiet: true}
		server := httptest.NewServer(frame.Wrap(hooks.New(hooks.Deps{Passes: passes, Frame: frame, Clock: clock})))
		t.Cleanup(server.Close)
		body := google.Sign(googletest.Callback{
			Class: google.Issuer + ".c", Object: google.Issuer + ".s1.loyalty", Event: "save", Nonce: "n", Expires: now.Add(time.Hour), KeyExpires: now.Add(time.Hour),
		})
		for _, try := range []struct {
			name, tenant string
			body         []byte
			status       int
		}{
			{"no tenant", "x", body, http.StatusNotFound},
			{"another tenant", other.String(), body, http.StatusForbidden},
			{"not signed", us.String(), bytes.Replace(body, []byte("save"), []byte("safe"), 1), http.StatusForbidden},
			{"long", us.String(), bytes.Repeat([]byte("x"), 1<<20), http.StatusRequestEntityTooLarge},
			{"right", us.String(), body, http.StatusOK},
			{"again", us.String(), body, http.StatusOK},
		} {
			res, err := http.Post(server.URL+hooks.Base+"google/"+try.tenant, "application/json", bytes.NewReader(try.body))
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != try.status {
				t.Errorf("%s: %s", try.name, res.Status)
			}
			got, err := s.Reader().PassBySerial(t.Context(), "s1")
			if err != nil || got.SavedAt.IsZero() != (try.status != http.StatusOK) {
				t.Errorf("%s: saved %v, %v", try.name, got.SavedAt, err)
			}
		}
		res, err := http.Get(server.URL + hooks.Base + "google/" + us.String())
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("fetched: %s", res.Status)
		}
	})
}
