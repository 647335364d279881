package vault

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/verno-loyalty/verno"
)

// sealFormat is the first byte of everything that is sealed; the version of the key follows, then nonce and ciphertext.
const sealFormat = 1

// Seal seals a secret for one place, such as At("card", id, "sealed"). It opens at no other.
func (v *Vault) Seal(ctx context.Context, tenant verno.TenantID, at string, plain []byte) ([]byte, error) {
	r, err := v.ring(ctx, tenant)
	if err != nil {
		return nil, err
	}
	return r.seal(Seal, slices.Concat(r.sealPlace, []byte(at)), plain)
}

// Open opens what Seal sealed for the same place. It returns an error that wraps ErrSealed for anything else.
func (v *Vault) Open(ctx context.Context, tenant verno.TenantID, at string, sealed []byte) ([]byte, error) {
	version, ciphertext, err := splitSealed(sealed)
	if err != nil {
		return nil, err
	}
	r, aead, err := v.aead(ctx, tenant, Seal, version)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Decrypt(ciphertext, slices.Concat(r.sealPlace, []byte(at)))
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrSealed, at)
	}
	return plain, nil
}

// SealPresence makes an opaque token that only this tenant opens. It does not touch the database once the tenant's keys
// are in memory.
func (v *Vault) SealPresence(ctx context.Context, tenant verno.TenantID, plain []byte) (string, error) {
	r, err := v.ring(ctx, tenant)
	if err != nil {
		return "", err
	}
	sealed, err := r.seal(Presence, r.presencePlace, plain)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// maxPresence bounds what is decoded of a token that a till sends.
const maxPresence = 2048

// OpenPresence opens what SealPresence made. It returns an error that wraps ErrSealed for anything else.
func (v *Vault) OpenPresence(ctx context.Context, tenant verno.TenantID, token string) ([]byte, error) {
	if len(token) > maxPresence {
		return nil, ErrSealed
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return nil, ErrSealed
	}
	version, ciphertext, err := splitSealed(sealed)
	if err != nil {
		return nil, err
	}
	r, aead, err := v.aead(ctx, tenant, Presence, version)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Decrypt(ciphertext, r.presencePlace)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// seal seals with the newest key of a purpose.
func (r *ring) seal(purpose Purpose, where, plain []byte) ([]byte, error) {
	version := r.newest[purpose]
	aead := r.aeads[purpose][version]
	if aead == nil {
		return nil, fmt.Errorf("vault: there is no key %q", purpose)
	}
	ciphertext, err := aead.Encrypt(plain, where)
	if err != nil {
		return nil, err
	}
	head := binary.AppendUvarint([]byte{sealFormat}, uint64(version))
	return append(head, ciphertext...), nil
}

// splitSealed reads the version of the key and leaves the ciphertext.
func splitSealed(sealed []byte) (version int64, ciphertext []byte, err error) {
	if len(sealed) < 2 || sealed[0] != sealFormat {
		return 0, nil, ErrSealed
	}
	n, length := binary.Uvarint(sealed[1:])
	if length <= 0 || n > 1<<31 {
		return 0, nil, ErrSealed
	}
	return int64(n), sealed[1+length:], nil
}
