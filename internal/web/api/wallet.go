package api

import (
	"context"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/web"
)

// TopUpBody puts stored money on a member's account.
type TopUpBody struct {
	Member    verno.MemberID   `json:"member_id,omitzero" doc:"Instead of a presence."`
	Presence  string           `json:"presence,omitempty" maxLength:"2000" doc:"From an identification; instead of member_id."`
	Amount    Money            `json:"amount"`
	Tender    verno.TenderKind `json:"tender" maxLength:"10" enum:"cash,card,other" doc:"How it was paid."`
	Reference string           `json:"reference,omitempty" maxLength:"64" doc:"The till's own, such as an authorisation code; never a card number."`
	Terminal  verno.TerminalID `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	Store     verno.StoreID    `json:"store_id,omitzero" doc:"Where the credential is bound to no store, and no till is named."`
}

// TopUp is stored money that was paid in. It never expires and is always refundable.
type TopUp struct {
	Entry   verno.EntryID  `json:"entry_id"`
	Member  verno.MemberID `json:"member_id"`
	Amount  Money          `json:"amount"`
	Balance Balance        `json:"balance" doc:"After it."`
	At      time.Time      `json:"at"`
}

// HoldBody reserves value of an identified member.
type HoldBody struct {
	Presence  string           `json:"presence" minLength:"1" maxLength:"2000" doc:"From an identification that may spend."`
	Kind      verno.UnitKind   `json:"kind" maxLength:"10" enum:"points,money"`
	Amount    int64            `json:"amount" minimum:"1" maximum:"1000000000000" doc:"Points in the smallest unit, or minor units of money."`
	Seconds   int64            `json:"seconds" minimum:"1" maximum:"604800" doc:"After which it lapses by itself."`
	Reference string           `json:"reference,omitempty" maxLength:"64" doc:"What it is for, such as an order."`
	Terminal  verno.TerminalID `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	Store     verno.StoreID    `json:"store_id,omitzero" doc:"Where the credential is bound to no store, and no till is named."`
}

// CaptureBody takes what was held, or a part.
type CaptureBody struct {
	Amount int64 `json:"amount" minimum:"1" maximum:"1000000000000" doc:"At most what is held; the rest is released."`
}

// Hold is value that is reserved until a deadline. It ends once.
type Hold struct {
	ID        verno.HoldID     `json:"id"`
	Unit      verno.UnitID     `json:"unit_id"`
	Amount    int64            `json:"amount" doc:"Points in the smallest unit, or minor units of money."`
	Captured  int64            `json:"captured"`
	State     string           `json:"state" enum:"held,captured,released,lapsed"`
	Reference string           `json:"reference,omitempty"`
	Terminal  verno.TerminalID `json:"terminal_id,omitzero"`
	Deadline  time.Time        `json:"expires_at"`
	CreatedAt time.Time        `json:"created_at"`
	EndedAt   time.Time        `json:"ended_at,omitzero"`
}

// HoldShort is the problem of a capture for which too little is left.
type HoldShort struct {
	web.Problem
	Capturable int64 `json:"capturable" required:"false" doc:"With hold_short: how much of the hold can be captured now."`
}

func (a *API) walletRoutes() {
	reused := []string{"idempotency_key_reused", "outcome_unknown"}
	handle(a, operation{
		route: "POST /top_ups", id: "top-up-member", tag: "wallets", summary: "Put stored money on an account", keyed: keyNeeded, status: 201,
		codes: slices.Concat(reused, []string{"store_missing", "store_unknown", "store_closed", "top_up_too_large"}),
	}, a.topUp)
	handle(a, operation{
		route: "POST /holds", id: "place-hold", tag: "wallets", summary: "Reserve points or stored money", keyed: keyNeeded, status: 201,
		codes: slices.Concat(reused, []string{"insufficient_points", "insufficient_money", "strength_needed", "account_frozen", "presence_invalid", "presence_stale", "store_closed"}),
	}, a.placeHold)
	handle(a, operation{route: "GET /holds/{id}", id: "get-hold", tag: "wallets", summary: "Read a hold", codes: []string{"not_found"}}, a.getHold)
	ended := slices.Concat(reused, []string{"hold_ended", "not_found"})
	handle(a, operation{
		route: "POST /holds/{id}/capture", id: "capture-hold", tag: "wallets", summary: "Take what is held, or a part", keyed: keyNeeded,
		codes: slices.Concat(ended, []string{"hold_too_much", "hold_short", "account_frozen"}),
	}, a.captureHold)
	handle(a, operation{route: "POST /holds/{id}/release", id: "release-hold", tag: "wallets", summary: "Release a hold", keyed: keyNeeded, codes: ended}, a.releaseHold)
}

type topUpRequest struct{ Body TopUpBody }

func (a *API) topUp(ctx context.Context, c *call, in *topUpRequest) (*TopUp, error) {
	b := &in.Body
	if (b.Presence == "") == b.Member.IsZero() {
		return nil, verno.InvalidField("/member_id", "required")
	}
	done, replayed, err := a.Till.TopUp(ctx, c.actor, checkout.TopUp{
		Key: c.key, BodyHash: c.hash, Member: b.Member, Presence: b.Presence, Terminal: b.Terminal, Store: b.Store,
		Amount: b.Amount.Amount, Currency: b.Amount.Currency, Tender: b.Tender, Reference: b.Reference,
	})
	c.answer.replayed = replayed
	if err != nil {
		return nil, err
	}
	return showTopUp(done), nil
}

func showTopUp(t *checkout.ToppedUp) *TopUp {
	return &TopUp{t.Entry, t.Member, Money{t.Amount, t.Currency}, Balance{t.Balance, t.Currency}, t.At}
}

type placeHoldRequest struct{ Body HoldBody }

func (a *API) placeHold(ctx context.Context, c *call, in *placeHoldRequest) (*Hold, error) {
	b := &in.Body
	return c.hold(a.Till.Hold(ctx, c.actor, checkout.PlaceHold{
		Key: c.key, BodyHash: c.hash, Presence: b.Presence, Terminal: b.Terminal, Store: b.Store, Kind: b.Kind, Amount: b.Amount,
		Life: time.Duration(b.Seconds) * time.Second, Reference: b.Reference,
	}))
}

type holdRequest struct {
	ID verno.HoldID `path:"id"`
}

func (a *API) getHold(ctx context.Context, c *call, in *holdRequest) (*Hold, error) {
	h, err := a.Till.FindHold(ctx, c.actor, in.ID)
	return c.hold(h, false, err)
}

type captureHoldRequest struct {
	ID   verno.HoldID `path:"id"`
	Body CaptureBody
}

func (a *API) captureHold(ctx context.Context, c *call, in *captureHoldRequest) (*Hold, error) {
	return c.hold(a.Till.End(ctx, c.actor, checkout.EndHold{Key: c.key, BodyHash: c.hash, Hold: in.ID, Amount: in.Body.Amount}))
}

func (a *API) releaseHold(ctx context.Context, c *call, in *holdRequest) (*Hold, error) {
	return c.hold(a.Till.End(ctx, c.actor, checkout.EndHold{Key: c.key, BodyHash: c.hash, Hold: in.ID}))
}

func (c *call) hold(h *verno.Hold, replayed bool, err error) (*Hold, error) {
	c.answer.replayed = replayed
	if err != nil {
		return nil, err
	}
	return showHold(h), nil
}

func showHold(h *verno.Hold) *Hold {
	return &Hold{h.ID, h.Unit, h.Amount, h.Captured, h.State, h.Reference, h.Terminal, h.Deadline, h.CreatedAt, h.EndedAt}
}
