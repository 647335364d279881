package member

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// Session is a phone that has a member's card. It lasts a year from its latest use, and ends with the card: where that
// is blocked or replaced, or its member erased. A freeze ends no session, as it is the member's own to undo.
type Session struct {
	ID        verno.SessionID
	Tenant    verno.TenantID
	Live      bool // false in the test twin of a tenant
	Member    verno.MemberID
	Card      verno.CardID
	Device    string // what the phone says it is
	Kept      bool   // the phone has the card's secret
	CreatedAt time.Time
	SeenAt    time.Time
	hash      []byte
}

// Actor is the member as one who acts for herself. Faces let it act on itself only.
func (s *Session) Actor() verno.Actor {
	return verno.Actor{
		Tenant: s.Tenant, Session: s.ID, Member: s.Member, Live: s.Live,
		May: verno.MayReadMembers | verno.MayWriteMembers | verno.MayErase | verno.MayReadReceipts | verno.MayShowCodes,
	}
}

const (
	sessionLife = 365 * 24 * time.Hour
	seenEvery   = time.Hour // no oftener is it written that a session was used
	maxSessions = 10        // phones of one member; one more ends the one that was used least
	maxDevice   = 300       // letters
	cardToken   = "vc_"
)

var tokenText = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// OpenSession gives a phone a member's card and returns the token that the phone keeps. Errors: card_state, not_found.
func (r *Roll) OpenSession(ctx context.Context, tenant verno.TenantID, member verno.MemberID, card verno.CardID,
	device string, now time.Time,
) (token string, err error) {
	if token, err = r.newSessionToken(); err != nil {
		return "", err
	}
	err = r.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := r.openSession(ctx, tx, session{tenant: tenant, member: member, card: card, device: device, token: token}, now)
		return err
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

func (r *Roll) newSessionToken() (string, error) {
	var random [20]byte
	if _, err := io.ReadFull(r.Entropy, random[:]); err != nil {
		return "", fmt.Errorf("member: no entropy for a session: %w", err)
	}
	return cardToken + tokenText.EncodeToString(random[:]), nil
}

// session is a phone that is to have a card.
type session struct {
	tenant        verno.TenantID
	member        verno.MemberID
	card          verno.CardID
	device, token string
}

func (r *Roll) openSession(ctx context.Context, tx *store.Tx, q session, now time.Time) (id verno.SessionID, err error) {
	m, err := living(ctx, tx.Reader, q.tenant, q.member)
	if err != nil {
		return id, err
	}
	c, err := tx.LockCard(ctx, q.tenant, q.card)
	switch {
	case err != nil:
		return id, missing(err, "card")
	case c.Member != m.ID:
		return id, missing(store.ErrNotFound, "card")
	case c.State != verno.CardActive:
		return id, verno.Conflict("card_state").With("state", string(c.State))
	}
	if err := roomForSession(ctx, tx, m, now); err != nil {
		return id, err
	}
	id = verno.NewID[verno.SessionID](now, r.Entropy)
	return id, tx.InsertMemberSession(ctx, store.MemberSession{
		Hash: hashOf(q.token), Tenant: q.tenant, ID: id, Member: m.ID, Card: q.card,
		Device: deviceName(q.device), CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionLife),
	})
}

// roomForSession ends the sessions that were used least where there are as many as may be.
func roomForSession(ctx context.Context, tx *store.Tx, m verno.Member, now time.Time) error {
	list, err := tx.MemberSessions(ctx, m.Tenant, m.ID, now, 10*maxSessions)
	if err != nil || len(list) < maxSessions {
		return err
	}
	for _, s := range list[maxSessions-1:] {
		if _, err := tx.EndMemberSession(ctx, m.Tenant, m.ID, s.ID, now); err != nil {
			return err
		}
	}
	return nil
}

// Session finds out whose card a phone has, by its token. The error for a token that opens nothing, or nothing any more,
// is credential_invalid.
func (r *Roll) Session(ctx context.Context, token string, now time.Time) (*Session, error) {
	return r.session(ctx, token, now, func(c *store.Card) bool { return !c.Member.IsZero() })
}

// session finds a session whose card is of those that are asked for.
func (r *Roll) session(ctx context.Context, token string, now time.Time, fits func(c *store.Card) bool) (*Session, error) {
	if len(token) > 64 || !strings.HasPrefix(token, cardToken) {
		return nil, sessionOver()
	}
	reader := r.Store.Reader()
	row, err := reader.MemberSession(ctx, hashOf(token))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, sessionOver()
	case err != nil:
		return nil, err
	case !row.EndedAt.IsZero() || !now.Before(row.ExpiresAt):
		return nil, sessionOver()
	}
	card, err := reader.Card(ctx, row.Tenant, row.Card)
	if err != nil {
		return nil, err
	}
	if card.State != verno.CardActive || !fits(&card) {
		return nil, sessionOver()
	}
	t, err := reader.Tenant(ctx, row.Tenant)
	if err != nil {
		return nil, err
	}
	s := shownSession(&row)
	s.Member, s.Live = card.Member, t.Live
	if now.Sub(row.SeenAt) < seenEvery {
		return s, nil
	}
	return s, r.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.TouchMemberSession(ctx, row.Hash, now, now.Add(sessionLife))
	})
}

// Sessions are the phones that have cards of the session's member, the latest used first.
func (r *Roll) Sessions(ctx context.Context, s *Session, now time.Time) ([]Session, error) {
	rows, err := r.Store.Reader().MemberSessions(ctx, s.Tenant, s.Member, now, maxSessions)
	list := make([]Session, len(rows))
	for i := range rows {
		list[i] = *shownSession(&rows[i])
	}
	return list, err
}

// EndSession takes the card away from one of the member's own phones. One that has none any more is no error.
func (r *Roll) EndSession(ctx context.Context, s *Session, id verno.SessionID, now time.Time) error {
	return r.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.EndMemberSession(ctx, s.Tenant, s.Member, id, now)
		return err
	})
}

// CardKey is what a phone needs to show the card by itself.
type CardKey struct {
	Number  string // for people
	Machine string // of which live codes are made, and the static code itself
	Live    []byte // secret of the live code; nil where the phone has said that it keeps it
}

// CardKey hands a phone what its card shows. The secret is handed over until the phone says that it keeps it, and never
// again to the same session: what may reach the session later cannot carry it off. Each time is an event.
func (r *Roll) CardKey(ctx context.Context, s *Session, now time.Time) (CardKey, error) {
	_, secret, err := r.Secret(ctx, s.Tenant, s.Card)
	if err != nil {
		return CardKey{}, err
	}
	key := CardKey{Number: secret.Number, Machine: secret.Machine}
	if s.Kept {
		return key, nil
	}
	m, err := living(ctx, r.Store.Reader(), s.Tenant, s.Member)
	if err != nil {
		return CardKey{}, err
	}
	key.Live = secret.Live
	shown := event(verno.EventCardShown, s.Actor(), m, s.Card.String(), "member", m.ID.String(), "session", s.ID.String())
	return key, r.Store.Write(ctx, func(tx *store.Tx) error { return books.Record(ctx, tx, now, r.Entropy, shown) })
}

// KeepKey notes that a phone keeps the secret of its card.
func (r *Roll) KeepKey(ctx context.Context, s *Session, now time.Time) error {
	return r.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.KeepMemberSession(ctx, s.hash, now)
		return err
	})
}

// TidySessions forgets sessions that ended a month ago, a bounded number, and says whether there may be more.
func (r *Roll) TidySessions(ctx context.Context, now time.Time) (more bool, err error) {
	const most = 500
	err = r.Store.WriteLow(ctx, func(tx *store.Tx) error {
		n, err := tx.DeleteMemberSessions(ctx, now.AddDate(0, -1, 0), most)
		more = n == most
		return err
	})
	return more, err
}

func shownSession(row *store.MemberSession) *Session {
	return &Session{
		ID: row.ID, Tenant: row.Tenant, Member: row.Member, Card: row.Card, Device: row.Device, Kept: !row.KeptAt.IsZero(),
		CreatedAt: row.CreatedAt, SeenAt: row.SeenAt, hash: row.Hash,
	}
}

func sessionOver() error { return verno.Unauthorised("credential_invalid") }

func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// deviceName is what a phone calls itself, without what cannot be shown, and not too long.
func deviceName(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = verno.Single(text)
	if utf8.RuneCountInString(text) > maxDevice {
		text = string([]rune(text)[:maxDevice])
	}
	return text
}
