package member

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// OnScreen is the way of a link that nobody sends: its address is shown as a code to whoever stands there. It is for cards
// that are nobody's, such as gift certificates; a member's own go to where the member is reached.
const OnScreen = "screen"

// linksOfBearer is how many links lead to one card that is nobody's in a day.
var linksOfBearer = store.Limit{Most: 10, Window: 24 * time.Hour}

// bearer finds out whether a card is good for whoever holds it, of a kind that shows something.
func bearer(c *store.Card) bool {
	_, known := card.Find(c.Kind)
	return c.Member.IsZero() && !c.Template.IsZero() && known
}

// sendBearer makes a link to a card that is nobody's. Where it goes is kept, sealed, until it is handed over, and never
// again after that.
func (r *Roll) sendBearer(ctx context.Context, a verno.Actor, now time.Time, q LinkRequest) (Link, error) {
	var f verno.Faults
	if f.OneOf("/channel", q.Channel, append([]string{OnScreen}, LinkWays...)...); f.Err() != nil {
		return Link{}, f.Err()
	}
	to, err := r.target(q)
	if err != nil {
		return Link{}, err
	}
	if q.Channel != OnScreen && !r.CanSend(q.Channel) {
		return Link{}, verno.Conflict("link_off").With("channel", q.Channel)
	}
	w := &books.Work{Tenant: a.Tenant, Claim: claim("card_link", q.Key, q.BodyHash)}
	var id verno.LinkID
	w.Also = func(tx *store.Tx, p *books.Page) error {
		id = verno.LinkID(p.ID())
		return r.newBearerLink(ctx, tx, a, now, id, q, to)
	}
	w.Decide = func(p *books.Page) (books.Result, error) {
		return linkDecided(p, a, verno.Member{Tenant: a.Tenant}, id, q)
	}
	out, err := r.Books.Do(ctx, w)
	if err != nil {
		return Link{}, err
	}
	return r.sentLink(ctx, a.Tenant, out)
}

// target is where a link to a card that is nobody's is to go; empty where it goes onto the screen.
func (r *Roll) target(q LinkRequest) (to string, err error) {
	switch {
	case q.Channel == OnScreen && q.To != "":
		return "", verno.InvalidField("/to", "unknown_field")
	case q.Channel == OnScreen:
		return "", nil
	case q.To == "":
		return "", verno.InvalidField("/to", "required")
	case q.Channel == ByMail:
		if to, err = vault.Email(q.To); err != nil {
			err = verno.InvalidField("/to", "email_invalid")
		}
	default:
		if to, err = r.Vault.Phone(q.To); err != nil {
			err = verno.InvalidField("/to", "phone_invalid")
		}
	}
	return to, err
}

// newBearerLink writes a link to a card that is nobody's, within what one card, one phone and one sender may have in a day.
func (r *Roll) newBearerLink(ctx context.Context, tx *store.Tx, a verno.Actor, now time.Time, id verno.LinkID, q LinkRequest, to string) error {
	c, err := tx.LockCard(ctx, a.Tenant, q.Card)
	switch {
	case err != nil:
		return missing(err, "card")
	case !bearer(&c):
		return verno.Conflict("owner_moved")
	case c.State != verno.CardActive:
		return verno.Conflict("card_state").With("state", string(c.State))
	}
	if q.untaken {
		if err := untaken(ctx, tx, a.Tenant, q.Card); err != nil {
			return err
		}
	}
	limits := []counted{{"link/of " + q.Card.String(), linksOfBearer}, {"link/by " + a.Name(), linksByActor}, {"link/all", linksForTenant}}
	l := store.CardLink{
		Tenant: a.Tenant, ID: id, Card: q.Card, Channel: q.Channel, Token: []byte{}, CreatedAt: now, ExpiresAt: now.Add(linkLife),
	}
	if to != "" {
		token, err := r.Vault.Token(ctx, a.Tenant, "link_to", to)
		if err != nil {
			return err
		}
		limits = append(limits, counted{"link/to " + hex.EncodeToString(token), linksToMember})
	}
	if err := takeLinks(ctx, tx, a.Tenant, now, limits...); err != nil {
		return err
	}
	switch {
	case q.Channel == OnScreen:
		l.SentAt = now
	case r.Courier.Deliver[q.Channel] != nil:
		l.DueAt = now
		if l.Target, err = r.Vault.Seal(ctx, a.Tenant, targetPlace(id), []byte(to)); err != nil {
			return err
		}
	}
	text, err := r.linkText(ctx, &l)
	if err != nil {
		return err
	}
	l.Hash = hashOf(text)
	return tx.InsertCardLink(ctx, l)
}

// counted is what one is limited to in a time.
type counted struct {
	of    string
	limit store.Limit
}

// takeLinks counts a link with all that limit it. Error: link_too_many.
func takeLinks(ctx context.Context, tx *store.Tx, tenant verno.TenantID, now time.Time, limits ...counted) error {
	for _, l := range limits {
		wait, err := tx.Take(ctx, store.Counted{Tenant: tenant, Subject: l.of}, now, l.limit)
		if err != nil || wait > 0 {
			return tooManyLinks(wait, err)
		}
	}
	return nil
}

func targetPlace(id verno.LinkID) string { return vault.At("card_link", id.String(), "target") }

// bearerTarget is where a link to a card that is nobody's goes. It returns errUnreachable where that is forgotten.
func (r *Roll) bearerTarget(ctx context.Context, l *store.CardLink) (string, error) {
	if len(l.Target) == 0 {
		return "", errUnreachable
	}
	to, err := r.Vault.Open(ctx, l.Tenant, targetPlace(l.ID), l.Target)
	return string(to), err
}

// openBearer puts a card that is nobody's into a browser: the one that opened it last has it, so that whoever is given the
// card does not share it with the giver.
func (r *Roll) openBearer(ctx context.Context, tx *store.Tx, o Opened, device, token string, now time.Time) (id verno.SessionID, err error) {
	c, err := tx.LockCard(ctx, o.Tenant, o.Card)
	switch {
	case err != nil:
		return id, missing(err, "card")
	case !bearer(&c) || c.State != verno.CardActive:
		return id, verno.NotFound("card_link_over")
	}
	if err := tx.EndMemberSessions(ctx, o.Tenant, o.Card, now); err != nil {
		return id, err
	}
	id = verno.NewID[verno.SessionID](now, r.Entropy)
	return id, tx.InsertMemberSession(ctx, store.MemberSession{
		Hash: hashOf(token), Tenant: o.Tenant, ID: id, Card: o.Card, Device: deviceName(device), CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionLife),
	})
}

// BearerSession finds out which card that is nobody's a browser has, by its token. The error for a token that opens nothing,
// or nothing any more, is credential_invalid.
func (r *Roll) BearerSession(ctx context.Context, token string, now time.Time) (*Session, error) {
	return r.session(ctx, token, now, bearer)
}

// opensBearer says that a link leads to a card that is still nobody's.
func opensBearer(row *store.CardLink, c *store.Card) (Opened, error) {
	if !bearer(c) || c.State != verno.CardActive {
		return Opened{}, verno.NotFound("card_link_over")
	}
	return Opened{Tenant: row.Tenant, Card: c.ID, Once: row.UsedAt.IsZero(), hash: row.Hash}, nil
}

// ownOrBearer finds whose card is to be sent; none for one that is nobody's.
func (r *Roll) ownOrBearer(ctx context.Context, a verno.Actor, id verno.CardID) (verno.MemberID, error) {
	if err := a.Require(writes); err != nil {
		return verno.MemberID{}, err
	}
	c, err := r.Store.Reader().Card(ctx, a.Tenant, id)
	if err == nil && c.Member.IsZero() && !bearer(&c) {
		err = store.ErrNotFound
	}
	return c.Member, missing(err, "card")
}
