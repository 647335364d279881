package vault_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/vault"
)

// TestRotatedPersonsAreFoundAndErased: new keys leave the blind indexes alone, and whoever is erased afterwards is gone.
func TestRotatedPersonsAreFoundAndErased(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, ctx := setup(t, s), t.Context()
		id := b.put(anna())
		for _, purpose := range []vault.Purpose{vault.Wrap, vault.Seal, vault.Sign, vault.Presence} {
			if err := b.vault.Rotate(ctx, b.tenant, purpose, now, nil); err != nil {
				t.Fatal(purpose, err)
			}
		}
		fresh := b.open(b.keks)
		if found, err := fresh.Find(ctx, s.Reader(), b.tenant, store.LookupPhone, anna().Phone); err != nil || found.Member != id {
			t.Errorf("by phone: %v, %v", found, err)
		}
		b.erase(id)
		if _, err := fresh.Person(ctx, s.Reader(), b.tenant, id); !errors.Is(err, vault.ErrErased) {
			t.Errorf("erased: %v", err)
		}
		if _, err := fresh.Find(ctx, s.Reader(), b.tenant, store.LookupPhone, anna().Phone); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("erased and found: %v", err)
		}
	})
}

// TestRotationIsStopped stops rotations in the middle, again and again, until one is through: no person is lost on the
// way and none is wrapped twice.
func TestRotationIsStopped(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setup(t, s)
		var members []verno.MemberID
		for range 450 { // three transactions
			members = append(members, b.put(vault.Person{FirstName: "Иван"}))
		}
		rounds := 0
		for stopped := true; stopped; rounds++ {
			ctx, stop := context.WithCancel(t.Context())
			err := b.open(b.keks).Rotate(ctx, b.tenant, vault.Wrap, now, func(done, total int64) {
				if done > 0 && done < total {
					stop()
				}
			})
			stop()
			stopped = err != nil
			if rounds > 10 {
				t.Fatal("it does not come to an end")
			}
		}
		if rounds < 3 {
			t.Errorf("stopped %d times only", rounds)
		}
		for _, id := range members {
			row, err := s.Reader().Person(t.Context(), b.tenant, id)
			if err != nil || row.KeyVersion != 2 {
				t.Fatalf("version %d, %v", row.KeyVersion, err)
			}
			if p, err := b.vault.Person(t.Context(), s.Reader(), b.tenant, id); err != nil || p.FirstName != "Иван" {
				t.Fatalf("%+v, %v", p, err)
			}
		}
	})
}

// TestKEKChangesUnderAVault: a vault that is open reads its keys again when the tenants' keys were put under a new one.
func TestKEKChangesUnderAVault(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, path := t.Context(), filepath.Join(t.TempDir(), "kek")
		if drawn, err := vault.DrawKEK(path); err != nil || !drawn {
			t.Fatal(drawn, err)
		}
		read := func() vault.KEKs {
			keys, err := vault.ReadKEKs(path)
			if err != nil {
				t.Fatal(err)
			}
			return keys
		}
		b := &bundle{t: t, store: s, keks: read()}
		var err error
		b.vault, err = vault.Open(ctx, s, b.keks, now, vault.Options{Again: func() (vault.KEKs, error) { return vault.ReadKEKs(path) }})
		if err != nil {
			t.Fatal(err)
		}
		b.tenant = b.newTenant()
		id := b.put(anna())
		stuck := b.open(b.keks) // has its keys from the environment
		if _, err := stuck.Person(ctx, s.Reader(), b.tenant, id); err != nil {
			t.Fatal(err)
		}
		if err := vault.AddKEK(path); err != nil {
			t.Fatal(err)
		}
		if err := b.open(read()).RotateKEK(ctx, now, nil); err != nil {
			t.Fatal(err)
		}
		if err := b.vault.Refresh(ctx); err != nil {
			t.Errorf("with a file: %v", err)
		}
		if err := stuck.Refresh(ctx); !errors.Is(err, vault.ErrNoKEK) {
			t.Errorf("without: %v", err)
		}
		for name, v := range map[string]*vault.Vault{"with a file": b.vault, "without": stuck} {
			if p, err := v.Person(ctx, s.Reader(), b.tenant, id); err != nil || p.LastName != "Королёва" {
				t.Errorf("%s: %+v, %v", name, p, err)
			}
		}
		if err := vault.Check(ctx, s.Reader(), read()); err != nil {
			t.Errorf("all keys: %v", err)
		}
		if err := vault.Check(ctx, s.Reader(), b.keks); !errors.Is(err, vault.ErrNoKEK) {
			t.Errorf("the old key: %v", err)
		}
	})
}

// TestFirstKEKIsDrawnOnce: of many processes that begin at once, one draws the key and all use it.
func TestFirstKEKIsDrawnOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "kek")
	drawn, ids := make([]bool, 8), make([]string, 8)
	var all sync.WaitGroup
	for i := range drawn {
		all.Go(func() {
			var err error
			if drawn[i], err = vault.DrawKEK(path); err != nil {
				t.Error(err)
				return
			}
			keys, err := vault.ReadKEKs(path)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = keys.IDs()[0]
		})
	}
	all.Wait()
	if len(slices.Compact(ids)) != 1 {
		t.Errorf("different keys: %v", ids)
	}
	if drawn = slices.DeleteFunc(drawn, func(b bool) bool { return !b }); len(drawn) != 1 {
		t.Errorf("drawn %d times", len(drawn))
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".kek-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestPutKEK puts a key of somebody else's choice in front, once.
func TestPutKEK(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "kek")
	one, two := vault.NewKEK(), vault.NewKEK()
	for _, key := range []string{one, two, two, one, two} {
		if err := vault.PutKEK(path, key); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := vault.ReadKEKs(path)
	if err != nil || !slices.Equal(keys.IDs(), keks(t, two, one).IDs()) {
		t.Errorf("%v, %v", keys.IDs(), err)
	}
	if err := vault.PutKEK(path, "nonsense"); err == nil {
		t.Error("nonsense was taken for a key")
	}
}

// TestRotationsAreRecorded: each new version of a tenant's key, and each move under another key-encryption key, is told
// in the transaction that makes it, once; what could not be told is not done.
func TestRotationsAreRecorded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		first, second := newKEK(), newKEK()
		b := &bundle{t: t, store: s}
		b.vault = b.open(keks(t, first))
		b.tenant = b.newTenant()
		var told []string
		var broken error
		v, err := vault.Open(ctx, s, keks(t, second, first), now, vault.Options{Record: func(_ context.Context, _ *store.Tx, e verno.Event) error {
			if e.Tenant != b.tenant || e.Kind != verno.EventAccess || !e.At.Equal(now) {
				t.Errorf("told %+v", e)
			}
			told = append(told, e.Detail["what"]+" "+e.Detail["version"]+e.Detail["keys"])
			return broken
		}})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(v.Rotate(ctx, b.tenant, vault.Sign, now, nil), v.RotateKEK(ctx, now, nil)); err != nil {
			t.Fatal(err)
		}
		if want := []string{"key.rotated 2", "kek.rotated 5"}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
		broken = errors.New("the log is full")
		if err := v.Rotate(ctx, b.tenant, vault.Sign, now, nil); !errors.Is(err, broken) {
			t.Errorf("rotated without a word: %v", err)
		}
		broken = nil
		if err := v.Rotate(ctx, b.tenant, vault.Sign, now, nil); err != nil || told[len(told)-1] != "key.rotated 3" {
			t.Errorf("%v, told %v", err, told)
		}
	})
}
