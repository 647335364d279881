package vault

import (
	"context"
	"encoding/hex"

	"github.com/verno-loyalty/verno"
)

// HashPIN is what is kept of a member's PIN.
func (v *Vault) HashPIN(ctx context.Context, tenant verno.TenantID, member verno.MemberID, pin string) (string, error) {
	secret, err := v.peppered(ctx, tenant, member, pin)
	if err != nil {
		return "", err
	}
	return v.hasher.Hash(ctx, secret)
}

// CheckPIN says whether a PIN is the one of which a hash was kept; an empty hash takes as long and is nobody's.
func (v *Vault) CheckPIN(ctx context.Context, tenant verno.TenantID, member verno.MemberID, hash, pin string) (bool, error) {
	secret, err := v.peppered(ctx, tenant, member, pin)
	if err != nil {
		return false, err
	}
	return v.hasher.Check(ctx, hash, secret)
}

// peppered mixes a PIN with a key that the database does not have: all PINs are tried in minutes whatever the hash, so
// without that key a stolen hash must tell nothing.
func (v *Vault) peppered(ctx context.Context, tenant verno.TenantID, member verno.MemberID, pin string) (string, error) {
	token, err := v.Token(ctx, tenant, "pin", member.String()+" "+pin)
	return hex.EncodeToString(token), err
}
