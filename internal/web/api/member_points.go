package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// Points is what a member has. Points and money are never added up.
type Points struct {
	Programme     verno.ProgrammeID `json:"programme_id"`
	Scale         int               `json:"points_scale" doc:"Decimal places of points: with 2, 150 is 1.50 points."`
	Balance       money.Points      `json:"balance" doc:"All in all; below zero in a debt."`
	Available     money.Points      `json:"available" doc:"May be spent now. Debt and what is held were taken off it already; it is never below zero."`
	Pending       money.Points      `json:"pending" doc:"May be spent later; until_purchase is a part of it."`
	UntilPurchase money.Points      `json:"until_purchase" doc:"Wait for the first paid purchase."`
	Held          money.Points      `json:"held" doc:"Reserved for open purchases."`
	Debt          money.Points      `json:"debt" doc:"Owed, as a return took points back that were spent already; the next earnings repay it. Balance and available were lowered by it already: do not take it off them again."`
	Expiring      []ExpiringPoints  `json:"expiring" doc:"The nearest first."`
	Stored        []StoredMoney     `json:"stored_money" doc:"Money that was paid in. Cashback stands apart."`
	Cashback      *Cashback         `json:"cashback,omitempty" doc:"Money that the programme's promotions gave; absent where they never gave any."`
	Stamps        []StampCount      `json:"stamps"`
	Frozen        bool              `json:"frozen"`
}

// StoredMoney is money that one legal entity owes the member. It never expires.
type StoredMoney struct {
	Issuer verno.IssuerID `json:"issuer_id"`
	Amount Balance        `json:"amount"`
	Held   Money          `json:"held" doc:"Reserved for open purchases."`
}

// Cashback is money that promotions gave. It pays as stored money does and is never paid out.
type Cashback struct {
	Currency  money.Currency     `json:"currency"`
	Balance   money.Amount       `json:"balance" doc:"Minor units, all in all; below zero in a debt."`
	Available money.Amount       `json:"available" doc:"May be spent now."`
	Pending   money.Amount       `json:"pending" doc:"May be spent later."`
	Debt      money.Amount       `json:"debt" doc:"Owed, as a return took cashback back that was spent already; the next cashback repays it. Balance and available were lowered by it already."`
	Expiring  []ExpiringCashback `json:"expiring" doc:"The nearest first."`
}

// ExpiringCashback is cashback that lapses together.
type ExpiringCashback struct {
	At     time.Time    `json:"expires_at"`
	Amount money.Amount `json:"amount" doc:"Minor units."`
}

// StampCount is how far a stamp card is filled.
type StampCount struct {
	Promotion verno.PromotionID `json:"promotion_id"`
	Count     int64             `json:"count"`
}

// Step is one thing that happened to a member's account.
type Step struct {
	Receipt  verno.ReceiptID `json:"receipt_id,omitzero" doc:"Of a sale or a return."`
	Entry    verno.EntryID   `json:"entry_id,omitzero" doc:"Of anything else that moved value."`
	Kind     string          `json:"kind" example:"sale"`
	Reason   string          `json:"reason,omitempty"`
	Actor    string          `json:"actor,omitempty" doc:"The identifier of who did it."`
	At       time.Time       `json:"at"`
	Store    verno.StoreID   `json:"store_id,omitzero"`
	Number   string          `json:"number,omitempty" doc:"The till's own, of a receipt."`
	Currency money.Currency  `json:"currency,omitempty"`
	Gross    *Money          `json:"gross,omitempty" doc:"Of a receipt."`
	Payable  *Money          `json:"payable,omitempty" doc:"Of a receipt."`
	Moves    []Move          `json:"moves"`
}

// Move is what a step changed of one unit, and why.
type Move struct {
	Kind      verno.UnitKind    `json:"kind" enum:"points,money,stamps,cashback"`
	Promotion verno.PromotionID `json:"promotion_id,omitzero" doc:"Of stamps."`
	Currency  money.Currency    `json:"currency,omitempty" doc:"Of money and cashback."`
	Why       ledger.Why        `json:"why" enum:"earn,spend,repay,back,take,debt,expire,adjust,top_up,move"`
	Amount    int64             `json:"amount" doc:"Points in the smallest unit, minor units of money and cashback, or stamps; below zero where it went away."`
}

func (a *API) memberPointsRoutes() {
	handle(a, operation{route: "GET /members/{id}/points", id: "get-points", tag: "members", summary: "Read what a member has", codes: []string{"not_found"}}, a.getPoints)
	handle(a, operation{
		route: "GET /members/{id}/timeline", id: "get-timeline", tag: "members", summary: "Read what happened to a member's account, newest first", codes: []string{"not_found"},
	}, a.timeline)
}

func (a *API) getPoints(ctx context.Context, c *call, in *memberRequest) (*Points, error) {
	p, err := a.Members.Points(ctx, c.actor, c.now, in.ID)
	if err != nil {
		return nil, err
	}
	shown := &Points{
		Programme: p.Programme, Scale: p.Scale, Balance: p.Balance, Available: p.Available, Pending: p.Pending,
		UntilPurchase: p.UntilPurchase, Held: p.Held, Debt: p.Debt, Frozen: p.Frozen,
	}
	for _, d := range p.Expiring {
		shown.Expiring = append(shown.Expiring, ExpiringPoints(d))
	}
	for _, s := range p.Stored {
		shown.Stored = append(shown.Stored, StoredMoney{s.Issuer, Balance{s.Amount, s.Currency}, Money{s.Held, s.Currency}})
	}
	if b := &p.Cashback; b.Currency != "" {
		shown.Cashback = &Cashback{b.Currency, b.Balance, b.Available, b.Pending, b.Debt, make([]ExpiringCashback, len(b.Expiring))}
		for i, d := range b.Expiring {
			shown.Cashback.Expiring[i] = ExpiringCashback(d)
		}
	}
	for _, s := range p.Stamps {
		shown.Stamps = append(shown.Stamps, StampCount(s))
	}
	return shown, nil
}

type timelineRequest struct {
	ID verno.MemberID `path:"id"`
	Paging
}

const cursorTimeline = 'l'

func (a *API) timeline(ctx context.Context, c *call, in *timelineRequest) (*List[Step], error) {
	at := c.list(cursorTimeline, in.ID.String())
	before, err := fromCursor[[16]byte](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	var below []byte
	if in.Cursor != "" {
		below = before[:]
	}
	rows, err := a.Members.Timeline(ctx, c.actor, in.ID, below, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(s *member.Step) [16]byte { return s.ID }, showStep), nil
}

func showStep(s *member.Step) Step {
	shown := Step{
		Kind: s.Kind, Reason: s.Reason, Actor: s.Actor, At: s.At, Store: s.Store, Number: s.Number, Currency: s.Currency,
		Moves: make([]Move, len(s.Moves)),
	}
	if s.Receipt {
		shown.Receipt = verno.ReceiptID(s.ID)
		shown.Gross, shown.Payable = &Money{s.Gross, s.Currency}, &Money{s.Payable, s.Currency}
	} else {
		shown.Entry = verno.EntryID(s.ID)
	}
	for i, m := range s.Moves {
		shown.Moves[i] = Move{Kind: m.Unit.Kind, Currency: m.Unit.Currency, Why: m.Why, Amount: m.Amount}
		if m.Unit.Kind == verno.UnitStamps {
			shown.Moves[i].Promotion = verno.PromotionID(m.Unit.ID)
		}
	}
	return shown
}
