package auth

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Pairing is the code that joins a till to its row: typed once, on the till.
type Pairing struct {
	Code      string // eight digits
	ExpiresAt time.Time
}

// Paired is a till that was just paired. Its token is shown this once.
type Paired struct {
	Token    string
	Tenant   verno.TenantID
	Terminal Terminal
	Live     bool
}

const (
	pairingLasts  = 10 * time.Minute
	pairingDigits = 100_000_000
)

// A wrong pairing code belongs to no till, so tries are counted for the address and, against many addresses, for the
// whole installation: in ten minutes two hundred guesses at a hundred million codes.
var (
	triesFromAddress = []store.Limit{{Most: 5, Window: pairingLasts}}
	triesFromAll     = []store.Limit{{Most: 200, Window: pairingLasts}}
)

// NewPairing makes a pairing code for a till, in place of an older one. The till that is paired now goes on until the
// code is used.
func (g *Gate) NewPairing(ctx context.Context, a verno.Actor, id verno.TerminalID, now time.Time) (Pairing, error) {
	for try := 0; ; try++ {
		p := Pairing{Code: g.eightDigits(), ExpiresAt: now.Add(pairingLasts)}
		token, err := g.pairingToken(ctx, p.Code)
		if err != nil {
			return Pairing{}, err
		}
		_, err = g.changeTerminal(ctx, a, id, now, "terminal.pairing", func(row *store.Terminal) error {
			row.PairingHash, row.PairingExpiresAt = token, p.ExpiresAt
			return nil
		})
		if errors.Is(err, store.ErrUnique) && try < 5 {
			continue // another till has just this code
		}
		if err != nil {
			return Pairing{}, err
		}
		return p, nil
	}
}

func (g *Gate) eightDigits() string {
	var b [8]byte
	if _, err := io.ReadFull(g.Entropy, b[:]); err != nil {
		panic("auth: no entropy for a pairing code: " + err.Error())
	}
	return fmt.Sprintf("%08d", binary.BigEndian.Uint64(b[:])%pairingDigits) // 64 bits: the remainder is even enough
}

// pairingToken hides a code with a key that the database does not have: a hash of eight digits hides nothing.
func (g *Gate) pairingToken(ctx context.Context, code string) ([]byte, error) {
	return g.Vault.Token(ctx, vault.House, "pairing", code)
}

// Pair gives a till its token for a pairing code, once; an older token of the till is dead from then on, and so is the
// shift that was open with it. Whatever is wrong with the code it returns pairing_failed, and rate_limited after five
// tries from one address in ten minutes.
func (g *Gate) Pair(ctx context.Context, code, address string, now time.Time) (Paired, error) {
	token, err := g.pairingToken(ctx, limited(code, 8))
	if err != nil {
		return Paired{}, err
	}
	from, err := g.Vault.Token(ctx, vault.House, "address", address)
	if err != nil {
		return Paired{}, err
	}
	here := store.Counted{Tenant: vault.House, Subject: "pairing/" + hex.EncodeToString(from)}
	everywhere := store.Counted{Tenant: vault.House, Subject: "pairing"}
	var (
		wait time.Duration
		row  store.Terminal
	)
	secret := newToken(terminalToken, g.Entropy)
	err = g.Store.Write(ctx, func(tx *store.Tx) error {
		row = store.Terminal{}
		var err error
		if wait, err = tx.Take(ctx, here, now, triesFromAddress...); err != nil || wait > 0 {
			return err
		}
		if wait, err = tx.Take(ctx, everywhere, now, triesFromAll...); err != nil || wait > 0 {
			return err
		}
		found, err := tx.LockPairing(ctx, token)
		if errors.Is(err, store.ErrNotFound) || err == nil && !now.Before(found.PairingExpiresAt) {
			return nil // the try stays counted
		}
		if err != nil {
			return err
		}
		if err := tx.GiveBack(ctx, here, now, triesFromAddress...); err != nil {
			return err
		}
		if err := tx.GiveBack(ctx, everywhere, now, triesFromAll...); err != nil {
			return err
		}
		row = found
		return g.join(ctx, tx, &row, secret, now)
	})
	switch {
	case err != nil:
		return Paired{}, err
	case wait > 0:
		return Paired{}, tooMany(wait)
	case row.ID.IsZero():
		return Paired{}, verno.Unauthorised("pairing_failed")
	}
	g.cache.forget(func(cached verno.Actor) bool { return cached.Terminal == row.ID })
	tenant, err := g.Store.Reader().Tenant(ctx, row.Tenant)
	return Paired{Token: secret, Tenant: row.Tenant, Terminal: shownTerminal(row), Live: tenant.Live}, err
}

func (g *Gate) join(ctx context.Context, tx *store.Tx, row *store.Terminal, secret string, now time.Time) error {
	hash := digest(secret)
	row.TokenHash, row.PairingHash, row.PairingExpiresAt = hash[:], nil, time.Time{}
	row.PairedAt, row.RevokedAt = now, time.Time{}
	row.Revision, row.UpdatedAt = row.Revision+1, now
	if err := tx.UpdateTerminal(ctx, *row); err != nil {
		return err
	}
	if _, err := tx.EndSessionsAt(ctx, row.Tenant, row.ID, now); err != nil {
		return err
	}
	actor := verno.Actor{Tenant: row.Tenant, Terminal: row.ID}
	return g.record(ctx, tx, actor, now, "terminal.paired", row.ID.String(), "store", row.Store.String())
}
