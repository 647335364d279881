package member

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// ByAppleForm is what consents say of where they were given that were given in Apple Wallet.
const ByAppleForm = "apple_personalisation"

// signUpsADay is how many passes a channel gives out a day that belong to nobody yet.
var signUpsADay = store.Limit{Most: 5_000, Window: 24 * time.Hour}

// NewSignUp begins to join by the form of a wallet: what its pass is to become, with the texts that it shows. Errors:
// channel_closed where the channel has no such form, texts_missing, codes_too_many.
func (r *Roll) NewSignUp(ctx context.Context, c store.Channel, visit verno.VisitID, language string, now time.Time) (store.SignUp, error) {
	if !c.Wallet || !c.ClosedAt.IsZero() {
		return store.SignUp{}, verno.NotFound("channel_closed")
	}
	texts, err := r.Texts(ctx, c, language)
	if err != nil {
		return store.SignUp{}, err
	}
	ticket, err := json.Marshal(r.NewTicket(c, visit, texts, now))
	if err != nil {
		return store.SignUp{}, err
	}
	s := store.SignUp{
		Tenant: c.Tenant, Card: verno.NewID[verno.CardID](now, r.Entropy), Channel: c.ID, Language: language, Ticket: string(ticket),
		State: store.SignUpOpen, CreatedAt: now,
	}
	return s, r.Store.Write(ctx, func(tx *store.Tx) error {
		wait, err := tx.Take(ctx, store.Counted{Tenant: c.Tenant, Subject: "sign up/" + c.ID.String()}, now, signUpsADay)
		if err == nil && wait > 0 {
			err = verno.Limited("codes_too_many", int(wait/time.Second)+1)
		}
		if err != nil {
			return err
		}
		return tx.InsertSignUp(ctx, s)
	})
}

// SignUpForm is what the form of a wallet asks and shows.
type SignUpForm struct {
	Fields []string // FieldName and so on, beside the phone
	Terms  string   // HTML: the documents, whole
	Again  string   // path of the page for those who have a card already; empty where phones cannot be proved
}

// SignUpForm is the form of a pass that belongs to nobody yet: the very texts that its ticket names. Advertising is not
// among them: it is agreed to apart, on the card's own page, or not at all.
func (r *Roll) SignUpForm(ctx context.Context, s store.SignUp) (SignUpForm, error) {
	c, t, err := r.signUp(ctx, s)
	if err != nil {
		return SignUpForm{}, err
	}
	var form SignUpForm
	for _, field := range []string{FieldName, FieldEmail} {
		if c.Fields[field] != "" {
			form.Fields = append(form.Fields, field)
		}
	}
	if r.CanProve() {
		form.Again = "/j/" + c.Code + "/enter"
	}
	var b strings.Builder
	for _, purpose := range needed {
		shown := t.Versions[purpose]
		text, err := r.Store.Reader().LegalText(ctx, s.Tenant, purpose, shown.Language, shown.Version)
		if err != nil {
			return SignUpForm{}, err
		}
		b.WriteString("<h1>" + html.EscapeString(text.Title) + "</h1>")
		for line := range strings.SplitSeq(text.Body, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				b.WriteString("<p>" + html.EscapeString(line) + "</p>")
			}
		}
	}
	form.Terms = b.String()
	return form, nil
}

// needed are the purposes without which nobody joins.
var needed = []string{PurposeTerms, PurposePersonalData}

func (r *Roll) signUp(ctx context.Context, s store.SignUp) (c store.Channel, t Ticket, err error) {
	if err := json.Unmarshal([]byte(s.Ticket), &t); err != nil {
		return c, t, err
	}
	c, err = r.Store.Reader().Channel(ctx, s.Tenant, s.Channel)
	return c, t, err
}

// JoinBySignUp makes a member of whoever has filled in the form of a wallet, with the card that its pass is for, once
// however often it is told. The form proves no phone, so where a member has it already that member's card is not given
// away: known is true, and nothing is changed. Errors: as Tell and Enrol, and channel_closed.
func (r *Roll) JoinBySignUp(ctx context.Context, s store.SignUp, q Told, now time.Time) (known bool, err error) {
	c, t, err := r.signUp(ctx, s)
	if err != nil {
		return false, err
	}
	if !c.Wallet || !c.ClosedAt.IsZero() || now.Sub(s.CreatedAt) > signUpLife-time.Hour {
		return false, verno.NotFound("channel_closed")
	}
	q.Agreed = slices.Clone(needed) // The form is sent by whoever agrees to what it shows.
	if err := r.Tell(c, &t, q, now); err != nil {
		return false, err
	}
	a, err := r.joiner(ctx, c)
	if err != nil {
		return false, err
	}
	consents, err := r.agreements(ctx, c, t)
	if err != nil {
		return false, err
	}
	for i := range consents {
		consents[i].Channel = ByAppleForm
	}
	e := Enrol{
		Key: "sign-up-" + s.Card.String(), BodyHash: sha256.Sum256(s.Card[:]), Programme: c.Programme, Store: c.Store, Person: t.Person,
		Channel: c.Code, Consents: consents, IssueCard: true, Card: s.Card,
	}
	made, err := r.Enrol(ctx, a, now, e)
	if errors.Is(err, verno.Conflict("email_taken")) {
		e.Person.Email = "" // Nobody has proved the address, and the card does not wait for it.
		made, err = r.Enrol(ctx, a, now, e)
	}
	if errors.Is(err, verno.Conflict("phone_taken")) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return false, r.Store.Write(ctx, func(tx *store.Tx) error { return tx.JoinVisit(ctx, c.Tenant, t.Visit, made.ID, now) })
}

// signUpLife is how long a pass waits for its holder.
const signUpLife = 7 * 24 * time.Hour

// TidySignUps forgets passes that waited in vain, a bounded number, and says whether there may be more.
func (r *Roll) TidySignUps(ctx context.Context, now time.Time) (more bool, err error) {
	const most = 200
	err = r.Store.WriteLow(ctx, func(tx *store.Tx) error {
		n, err := tx.DeleteSignUps(ctx, now.Add(-signUpLife), most)
		more = n == most
		return err
	})
	return more, err
}
