package api

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
)

// Taken is the problem of a request whose checkout or receipt number belongs to another operation.
type Taken struct {
	web.Problem
	Existing *Existing `json:"existing,omitempty" doc:"What has the place; absent where the credential may not see it."`
}

// Existing is the receipt that has the place which a request wanted.
type Existing struct {
	Receipt      verno.ReceiptID   `json:"receipt_id"`
	Kind         verno.ReceiptKind `json:"kind" enum:"sale,return"`
	CheckoutID   ClientID          `json:"checkout_id,omitempty" doc:"Of a sale: the client's own name for it."`
	Terminal     verno.TerminalID  `json:"terminal_id,omitzero"`
	Number       string            `json:"number,omitempty" doc:"The till's own."`
	BusinessDate Date              `json:"business_date"`
	Link         string            `json:"link" format:"uri-reference" doc:"Where to read it."`
}

// existing finds what stands in the way of a request, as far as its credential may see it; nil where it may not, or
// where nothing does. That it cannot be read now takes nothing from the answer, which is a refusal either way.
func (a *API) existing(ctx context.Context, c *call, e *verno.Error) *Existing {
	key := e.Params["operation"]
	if key == "" || e.Code != "receipt_exists" && e.Code != "checkout_committed" || !c.actor.May.Has(verno.MayReadReceipts) {
		return nil
	}
	done, err := a.Till.Operation(ctx, c.actor, key)
	if err != nil || done.Receipt == nil {
		return nil
	}
	r, err := a.Till.Receipt(ctx, c.actor, done.Receipt.ID)
	if err != nil {
		return nil
	}
	return &Existing{
		Receipt: r.ID, Kind: r.Kind, CheckoutID: ClientID(r.CheckoutID), Terminal: r.Terminal, Number: r.Number,
		BusinessDate: Date(r.BusinessDate), Link: Base + "/receipts/" + r.ID.String(),
	}
}
