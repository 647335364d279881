package auth

import (
	"context"
	"encoding/hex"
	"strings"

	"github.com/verno-loyalty/verno"
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
	case isTrivialPIN(pin):
		faults.Say(pointer, "pin_trivial")
	}
}

// isTrivialPIN recognises one digit, counting up or down, halves that repeat or mirror, and years.
func isTrivialPIN(pin string) bool {
	same, up, down := true, true, true
	for i := 1; i < len(pin); i++ {
		step := (int(pin[i]) - int(pin[i-1]) + 10) % 10
		same, up, down = same && step == 0, up && step == 1, down && step == 9
	}
	half := len(pin) / 2
	mirrored := true
	for i := range half {
		mirrored = mirrored && pin[i] == pin[len(pin)-1-i]
	}
	repeats := strings.Repeat(pin[:half], 2) == pin || strings.Repeat(pin[:2], half) == pin || mirrored
	year := len(pin) == 4 && (strings.HasPrefix(pin, "19") || strings.HasPrefix(pin, "20"))
	return same || up || down || repeats || year
}

// peppered mixes a PIN with a key that the database does not have: ten thousand PINs are tried in a minute whatever
// the hash, so without that key a stolen hash must tell nothing.
func (g *Gate) peppered(ctx context.Context, id verno.StaffID, pin string) (string, error) {
	token, err := g.Vault.Token(ctx, vault.House, "pin", id.String()+" "+pin)
	return hex.EncodeToString(token), err
}
