package api

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// PaymentCardBody registers a bank card by what stands for it.
type PaymentCardBody struct {
	Token    string           `json:"token" minLength:"1" maxLength:"256" example:"V0010013020030040050060070080" doc:"What stands for the card wherever it pays: its Payment Account Reference (29 characters), or the token or hash that the acquirer gives, the same each time. 16 to 128 letters, digits and signs. Never the card's number."`
	Scheme   string           `json:"scheme,omitempty" enum:"mir,visa,mastercard,maestro,unionpay,jcb,american_express,other"`
	LastFour string           `json:"last_four,omitempty" maxLength:"4" example:"5678" doc:"The last four digits, by which the member tells the card."`
	Name     string           `json:"name,omitempty" maxLength:"40" doc:"The member's own name for it."`
	Consent  *PaymentConsent  `json:"consent,omitempty" doc:"That the member agrees to be known by the card; left out where it was given before."`
	Presence string           `json:"presence,omitempty" maxLength:"2048" doc:"That the member is here, proved by a live code, a tap or a PIN. A till gives it always; a credential that may read members may leave it out."`
	Terminal verno.TerminalID `json:"terminal_id,omitzero" doc:"With presence: of the identification, where the credential is bound to no till."`
}

// PaymentConsent is that a member agrees to be known by a bank card. What was shown is proved by the hash of its text.
type PaymentConsent struct {
	TextVersion string `json:"text_version,omitempty" maxLength:"50"`
	Text        string `json:"text,omitempty" maxLength:"200000" doc:"The text that was shown; only its hash is kept."`
	TextHash    string `json:"text_hash,omitempty" maxLength:"64" doc:"Instead of the text: its SHA-256 in hexadecimal."`
	Channel     string `json:"channel,omitempty" maxLength:"40" doc:"Where it was said; by the credential where it is left out."`
}

// PaymentCard is a bank card by which a member is known. Neither its number nor its token is shown.
type PaymentCard struct {
	ID       verno.PaymentCardID `json:"id"`
	Member   verno.MemberID      `json:"member_id"`
	Scheme   string              `json:"scheme" enum:"mir,visa,mastercard,maestro,unionpay,jcb,american_express,other"`
	LastFour string              `json:"last_four,omitempty"`
	Name     string              `json:"name,omitempty"`
	At       time.Time           `json:"registered_at"`
	UsedAt   time.Time           `json:"used_at,omitzero" doc:"When it last made the member known at a till; absent for one that has not."`
}

// PaymentCards are those of one member, the oldest first.
type PaymentCards struct {
	Items []PaymentCard `json:"items"`
}

func (a *API) paymentCardRoutes() {
	handle(a, operation{
		route: "POST /members/{id}/payment_cards", id: "register-payment-card", tag: "cards", summary: "Register a member's bank card", status: 201,
		detail: "From then on the member is known by payment_token at the till, as by a static code: the sale earns, and spends up to the day's small limit. " +
			"One card is of one member. A till asks for it with the presence of who is there, which a number or a code that can be copied does not prove. Registering the same one again changes nothing. The member agrees to it (purpose payment_card); who withdraws that has no bank card registered any more.",
		codes: []string{
			"not_found", "person_erased", "payment_card_number", "payment_token_invalid", "payment_card_taken", "payment_card_limit", "payment_consent_missing",
			"consent_no_text", "presence_invalid", "presence_stale", "payment_proof_needed", "account_frozen", "account_cooling",
		},
	}, a.registerPaymentCard)
	handle(a, operation{
		route: "GET /members/{id}/payment_cards", id: "list-payment-cards", tag: "cards", summary: "List a member's bank cards", codes: []string{"not_found"},
	}, a.listPaymentCards)
	handle(a, operation{
		route: "DELETE /members/{id}/payment_cards/{card}", id: "remove-payment-card", tag: "cards", summary: "Remove a member's bank card",
		detail: "At once: whoever was identified as the member has to show something again.", codes: []string{"not_found", "person_erased"},
	}, a.removePaymentCard)
}

type registerPaymentCardRequest struct {
	ID   verno.MemberID `path:"id"`
	Body PaymentCardBody
}

func (a *API) registerPaymentCard(ctx context.Context, c *call, in *registerPaymentCardRequest) (*PaymentCard, error) {
	b := &in.Body
	q := member.PaymentCardRequest{Member: in.ID, Token: b.Token, Scheme: b.Scheme, LastFour: b.LastFour, Name: b.Name}
	if b.Presence != "" {
		if err := a.Till.Present(ctx, c.actor, in.ID, b.Presence, b.Terminal); err != nil {
			return nil, err
		}
		q.Present = true
	}
	if b.Consent != nil {
		g := member.Agreement{Granted: true, TextVersion: b.Consent.TextVersion, Text: b.Consent.Text, Channel: b.Consent.Channel}
		if b.Consent.TextHash != "" {
			var err error
			if g.TextHash, err = hex.DecodeString(b.Consent.TextHash); err != nil {
				return nil, verno.InvalidField("/consent/text_hash", "text_invalid")
			}
		}
		q.Consent = &g
	}
	made, _, err := a.Members.RegisterPaymentCard(ctx, c.actor, c.now, q)
	if err != nil {
		return nil, err
	}
	shown := PaymentCard(made)
	return &shown, nil
}

func (a *API) listPaymentCards(ctx context.Context, c *call, in *memberRequest) (*PaymentCards, error) {
	rows, err := a.Members.PaymentCards(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	list := &PaymentCards{Items: make([]PaymentCard, len(rows))}
	for i := range rows {
		list.Items[i] = PaymentCard(rows[i])
	}
	return list, nil
}

type removePaymentCardRequest struct {
	ID   verno.MemberID      `path:"id"`
	Card verno.PaymentCardID `path:"card"`
}

func (a *API) removePaymentCard(ctx context.Context, c *call, in *removePaymentCardRequest) (*none, error) {
	return nil, a.Members.RemovePaymentCard(ctx, c.actor, in.ID, in.Card)
}
