package vault_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/vault"
)

func TestSealedValueOpensAtItsPlaceOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, ctx := setup(t, s), t.Context()
		place, secret := vault.At("card", "crd_1", "sealed"), []byte("twenty secret bytes.")
		sealed, err := b.vault.Seal(ctx, b.tenant, place, secret)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := b.vault.Open(ctx, b.tenant, place, sealed); err != nil || !bytes.Equal(got, secret) {
			t.Fatalf("opened %q, %v", got, err)
		}
		if bytes.Contains(sealed, secret[:4]) {
			t.Error("it is not even sealed")
		}
		other := b.newTenant()
		for name, open := range map[string]func() ([]byte, error){
			"another row": func() ([]byte, error) {
				return b.vault.Open(ctx, b.tenant, vault.At("card", "crd_2", "sealed"), sealed)
			},
			"another column": func() ([]byte, error) {
				return b.vault.Open(ctx, b.tenant, vault.At("card", "crd_1", "reason"), sealed)
			},
			"another tenant": func() ([]byte, error) { return b.vault.Open(ctx, other, place, sealed) },
			"cut":            func() ([]byte, error) { return b.vault.Open(ctx, b.tenant, place, sealed[:len(sealed)-1]) },
			"empty":          func() ([]byte, error) { return b.vault.Open(ctx, b.tenant, place, nil) },
			"changed":        func() ([]byte, error) { return b.vault.Open(ctx, b.tenant, place, flipped(sealed)) },
			"a version to come": func() ([]byte, error) {
				return b.vault.Open(ctx, b.tenant, place, slices.Concat([]byte{1, 99}, sealed[2:]))
			},
			"a presence": func() ([]byte, error) { return b.vault.OpenPresence(ctx, b.tenant, string(sealed)) },
		} {
			if got, err := open(); !errors.Is(err, vault.ErrSealed) || got != nil {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
		if _, err := b.vault.Seal(ctx, verno.NewID[verno.TenantID](now, rand.Reader), place, secret); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a tenant without keys: %v", err)
		}
	})
}

func flipped(b []byte) []byte {
	b = bytes.Clone(b)
	b[len(b)/2] ^= 1
	return b
}

func TestPresence(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, ctx := setup(t, s), t.Context()
		token, err := b.vault.SealPresence(ctx, b.tenant, []byte("who is there"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := b.vault.OpenPresence(ctx, b.tenant, token); err != nil || string(got) != "who is there" {
			t.Fatalf("opened %q, %v", got, err)
		}
		for _, forged := range []string{"", "x", token[1:], token + "A", strings.ToUpper(token), strings.Repeat("A", 5000)} {
			if _, err := b.vault.OpenPresence(ctx, b.tenant, forged); !errors.Is(err, vault.ErrSealed) {
				t.Errorf("%.40q: %v", forged, err)
			}
		}
		if _, err := b.vault.OpenPresence(ctx, b.newTenant(), token); !errors.Is(err, vault.ErrSealed) {
			t.Errorf("another tenant: %v", err)
		}
	})
}

func TestRotationKeepsEverythingReadable(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, ctx := setup(t, s), t.Context()
		elsewhere := b.open(b.keks) // another process with the same database
		place := vault.At("card", "crd_1", "sealed")
		sealed, err := b.vault.Seal(ctx, b.tenant, place, []byte("old"))
		if err != nil {
			t.Fatal(err)
		}
		signer, err := elsewhere.Signer(ctx, b.tenant)
		if err != nil {
			t.Fatal(err)
		}
		var members []verno.MemberID
		for range 205 { // more than are wrapped at once
			members = append(members, b.put(vault.Person{FirstName: "Иван"}))
		}
		b.erase(members[7])
		for _, purpose := range []vault.Purpose{vault.Wrap, vault.Seal, vault.Sign, vault.Presence} {
			if err := b.vault.Rotate(ctx, b.tenant, purpose, now, nil); err != nil {
				t.Fatal(purpose, err)
			}
		}
		if err := b.vault.Rotate(ctx, b.tenant, vault.Index, now, nil); !errors.Is(err, vault.ErrIndex) {
			t.Errorf("index: %v", err)
		}
		if left, err := s.Reader().PersonsBelow(ctx, b.tenant, 2); err != nil || left != 0 {
			t.Errorf("%d persons are left under the old key, %v", left, err)
		}
		for _, v := range []*vault.Vault{b.vault, elsewhere} {
			if got, err := v.Open(ctx, b.tenant, place, sealed); err != nil || string(got) != "old" {
				t.Errorf("sealed before: %q, %v", got, err)
			}
			for i, id := range members {
				p, err := v.Person(ctx, s.Reader(), b.tenant, id)
				if i == 7 && errors.Is(err, vault.ErrErased) {
					continue
				}
				if err != nil || p.FirstName != "Иван" {
					t.Fatalf("person %d: %+v, %v", i, p, err)
				}
			}
		}
		fresh, err := b.vault.Seal(ctx, b.tenant, place, []byte("new"))
		if err != nil || fresh[1] != 2 {
			t.Fatalf("sealed with version %d, %v", fresh[1], err)
		}
		if got, err := elsewhere.Open(ctx, b.tenant, place, fresh); err != nil || string(got) != "new" {
			t.Errorf("the other process: %q, %v", got, err)
		}
		keys, err := vault.Verifiers(ctx, s.Reader(), b.tenant)
		if err != nil || len(keys) != 2 {
			t.Fatalf("%d verifiers, %v", len(keys), err)
		}
		again, err := b.vault.Signer(ctx, b.tenant)
		if err != nil || again.Version != 2 || again.Key.Equal(signer.Key) {
			t.Fatalf("signer: version %d, %v", again.Version, err)
		}
		for _, k := range []vault.Signer{signer, again} {
			if !ed25519.Verify(keys[k.Version], []byte("root"), ed25519.Sign(k.Key, []byte("root"))) {
				t.Errorf("version %d does not verify", k.Version)
			}
		}
	})
}

// A rotation that stopped in the middle goes on instead of beginning anew.
func TestRotationResumes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, ctx := setup(t, s), t.Context()
		id := b.put(anna())
		old, err := s.Reader().Person(ctx, b.tenant, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.vault.Rotate(ctx, b.tenant, vault.Wrap, now, nil); err != nil {
			t.Fatal(err)
		}
		b.write(func(tx *store.Tx) error { // as if it had been stopped before her
			_, err := tx.Exec(ctx, `UPDATE person SET key_version = $1, wrapped_key = $2`, old.KeyVersion, old.WrappedKey)
			return err
		})
		var done, total int64
		if err := b.vault.Rotate(ctx, b.tenant, vault.Wrap, now, func(d, t int64) { done, total = d, t }); err != nil {
			t.Fatal(err)
		}
		row, err := s.Reader().Person(ctx, b.tenant, id)
		if err != nil || row.KeyVersion != 2 || done != 1 || total != 1 {
			t.Errorf("version %d, %d of %d, %v", row.KeyVersion, done, total, err)
		}
		if p, err := b.vault.Person(ctx, s.Reader(), b.tenant, id); err != nil || p.LastName != "Королёва" {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func TestKEKs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		first, second := newKEK(), newKEK()
		b := &bundle{t: t, store: s}
		b.vault = b.open(keks(t, first))
		b.tenant = b.newTenant()
		id := b.put(anna())

		_, err := vault.Open(ctx, s, keks(t, second), now, vault.Options{})
		if !errors.Is(err, vault.ErrNoKEK) || !strings.Contains(err.Error(), keks(t, first).IDs()[0]) {
			t.Fatalf("the wrong key: %v", err)
		}
		both := b.open(keks(t, second, first))
		var done int64
		if err := both.RotateKEK(ctx, now, func(d, _ int64) { done = d }); err != nil {
			t.Fatal(err)
		}
		if want := int64(2 * len(vault.Purposes)); done != want {
			t.Errorf("%d keys were wrapped anew, want %d", done, want)
		}
		if _, err := vault.Open(ctx, s, keks(t, first), now, vault.Options{}); !errors.Is(err, vault.ErrNoKEK) {
			t.Errorf("the old key alone: %v", err)
		}
		p, err := b.open(keks(t, second)).Person(ctx, s.Reader(), b.tenant, id)
		if err != nil || p.FirstName != "Анна-Мария" {
			t.Errorf("the new key alone: %+v, %v", p, err)
		}
	})
}

func TestKEKFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "kek")
	if _, err := vault.ReadKEKs(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := vault.AddKEK(path); err != nil {
		t.Fatal(err)
	}
	one, err := vault.ReadKEKs(path)
	if err != nil || len(one.IDs()) != 1 {
		t.Fatalf("%v, %v", one.IDs(), err)
	}
	if err := vault.AddKEK(path); err != nil {
		t.Fatal(err)
	}
	two, err := vault.ReadKEKs(path)
	if err != nil || len(two.IDs()) != 2 || two.IDs()[1] != one.IDs()[0] {
		t.Fatalf("%v, %v", two.IDs(), err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.ReadKEKs(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file for all: %v", err)
	}
	if err := vault.AddKEK(path); err == nil {
		t.Error("a key was added to a file for all")
	}
	for _, text := range []string{"", "# only a comment\n", "c2hvcnQ=", newKEK() + " nonsense!"} {
		_, err := vault.ParseKEKs(text)
		if err == nil || strings.Contains(err.Error(), "nonsense") || strings.Contains(err.Error(), "c2hv") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Several processes that open a new database at once agree on its keys.
func TestManyOpenANewDatabase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		keys, tokens := keks(t, newKEK()), make([]string, 8)
		var all sync.WaitGroup
		for i := range tokens {
			all.Go(func() {
				v, err := vault.Open(t.Context(), s, keys, now, vault.Options{})
				if err != nil {
					t.Error(err)
					return
				}
				token, err := v.Token(t.Context(), vault.House, "login", "anna")
				if err != nil {
					t.Error(err)
				}
				tokens[i] = string(token)
			})
		}
		all.Wait()
		if slices.Sort(tokens); tokens[0] != tokens[7] || len(tokens[0]) != 16 {
			t.Error("they have different keys")
		}
	})
}

// Keys can be used in the transaction that makes them, as bootstrap does.
func TestNewTenantInOneTransaction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setup(t, s)
		tenant, member := verno.NewID[verno.TenantID](now, rand.Reader), verno.NewID[verno.MemberID](now, rand.Reader)
		b.write(func(tx *store.Tx) error {
			if err := b.vault.NewTenant(t.Context(), tx, tenant, now); err != nil {
				return err
			}
			_, err := b.vault.PutPerson(t.Context(), tx, tenant, member, anna(), now)
			return err
		})
		if err := b.vault.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p, err := b.vault.Person(t.Context(), s.Reader(), tenant, member); err != nil || p.Phone != "+79161234567" {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func BenchmarkPresence(b *testing.B) {
	s := storetest.Open(b, storetest.DSN(b, store.SQLite))
	keys, err := vault.ParseKEKs(newKEK())
	if err != nil {
		b.Fatal(err)
	}
	v, err := vault.Open(b.Context(), s, keys, now, vault.Options{})
	if err != nil {
		b.Fatal(err)
	}
	plain := make([]byte, 96)
	b.ReportAllocs()
	for b.Loop() {
		token, err := v.SealPresence(b.Context(), vault.House, plain)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := v.OpenPresence(b.Context(), vault.House, token); err != nil {
			b.Fatal(err)
		}
	}
}
