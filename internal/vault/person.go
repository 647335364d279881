package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Person is who a member is. Every field may be empty.
type Person struct {
	Phone     string // E.164
	Email     string // lower case
	FirstName string
	LastName  string
	Birthday  string // YYYY-MM-DD, or --MM-DD where the year is not told
	Gender    string // female, male, other
	Custom    map[string]string
}

// sealedPerson is a person as it is written before it is sealed.
type sealedPerson struct {
	Phone     string            `json:"phone,omitempty"`
	Email     string            `json:"email,omitempty"`
	FirstName string            `json:"first_name,omitempty"`
	LastName  string            `json:"last_name,omitempty"`
	Birthday  string            `json:"birthday,omitempty"`
	Gender    string            `json:"gender,omitempty"`
	Custom    map[string]string `json:"custom,omitempty"`
}

// ErrErased says that the person was erased, for ever.
var ErrErased = verno.Refused("person_erased")

// PutPerson writes who a member is, over what was known before, under a key that is new each time, and all that the
// person is found by. It returns what was written, in one form. It returns invalid fields as Check does, the conflicts
// phone_taken and email_taken where another member has the same, and ErrErased.
func (v *Vault) PutPerson(ctx context.Context, tx *store.Tx, tenant verno.TenantID, member verno.MemberID, p Person, now time.Time) (Person, error) {
	p, err := v.Check(p)
	if err != nil {
		return Person{}, err
	}
	row, err := v.sealPerson(ctx, tenant, member, p)
	if err != nil {
		return Person{}, err
	}
	row.UpdatedAt = now
	alive, err := tx.PutPerson(ctx, row)
	if err == nil && !alive {
		err = ErrErased
	}
	if err != nil {
		return Person{}, err
	}
	for _, found := range []struct {
		kind  store.LookupKind
		value string
		taken *verno.Error
	}{
		{store.LookupPhone, p.Phone, verno.Conflict("phone_taken")},
		{store.LookupEmail, p.Email, verno.Conflict("email_taken")},
	} {
		if err := v.index(ctx, tx, tenant, member, found.kind, found.value, found.taken); err != nil {
			return Person{}, err
		}
	}
	names, err := v.NameTokens(ctx, tenant, p.FirstName+" "+p.LastName)
	if err != nil {
		return Person{}, err
	}
	return p, tx.PutNamePrefixes(ctx, tenant, member, names)
}

// index makes a member be found by one value and by no older one.
func (v *Vault) index(ctx context.Context, tx *store.Tx, tenant verno.TenantID, member verno.MemberID, kind store.LookupKind, value string, taken error) error {
	if err := tx.DeleteLookupsOf(ctx, tenant, member, kind); err != nil || value == "" {
		return err
	}
	token, err := v.Token(ctx, tenant, string(kind), value)
	if err != nil {
		return err
	}
	free, err := tx.InsertLookup(ctx, store.Lookup{Tenant: tenant, Token: token, Kind: kind, Member: member})
	if err == nil && !free {
		return taken
	}
	return err
}

// Person reads who a member is. It returns store.ErrNotFound for a member of whom nothing was written, and ErrErased.
func (v *Vault) Person(ctx context.Context, r *store.Reader, tenant verno.TenantID, member verno.MemberID) (Person, error) {
	row, err := r.Person(ctx, tenant, member)
	if err != nil {
		return Person{}, err
	}
	if row.WrappedKey == nil || row.Sealed == nil {
		return Person{}, ErrErased
	}
	return v.openPerson(ctx, row)
}

// Known is Person where a member of whom nothing is known, or nothing any more, is nobody: a person without a name.
func (v *Vault) Known(ctx context.Context, r *store.Reader, tenant verno.TenantID, member verno.MemberID) (Person, error) {
	p, err := v.Person(ctx, r, tenant, member)
	if errors.Is(err, ErrErased) || errors.Is(err, store.ErrNotFound) {
		return Person{}, nil
	}
	return p, err
}

// ErasePerson destroys a member's key and with it the person, and all that the person was found by, cards among it. A
// keyed trace of the phone and of the e-mail address stays behind, so that nobody is welcomed twice. Erasing again does nothing.
func (v *Vault) ErasePerson(ctx context.Context, tx *store.Tx, tenant verno.TenantID, member verno.MemberID, now time.Time) error {
	p, err := v.Person(ctx, tx.Reader, tenant, member)
	switch {
	case errors.Is(err, ErrErased):
		return nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return err
	}
	tokens, err := v.tombstones(ctx, tenant, p.Phone, p.Email)
	if err != nil {
		return err
	}
	for _, token := range tokens {
		if err := tx.PutTombstone(ctx, tenant, token, now); err != nil {
			return err
		}
	}
	for _, kind := range []store.LookupKind{store.LookupPhone, store.LookupEmail, store.LookupCard} {
		if err := tx.DeleteLookupsOf(ctx, tenant, member, kind); err != nil {
			return err
		}
	}
	if err := tx.PutNamePrefixes(ctx, tenant, member, nil); err != nil {
		return err
	}
	return tx.ErasePerson(ctx, tenant, member, now)
}

// tombstones are the keyed traces of what a person was found by; of what is empty there is none.
func (v *Vault) tombstones(ctx context.Context, tenant verno.TenantID, phone, email string) (tokens [][]byte, err error) {
	for _, trace := range []struct{ kind, value string }{{"tombstone", phone}, {"tombstone_email", email}} {
		if trace.value == "" {
			continue
		}
		token, err := v.Token(ctx, tenant, trace.kind, trace.value)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
	}
	return tokens, nil
}

// ErasedAt says when somebody with a phone, in E.164, or with an e-mail address, in lower case, was erased last; zero for
// never.
func (v *Vault) ErasedAt(ctx context.Context, r *store.Reader, tenant verno.TenantID, phone, email string) (last time.Time, err error) {
	tokens, err := v.tombstones(ctx, tenant, phone, email)
	for _, token := range tokens {
		at, err := r.Tombstone(ctx, tenant, token)
		if err != nil {
			return last, err
		}
		if at.After(last) {
			last = at
		}
	}
	return last, err
}

// sealPerson seals a person under a new key and wraps that.
func (v *Vault) sealPerson(ctx context.Context, tenant verno.TenantID, member verno.MemberID, p Person) (store.Person, error) {
	row := store.Person{Tenant: tenant, Member: member}
	plain, err := json.Marshal(sealedPerson(p))
	if err != nil {
		return row, err
	}
	key := random(keyLength)
	aead, err := subtle.NewXChaCha20Poly1305(key)
	if err != nil {
		return row, err
	}
	if row.Sealed, err = aead.Encrypt(plain, personPlace(row, "sealed")); err != nil {
		return row, err
	}
	return v.wrap(ctx, row, key)
}

// wrap wraps a member's key with the tenant's newest.
func (v *Vault) wrap(ctx context.Context, row store.Person, key []byte) (store.Person, error) {
	r, err := v.ring(ctx, row.Tenant)
	if err != nil {
		return row, err
	}
	row.KeyVersion = r.newest[Wrap]
	aead := r.aeads[Wrap][row.KeyVersion]
	if aead == nil {
		return row, fmt.Errorf("vault: there is no key %q", Wrap)
	}
	row.WrappedKey, err = aead.Encrypt(key, personPlace(row, "wrapped_key"))
	return row, err
}

func (v *Vault) unwrap(ctx context.Context, row store.Person) ([]byte, error) {
	_, aead, err := v.aead(ctx, row.Tenant, Wrap, row.KeyVersion)
	if err != nil {
		return nil, err
	}
	key, err := aead.Decrypt(row.WrappedKey, personPlace(row, "wrapped_key"))
	if err != nil {
		return nil, fmt.Errorf("%w: the key of %s", ErrSealed, row.Member)
	}
	return key, nil
}

func (v *Vault) openPerson(ctx context.Context, row store.Person) (Person, error) {
	key, err := v.unwrap(ctx, row)
	if err != nil {
		return Person{}, err
	}
	aead, err := subtle.NewXChaCha20Poly1305(key)
	if err != nil {
		return Person{}, err
	}
	plain, err := aead.Decrypt(row.Sealed, personPlace(row, "sealed"))
	if err != nil {
		return Person{}, fmt.Errorf("%w: the person of %s", ErrSealed, row.Member)
	}
	var p sealedPerson
	if err := json.Unmarshal(plain, &p); err != nil {
		return Person{}, fmt.Errorf("vault: the person of %s: %w", row.Member, err)
	}
	return Person(p), nil
}

func personPlace(row store.Person, column string) []byte {
	return place("person", string(row.Tenant[:]), string(row.Member[:]), column)
}
