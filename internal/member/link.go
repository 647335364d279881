package member

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// The ways by which a link to a card is sent.
const (
	BySMS  = "sms"
	ByMail = "email"
)

// LinkWays are all of them.
var LinkWays = []string{BySMS, ByMail}

// LinkPath is where the address of a link stands, below the public address of Verno.
const LinkPath = "/c/l/"

const (
	linkLife   = 72 * time.Hour
	linkLength = 26 // 128 bits
	shownLinks = 20 // of a card
)

var (
	linksToMember  = store.Limit{Most: 3, Window: 24 * time.Hour}
	linksByActor   = store.Limit{Most: 200, Window: time.Hour}
	linksForTenant = store.Limit{Most: 20_000, Window: 24 * time.Hour}
)

// Link is an address that was, or is to be, sent to a member: whoever opens it on a phone gets the card there.
type Link struct {
	ID        verno.LinkID
	Card      verno.CardID
	Channel   string
	State     string // waiting, sent, failed
	To        string // as much of the phone or the address of mail as its owner needs to know it again
	CreatedAt time.Time
	SentAt    time.Time // zero while it waits
	UsedAt    time.Time // when it put the card into a browser; zero while it has not
	ExpiresAt time.Time
	Replayed  bool
	Aloud     string // the address itself, where a demo is to show it
	Path      string // of a link that is shown on a screen, below the public address of Verno; empty for one that was sent
}

// LinkRequest asks for a link to be sent.
type LinkRequest struct {
	Key      string
	BodyHash [32]byte
	Card     verno.CardID
	Channel  string // one of LinkWays; OnScreen too of a card that is nobody's
	To       string // of a card that is nobody's: the phone or the address of mail

	untaken bool // only while no phone has it
}

// CanSend says whether links can be sent by a way at all.
func (r *Roll) CanSend(channel string) bool {
	return r.Courier.Aloud || r.Courier.Base != "" && r.Courier.Deliver[channel] != nil
}

// SendLink sends a card's own member the address that brings it into a phone. It is a message about the card and no
// advertising; where the member has withdrawn the use of personal data it is not sent. It goes out by a job, so that no
// gateway is waited for. A card that is nobody's goes to where the request says. Errors: link_off, link_nowhere, link_consent, link_too_many, card_state, not_found.
func (r *Roll) SendLink(ctx context.Context, a verno.Actor, now time.Time, q LinkRequest) (Link, error) {
	of, err := r.ownOrBearer(ctx, a, q.Card)
	if err != nil {
		return Link{}, err
	}
	if of.IsZero() {
		return r.sendBearer(ctx, a, now, q)
	}
	var f verno.Faults
	f.OneOf("/channel", q.Channel, LinkWays...)
	if q.To != "" {
		f.Say("/to", "link_to_member")
	}
	if f.Err() != nil {
		return Link{}, f.Err()
	}
	if !r.CanSend(q.Channel) {
		return Link{}, verno.Conflict("link_off").With("channel", q.Channel)
	}
	_, out, err := r.owned(ctx, a, claim("card_link", q.Key, q.BodyHash), of, func(m verno.Member, w *books.Work) {
		var id verno.LinkID
		w.Also = func(tx *store.Tx, p *books.Page) error {
			id = verno.LinkID(p.ID())
			if _, err := r.lockLinked(ctx, tx, a, q.Card, m); err != nil {
				return err
			}
			if err := takeLinks(ctx, tx, a.Tenant, now, counted{"link/by " + a.Name(), linksByActor}, counted{"link/all", linksForTenant}); err != nil {
				return err
			}
			return r.newLink(ctx, tx, now, m, id, q.Card, q.Channel)
		}
		w.Decide = func(p *books.Page) (books.Result, error) { return linkDecided(p, a, m, id, q) }
	})
	if err != nil {
		return Link{}, err
	}
	return r.sentLink(ctx, a.Tenant, out)
}

// linkDecided tells of a link, and keeps what the key has done: links are forgotten after a while, their keys are not.
func linkDecided(p *books.Page, a verno.Actor, m verno.Member, id verno.LinkID, q LinkRequest) (books.Result, error) {
	p.Emit(linkSent(a, m, q.Card, q.Channel))
	answer, err := json.Marshal(map[string]string{"id": id.String(), "card_id": q.Card.String(), "channel": q.Channel})
	return books.Result{ID: id, Owner: m.Owner, Answer: string(answer)}, err
}

// sentLink shows the link that a key has made, with its address where a screen or a demo is to show it.
func (r *Roll) sentLink(ctx context.Context, tenant verno.TenantID, out books.Outcome) (Link, error) {
	row, err := r.Store.Reader().CardLinkByID(ctx, tenant, verno.LinkID(out.ID))
	if err != nil {
		return Link{}, missing(err, "link")
	}
	link, err := r.shownLink(ctx, &row)
	if link.Replayed = out.Replayed; err != nil || !r.Courier.Aloud && row.Channel != OnScreen {
		return link, err
	}
	text, err := r.linkText(ctx, &row)
	link.Aloud = r.Courier.Base + LinkPath + text
	if row.Member.IsZero() {
		link.Path = LinkPath + text
	}
	return link, err
}

// linkSent tells of a link, and not to where.
func linkSent(a verno.Actor, m verno.Member, card verno.CardID, channel string) verno.Event {
	return event(verno.EventCardLinkSent, a, m, card.String(), "member", m.ID.String(), "channel", channel)
}

func tooManyLinks(wait time.Duration, err error) error {
	if err != nil {
		return err
	}
	hours := int((wait + time.Hour - 1) / time.Hour)
	return verno.Limited("link_too_many", int(wait/time.Second)+1).With("hours", strconv.Itoa(hours))
}

// lockLinked locks a card to which a link may lead.
func (r *Roll) lockLinked(ctx context.Context, tx *store.Tx, a verno.Actor, id verno.CardID, m verno.Member) (store.Card, error) {
	c, err := r.lockCard(ctx, tx, a, id, m)
	if err == nil && c.State != verno.CardActive {
		err = verno.Conflict("card_state").With("state", string(c.State))
	}
	return c, err
}

// newLink writes a link that the job is to hand over, within what a member is sent in a day.
func (r *Roll) newLink(ctx context.Context, tx *store.Tx, now time.Time, m verno.Member, id verno.LinkID, card verno.CardID, channel string) error {
	if err := mayTell(ctx, tx, m); err != nil {
		return err
	}
	_, token, err := r.reach(ctx, tx.Reader, m.Tenant, m.ID, channel)
	if err != nil {
		return err
	}
	wait, err := tx.Take(ctx, store.Counted{Tenant: m.Tenant, Subject: "link/to " + m.ID.String()}, now, linksToMember)
	if err != nil || wait > 0 {
		return tooManyLinks(wait, err)
	}
	l := store.CardLink{
		Tenant: m.Tenant, ID: id, Card: card, Member: m.ID, Channel: channel, Token: token, CreatedAt: now, ExpiresAt: now.Add(linkLife),
	}
	if r.Courier.Deliver[channel] != nil {
		l.DueAt = now
	}
	text, err := r.linkText(ctx, &l)
	if err != nil {
		return err
	}
	l.Hash = hashOf(text)
	return tx.InsertCardLink(ctx, l)
}

// mayTell sees that a member has not withdrawn the use of personal data.
func mayTell(ctx context.Context, tx *store.Tx, m verno.Member) error {
	said, err := tx.Consents(ctx, m.Tenant, m.ID)
	withdrawn := false
	for i := range said {
		if said[i].Purpose == PurposePersonalData {
			withdrawn = !said[i].Granted
		}
	}
	if err == nil && withdrawn {
		err = verno.Conflict("link_consent")
	}
	return err
}

// reach is where a member is reached by a way, and its blind index. Error: link_nowhere.
func (r *Roll) reach(ctx context.Context, reader *store.Reader, tenant verno.TenantID, id verno.MemberID, channel string) (to string, token []byte, err error) {
	p, err := r.Vault.Person(ctx, reader, tenant, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", nil, err
	}
	if to = p.Phone; channel == ByMail {
		to = p.Email
	}
	if to == "" {
		return "", nil, verno.Conflict("link_nowhere").With("channel", channel)
	}
	token, err = r.Vault.Token(ctx, tenant, "link_to", to)
	return to, token, err
}

// linkText is what stands in the address of a link: 128 bits that only the tenant's key gives, so that it need not be kept.
func (r *Roll) linkText(ctx context.Context, l *store.CardLink) (string, error) {
	token, err := r.Vault.Token(ctx, l.Tenant, "card_link", l.ID.String())
	return tokenText.EncodeToString(token), err
}

func (r *Roll) linkAddress(ctx context.Context, l *store.CardLink) (string, error) {
	text, err := r.linkText(ctx, l)
	return r.Courier.Base + LinkPath + text, err
}

// Links are those that were sent of a card, the latest first.
func (r *Roll) Links(ctx context.Context, a verno.Actor, id verno.CardID) ([]Link, error) {
	if err := a.Require(reads); err != nil {
		return nil, err
	}
	reader := r.Store.Reader()
	if _, err := reader.Card(ctx, a.Tenant, id); err != nil {
		return nil, missing(err, "card")
	}
	rows, err := reader.CardLinks(ctx, a.Tenant, id, shownLinks)
	if err != nil {
		return nil, err
	}
	list := make([]Link, len(rows))
	for i := range rows {
		if list[i], err = r.shownLink(ctx, &rows[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// shownLink shows a link. To where it was sent is known only while the member is reached there.
func (r *Roll) shownLink(ctx context.Context, row *store.CardLink) (Link, error) {
	l := Link{
		ID: row.ID, Card: row.Card, Channel: row.Channel, State: "sent", CreatedAt: row.CreatedAt, SentAt: row.SentAt, UsedAt: row.UsedAt,
		ExpiresAt: row.ExpiresAt,
	}
	switch {
	case row.Fault != "":
		l.State = "failed"
	case row.SentAt.IsZero():
		l.State = "waiting"
	}
	if row.Member.IsZero() {
		return l, nil
	}
	to, token, err := r.reach(ctx, r.Store.Reader(), row.Tenant, row.Member, row.Channel)
	switch {
	case errors.Is(err, vault.ErrErased), errors.Is(err, verno.Conflict("link_nowhere")):
		return l, nil
	case err == nil && string(token) == string(row.Token):
		l.To = masked(to)
	}
	return l, err
}

// masked is as much of a phone or an address of mail as its owner needs to know it again.
func masked(to string) string {
	name, domain, mail := strings.Cut(to, "@")
	if !mail {
		return vault.MaskPhone(to)
	}
	first := []rune(name)
	return string(first[:min(1, len(first))]) + "•••@" + domain
}

// Opened is where an address of a link leads.
type Opened struct {
	Tenant verno.TenantID
	Card   verno.CardID
	Member verno.MemberID // zero of a card that is nobody's
	// Once says that the link can still put the card into a browser; it does that once, and not where it came by mail to
	// somebody who could prove a phone.
	Once bool
	hash []byte
}

// OpenLink finds what the address of a link leads to. A card that is blocked or replaced, a phone that has changed and a
// time that is over end it. Error: card_link_over, whatever the reason.
func (r *Roll) OpenLink(ctx context.Context, text string, now time.Time) (Opened, error) {
	return r.openLink(ctx, r.Store.Reader(), text, now)
}

func (r *Roll) openLink(ctx context.Context, reader *store.Reader, text string, now time.Time) (Opened, error) {
	over := verno.NotFound("card_link_over")
	if len(text) != linkLength {
		return Opened{}, over
	}
	sum := sha256.Sum256([]byte(text))
	row, err := reader.CardLink(ctx, sum[:])
	if errors.Is(err, store.ErrNotFound) || err == nil && !now.Before(row.ExpiresAt) {
		return Opened{}, over
	}
	if err != nil {
		return Opened{}, err
	}
	c, err := reader.Card(ctx, row.Tenant, row.Card)
	if err != nil {
		return Opened{}, err
	}
	if row.Member.IsZero() {
		return opensBearer(&row, &c)
	}
	m, err := resolve(ctx, reader, row.Tenant, row.Member)
	if err != nil || c.State != verno.CardActive || c.Member != m.ID {
		return Opened{}, errors.Join(err, over)
	}
	_, token, err := r.reach(ctx, reader, row.Tenant, row.Member, row.Channel)
	switch {
	case errors.Is(err, vault.ErrErased), errors.Is(err, verno.Conflict("link_nowhere")), err == nil && string(token) != string(row.Token):
		return Opened{}, over
	case err != nil:
		return Opened{}, err
	}
	o := Opened{Tenant: row.Tenant, Card: c.ID, Member: m.ID, Once: row.UsedAt.IsZero(), hash: row.Hash}
	if o.Once && row.Channel == ByMail && r.CanProve() {
		p, err := r.Vault.Person(ctx, reader, row.Tenant, m.ID)
		o.Once = err == nil && p.Phone == ""
	}
	return o, nil
}

// UseLink puts the card of a link into a browser and returns the token that the browser keeps. Error: card_link_over.
func (r *Roll) UseLink(ctx context.Context, text, device string, now time.Time) (token string, err error) {
	token, err = r.newSessionToken()
	if err != nil {
		return "", err
	}
	err = r.Store.Write(ctx, func(tx *store.Tx) error {
		o, err := r.openLink(ctx, tx.Reader, text, now)
		if err != nil {
			return err
		}
		first, err := tx.UseCardLink(ctx, o.hash, now)
		if err != nil {
			return err
		}
		if !first || !o.Once {
			return verno.NotFound("card_link_over")
		}
		if o.Member.IsZero() {
			id, err := r.openBearer(ctx, tx, o, device, token, now)
			if err != nil {
				return err
			}
			return books.Record(ctx, tx, now, r.Entropy, event(verno.EventCardLinkOpened, verno.Actor{Tenant: o.Tenant, Session: id},
				verno.Member{Tenant: o.Tenant}, o.Card.String(), "session", id.String()))
		}
		id, err := r.openSession(ctx, tx, session{tenant: o.Tenant, member: o.Member, card: o.Card, device: device, token: token}, now)
		if err != nil {
			return err
		}
		m, err := resolve(ctx, tx.Reader, o.Tenant, o.Member)
		if err != nil {
			return err
		}
		return books.Record(ctx, tx, now, r.Entropy, event(verno.EventCardLinkOpened, verno.Actor{Tenant: o.Tenant, Member: o.Member}, m,
			o.Card.String(), "member", o.Member.String(), "session", id.String()))
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// TidyLinks forgets links that ended three months ago, a bounded number, and says whether there may be more.
func (r *Roll) TidyLinks(ctx context.Context, now time.Time) (more bool, err error) {
	const most = 500
	err = r.Store.WriteLow(ctx, func(tx *store.Tx) error {
		n, err := tx.DeleteCardLinks(ctx, now.AddDate(0, -3, 0), most)
		more = n == most
		return err
	})
	return more, err
}
