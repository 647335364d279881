package server

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// KeyList is what there is of keys, without the keys.
type KeyList struct {
	KEKs []KEKInfo `json:"keks"`
	Keys []KeyInfo `json:"keys"`
}

// KEKInfo is a key-encryption key that was given, or that the database needs.
type KEKInfo struct {
	ID    string `json:"id"`
	Given bool   `json:"given"`
	First bool   `json:"first"` // new keys are put under it
	Wraps int    `json:"wraps"` // keys of the database
}

// KeyInfo is one version of a key.
type KeyInfo struct {
	Tenant    string    `json:"tenant"` // "house" for what belongs to no tenant
	Purpose   string    `json:"purpose"`
	Version   int64     `json:"version"`
	Newest    bool      `json:"newest"` // it seals; the others only open
	KEK       string    `json:"kek"`
	CreatedAt time.Time `json:"created_at"`
	Persons   int64     `json:"persons_left"` // of the newest wrap key: persons whom an older one wraps still
}

// Keys lists what there is of keys. It writes nothing, and tells of a key-encryption key that is not given too.
func Keys(ctx context.Context, c Config) (KeyList, error) {
	c.fill()
	given, err := c.keyring().read()
	if err != nil && !c.WithoutKey {
		return KeyList{}, err
	}
	c.WithoutKey = true
	st, err := look(ctx, &c)
	if err != nil {
		return KeyList{}, err
	}
	defer st.Close()
	all, err := st.Reader().Tenants(ctx)
	if err != nil {
		return KeyList{}, err
	}
	list, wraps := KeyList{}, map[string]int{}
	for _, id := range tenantsAndHouse(all) {
		keys, err := keysOf(ctx, st.Reader(), id)
		if err != nil {
			return list, err
		}
		for _, k := range keys {
			wraps[k.KEK]++
		}
		list.Keys = append(list.Keys, keys...)
	}
	for i, id := range given.IDs() {
		list.KEKs = append(list.KEKs, KEKInfo{id, true, i == 0, wraps[id]})
		delete(wraps, id)
	}
	for id, n := range wraps {
		list.KEKs = append(list.KEKs, KEKInfo{ID: id, Wraps: n})
	}
	return list, nil
}

func tenantsAndHouse(all []store.Tenant) []verno.TenantID {
	list := []verno.TenantID{vault.House}
	for i := range all {
		list = append(list, all[i].ID)
	}
	return list
}

func keysOf(ctx context.Context, r *store.Reader, tenant verno.TenantID) ([]KeyInfo, error) {
	rows, err := r.TenantKeys(ctx, tenant)
	if err != nil {
		return nil, err
	}
	name := "house"
	if tenant != vault.House {
		name = tenant.String()
	}
	list := make([]KeyInfo, len(rows))
	for i, row := range rows {
		newest := i+1 == len(rows) || rows[i+1].Purpose != row.Purpose
		list[i] = KeyInfo{name, row.Purpose, row.Version, newest, row.KEK, row.CreatedAt, 0}
		if newest && row.Purpose == string(vault.Wrap) {
			if list[i].Persons, err = r.PersonsBelow(ctx, tenant, row.Version); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// Rotatable are the purposes of keys that can be rotated: index keys cannot, as every index row depends on them.
func Rotatable() []string {
	var list []string
	for _, p := range vault.Purposes {
		if p != vault.Index {
			list = append(list, string(p))
		}
	}
	return list
}

// Rotate makes new versions of a tenant's keys and wraps what the old "wrap" key wrapped, in short transactions beside a
// server that runs. It can be stopped at any moment; the same call goes on then.
func Rotate(ctx context.Context, c Config, whose Whose, purposes []string, progress func(done, total int64)) error {
	st, v, err := custody(ctx, &c)
	if err != nil {
		return err
	}
	defer st.Close()
	tenant, err := whose.tenant(ctx, st.Reader())
	if err != nil {
		return err
	}
	for _, purpose := range purposes {
		if err := v.Rotate(ctx, tenant.ID, vault.Purpose(purpose), c.Clock(), progress); err != nil {
			return err
		}
	}
	return nil
}

// recordRotation puts a rotation into the sealed log.
func recordRotation(ctx context.Context, tx *store.Tx, e verno.Event) error {
	return books.Record(ctx, tx, e.At, rand.Reader, e)
}

// custody opens the database for work on its keys. The schema must be this program's: a server of another version may be
// running beside.
func custody(ctx context.Context, c *Config) (*store.Store, *vault.Vault, error) {
	c.fill()
	st, err := look(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	if err := st.Close(); err != nil {
		return nil, nil, err
	}
	keys, err := c.keyring().read()
	if err != nil {
		return nil, nil, err
	}
	if st, err = store.Open(ctx, c.DB, store.Options{Weak: c.Weak, PoolSize: 2, Lanes: 1}); err != nil {
		return nil, nil, refusal(err, c.DB)
	}
	v, err := vault.Open(ctx, st, keys, c.Clock(), vault.Options{Region: c.Region, Record: recordRotation})
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return st, v, nil
}

// NewKEK says how tenants' keys came under a new key-encryption key.
type NewKEK struct {
	ID      string `json:"kek"`
	File    string `json:"file,omitempty"` // that has it now; empty where the keys come from the environment
	Drawn   bool   `json:"drawn"`
	Resumed bool   `json:"resumed"`
	Left    int64  `json:"left"` // keys that are under another one still
}

// RotateKEK puts all keys of tenants under a new key-encryption key: the one in place, a file or env:NAME, or one that is
// drawn. Where the keys stand in a file the new one is put there first, before anything is wrapped under it, and servers
// that run find it there. It can be stopped at any moment; the same call goes on then.
func RotateKEK(ctx context.Context, c Config, place string, progress func(done, total int64)) (NewKEK, error) {
	st, _, err := custody(ctx, &c)
	if err != nil {
		return NewKEK{}, err
	}
	defer st.Close()
	out := NewKEK{}
	ring := c.keyring()
	keys, err := ring.read()
	if err != nil {
		return out, err
	}
	left, err := st.Reader().CountTenantKeysNotUnder(ctx, keys.IDs()[0])
	if err != nil {
		return out, err
	}
	fresh := ""
	switch {
	case place != "":
		if fresh, err = newKEK(place); err != nil {
			return out, err
		}
	case left > 0:
		out.Resumed = true
	case ring.text != "":
		return out, errors.New("there is nothing to do: all keys are under the first of VERNO_KEK; say with --new-kek which key is next")
	default:
		fresh, out.Drawn = vault.NewKEK(), true
	}
	if keys, err = ring.with(fresh, &out); err != nil {
		return out, err
	}
	v, err := vault.Open(ctx, st, keys, c.Clock(), vault.Options{Region: c.Region, Record: recordRotation})
	if err != nil {
		return out, err
	}
	if err := v.RotateKEK(ctx, c.Clock(), progress); err != nil {
		return out, err
	}
	out.ID = keys.IDs()[0]
	out.Left, err = st.Reader().CountTenantKeysNotUnder(ctx, out.ID)
	return out, err
}

// with puts a new key in front of the others, in their file too.
func (k keyring) with(fresh string, out *NewKEK) (vault.KEKs, error) {
	if k.text != "" {
		return vault.ParseKEKs(fresh + "\n" + k.text)
	}
	out.File = k.file
	if fresh != "" {
		if err := vault.PutKEK(k.file, fresh); err != nil {
			return vault.KEKs{}, err
		}
	}
	return k.read()
}

// newKEK reads the one key of a file, or of a variable of the environment.
func newKEK(place string) (string, error) {
	ring := keyring{file: place}
	if name, is := strings.CutPrefix(place, "env:"); is {
		ring = keyring{text: os.Getenv(name)}
		if ring.text == "" {
			return "", refuse("kek_missing", nil, "file", place)
		}
	}
	keys, err := ring.read()
	if err != nil {
		return "", err
	}
	if len(keys.IDs()) != 1 {
		return "", errors.New(place + " holds several keys; the new one must stand alone")
	}
	if ring.text != "" {
		return strings.TrimSpace(ring.text), nil
	}
	text, err := os.ReadFile(place)
	if err != nil {
		return "", err
	}
	lines := slices.DeleteFunc(strings.Fields(string(text)), func(line string) bool { return strings.HasPrefix(line, "#") })
	return lines[len(lines)-1], nil
}
