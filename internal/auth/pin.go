package auth

import (
	"context"
	"encoding/hex"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/vault"
)

// The bounds of a PIN, in digits.
const (
	minPIN = 4
	maxPIN = 8
)

// checkPIN notes why a PIN is none, or one of those that are tried first.
func checkPIN(faults *verno.Faults, pointer, pin string) {
	switch {
	case len(pin) < minPIN || len(pin) > maxPIN || strings.Trim(pin, "0123456789") != "":
		faults.Say(pointer, "pin_invalid")
	case code.TrivialPIN(pin):
		faults.Say(pointer, "pin_trivial")
	}
}

// peppered mixes a PIN with a key that the database does not have: ten thousand PINs are tried in a minute whatever
// the hash, so without that key a stolen hash must tell nothing.
func (g *Gate) peppered(ctx context.Context, id verno.StaffID, pin string) (string, error) {
	token, err := g.Vault.Token(ctx, vault.House, "pin", id.String()+" "+pin)
	return hex.EncodeToString(token), err
}
