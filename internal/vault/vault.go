package vault

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// The errors that callers must tell apart.
var (
	// ErrNoKEK says that the database was sealed under a key-encryption key that was not given.
	ErrNoKEK = errors.New("vault: a key-encryption key is missing")
	// ErrSealed says that a value does not open: it was changed, belongs to another place, or its key is gone.
	ErrSealed = errors.New("vault: a sealed value does not open")
)

// Purpose is what a tenant's key is for.
type Purpose string

// The purposes; doc.go says what each is for.
const (
	Wrap     Purpose = "wrap"
	Seal     Purpose = "seal"
	Index    Purpose = "index"
	Sign     Purpose = "sign"
	Presence Purpose = "presence"
)

// Purposes are all of them.
var Purposes = []Purpose{Index, Presence, Seal, Sign, Wrap}

// House owns the keys that belong to the installation rather than to one of its tenants, such as the one that hides
// log-in names: whoever logs in has not said yet where.
var House = verno.TenantID([]byte("verno-house-keys"))

// Vault opens and seals. It keeps the keys of the tenants it has met in memory. It may be used by many at once.
type Vault struct {
	store  *store.Store
	mu     sync.RWMutex // guards keks
	keks   KEKs
	again  func() (KEKs, error)
	record func(ctx context.Context, tx *store.Tx, e verno.Event) error
	region string
	hasher *Hasher  // of PINs
	rings  sync.Map // verno.TenantID → *ring
}

// Options say how to open a vault.
type Options struct {
	Region  string  // of phone numbers without a country, "RU" if empty
	Hashing Hashing // of members' PINs; weaker than its default for tests alone
	// Again reads the key-encryption keys once more, where another process has put the tenants' keys under a new one; nil
	// where they cannot change.
	Again func() (KEKs, error)
	// Record writes an event in the transaction of the change that it tells of; nil where keys are not rotated.
	Record func(ctx context.Context, tx *store.Tx, e verno.Event) error
}

// Open checks that the key-encryption keys open what the database has, and makes the installation's own keys where the
// database is new. It returns an error that wraps ErrNoKEK where a key is missing.
func Open(ctx context.Context, st *store.Store, keks KEKs, now time.Time, opt Options) (*Vault, error) {
	v := &Vault{store: st, keks: keks, again: opt.Again, record: opt.Record, region: opt.Region, hasher: NewHasher(opt.Hashing)}
	if v.region == "" {
		v.region = "RU"
	}
	needed, err := Needed(ctx, st.Reader())
	if err != nil {
		return nil, err
	}
	needed = slices.DeleteFunc(needed, keks.Has)
	if len(needed) > 0 {
		return nil, keks.missing(needed...)
	}
	if _, err = v.ring(ctx, House); !errors.Is(err, store.ErrNotFound) {
		return v, err
	}
	err = st.Write(ctx, func(tx *store.Tx) error { return v.NewTenant(ctx, tx, House, now) })
	if err != nil && !errors.Is(err, errHasKeys) { // another process was faster
		return nil, err
	}
	v.rings.Delete(House)
	_, err = v.ring(ctx, House)
	return v, err
}

var errHasKeys = errors.New("vault: the tenant has keys already")

// NewTenant makes a tenant's keys. They can be used at once, in the same transaction too.
func (v *Vault) NewTenant(ctx context.Context, tx *store.Tx, tenant verno.TenantID, now time.Time) error {
	var rows []store.TenantKey
	for _, purpose := range Purposes {
		row, err := v.newKey(tenant, purpose, 1, now)
		if err != nil {
			return err
		}
		fresh, err := tx.InsertTenantKey(ctx, row)
		if err != nil {
			return err
		}
		if !fresh {
			return errHasKeys
		}
		rows = append(rows, row)
	}
	r, err := v.openRing(tenant, rows)
	if err != nil {
		return err
	}
	v.rings.Store(tenant, r)
	return nil
}

// Refresh reads the keys of the tenants it has met again, so that versions which another process has made are used
// from now on. Where that fails the keys in memory stay in use: they go on opening what they opened.
func (v *Vault) Refresh(ctx context.Context) error {
	var all error
	v.rings.Range(func(tenant, _ any) bool {
		_, err := v.reload(ctx, tenant.(verno.TenantID)) //nolint:forcetypeassert // Nothing else is stored there.
		all = errors.Join(all, err)
		return ctx.Err() == nil
	})
	return all
}

// first is the key-encryption key that wraps.
func (v *Vault) first() kek {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.keks.keys[0]
}

// kek finds a key-encryption key, by reading all of them again where this is not one that is known.
func (v *Vault) kek(id string) (tink.AEAD, error) {
	v.mu.RLock()
	aead, err := v.keks.find(id)
	v.mu.RUnlock()
	if err == nil || v.again == nil {
		return aead, err
	}
	fresh, unread := v.again()
	if unread != nil || !fresh.Has(id) {
		return nil, errors.Join(err, unread)
	}
	v.mu.Lock()
	v.keks = fresh
	v.mu.Unlock()
	return fresh.find(id)
}

// newKey draws a key and wraps it.
func (v *Vault) newKey(tenant verno.TenantID, purpose Purpose, version int64, now time.Time) (store.TenantKey, error) {
	key := random(keyLength)
	first := v.first()
	row := store.TenantKey{Tenant: tenant, Purpose: string(purpose), Version: version, KEK: first.id, CreatedAt: now}
	if purpose == Sign {
		row.Public = ed25519.NewKeyFromSeed(key).Public().(ed25519.PublicKey) //nolint:forcetypeassert // The package says so.
	}
	var err error
	row.Wrapped, err = first.aead.Encrypt(key, keyPlace(row))
	return row, err
}

// openKey unwraps a key.
func (v *Vault) openKey(row store.TenantKey) ([]byte, error) {
	aead, err := v.kek(row.KEK)
	if err != nil {
		return nil, err
	}
	key, err := aead.Decrypt(row.Wrapped, keyPlace(row))
	if err != nil {
		return nil, fmt.Errorf("%w: key %q of %s: %w", ErrSealed, row.Purpose, row.Tenant, err)
	}
	return key, nil
}

// ring is a tenant's keys in memory.
type ring struct {
	keys          map[Purpose]map[int64][]byte
	aeads         map[Purpose]map[int64]tink.AEAD
	newest        map[Purpose]int64
	sealPlace     []byte // how the associated data of each sealed value begins
	presencePlace []byte
}

// ring gives a tenant's keys. It returns store.ErrNotFound for a tenant without keys.
func (v *Vault) ring(ctx context.Context, tenant verno.TenantID) (*ring, error) {
	if r, ok := v.rings.Load(tenant); ok {
		return r.(*ring), nil //nolint:forcetypeassert // Nothing else is stored there.
	}
	return v.reload(ctx, tenant)
}

func (v *Vault) reload(ctx context.Context, tenant verno.TenantID) (*ring, error) {
	rows, err := v.store.Reader().TenantKeys(ctx, tenant)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("vault: keys of %s: %w", tenant, store.ErrNotFound)
	}
	r, err := v.openRing(tenant, rows)
	if err != nil {
		return nil, err
	}
	v.rings.Store(tenant, r)
	return r, nil
}

func (v *Vault) openRing(tenant verno.TenantID, rows []store.TenantKey) (*ring, error) {
	r := &ring{
		keys: map[Purpose]map[int64][]byte{}, aeads: map[Purpose]map[int64]tink.AEAD{}, newest: map[Purpose]int64{},
		sealPlace: place("seal", string(tenant[:])), presencePlace: place("presence", string(tenant[:])),
	}
	for _, purpose := range Purposes {
		r.keys[purpose], r.aeads[purpose] = map[int64][]byte{}, map[int64]tink.AEAD{}
	}
	for _, row := range rows {
		purpose := Purpose(row.Purpose)
		if !slices.Contains(Purposes, purpose) {
			continue // a later Verno's
		}
		key, err := v.openKey(row)
		if err != nil {
			return nil, err
		}
		aead, err := subtle.NewXChaCha20Poly1305(key)
		if err != nil {
			return nil, err
		}
		r.keys[purpose][row.Version], r.aeads[purpose][row.Version] = key, aead
		r.newest[purpose] = max(r.newest[purpose], row.Version)
	}
	return r, nil
}

// aead gives the key that sealed a value. A version that is not in memory may be another process's.
func (v *Vault) aead(ctx context.Context, tenant verno.TenantID, purpose Purpose, version int64) (*ring, tink.AEAD, error) {
	r, err := v.ring(ctx, tenant)
	if err == nil && r.aeads[purpose][version] == nil && version > r.newest[purpose] {
		r, err = v.reload(ctx, tenant)
	}
	if err != nil {
		return nil, nil, err
	}
	aead := r.aeads[purpose][version]
	if aead == nil {
		return nil, nil, fmt.Errorf("%w: there is no version %d of key %q", ErrSealed, version, purpose)
	}
	return r, aead, nil
}

// keyPlace is where a tenant's key stands.
func keyPlace(row store.TenantKey) []byte {
	return place("tenant_key", string(row.Tenant[:]), row.Purpose, strconv.FormatInt(row.Version, 10))
}

// place writes where a value stands so that no two places look alike: each part with its length.
func place(parts ...string) []byte {
	b := []byte("verno 1")
	for _, part := range parts {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}

// random draws bytes from the operating system, which ends the program where it has none.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// At names a column of a row, for Seal and Open.
func At(table, row, column string) string { return strings.Join([]string{table, row, column}, "/") }
