package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// ReturnBody gives goods of a sale back.
type ReturnBody struct {
	Lines      []ReturnLine     `json:"lines,omitempty" maxItems:"2000" doc:"What comes back; all that is left of the sale where it is left out."`
	Terminal   verno.TerminalID `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	OccurredAt time.Time        `json:"occurred_at,omitzero" doc:"When it happened, where that is not now. Needs import."`
	TillReceipt
}

// ReturnLine is a quantity of one line of the sale.
type ReturnLine struct {
	Line     string         `json:"line_id" minLength:"1" maxLength:"200" doc:"The line's id in the sale."`
	Quantity money.Quantity `json:"quantity" maxLength:"12" example:"1" doc:"A decimal with up to three places."`
}

func (a *API) returnRoutes() {
	codes := []string{"not_found", "return_not_a_sale", "return_unknown_line", "return_too_much", "receipt_exists", "idempotency_key_reused", "outcome_unknown"}
	const detail = "Undoes exactly the lines and quantities given, in as many parts as it takes: spent points go back into the lots they came from, earned ones are taken back, tenders are refunded in order. With dry_run nothing is written and the key is not used up."
	handle(a, operation{
		route: "POST /receipts/{id}/returns", id: "return-receipt", tag: "receipts", summary: "Return goods of a receipt",
		keyed: keyNeeded, status: 201, detail: detail, codes: codes,
	}, a.returnReceipt)
	handle(a, operation{
		route: "POST /checkouts/{id}/returns", id: "return-checkout", tag: "checkouts", summary: "Return goods of a checkout",
		keyed: keyNeeded, status: 201, detail: "By the client's own name of the sale. " + detail, codes: codes,
	}, a.returnCheckout)
}

type returnRequest struct {
	ID     verno.ReceiptID `path:"id" doc:"The sale's receipt."`
	DryRun bool            `query:"dry_run" doc:"Only say what would come of it."`
	Body   ReturnBody
}

func (a *API) returnReceipt(ctx context.Context, c *call, in *returnRequest) (*Receipt, error) {
	return a.giveBack(ctx, c, in.ID, in.DryRun, &in.Body)
}

type returnCheckoutRequest struct {
	ID     ClientID `path:"id" doc:"The client's own name for the sale."`
	DryRun bool     `query:"dry_run" doc:"Only say what would come of it."`
	Body   ReturnBody
}

func (a *API) returnCheckout(ctx context.Context, c *call, in *returnCheckoutRequest) (*Receipt, error) {
	opened, err := a.Till.Checkout(ctx, c.actor, string(in.ID))
	if err != nil {
		return nil, err
	}
	if opened.Receipt == nil {
		return nil, verno.Invalid("return_not_a_sale")
	}
	return a.giveBack(ctx, c, opened.Receipt.ID, in.DryRun, &in.Body)
}

func (a *API) giveBack(ctx context.Context, c *call, sale verno.ReceiptID, dry bool, b *ReturnBody) (*Receipt, error) {
	if !b.OccurredAt.IsZero() {
		if err := c.actor.Require(verno.MayImport); err != nil {
			return nil, err
		}
	}
	back := checkout.Return{
		Key: c.key, BodyHash: c.hash, Receipt: sale, DryRun: dry, Terminal: b.Terminal, Number: b.Number,
		BusinessDate: int32(b.BusinessDate), Shift: b.Shift, OccurredAt: b.OccurredAt,
	}
	for _, l := range b.Lines {
		back.Lines = append(back.Lines, checkout.ReturnLine(l))
	}
	receipt, replayed, err := a.Till.Return(ctx, c.actor, back)
	c.answer.replayed = replayed
	if err != nil {
		return nil, err
	}
	if dry {
		c.answer.status = 200
	}
	return a.receipt(ctx, c, receipt), nil
}
