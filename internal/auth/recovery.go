package auth

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Recovery codes are for whoever has lost their authenticator app: so many, each good for one log-in, of 50 random bits.
const (
	recoveryCodes  = 10
	recoveryLength = 10
)

// newRecoveryCodes draws codes and what is kept of them.
func (g *Gate) newRecoveryCodes(ctx context.Context, id verno.StaffID) (codes []string, hashes [][]byte, err error) {
	for range recoveryCodes {
		var b [8]byte
		if _, err := io.ReadFull(g.Entropy, b[:]); err != nil {
			panic("auth: no entropy for a recovery code: " + err.Error())
		}
		code := tokenText.EncodeToString(b[:])[:recoveryLength]
		hash, err := g.recoveryHash(ctx, id, code)
		if err != nil {
			return nil, nil, err
		}
		codes, hashes = append(codes, code[:recoveryLength/2]+"-"+code[recoveryLength/2:]), append(hashes, hash)
	}
	return codes, hashes, nil
}

// recoveryHash hides a code with a key that the database does not have.
func (g *Gate) recoveryHash(ctx context.Context, id verno.StaffID, code string) ([]byte, error) {
	return g.Vault.Token(ctx, vault.House, "recovery", id.String()+" "+code)
}

// plainRecovery is what was typed without dashes and spaces; ok is false for what is no recovery code by its form.
func plainRecovery(typed string) (code string, ok bool) {
	code = strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(limited(typed, 2*recoveryLength)))
	return code, len(code) == recoveryLength
}

// putRecovery replaces somebody's codes together with a change of their second factor; none takes them away.
func putRecovery(hashes [][]byte) also {
	return func(ctx context.Context, tx *store.Tx, row store.Staff, _ time.Time) error {
		return tx.PutRecoveryCodes(ctx, row.Tenant, row.ID, hashes)
	}
}

// RenewRecoveryCodes gives the actor new recovery codes in place of the old ones. It needs a code of the second factor.
// They are shown this once.
func (g *Gate) RenewRecoveryCodes(ctx context.Context, a verno.Actor, code string, now time.Time) ([]string, error) {
	row, err := g.ownFactor(ctx, a)
	if err != nil {
		return nil, err
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
	return codes, g.update(ctx, a, row, now, "recovery_codes.renewed", putRecovery(hashes))
}

// RecoveryCodesLeft is how many recovery codes the actor has left.
func (g *Gate) RecoveryCodesLeft(ctx context.Context, a verno.Actor) (int64, error) {
	if a.Staff.IsZero() {
		return 0, verno.Forbidden("person_needed")
	}
	return g.Store.Reader().RecoveryCodesLeft(ctx, a.Tenant, a.Staff)
}

// useRecovery spends a recovery code in the transaction of its log-in.
func (g *Gate) useRecovery(ctx context.Context, tx *store.Tx, at *attempt) (bool, error) {
	fresh, err := tx.UseRecoveryCode(ctx, at.row.Tenant, at.row.ID, at.recovery, at.now)
	if err != nil || !fresh {
		return false, err
	}
	left, err := tx.RecoveryCodesLeft(ctx, at.row.Tenant, at.row.ID)
	if err != nil {
		return false, err
	}
	return true, g.record(ctx, tx, at.actor(), at.now, "recovery_code.used", at.row.ID.String(), "left", strconv.FormatInt(left, 10))
}

// proven checks a code of the actor's own second factor. Tries are counted, because a stolen session could else try
// them all. It returns the invalid field code_wrong, and rate_limited.
func (g *Gate) proven(ctx context.Context, a verno.Actor, row store.Staff, code string, now time.Time) (step int64, err error) {
	tries := store.Counted{Tenant: a.Tenant, Subject: "code/" + a.Staff.String()}
	var wait time.Duration
	err = g.Store.Write(ctx, func(tx *store.Tx) (err error) {
		wait, err = tx.Take(ctx, tries, now, triesForName...)
		return err
	})
	switch {
	case err != nil:
		return 0, err
	case wait > 0:
		return 0, tooMany(wait)
	}
	step, ok, err := g.checkCode(ctx, row, code, now)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, verno.InvalidField("/code", "code_wrong")
	}
	return step, g.Store.Write(ctx, func(tx *store.Tx) error { return tx.Forgive(ctx, tries, now, triesForName...) })
}
