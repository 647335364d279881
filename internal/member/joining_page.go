package member

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/progress"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/money"
)

// The purposes that members agree to, each apart from the others. There is no card without the first two.
const (
	PurposeTerms        = "terms"
	PurposePersonalData = "personal_data"
	PurposeAdvertising  = "advertising"
)

// Purposes are all of them, in the order in which they are asked.
var Purposes = []string{PurposeTerms, PurposePersonalData, PurposeAdvertising}

// Ticket is what a page of joining carries from one step to the next, sealed: who it is cannot be told from it, and
// nobody else can make one. It is the request that a one-time code is bound to and that joins once.
type Ticket struct {
	ID       verno.ProofID    `json:"id"`
	Channel  verno.ChannelID  `json:"channel"`
	Visit    verno.VisitID    `json:"visit"`
	Versions map[string]Shown `json:"versions"` // purpose to the text that was shown
	At       int64            `json:"at"`       // µs

	// What was told, from the second step on.
	Person vault.Person `json:"person"`
	Agreed []string     `json:"agreed,omitempty"`
	Enters bool         `json:"enters,omitempty"` // has a card already
}

// Shown names a version of a text in a language.
type Shown struct {
	Language string `json:"language"`
	Version  int64  `json:"version"`
}

// ticketLife is how long somebody may take from the first step to the last.
const ticketLife = 24 * time.Hour

// ticketPlace is where tickets open, and nothing else that is sealed does.
func ticketPlace(c store.Channel) string { return vault.At("join", c.ID.String(), "ticket") }

// NewTicket begins to join.
func (r *Roll) NewTicket(c store.Channel, visit verno.VisitID, texts []store.LegalText, now time.Time) Ticket {
	t := Ticket{ID: verno.NewID[verno.ProofID](now, r.Entropy), Channel: c.ID, Visit: visit, At: verno.Micros(now), Versions: map[string]Shown{}}
	for i := range texts {
		t.Versions[texts[i].Purpose] = Shown{texts[i].Language, texts[i].Version}
	}
	return t
}

// SealTicket writes a ticket into a page.
func (r *Roll) SealTicket(ctx context.Context, c store.Channel, t Ticket) (string, error) {
	plain, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	sealed, err := r.Vault.Seal(ctx, c.Tenant, ticketPlace(c), plain)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// OpenTicket reads a ticket of a page; false where it is none, or too old.
func (r *Roll) OpenTicket(ctx context.Context, c store.Channel, text string, now time.Time) (t Ticket, ok bool) {
	const longest = 8 << 10
	if len(text) > longest {
		return t, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return t, false
	}
	plain, err := r.Vault.Open(ctx, c.Tenant, ticketPlace(c), sealed)
	if err != nil || json.Unmarshal(plain, &t) != nil || t.Channel != c.ID {
		return Ticket{}, false
	}
	at := verno.FromMicros(t.At)
	return t, !now.Before(at) && now.Sub(at) < ticketLife
}

// Texts are the newest texts of all purposes in a language, or in another where one lacks in it. Error: texts_missing.
func (r *Roll) Texts(ctx context.Context, c store.Channel, language string) ([]store.LegalText, error) {
	all, err := r.Store.Reader().LegalTexts(ctx, c.Tenant)
	if err != nil {
		return nil, err
	}
	texts := make([]store.LegalText, 0, len(Purposes))
	for _, purpose := range Purposes {
		at := slices.IndexFunc(all, func(t store.LegalText) bool { return t.Purpose == purpose && t.Language == language })
		if at < 0 {
			at = slices.IndexFunc(all, func(t store.LegalText) bool { return t.Purpose == purpose })
		}
		switch {
		case at >= 0:
			texts = append(texts, all[at])
		case purpose != PurposeAdvertising:
			return nil, verno.Conflict("texts_missing")
		}
	}
	return texts, nil
}

// Text is one version of a text, as it was shown to those who join by a channel.
func (r *Roll) Text(ctx context.Context, c store.Channel, purpose, language string, version int64) (store.LegalText, error) {
	t, err := r.Store.Reader().LegalText(ctx, c.Tenant, purpose, language, version)
	return t, missing(err, "text")
}

// pointers are where the faults of fields are said.
var pointers = map[string]string{FieldName: "/first_name", FieldBirthday: "/birthday", FieldEmail: "/email"}

// Told is what somebody typed into a channel's page.
type Told struct {
	Phone, Name, Birthday, Email string
	Agreed                       []string // purposes
}

// Tell checks what somebody told of herself on a channel's page and puts it into the ticket. Errors: invalid fields at
// /phone, /first_name, /birthday, /email, /terms and /personal_data.
func (r *Roll) Tell(c store.Channel, t *Ticket, q Told, now time.Time) error {
	var f verno.Faults
	p := vault.Person{Phone: strings.TrimSpace(q.Phone), FirstName: q.Name, Birthday: q.Birthday, Email: q.Email}
	if p.Phone == "" {
		f.Say("/phone", "required")
	}
	for field, value := range map[string]*string{FieldName: &p.FirstName, FieldBirthday: &p.Birthday, FieldEmail: &p.Email} {
		*value = strings.TrimSpace(*value)
		switch how := c.Fields[field]; {
		case how == "" || t.Enters:
			*value = ""
		case how == FieldRequired && *value == "":
			f.Say(pointers[field], "required")
		}
	}
	if strings.ContainsFunc(p.FirstName, foreignToNames) {
		f.Say("/first_name", "text_invalid")
	}
	if p.Birthday > now.Format(time.DateOnly) {
		f.Say("/birthday", "date_future")
	}
	var err error
	if t.Person, err = r.Vault.Check(p); err != nil {
		if err := f.Add("", err); err != nil {
			return err
		}
	}
	t.Agreed = nil
	for _, purpose := range Purposes {
		switch agreed := slices.Contains(q.Agreed, purpose); {
		case t.Enters:
		case agreed:
			t.Agreed = append(t.Agreed, purpose)
		case purpose != PurposeAdvertising:
			f.Say("/"+purpose, "consent_needed")
		}
	}
	return f.Err()
}

// Masked is as much of the phone as its owner needs to know it again.
func (t *Ticket) Masked() string { return vault.MaskPhone(t.Person.Phone) }

// foreignToNames says of a letter that no name has it: signs, pictures, and what turns the direction of writing round.
func foreignToNames(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(" -'’.·", r)
}

// Joined is who has come to a card.
type Joined struct {
	Member verno.MemberID
	Card   verno.CardID
	Known  bool // was a member before
	// Unmailed says that the e-mail address was left out, as another member has it.
	Unmailed bool
}

// Join gives a card to who holds a ticket and has proved its phone, or need not: the member who has the phone, or a new
// one. One ticket joins once, however often it is handed in, and one phone is one member. Of a phone that nobody proved
// the card of another is not given away: then Card is zero. Errors: as Enrol; not_found where a card was said to be there.
func (r *Roll) Join(ctx context.Context, c store.Channel, now time.Time, t Ticket, proved bool) (Joined, error) {
	a, err := r.joiner(ctx, c)
	if err != nil {
		return Joined{}, err
	}
	known, err := r.memberWith(ctx, c, t.Person.Phone)
	if err != nil {
		return Joined{}, err
	}
	if known.IsZero() && t.Enters {
		return Joined{}, missing(store.ErrNotFound, "card")
	}
	if known.IsZero() {
		out, err := r.enrolBy(ctx, a, c, now, t)
		if !errors.Is(err, verno.Conflict("phone_taken")) {
			return out, err
		}
		if known, err = r.memberWith(ctx, c, t.Person.Phone); err != nil || known.IsZero() {
			return Joined{}, err
		}
	}
	out := Joined{Member: known, Known: true}
	if proved {
		out.Card, err = r.cardFor(ctx, a, now, known)
		return out, err
	}
	// Who has just joined by this very ticket comes back for the card, as after a double click.
	again, err := r.enrolBy(ctx, a, c, now, t)
	if errors.Is(err, verno.Conflict("phone_taken")) {
		return out, nil
	}
	return again, err
}

// joiner is the page itself, which acts for those who join.
func (r *Roll) joiner(ctx context.Context, c store.Channel) (verno.Actor, error) {
	tenant, err := r.Store.Reader().Tenant(ctx, c.Tenant)
	return verno.Actor{Tenant: c.Tenant, May: writes, Live: tenant.Live}, err
}

// enrolBy enrols once for a ticket and what it tells.
func (r *Roll) enrolBy(ctx context.Context, a verno.Actor, c store.Channel, now time.Time, t Ticket) (Joined, error) {
	consents, err := r.agreements(ctx, c, t)
	if err != nil {
		return Joined{}, err
	}
	plain, err := json.Marshal(t)
	if err != nil {
		return Joined{}, err
	}
	hash := sha256.Sum256(plain)
	q := Enrol{
		Key: "join-" + t.ID.String() + "-" + base64.RawURLEncoding.EncodeToString(hash[:9]), BodyHash: hash,
		Programme: c.Programme, Store: c.Store, Person: t.Person, Channel: c.Code, Consents: consents, IssueCard: true,
	}
	var out Joined
	made, err := r.Enrol(ctx, a, now, q)
	if errors.Is(err, verno.Conflict("email_taken")) {
		// Somebody who has proved a phone has not proved the address: the card does not wait for it.
		out.Unmailed, q.Person.Email, q.Key = true, "", q.Key+"-unmailed"
		made, err = r.Enrol(ctx, a, now, q)
	}
	if err != nil {
		return Joined{}, err
	}
	out.Member, out.Card = made.ID, made.Cards[len(made.Cards)-1].ID
	return out, r.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.JoinVisit(ctx, c.Tenant, t.Visit, made.ID, now)
	})
}

// agreements are what a ticket's holder agreed to, with the texts as they were shown.
func (r *Roll) agreements(ctx context.Context, c store.Channel, t Ticket) ([]Agreement, error) {
	var out []Agreement
	for _, purpose := range t.Agreed {
		shown, ok := t.Versions[purpose]
		if !ok {
			continue
		}
		text, err := r.Store.Reader().LegalText(ctx, c.Tenant, purpose, shown.Language, shown.Version)
		if err != nil {
			return nil, err
		}
		out = append(out, Agreement{
			Purpose: purpose, Granted: true, TextHash: text.Hash, Channel: c.Code,
			TextVersion: shown.Language + "-" + strconv.FormatInt(shown.Version, 10),
		})
	}
	return out, nil
}

// memberWith finds who has a phone; zero where nobody has.
func (r *Roll) memberWith(ctx context.Context, c store.Channel, phone string) (verno.MemberID, error) {
	l, err := r.Vault.Find(ctx, r.Store.Reader(), c.Tenant, store.LookupPhone, phone)
	if errors.Is(err, store.ErrNotFound) {
		return verno.MemberID{}, nil
	}
	return l.Member, err
}

// cardFor is a member's newest card in a phone, or a new one.
func (r *Roll) cardFor(ctx context.Context, a verno.Actor, now time.Time, id verno.MemberID) (verno.CardID, error) {
	m, err := living(ctx, r.Store.Reader(), a.Tenant, id)
	if err != nil {
		return verno.CardID{}, err
	}
	list, err := r.Store.Reader().CardsOf(ctx, a.Tenant, m.ID)
	if err != nil {
		return verno.CardID{}, err
	}
	for _, c := range slices.Backward(list) {
		if c.State == verno.CardActive && c.Kind == KindPhone {
			return c.ID, nil
		}
	}
	c, err := r.IssueCard(ctx, a, now, CardRequest{Member: m.ID})
	return c.ID, err
}

// Greeting is what the rules in force give for joining by a channel, as its page promises; and the scale of points.
func (r *Roll) Greeting(ctx context.Context, c store.Channel, now time.Time) (points money.Points, scale int, err error) {
	rules, err := r.rules.of(ctx, r.Store.Reader(), c.Tenant, c.Programme)
	if err != nil {
		return 0, 0, err
	}
	zone, err := rules.zone("")
	if err != nil {
		return 0, 0, err
	}
	programme := rules.Programme()
	moment := verno.Moment{At: now.In(zone), Store: c.Store, Channel: c.Code}
	facts := verno.MemberFacts{}
	facts.Level, _, _ = progress.Level(programme.Levels, nil, moment.Month())
	in := promo.Input{Member: &facts, Moment: moment, Left: func(verno.PromotionID) promo.Left { return promo.Left{Count: 1, Budget: noCap} }}
	var out verno.Outcome
	rules.Enrol(&in, false, &out)
	for i := range out.Awards {
		points += out.Awards[i].Points
	}
	return points, programme.Points.Scale, nil
}
