package api

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// ConsentBody is what a member says to one purpose. What was shown is proved by the hash of its text.
type ConsentBody struct {
	Purpose     string `json:"purpose" minLength:"1" maxLength:"40" example:"advertising" doc:"terms, personal_data, advertising, or one of the merchant's own."`
	Granted     bool   `json:"granted" doc:"false withdraws."`
	TextVersion string `json:"text_version,omitempty" maxLength:"50"`
	Text        string `json:"text,omitempty" maxLength:"200000" doc:"The text that was shown; only its hash is kept."`
	TextHash    string `json:"text_hash,omitempty" maxLength:"64" doc:"Instead of the text: its SHA-256 in hexadecimal."`
	Channel     string `json:"channel,omitempty" maxLength:"40" doc:"Where it was said; by the credential where it is left out."`
}

// Consent is one decision of a member, with the proof of what was shown.
type Consent struct {
	ID          verno.ConsentID `json:"id"`
	Member      verno.MemberID  `json:"member_id"`
	Purpose     string          `json:"purpose"`
	Granted     bool            `json:"granted"`
	TextVersion string          `json:"text_version"`
	TextHash    string          `json:"text_hash" doc:"SHA-256 in hexadecimal."`
	Channel     string          `json:"channel"`
	Actor       string          `json:"actor" doc:"The identifier of who wrote it down."`
	GivenAt     time.Time       `json:"given_at"`
}

// Consents is all that a member has said, the oldest first; the last word on a purpose holds.
type Consents struct {
	Items []Consent `json:"items"`
}

func (a *API) consentRoutes() {
	handle(a, operation{
		route: "GET /members/{id}/consents", id: "list-consents", tag: "members", summary: "List what a member has agreed to", codes: []string{"not_found"},
	}, a.listConsents)
	handle(a, operation{
		route: "POST /members/{id}/consents", id: "record-consent", tag: "members", summary: "Record what a member says", status: 201,
		detail: "Agreeing needs the text that was shown, or its hash.", codes: []string{"not_found", "consent_no_text", "person_erased"},
	}, a.recordConsent)
}

func (b *ConsentBody) agreement(f *faults, hashAt string) member.Agreement {
	g := member.Agreement{Purpose: b.Purpose, Granted: b.Granted, TextVersion: b.TextVersion, Text: b.Text, Channel: b.Channel}
	if b.TextHash != "" {
		var err error
		if g.TextHash, err = hex.DecodeString(b.TextHash); err != nil {
			f.Say(hashAt, "text_invalid")
		}
	}
	return g
}

func (a *API) listConsents(ctx context.Context, c *call, in *memberRequest) (*Consents, error) {
	rows, err := a.Members.Consents(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	list := &Consents{}
	for i := range rows {
		list.Items = append(list.Items, showConsent(&rows[i]))
	}
	return list, nil
}

type consentRequest struct {
	ID   verno.MemberID `path:"id"`
	Body ConsentBody
}

func (a *API) recordConsent(ctx context.Context, c *call, in *consentRequest) (*Consent, error) {
	var f faults
	g := in.Body.agreement(&f, "/text_hash")
	if err := f.Err(); err != nil {
		return nil, err
	}
	given, err := a.Members.Consent(ctx, c.actor, c.now, in.ID, g)
	if err != nil {
		return nil, err
	}
	shown := showConsent(&given)
	return &shown, nil
}

func showConsent(g *verno.Consent) Consent {
	return Consent{
		g.ID, g.Member, g.Purpose, g.Granted, g.TextVersion, hex.EncodeToString(g.TextHash), g.Channel, g.Actor, g.GivenAt,
	}
}
