package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
)

// AskBody is a purchase to which a member is asked to say yes.
type AskBody struct {
	SaleBody
	Checkout   ClientID `json:"checkout_id" doc:"The client's own name for the sale, under which it will be committed."`
	Stored     *Money   `json:"stored_money,omitempty" doc:"Stored money that is to pay."`
	StoredMost bool     `json:"stored_money_most,omitempty" doc:"Pay as much by stored money as may be; instead of stored_money."`
}

// Confirmation is a question to a member, and the answer.
type Confirmation struct {
	ID        verno.ConfirmationID `json:"id"`
	State     string               `json:"state" enum:"waiting,confirmed,refused,withdrawn,used,lapsed"`
	ExpiresAt time.Time            `json:"expires_at" doc:"Of the question; once confirmed, of the answer."`
	Totals    *Totals              `json:"totals,omitempty" doc:"What the member has said yes to: the commit must come to the same."`
	Stored    *Money               `json:"stored_money,omitempty" doc:"What stored money pays of totals.payable: the commit must have it as a tender."`
	Proved    *Identification      `json:"identification,omitempty" doc:"Once confirmed: the presence to quote and commit with. It commits this checkout, once, and nothing else."`
}

func (a *API) confirmationRoutes() {
	handle(a, operation{
		route: "POST /confirmations", id: "ask-member", tag: "checkouts", summary: "Ask a member's phone to confirm a purchase", status: 201,
		detail: "The member's open card shows the shop, the sum and what is to be spent, and waits two minutes for a yes or a no. Ask for the answer once a second. Another question of the same till, or for the same checkout, takes the place of this one. A member is asked six times in ten minutes at most.",
		codes: []string{
			"presence_invalid", "presence_stale", "spend_needs_member", "confirmation_no_phone", "confirmation_waits", "nothing_to_spend",
			"insufficient_money", "account_frozen", "account_cooling", "store_missing", "store_unknown", "store_closed",
		},
	}, a.askMember)
	handle(a, operation{
		route: "GET /confirmations/{id}", id: "get-confirmation", tag: "checkouts", summary: "Read a member's answer",
		detail: "For the till that asked. Once the member has said yes it has the totals, and a presence that commits exactly these, within five minutes.",
		codes:  []string{"not_found", "presence_stale"},
	}, a.getConfirmation)
	handle(a, operation{
		route: "POST /confirmations/{id}/withdraw", id: "withdraw-confirmation", tag: "checkouts", summary: "Take a question back",
		detail: "Takes it off the member's phone, or gives up an answer that was not used. One that has ended stays as it is.",
		codes:  []string{"not_found"},
	}, a.withdrawConfirmation)
}

type askRequest struct{ Body AskBody }

func (a *API) askMember(ctx context.Context, c *call, in *askRequest) (*Confirmation, error) {
	var f faults
	b := &in.Body
	ask := checkout.Ask{Checkout: string(b.Checkout), Sale: f.sale(&b.SaleBody)}
	switch {
	case b.Stored != nil && b.StoredMost:
		f.Say("/stored_money_most", "duplicate")
	case b.StoredMost:
		ask.Stored = -1
	case b.Stored != nil:
		if b.Stored.Currency != b.Currency {
			f.Say("/stored_money/currency", "currency_invalid", "want", string(b.Currency))
		}
		if ask.Stored = b.Stored.Amount; ask.Stored < 0 {
			f.Say("/stored_money/amount", "number_range", "min", "0", "max", "1000000000000000")
		}
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	asked, err := a.Till.Ask(ctx, c.actor, ask)
	if err != nil {
		return nil, err
	}
	return showConfirmation(asked, c.lang), nil
}

type confirmationRequest struct {
	ID verno.ConfirmationID `path:"id"`
}

func (a *API) getConfirmation(ctx context.Context, c *call, in *confirmationRequest) (*Confirmation, error) {
	asked, err := a.Till.Confirmation(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	return showConfirmation(asked, c.lang), nil
}

func (a *API) withdrawConfirmation(ctx context.Context, c *call, in *confirmationRequest) (*Confirmation, error) {
	asked, err := a.Till.Withdraw(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	return showConfirmation(asked, c.lang), nil
}

func showConfirmation(asked *checkout.Asked, lang string) *Confirmation {
	shown := &Confirmation{ID: asked.ID, State: asked.State, ExpiresAt: asked.ExpiresAt}
	if asked.Totals != nil {
		totals := showTotals(*asked.Totals, asked.Currency)
		shown.Totals, shown.Stored = &totals, &Money{asked.Stored, asked.Currency}
	}
	if asked.Proved != nil {
		shown.Proved = showIdentification(asked.Proved, lang)
	}
	return shown
}
