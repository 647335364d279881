package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Credential is what a request carries: the token of its Authorization header, and beside it the session from its
// cookie or header. A till sends its own token and the cashier's session.
type Credential struct {
	Bearer  string
	Session string
}

// Authenticate finds out who is asking. It returns the codes credential_missing, credential_invalid for a token that is
// unknown, revoked, expired or of somebody disabled, and till_token_missing for a cashier's session without its till.
// Credentials are remembered for two seconds, so that requests in a row read the database once.
func (g *Gate) Authenticate(ctx context.Context, c Credential, now time.Time) (verno.Actor, error) {
	invalid := verno.Unauthorised("credential_invalid")
	switch {
	case c.Bearer == "" && c.Session == "":
		return verno.Actor{}, verno.Unauthorised("credential_missing")
	case c.Bearer == "":
		return g.alone(ctx, c.Session, now)
	case c.Session == "" && isToken(c.Bearer, sessionToken):
		return g.alone(ctx, c.Bearer, now)
	case isToken(c.Bearer, liveKey), isToken(c.Bearer, testKey):
		if c.Session != "" {
			return verno.Actor{}, invalid
		}
		return g.remembered(ctx, c.Bearer, now, g.readKey)
	case isToken(c.Bearer, terminalToken):
		till, err := g.remembered(ctx, c.Bearer, now, g.readTerminal)
		if err != nil || c.Session == "" {
			return till, err
		}
		return g.atTill(ctx, till, c.Session, now)
	default:
		return verno.Actor{}, invalid
	}
}

// alone is a person's session without a till.
func (g *Gate) alone(ctx context.Context, token string, now time.Time) (verno.Actor, error) {
	person, err := g.session(ctx, token, now)
	if err == nil && !person.Terminal.IsZero() {
		return verno.Actor{}, verno.Unauthorised("till_token_missing")
	}
	return person, err
}

// atTill makes one actor of a till and the cashier whose session was opened there: the person's name, the till's
// permissions. Only roles that may do a cashier's work can open such a session.
func (g *Gate) atTill(ctx context.Context, till verno.Actor, token string, now time.Time) (verno.Actor, error) {
	person, err := g.session(ctx, token, now)
	if err != nil {
		return verno.Actor{}, err
	}
	if person.Tenant != till.Tenant || person.Terminal != till.Terminal {
		return verno.Actor{}, verno.Unauthorised("credential_invalid")
	}
	till.Staff, till.Session, till.Role = person.Staff, person.Session, person.Role
	return till, nil
}

func (g *Gate) session(ctx context.Context, token string, now time.Time) (verno.Actor, error) {
	if !isToken(token, sessionToken) {
		return verno.Actor{}, verno.Unauthorised("credential_invalid")
	}
	return g.remembered(ctx, token, now, g.readSession)
}

// reading finds a credential in the database. It returns store.ErrNotFound for one that is not good.
type reading func(ctx context.Context, hash []byte, now time.Time) (cached, error)

func (g *Gate) remembered(ctx context.Context, token string, now time.Time, read reading) (verno.Actor, error) {
	hash := digest(token)
	actor, ok, epoch := g.cache.get(hash, now)
	if ok {
		return actor, nil
	}
	return g.fresh(ctx, hash, epoch, now, read)
}

func (g *Gate) fresh(ctx context.Context, hash [sha256.Size]byte, epoch uint64, now time.Time, read reading) (verno.Actor, error) {
	found, err := read(ctx, hash[:], now)
	if errors.Is(err, store.ErrNotFound) {
		return verno.Actor{}, verno.Unauthorised("credential_invalid")
	}
	if err != nil {
		return verno.Actor{}, err
	}
	found.readAt = now
	g.cache.put(hash, found, epoch)
	return found.actor, nil
}

func (g *Gate) readKey(ctx context.Context, hash []byte, now time.Time) (cached, error) {
	k, live, err := g.Store.Reader().APIKeyByHash(ctx, hash)
	if err != nil {
		return cached{}, err
	}
	if !k.RevokedAt.IsZero() || !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt) {
		return cached{}, store.ErrNotFound
	}
	if !k.Terminal.IsZero() {
		t, err := g.Store.Reader().Terminal(ctx, k.Tenant, k.Terminal)
		if err != nil {
			return cached{}, err
		}
		if !t.RevokedAt.IsZero() {
			return cached{}, store.ErrNotFound
		}
	}
	return cached{until: k.ExpiresAt, actor: verno.Actor{
		Tenant: k.Tenant, APIKey: k.ID, Terminal: k.Terminal, Store: k.Store, May: k.Scopes, Live: live,
	}}, nil
}

func (g *Gate) readTerminal(ctx context.Context, hash []byte, _ time.Time) (cached, error) {
	t, live, err := g.Store.Reader().TerminalByToken(ctx, hash)
	if err != nil {
		return cached{}, err
	}
	if !t.RevokedAt.IsZero() {
		return cached{}, store.ErrNotFound
	}
	return cached{actor: verno.Actor{
		Tenant: t.Tenant, Terminal: t.ID, Store: t.Store, May: verno.TerminalPermissions, Live: live,
	}}, nil
}

// readSession finds a session and notes now and then that it is used.
func (g *Gate) readSession(ctx context.Context, hash []byte, now time.Time) (cached, error) {
	h, err := g.Store.Reader().SessionHolder(ctx, hash)
	if err != nil {
		return cached{}, err
	}
	if !usable(h.Session, now) || !h.DisabledAt.IsZero() {
		return cached{}, store.ErrNotFound
	}
	if now.Sub(h.SeenAt) >= min(time.Minute, h.Idle/10) {
		// A session whose use cannot be noted still works: on a full disk people must be able to look.
		if g.Store.Write(ctx, func(tx *store.Tx) error { return tx.TouchSession(ctx, hash, now) }) == nil {
			h.SeenAt = now
		}
	}
	until := h.SeenAt.Add(h.Idle)
	if h.ExpiresAt.Before(until) {
		until = h.ExpiresAt
	}
	return cached{until: until, actor: verno.Actor{
		Tenant: h.Tenant, Staff: h.Staff, Session: h.ID, Terminal: h.Terminal, Store: h.Store, Role: h.Role,
		May: h.Role.Permissions(), Live: h.Live,
	}}, nil
}
