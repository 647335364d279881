package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// CardBody gives a member a card.
type CardBody struct {
	Member verno.MemberID `json:"member_id"`
	Number string         `json:"number,omitempty" maxLength:"40" doc:"Of a blank plastic card that is handed out; left out for a new card in the phone."`
}

// ReasonBody says why.
type ReasonBody struct {
	Reason string `json:"reason" minLength:"1" maxLength:"200"`
}

// StockBody makes blank cards.
type StockBody struct {
	Count    int              `json:"count" minimum:"1" maximum:"1000"`
	Template verno.TemplateID `json:"template_id,omitzero" doc:"Of cards that are nobody's, such as gift cards, which are worth nothing before they are sold; where it is left out they are members' cards."`
}

// Card is a carrier of a member's identity, without its secrets.
type Card struct {
	ID         verno.CardID    `json:"id"`
	Member     verno.MemberID  `json:"member_id,omitzero" doc:"Absent of a card that nobody has yet."`
	Kind       string          `json:"kind" doc:"loyalty and plastic, or the kind of the card's template."`
	Number     string          `json:"number,omitempty" doc:"For people: 16 digits."`
	State      verno.CardState `json:"state" enum:"active,blocked,replaced,returned"`
	Reason     string          `json:"reason,omitempty" doc:"Why it is blocked or replaced."`
	ReplacedBy verno.CardID    `json:"replaced_by,omitzero"`
	IssuedAt   time.Time       `json:"issued_at"`
	UpdatedAt  time.Time       `json:"updated_at"`
}

// Cards are those of one member, the oldest first.
type Cards struct {
	Items []Card `json:"items"`
}

// BlankCard is a card that nobody has yet, as a printer needs it.
type BlankCard struct {
	Card    verno.CardID `json:"id"`
	Number  string       `json:"number" doc:"For people."`
	Machine string       `json:"machine_code" doc:"For scanners: digits. It is shown this once."`
}

// BlankCards were just made.
type BlankCards struct {
	Items []BlankCard `json:"items"`
}

func (a *API) cardRoutes() {
	given := []string{"card_number_invalid", "card_not_usable", "card_limit", "person_erased", "idempotency_key_reused"}
	handle(a, operation{
		route: "POST /cards", id: "give-card", tag: "cards", summary: "Issue a card, or link a plastic one", keyed: keyOptional, status: 201, codes: given,
	}, a.giveCard)
	handle(a, operation{
		route: "POST /cards/stock", id: "stock-cards", tag: "cards", summary: "Make blank plastic cards", status: 201,
		detail: "To be printed and handed out. The answer is the only one with their codes.", codes: []string{"not_found", "template_archived", "template_unpublished", "template_for_member"},
	}, a.stockCards)
	handle(a, operation{route: "GET /members/{id}/cards", id: "list-cards", tag: "cards", summary: "List a member's cards", codes: []string{"not_found"}}, a.listCards)
	handle(a, operation{route: "GET /cards/{id}", id: "get-card", tag: "cards", summary: "Read a card", codes: []string{"not_found"}}, a.getCard)
	handle(a, operation{
		route: "POST /cards/{id}/block", id: "block-card", tag: "cards", summary: "Block a card", codes: []string{"not_found", "card_state"},
		detail: "At once: whoever was identified by a card of the member has to show one again.",
	}, a.blockCard)
	handle(a, operation{route: "POST /cards/{id}/unblock", id: "unblock-card", tag: "cards", summary: "Unblock a card", codes: []string{"not_found", "card_state"}}, a.unblockCard)
	handle(a, operation{
		route: "POST /cards/{id}/replace", id: "replace-card", tag: "cards", summary: "Replace a card that is lost or worn", keyed: keyOptional, status: 201,
		detail: "The old code is dead at once.", codes: []string{"not_found", "card_state", "idempotency_key_reused"},
	}, a.replaceCard)
}

type giveCardRequest struct{ Body CardBody }

func (a *API) giveCard(ctx context.Context, c *call, in *giveCardRequest) (*Card, error) {
	q := member.CardRequest{Key: c.key, BodyHash: c.hash, Member: in.Body.Member, Number: in.Body.Number}
	if q.Number == "" {
		return c.card(a.Members.IssueCard(ctx, c.actor, c.now, q))
	}
	return c.card(a.Members.LinkCard(ctx, c.actor, c.now, q))
}

type stockCardsRequest struct{ Body StockBody }

func (a *API) stockCards(ctx context.Context, c *call, in *stockCardsRequest) (*BlankCards, error) {
	var made []member.Blank
	var err error
	if in.Body.Template.IsZero() {
		made, err = a.Members.StockCards(ctx, c.actor, c.now, in.Body.Count)
	} else {
		made, err = a.Members.StockTemplate(ctx, c.actor, c.now, in.Body.Template, in.Body.Count)
	}
	if err != nil {
		return nil, err
	}
	list := &BlankCards{}
	for _, b := range made {
		list.Items = append(list.Items, BlankCard(b))
	}
	return list, nil
}

func (a *API) listCards(ctx context.Context, c *call, in *memberRequest) (*Cards, error) {
	rows, err := a.Members.Cards(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	list := &Cards{}
	for i := range rows {
		list.Items = append(list.Items, showCard(&rows[i]))
	}
	return list, nil
}

type cardRequest struct {
	ID verno.CardID `path:"id"`
}

func (a *API) getCard(ctx context.Context, c *call, in *cardRequest) (*Card, error) {
	return c.card(a.Members.Card(ctx, c.actor, in.ID))
}

type cardReasonRequest struct {
	ID   verno.CardID `path:"id"`
	Body ReasonBody
}

func (a *API) blockCard(ctx context.Context, c *call, in *cardReasonRequest) (*Card, error) {
	return c.card(a.Members.BlockCard(ctx, c.actor, c.now, in.ID, in.Body.Reason))
}

func (a *API) unblockCard(ctx context.Context, c *call, in *cardRequest) (*Card, error) {
	return c.card(a.Members.UnblockCard(ctx, c.actor, c.now, in.ID))
}

func (a *API) replaceCard(ctx context.Context, c *call, in *cardReasonRequest) (*Card, error) {
	return c.card(a.Members.ReplaceCard(ctx, c.actor, c.now, member.CardRequest{
		Key: c.key, BodyHash: c.hash, Card: in.ID, Reason: in.Body.Reason,
	}))
}

func (c *call) card(k member.Card, err error) (*Card, error) {
	if err != nil {
		return nil, err
	}
	c.answer.replayed = k.Replayed
	shown := showCard(&k)
	return &shown, nil
}

func showCard(k *member.Card) Card {
	return Card{k.ID, k.Member, k.Kind, string(k.Number), k.State, k.Reason, k.ReplacedBy, k.IssuedAt, k.UpdatedAt}
}
