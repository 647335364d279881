package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// LinkBody sends a card to its member's phone, or one that is nobody's to a phone that is named.
type LinkBody struct {
	Channel string `json:"channel" maxLength:"10" enum:"sms,email,screen" doc:"To the member's phone, or to the member's address of mail. Of a card that is nobody's: to the phone or address in to, or onto a screen, as a code for a phone to read."`
	To      string `json:"to,omitempty" maxLength:"254" doc:"Of a card that is nobody's only: the phone or the address of mail. It is forgotten when the message is handed over."`
}

// SentLink is an address that brings a card into a phone. The address itself is in the message and nowhere else, unless it
// was asked for to be shown on a screen.
type SentLink struct {
	ID        verno.LinkID `json:"id"`
	Card      verno.CardID `json:"card_id"`
	Channel   string       `json:"channel" enum:"sms,email,screen"`
	Path      string       `json:"path,omitempty" doc:"Of a link for a screen, below the public address of Verno; in the answer that made it only. Whoever has it has the card."`
	To        string       `json:"to,omitempty" doc:"Enough of it for its owner to know it again; absent where the member is reached elsewhere by now, and of a card that is nobody's."`
	State     string       `json:"state" enum:"waiting,sent,failed" doc:"sent: the gateway has taken it."`
	CreatedAt time.Time    `json:"created_at"`
	SentAt    time.Time    `json:"sent_at,omitzero"`
	UsedAt    time.Time    `json:"used_at,omitzero" doc:"When it put the card into a browser, which it does once. Wallets take the card as often as they ask."`
	ExpiresAt time.Time    `json:"expires_at"`
}

// SentLinks are the latest of one card, the newest first.
type SentLinks struct {
	Items []SentLink `json:"items"`
}

func (a *API) cardLinkRoutes() {
	handle(a, operation{
		route: "POST /cards/{id}/link", id: "send-card-link", tag: "cards", summary: "Send a card to a phone", keyed: keyOptional, status: 202,
		detail: "By text message or mail goes an address by which the phone takes the card into its wallet or browser. At most three a day to one member; " +
			"it is a message about the card, so that it needs no agreement to advertising. A card that is nobody's, such as a gift certificate, goes to the phone or " +
			"the address in to, or onto a screen; at most ten links a day lead to one.",
		codes: []string{"not_found", "card_state", "link_off", "link_nowhere", "link_consent", "link_to_member", "link_too_many", "person_erased", "idempotency_key_reused"},
	}, a.sendCardLink)
	handle(a, operation{
		route: "GET /cards/{id}/links", id: "list-card-links", tag: "cards", summary: "List the links that were sent of a card", codes: []string{"not_found"},
	}, a.listCardLinks)
}

type cardLinkRequest struct {
	ID   verno.CardID `path:"id"`
	Body LinkBody
}

func (a *API) sendCardLink(ctx context.Context, c *call, in *cardLinkRequest) (*SentLink, error) {
	l, err := a.Members.SendLink(ctx, c.actor, c.now, member.LinkRequest{Key: c.key, BodyHash: c.hash, Card: in.ID, Channel: in.Body.Channel, To: in.Body.To})
	if err != nil {
		return nil, err
	}
	c.answer.replayed = l.Replayed
	shown := showLink(&l)
	return &shown, nil
}

func (a *API) listCardLinks(ctx context.Context, c *call, in *cardRequest) (*SentLinks, error) {
	rows, err := a.Members.Links(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	list := &SentLinks{Items: make([]SentLink, len(rows))}
	for i := range rows {
		list.Items[i] = showLink(&rows[i])
	}
	return list, nil
}

func showLink(l *member.Link) SentLink {
	return SentLink{l.ID, l.Card, l.Channel, l.Path, l.To, l.State, l.CreatedAt, l.SentAt, l.UsedAt, l.ExpiresAt}
}
