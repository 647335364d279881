package vault_test

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

var now = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

// bundle is a vault over a fresh database with one tenant.
type bundle struct {
	t      *testing.T
	store  *store.Store
	keks   vault.KEKs
	vault  *vault.Vault
	tenant verno.TenantID
}

func setup(t *testing.T, s *store.Store) *bundle {
	t.Helper()
	b := &bundle{t: t, store: s, keks: keks(t, newKEK())}
	b.vault = b.open(b.keks)
	b.tenant = b.newTenant()
	return b
}

func (b *bundle) open(keys vault.KEKs) *vault.Vault {
	b.t.Helper()
	v, err := vault.Open(b.t.Context(), b.store, keys, now, vault.Options{})
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func (b *bundle) newTenant() verno.TenantID {
	b.t.Helper()
	id := verno.NewID[verno.TenantID](now, rand.Reader)
	b.write(func(tx *store.Tx) error { return b.vault.NewTenant(b.t.Context(), tx, id, now) })
	return id
}

func (b *bundle) write(fn func(tx *store.Tx) error) {
	b.t.Helper()
	if err := b.store.Write(b.t.Context(), fn); err != nil {
		b.t.Fatal(err)
	}
}

// put writes a person of a new member.
func (b *bundle) put(p vault.Person) verno.MemberID {
	b.t.Helper()
	id := verno.NewID[verno.MemberID](now, rand.Reader)
	if err := b.putAs(id, p); err != nil {
		b.t.Fatal(err)
	}
	return id
}

func (b *bundle) putAs(id verno.MemberID, p vault.Person) error {
	return b.store.Write(b.t.Context(), func(tx *store.Tx) error {
		_, err := b.vault.PutPerson(b.t.Context(), tx, b.tenant, id, p, now)
		return err
	})
}

func (b *bundle) erase(id verno.MemberID) {
	b.t.Helper()
	b.write(func(tx *store.Tx) error { return b.vault.ErasePerson(b.t.Context(), tx, b.tenant, id, now) })
}

func newKEK() string {
	key := make([]byte, 32)
	rand.Read(key)
	return base64.StdEncoding.EncodeToString(key)
}

func keks(t *testing.T, texts ...string) vault.KEKs {
	t.Helper()
	keys, err := vault.ParseKEKs(strings.Join(texts, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func anna() vault.Person {
	return vault.Person{
		Phone: "+79161234567", Email: "anna@example.com", FirstName: "Анна-Мария", LastName: "Королёва",
		Birthday: "1990-02-28", Gender: "female", Custom: map[string]string{"pet": "кот Семён"},
	}
}
