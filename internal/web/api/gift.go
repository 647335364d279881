package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// Gift is something that can be had for points now.
type Gift struct {
	Template verno.TemplateID `json:"template_id"`
	Name     string           `json:"name" doc:"For those who work with it."`
	Offer    string           `json:"offer" doc:"What it gives, in the language of the request."`
	Details  string           `json:"details,omitempty"`
	Points   money.Points     `json:"points" doc:"What it costs, in the smallest unit."`
	Days     int64            `json:"valid_days,omitempty" doc:"For how long it is good; absent where only ends_at bounds it."`
	Ends     time.Time        `json:"ends_at,omitzero" doc:"Until when it can be had and used; absent where it has no end."`
}

// Gifts are the catalogue, the cheapest first.
type Gifts struct {
	Items []Gift `json:"items"`
	Scale int    `json:"points_scale" doc:"Decimal places of points."`
}

// GiftBody gives a member a gift.
type GiftBody struct {
	Template verno.TemplateID `json:"template_id" doc:"One of GET /gifts."`
	Presence string           `json:"presence" minLength:"1" maxLength:"2000" doc:"From an identification that may spend as many points."`
	Terminal verno.TerminalID `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	Store    verno.StoreID    `json:"store_id,omitzero" doc:"Where the credential is bound to no store, and no till is named."`
}

// TakenGift is a gift that was taken: a coupon of the member's own.
type TakenGift struct {
	ID       verno.CardID     `json:"id"`
	Template verno.TemplateID `json:"template_id"`
	Member   verno.MemberID   `json:"member_id"`
	Points   money.Points     `json:"points" doc:"What it cost."`
	State    verno.CardState  `json:"state" enum:"active,blocked,replaced,returned"`
	Ends     time.Time        `json:"ends_at,omitzero" doc:"Absent where the card has no end of its own."`
	At       time.Time        `json:"taken_at"`
	Number   string           `json:"number,omitempty" doc:"For people. Shown to who has given it, and to nobody later."`
	Machine  string           `json:"machine_code,omitempty" doc:"Put it among the coupons of the very same sale, or scan it later. Shown to who has given it, and to nobody later."`
}

func (a *API) giftRoutes() {
	handle(a, operation{
		route: "GET /gifts", id: "list-gifts", tag: "wallets", summary: "Read the catalogue of gifts",
		detail: "What can be had for points now: published coupons with a price, whose days and whose promotion are in force.",
		codes:  []string{"not_found", "programme_ambiguous", "programme_unpublished"},
	}, a.listGifts)
	handle(a, operation{
		route: "POST /gifts", id: "take-gift", tag: "wallets", summary: "Give a gift for points", keyed: keyNeeded, status: 201,
		detail: "Takes the points and makes the member's coupon at once, usable in the same sale. What was shown bounds the points as it does in a sale. An unused gift can be given back.",
		codes: []string{
			"gift_unknown", "gift_over", "insufficient_points", "strength_needed", "code_used", "account_frozen", "account_cooling", "card_limit",
			"presence_invalid", "presence_stale", "programme_unpublished", "store_unknown", "store_missing", "store_closed", "idempotency_key_reused", "outcome_unknown",
		},
	}, a.takeGift)
	handle(a, operation{
		route: "POST /gifts/{id}/return", id: "return-gift", tag: "wallets", summary: "Take an unused gift back", keyed: keyNeeded, status: 201,
		detail: "Its points go back into the lots that they came from, with their dates, and its card works no more.",
		codes:  []string{"not_found", "gift_used", "gift_returned", "card_state", "store_unknown", "idempotency_key_reused", "outcome_unknown"},
	}, a.returnGift)
}

type giftsRequest struct {
	Programme verno.ProgrammeID `query:"programme_id" doc:"Left out for that of the credential's store, or the only one."`
}

func (a *API) listGifts(ctx context.Context, c *call, in *giftsRequest) (*Gifts, error) {
	list, scale, err := a.Till.Gifts(ctx, c.actor, in.Programme)
	if err != nil {
		return nil, err
	}
	shown := &Gifts{Items: make([]Gift, len(list)), Scale: scale}
	for i := range list {
		shown.Items[i] = showGift(&list[i], c.lang)
	}
	return shown, nil
}

func showGift(g *checkout.Gift, lang string) Gift {
	return Gift{g.Template, g.Name, g.Offer.In(lang), g.Details.In(lang), g.Points, g.Days, g.Ends}
}

type takeGiftRequest struct{ Body GiftBody }

func (a *API) takeGift(ctx context.Context, c *call, in *takeGiftRequest) (*TakenGift, error) {
	b := &in.Body
	g, replayed, err := a.Till.TakeGift(ctx, c.actor, checkout.TakeGift{
		Key: c.key, BodyHash: c.hash, Template: b.Template, Presence: b.Presence, Terminal: b.Terminal, Store: b.Store,
	})
	c.answer.replayed = replayed
	if err != nil {
		return nil, err
	}
	return showTakenGift(g), nil
}

// GiftReturnBody takes a gift back.
type GiftReturnBody struct {
	Terminal verno.TerminalID `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	Store    verno.StoreID    `json:"store_id,omitzero" doc:"Where the credential is bound to no store, and no till is named. Without either the office takes it back."`
}

type returnGiftRequest struct {
	ID   verno.CardID `path:"id" doc:"The gift's card."`
	Body GiftReturnBody
}

func (a *API) returnGift(ctx context.Context, c *call, in *returnGiftRequest) (*TakenGift, error) {
	g, replayed, err := a.Till.ReturnGift(ctx, c.actor, checkout.ReturnGift{
		Key: c.key, BodyHash: c.hash, Card: in.ID, Terminal: in.Body.Terminal, Store: in.Body.Store,
	})
	c.answer.replayed = replayed
	if err != nil {
		return nil, err
	}
	return showTakenGift(g), nil
}

func showTakenGift(g *checkout.TakenGift) *TakenGift {
	return &TakenGift{g.Card, g.Template, g.Member, g.Points, g.State, g.Ends, g.At, g.Number, g.Machine}
}
