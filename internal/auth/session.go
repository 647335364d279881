package auth

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Session is a log-in that goes on, as its owner sees it.
type Session struct {
	ID        verno.SessionID
	Terminal  verno.TerminalID // zero for a session that belongs to no till
	Shift     string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// newSession makes a session and its token.
func (g *Gate) newSession(row store.Staff, now time.Time, idle, lasts time.Duration) (Opened, store.Session) {
	token := newToken(sessionToken, g.Entropy)
	hash := digest(token)
	s := store.Session{
		Hash: hash[:], Tenant: row.Tenant, ID: verno.NewID[verno.SessionID](now, g.Entropy), Staff: row.ID,
		Idle: idle, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(lasts),
	}
	return Opened{Token: token, Session: s.ID, Staff: row.ID, Tenant: row.Tenant, Role: row.Role, ExpiresAt: s.ExpiresAt}, s
}

// Logout ends the session of a token. A token that opens nothing is no error: it is closed already.
func (g *Gate) Logout(ctx context.Context, token string, now time.Time) error {
	if !isToken(token, sessionToken) {
		return nil
	}
	hash := digest(token)
	err := g.Store.Write(ctx, func(tx *store.Tx) error {
		ended, err := tx.EndSession(ctx, hash[:], now)
		if err != nil || !ended {
			return err
		}
		h, err := tx.SessionHolder(ctx, hash[:])
		if err != nil {
			return err
		}
		actor := verno.Actor{Tenant: h.Tenant, Staff: h.Staff}
		return g.record(ctx, tx, actor, now, "session.ended", h.ID.String())
	})
	g.cache.drop(hash)
	return err
}

// Sessions are the actor's own that could still be used, the oldest first.
func (g *Gate) Sessions(ctx context.Context, a verno.Actor, now time.Time) ([]Session, error) {
	if a.Staff.IsZero() {
		return nil, verno.Forbidden("person_needed")
	}
	rows, err := g.Store.Reader().SessionsOf(ctx, a.Tenant, a.Staff, 1000)
	if err != nil {
		return nil, err
	}
	var all []Session
	for _, row := range rows {
		if usable(row, now) {
			all = append(all, Session{
				ID: row.ID, Terminal: row.Terminal, Shift: row.Shift, CreatedAt: row.CreatedAt, SeenAt: row.SeenAt,
				ExpiresAt: row.ExpiresAt,
			})
		}
	}
	return all, nil
}

// EndSessions ends all sessions of somebody: one's own, or another's where the actor manages staff.
func (g *Gate) EndSessions(ctx context.Context, a verno.Actor, id verno.StaffID, now time.Time) error {
	if id != a.Staff {
		if _, err := g.others(ctx, a, id); err != nil {
			return err
		}
	}
	err := g.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.EndSessionsOf(ctx, a.Tenant, id, now); err != nil {
			return err
		}
		return g.record(ctx, tx, a, now, "sessions.ended", id.String())
	})
	g.cache.forget(func(cached verno.Actor) bool { return cached.Staff == id })
	return err
}

// ChangePassword changes the actor's own password, given the old one, and ends the actor's other sessions with it: all
// of them, so the caller logs in anew. It returns the invalid field password_wrong for a wrong old one.
func (g *Gate) ChangePassword(ctx context.Context, a verno.Actor, old, fresh string, now time.Time) error {
	row, err := g.own(ctx, a)
	if err != nil {
		return err
	}
	p, err := g.openPersonal(ctx, row)
	if err != nil {
		return err
	}
	var faults verno.Faults
	checkPassword(&faults, "/password", fresh, p.Login)
	if err := faults.Err(); err != nil {
		return err
	}
	if err := g.knows(ctx, a, row, "/old_password", old, now); err != nil {
		return err
	}
	if err := g.fill(ctx, &row, p, fresh, ""); err != nil {
		return err
	}
	return g.update(ctx, a, row, now, "password.changed", endSessions, letIn)
}

// knows asks somebody who is logged in for their password once more, so that a session that was found open is not
// enough. Tries are counted, as for a log-in. It returns the invalid field password_wrong, and rate_limited.
func (g *Gate) knows(ctx context.Context, a verno.Actor, row store.Staff, pointer, password string, now time.Time) error {
	tries := store.Counted{Tenant: a.Tenant, Subject: "password/" + a.Staff.String()}
	var wait time.Duration
	err := g.Store.Write(ctx, func(tx *store.Tx) (err error) {
		wait, err = tx.Take(ctx, tries, now, triesForName...)
		return err
	})
	switch {
	case err != nil:
		return err
	case wait > 0:
		return tooMany(wait)
	}
	same, err := g.hasher.Check(ctx, row.PasswordHash, limited(password, maxPassword))
	switch {
	case err != nil:
		return err
	case !same:
		return verno.InvalidField(pointer, "password_wrong")
	}
	return g.Store.Write(ctx, func(tx *store.Tx) error { return tx.Forgive(ctx, tries, now, triesForName...) })
}

// usable says whether a session has been ended, has lapsed or was left alone for too long.
func usable(s store.Session, now time.Time) bool {
	return s.EndedAt.IsZero() && now.Before(s.ExpiresAt) && now.Before(s.SeenAt.Add(s.Idle))
}

// Tidy forgets counted tries whose windows have ended and sessions that ended a month ago, a bounded number of each,
// and says whether there may be more.
func (g *Gate) Tidy(ctx context.Context, now time.Time) (more bool, err error) {
	const most = 500
	err = g.Store.WriteLow(ctx, func(tx *store.Tx) error {
		tries, err := tx.DeleteAttempts(ctx, now, most)
		if err != nil {
			return err
		}
		sessions, err := tx.DeleteSessions(ctx, now.AddDate(0, -1, 0), most)
		more = tries == most || sessions == most
		return err
	})
	return more, err
}
