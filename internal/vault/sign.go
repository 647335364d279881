package vault

import (
	"context"
	"crypto/ed25519"
	"fmt"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Signer is the key with which a tenant signs now.
type Signer struct {
	Version int64
	Key     ed25519.PrivateKey
}

// Signer gives a tenant's signing key.
func (v *Vault) Signer(ctx context.Context, tenant verno.TenantID) (Signer, error) {
	r, err := v.ring(ctx, tenant)
	if err != nil {
		return Signer{}, err
	}
	version := r.newest[Sign]
	seed := r.keys[Sign][version]
	if seed == nil {
		return Signer{}, fmt.Errorf("vault: there is no key %q", Sign)
	}
	return Signer{Version: version, Key: ed25519.NewKeyFromSeed(seed)}, nil
}

// Verifiers are the public parts of all keys with which a tenant has signed, by version. Reading them needs no vault,
// so that signatures can be checked by those who hold no key.
func Verifiers(ctx context.Context, r *store.Reader, tenant verno.TenantID) (map[int64]ed25519.PublicKey, error) {
	rows, err := r.TenantKeys(ctx, tenant)
	if err != nil {
		return nil, err
	}
	keys := map[int64]ed25519.PublicKey{}
	for _, row := range rows {
		if row.Purpose == string(Sign) && len(row.Public) == ed25519.PublicKeySize {
			keys[row.Version] = row.Public
		}
	}
	return keys, nil
}
