package auth

import (
	"context"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Login is what a person types, and from where.
type Login struct {
	Login    string
	Password string
	Code     string // of the second factor, or a recovery code; empty at first
	Address  string // of the client
}

// Opened is a session that was just opened. Its token is shown this once.
type Opened struct {
	Token     string
	Session   verno.SessionID
	Staff     verno.StaffID
	Tenant    verno.TenantID
	Role      verno.Role
	ExpiresAt time.Time
}

// How often a log-in may be tried: from one address for one name, from one address for all names.
var (
	triesForName    = []store.Limit{{Most: 5, Window: 5 * time.Minute}, {Most: 10, Window: time.Hour}, {Most: 20, Window: 24 * time.Hour}}
	triesForAddress = []store.Limit{{Most: 100, Window: time.Hour}}
	// acquainted remembers an address from which somebody has logged in, for this window and the next.
	acquainted = store.Limit{Most: 1 << 40, Window: 30 * 24 * time.Hour}
)

// After so many failures from all addresses together a name is locked at addresses that it does not know, from one
// second on, twice as long each time, up to a quarter of an hour.
const (
	failuresAllowed = 20
	longestLock     = 15 * time.Minute
)

// attempt is a log-in as far as it has come.
type attempt struct {
	Login
	now      time.Time
	name     store.Counted // tries of this name from this address
	address  store.Counted
	known    store.Counted // log-ins of this name from this address
	row      store.Staff   // zero where the name is unknown
	step     int64         // of the second factor, 0 where there is none or a recovery code was typed
	recovery []byte        // the hash of that, nil where none was typed
	harder   string        // the password hashed anew, as hashing has become harder; empty where it has not
	barred   bool          // it cannot succeed, whatever was typed
}

// Login opens a session. Whatever is wrong, it returns the one code login_failed and takes the same time; only an
// address that tries many names is told to wait, by rate_limited. With the right password and a second factor that was
// not given it returns second_factor_needed.
func (g *Gate) Login(ctx context.Context, l Login, now time.Time) (Opened, error) {
	at, err := g.admit(ctx, l, now)
	if err != nil {
		return Opened{}, err
	}
	same, err := g.hasher.Check(ctx, at.row.PasswordHash, limited(l.Password, maxPassword))
	if err != nil {
		return Opened{}, err
	}
	if !same || at.barred {
		return Opened{}, g.failed(ctx, at)
	}
	if hasSecondFactor(at.row) {
		if l.Code == "" {
			return Opened{}, g.askCode(ctx, at)
		}
		ok, err := g.secondly(ctx, at)
		if err != nil {
			return Opened{}, err
		}
		if !ok {
			return Opened{}, g.failed(ctx, at)
		}
	}
	if g.hasher.Outgrown(at.row.PasswordHash) {
		if at.harder, err = g.hasher.Hash(ctx, l.Password); err != nil {
			return Opened{}, err
		}
	}
	return g.succeed(ctx, at)
}

// secondly looks at the code of the second factor. Whether a recovery code is theirs and was not spent shows when it is
// spent.
func (g *Gate) secondly(ctx context.Context, at *attempt) (ok bool, err error) {
	if code, is := plainRecovery(at.Code); is {
		at.recovery, err = g.recoveryHash(ctx, at.row.ID, code)
		return err == nil, err
	}
	at.step, ok, err = g.checkCode(ctx, at.row, at.Code, at.now)
	return ok, err
}

// admit counts the try before anything is looked at and finds out who it may be.
func (g *Gate) admit(ctx context.Context, l Login, now time.Time) (*attempt, error) {
	at := &attempt{Login: l, now: now}
	name := normalLogin(limited(l.Login, 400))
	for what, counted := range map[string]*store.Counted{"login": &at.name, "known": &at.known} {
		token, err := g.Vault.Token(ctx, vault.House, what, name+"\x00"+l.Address)
		if err != nil {
			return nil, err
		}
		*counted = store.Counted{Tenant: vault.House, Subject: what + "/" + hex.EncodeToString(token)}
	}
	token, err := g.Vault.Token(ctx, vault.House, "address", l.Address)
	if err != nil {
		return nil, err
	}
	at.address = store.Counted{Tenant: vault.House, Subject: "login/" + hex.EncodeToString(token)}
	var wait time.Duration
	err = g.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if wait, err = tx.Take(ctx, at.address, now, triesForAddress...); err != nil || wait > 0 {
			return err
		}
		nameWait, err := tx.Take(ctx, at.name, now, triesForName...)
		at.barred = nameWait > 0
		return err
	})
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		return nil, tooMany(wait)
	}
	return at, g.find(ctx, at, name)
}

// find reads who logs in with a name and whether that can be.
func (g *Gate) find(ctx context.Context, at *attempt, name string) error {
	reader := g.Store.Reader()
	token, err := g.Vault.Token(ctx, vault.House, "login", name)
	if err != nil {
		return err
	}
	at.row, err = reader.StaffByLogin(ctx, token)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	visits, err := reader.Taken(ctx, at.known, at.now, acquainted)
	if err != nil {
		return err
	}
	at.barred = at.barred || !at.row.DisabledAt.IsZero() || visits == 0 && at.row.LockedUntil.After(at.now)
	return nil
}

// failed counts the failure where the name exists and could have been let in. It writes in every case, so that the
// time it takes tells nothing.
func (g *Gate) failed(ctx context.Context, at *attempt) error {
	err := g.Store.Write(ctx, func(tx *store.Tx) error {
		if at.row.ID.IsZero() || at.barred {
			_, err := tx.Take(ctx, store.Counted{Tenant: vault.House, Subject: "login/in vain"}, at.now, acquainted)
			return err
		}
		n, err := tx.CountFailure(ctx, at.row.Tenant, at.row.ID)
		if err != nil {
			return err
		}
		if n >= failuresAllowed {
			lock := min(longestLock, time.Second<<min(n-failuresAllowed, 20))
			if err := tx.BarStaff(ctx, at.row.Tenant, at.row.ID, at.now.Add(lock)); err != nil {
				return err
			}
		}
		return g.record(ctx, tx, at.actor(), at.now, "login.failed", at.row.ID.String(), "failures", strconv.FormatInt(n, 10))
	})
	if err != nil {
		return err
	}
	return verno.Unauthorised("login_failed")
}

// askCode gives the try back: the password was right.
func (g *Gate) askCode(ctx context.Context, at *attempt) error {
	err := g.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.GiveBack(ctx, at.address, at.now, triesForAddress...); err != nil {
			return err
		}
		return tx.GiveBack(ctx, at.name, at.now, triesForName...)
	})
	if err != nil {
		return err
	}
	return verno.Unauthorised("second_factor_needed")
}

// succeed spends the step of the second factor or the recovery code, forgets the failures and opens the session.
func (g *Gate) succeed(ctx context.Context, at *attempt) (Opened, error) {
	opened, session := g.newSession(at.row, at.now, g.Idle, g.Lasts)
	spent := false
	err := g.Store.Write(ctx, func(tx *store.Tx) error {
		fresh, err := g.spend(ctx, tx, at)
		if spent = !fresh; err != nil || spent {
			return err
		}
		// In the order in which admit locks them, or two log-ins could wait for each other.
		if err := tx.GiveBack(ctx, at.address, at.now, triesForAddress...); err != nil {
			return err
		}
		if err := tx.Forgive(ctx, at.name, at.now, triesForName...); err != nil {
			return err
		}
		for _, window := range []time.Time{at.now, at.now.Add(acquainted.Window)} {
			if _, err := tx.Take(ctx, at.known, window, acquainted); err != nil {
				return err
			}
		}
		if at.row.Failures > 0 {
			if err := letIn(ctx, tx, at.row, at.now); err != nil {
				return err
			}
		}
		if err := tx.InsertSession(ctx, session); err != nil {
			return err
		}
		return g.record(ctx, tx, at.actor(), at.now, "session.opened", session.ID.String())
	})
	switch {
	case err != nil:
		return Opened{}, err
	case spent:
		return Opened{}, g.failed(ctx, at)
	}
	return opened, nil
}

// spend uses up what was shown as a second factor, and keeps the password hashed anew. It reports false where another
// log-in was first.
func (g *Gate) spend(ctx context.Context, tx *store.Tx, at *attempt) (fresh bool, err error) {
	fresh = true
	switch {
	case at.step > 0:
		fresh, err = tx.UseTOTPStep(ctx, at.row.Tenant, at.row.ID, at.step)
	case at.recovery != nil:
		fresh, err = g.useRecovery(ctx, tx, at)
	}
	if err == nil && fresh && at.harder != "" {
		err = tx.RehashPassword(ctx, at.row.Tenant, at.row.ID, at.row.PasswordHash, at.harder)
	}
	return fresh, err
}

func (at *attempt) actor() verno.Actor { return verno.Actor{Tenant: at.row.Tenant, Staff: at.row.ID} }

// limited cuts hostile input to what is worth hashing.
func limited(text string, most int) string { return text[:min(len(text), 4*most)] }

func tooMany(wait time.Duration) error {
	seconds := int((wait + time.Second - 1) / time.Second)
	return verno.Limited("rate_limited", seconds).With("seconds", strconv.Itoa(seconds))
}
