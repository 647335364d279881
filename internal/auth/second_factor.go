package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// What every authenticator app can do: six digits, 30 seconds, SHA-1.
const (
	factorStep   = 30
	factorSecret = 20
)

// SecondFactor is what is given to an authenticator app.
type SecondFactor struct {
	Secret string // base 32, to type
	URI    string // otpauth://, to show as a QR code
}

// BeginSecondFactor draws a secret for the actor, given their password: whoever finds a session open could else lock its
// owner out with a second factor of their own. It asks for nothing until ConfirmSecondFactor has seen a code of it. It
// returns the conflict second_factor_active where there is one that must be dropped first, the invalid field
// password_wrong, and rate_limited.
func (g *Gate) BeginSecondFactor(ctx context.Context, a verno.Actor, password string, now time.Time) (SecondFactor, error) {
	row, err := g.own(ctx, a)
	if err != nil {
		return SecondFactor{}, err
	}
	if hasSecondFactor(row) {
		return SecondFactor{}, verno.Conflict("second_factor_active")
	}
	if err := g.knows(ctx, a, row, "/password", password, now); err != nil {
		return SecondFactor{}, err
	}
	secret := make([]byte, factorSecret)
	if _, err := io.ReadFull(g.Entropy, secret); err != nil {
		panic("auth: no entropy for a second factor: " + err.Error())
	}
	if row.TOTPSecret, err = g.Vault.Seal(ctx, row.Tenant, factorPlace(row.ID), secret); err != nil {
		return SecondFactor{}, err
	}
	row.TOTPStep = 0
	if err := g.update(ctx, a, row, now, "second_factor.begun"); err != nil {
		return SecondFactor{}, err
	}
	p, err := g.openPersonal(ctx, row)
	if err != nil {
		return SecondFactor{}, err
	}
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	uri := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Verno:" + orElse(p.Login, row.ID.String())}
	uri.RawQuery = url.Values{"secret": {text}, "issuer": {"Verno"}}.Encode()
	return SecondFactor{Secret: text, URI: uri.String()}, nil
}

// ConfirmSecondFactor turns the second factor on, given a first code of it, ends the actor's other sessions, which were
// opened without it, and returns recovery codes, shown this once. It returns the invalid field code_wrong for a code that
// is not its, and the refusal second_factor_missing where none was begun.
func (g *Gate) ConfirmSecondFactor(ctx context.Context, a verno.Actor, code string, now time.Time) ([]string, error) {
	row, err := g.own(ctx, a)
	switch {
	case err != nil:
		return nil, err
	case row.TOTPSecret == nil:
		return nil, verno.Refused("second_factor_missing")
	case hasSecondFactor(row):
		return nil, verno.Conflict("second_factor_active")
	}
	step, err := g.proven(ctx, a, row, code, now)
	if err != nil {
		return nil, err
	}
	codes, hashes, err := g.newRecoveryCodes(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	row.TOTPStep = step
	others := func(ctx context.Context, tx *store.Tx, row store.Staff, now time.Time) error {
		return tx.EndOtherSessions(ctx, row.Tenant, row.ID, a.Session, now)
	}
	return codes, g.update(ctx, a, row, now, "second_factor.on", putRecovery(hashes), others)
}

// DropSecondFactor turns the actor's own second factor off. It needs a code of it.
func (g *Gate) DropSecondFactor(ctx context.Context, a verno.Actor, code string, now time.Time) error {
	row, err := g.ownFactor(ctx, a)
	if err != nil {
		return err
	}
	if _, err := g.proven(ctx, a, row, code, now); err != nil {
		return err
	}
	row.TOTPSecret, row.TOTPStep = nil, 0
	return g.update(ctx, a, row, now, "second_factor.off", putRecovery(nil))
}

// ownFactor reads the actor's own row, which has a second factor.
func (g *Gate) ownFactor(ctx context.Context, a verno.Actor) (store.Staff, error) {
	row, err := g.own(ctx, a)
	if err == nil && !hasSecondFactor(row) {
		err = verno.Refused("second_factor_missing")
	}
	return row, err
}

// ResetSecondFactor turns off the second factor of somebody who has lost it, and ends their sessions.
func (g *Gate) ResetSecondFactor(ctx context.Context, a verno.Actor, id verno.StaffID, now time.Time) error {
	row, err := g.others(ctx, a, id)
	if err != nil {
		return err
	}
	row.TOTPSecret, row.TOTPStep = nil, 0
	return g.update(ctx, a, row, now, "second_factor.reset", endSessions, putRecovery(nil))
}

func hasSecondFactor(row store.Staff) bool { return row.TOTPSecret != nil && row.TOTPStep > 0 }

// checkCode says whether a code is of this step, the one before or the one after, and of none that was used before.
func (g *Gate) checkCode(ctx context.Context, row store.Staff, code string, now time.Time) (step int64, ok bool, err error) {
	secret, err := g.Vault.Open(ctx, row.Tenant, factorPlace(row.ID), row.TOTPSecret)
	if err != nil {
		return 0, false, err
	}
	text := base32.StdEncoding.EncodeToString(secret)
	current := now.Unix() / factorStep
	for at := current - 1; at <= current+1; at++ {
		want, err := hotp.GenerateCodeCustom(text, uint64(at), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, false, fmt.Errorf("auth: second factor of %s: %w", row.ID, err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && at > row.TOTPStep {
			step, ok = at, true
		}
	}
	return step, ok, nil
}

func factorPlace(id verno.StaffID) string { return vault.At("staff", id.String(), "totp_secret") }
