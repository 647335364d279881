package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// TestNewestCredentialIsInUse follows a certificate to its successor: the older one is kept, and is used no more.
func TestNewestCredentialIsInUse(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tenant, ctx := verno.TenantID{1}, t.Context()
		older := store.WalletCredential{
			Tenant: tenant, ID: verno.WalletKeyID{1}, Kind: store.CredentialApplePass, Name: "pass.org.example.card",
			About: `{"team":"ABCDE12345"}`, Sealed: []byte{0, 1, 255}, NotAfter: now.Add(time.Hour), CreatedAt: now,
		}
		newer := older
		newer.ID, newer.NotAfter = verno.WalletKeyID{2}, time.Time{}
		google := older
		google.ID, google.Kind = verno.WalletKeyID{3}, store.CredentialGoogle
		err := s.Write(ctx, func(tx *store.Tx) error {
			for _, c := range []store.WalletCredential{older, newer, google} {
				if err := tx.InsertWalletCredential(ctx, c); err != nil {
					return err
				}
			}
			n, err := tx.RetireWalletCredentials(ctx, tenant, store.CredentialApplePass, newer.ID, now)
			if n != 1 {
				t.Errorf("%d retired", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Reader().WalletCredentialInUse(ctx, tenant, store.CredentialApplePass)
		if err != nil || got.ID != newer.ID || !got.NotAfter.IsZero() || !got.RetiredAt.IsZero() {
			t.Errorf("in use: %+v, %v", got, err)
		}
		got, err = s.Reader().WalletCredential(ctx, tenant, older.ID)
		if err != nil || !got.RetiredAt.Equal(now) || !got.NotAfter.Equal(older.NotAfter) || string(got.Sealed) != string(older.Sealed) {
			t.Errorf("the older one: %+v, %v", got, err)
		}
		for kind, want := range map[store.WalletCredentialKind]int{"": 3, store.CredentialApplePass: 2, store.CredentialApplePush: 0} {
			if all, err := s.Reader().WalletCredentials(ctx, tenant, kind, 10); err != nil || len(all) != want {
				t.Errorf("kind %q: %d, %v", kind, len(all), err)
			}
		}
		if _, err := s.Reader().WalletCredentialInUse(ctx, verno.TenantID{2}, store.CredentialApplePass); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another tenant's: %v", err)
		}
	})
}
