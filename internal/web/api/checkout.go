package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
)

// ClientID is a name that a client has chosen for a sale of its own. It stands in addresses, so that it has no
// characters that mean something there.
type ClientID string

const maxClientID = 128

// Schema is how the document shows a ClientID.
func (ClientID) Schema(huma.Registry) *huma.Schema {
	longest := maxClientID
	return &huma.Schema{Type: huma.TypeString, Pattern: "^[A-Za-z0-9._:~-]+$", MaxLength: &longest, Examples: []any{"till7-20261122-000123"}}
}

// UnmarshalText reads letters, digits and . _ : ~ - only, not "." nor "..", which addresses swallow.
func (id *ClientID) UnmarshalText(b []byte) error {
	if len(b) > maxClientID || string(b) == "." || string(b) == ".." {
		return verno.Invalid("text_invalid")
	}
	for _, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '.', c == '_', c == ':', c == '~', c == '-':
		default:
			return verno.Invalid("text_invalid")
		}
	}
	*id = ClientID(b)
	return nil
}

// MarshalText writes the name as it is.
func (id ClientID) MarshalText() ([]byte, error) { return []byte(id), nil }

// CommitBody closes a sale: what was quoted, what it came to, how it was paid.
type CommitBody struct {
	SaleBody
	Totals  Totals   `json:"totals" doc:"Those of the quote. Where the rules, the time or a balance now give others, the answer is 409 totals_changed with a new quote, and the key stays free."`
	Tenders []Tender `json:"tenders" maxItems:"20" doc:"Of the kinds other than points, they add up to totals.payable."`
	TillReceipt
}

// TillReceipt is how the till itself calls a receipt.
type TillReceipt struct {
	Number       string `json:"number,omitempty" maxLength:"64" doc:"The till's own receipt number. Each number of a terminal and business date is taken once, for ever."`
	BusinessDate Date   `json:"business_date,omitzero" doc:"The day that the till books it on; today in the store's time zone where it is left out."`
	Shift        string `json:"shift,omitempty" maxLength:"64" doc:"Of the till."`
}

// Checkout is a sale that is kept open under the client's own name.
type Checkout struct {
	ID        ClientID  `json:"id"`
	State     string    `json:"state" enum:"open,committed,cancelled,lapsed"`
	Quote     *Quote    `json:"quote,omitempty" doc:"Of an open one."`
	Receipt   *Receipt  `json:"receipt,omitempty" doc:"Of a committed one."`
	ExpiresAt time.Time `json:"expires_at" doc:"When an open one lapses."`
	Revision  int64     `json:"revision"`
}

func (a *API) checkoutRoutes() {
	handle(a, operation{
		route: "PUT /checkouts/{id}", id: "put-checkout", tag: "checkouts", summary: "Open a checkout or replace it",
		detail: "Keeps a basket open under the client's own name, priced, until it is committed, cancelled or lapses.",
		codes:  []string{"checkout_committed", "checkout_cancelled", "presence_invalid", "presence_stale", "spend_needs_member", "store_closed"},
	}, a.putCheckout)
	handle(a, operation{
		route: "GET /checkouts/{id}", id: "get-checkout", tag: "checkouts", summary: "Read a checkout", codes: []string{"not_found"},
	}, a.getCheckout)
	handle(a, operation{
		route: "POST /checkouts/{id}/commit", id: "commit-checkout", tag: "checkouts", summary: "Commit a sale", keyed: keyNeeded, status: 201,
		detail: "Closes the sale exactly once: spends, earns and writes the receipt. After a time-out repeat it with the same key.",
		codes: []string{
			"totals_changed", "presence_invalid", "presence_stale", "tenders_mismatch", "insufficient_points", "insufficient_money",
			"strength_needed", "confirmation_over", "confirmation_differs", "account_frozen", "checkout_committed", "checkout_cancelled", "receipt_exists", "store_closed",
			"idempotency_key_reused", "outcome_unknown",
		},
	}, a.commitCheckout)
	handle(a, operation{
		route: "POST /checkouts/{id}/cancel", id: "cancel-checkout", tag: "checkouts", summary: "Cancel a checkout", keyed: keyNeeded,
		detail: "Gives up a checkout that was not committed and releases what it holds.",
		codes:  []string{"not_found", "checkout_committed", "idempotency_key_reused"},
	}, a.cancelCheckout)
}

type putCheckoutRequest struct {
	ID   ClientID `path:"id" doc:"The client's own name for the sale."`
	Body SaleBody
}

func (a *API) putCheckout(ctx context.Context, c *call, in *putCheckoutRequest) (*Checkout, error) {
	var f faults
	sale := f.sale(&in.Body)
	if err := f.Err(); err != nil {
		return nil, err
	}
	opened, err := a.Till.Put(ctx, c.actor, string(in.ID), sale)
	if err != nil {
		return nil, err
	}
	return a.checkout(ctx, c, opened), nil
}

type checkoutRequest struct {
	ID ClientID `path:"id" doc:"The client's own name for the sale."`
}

func (a *API) getCheckout(ctx context.Context, c *call, in *checkoutRequest) (*Checkout, error) {
	opened, err := a.Till.Checkout(ctx, c.actor, string(in.ID))
	if err != nil {
		return nil, err
	}
	return a.checkout(ctx, c, opened), nil
}

type commitRequest struct {
	ID   ClientID `path:"id" doc:"The client's own name for the sale."`
	Body CommitBody
}

func (a *API) commitCheckout(ctx context.Context, c *call, in *commitRequest) (*Receipt, error) {
	b := &in.Body
	var f faults
	commit := checkout.Commit{
		Key: c.key, BodyHash: c.hash, CheckoutID: string(in.ID), Sale: f.sale(&b.SaleBody), Totals: f.totals(&b.Totals, b.Currency),
		Tenders: f.tenders(b.Tenders, b.Currency), Number: b.Number, BusinessDate: int32(b.BusinessDate), Shift: b.Shift,
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	receipt, replayed, err := a.Till.Commit(ctx, c.actor, commit)
	c.answer.replayed = replayed
	if err != nil {
		return nil, err
	}
	return a.receipt(ctx, c, receipt), nil
}

func (a *API) cancelCheckout(ctx context.Context, c *call, in *checkoutRequest) (*Checkout, error) {
	opened, err := a.Till.Cancel(ctx, c.actor, string(in.ID), c.key)
	if err != nil {
		return nil, err
	}
	c.answer.replayed = opened.Replayed
	return a.checkout(ctx, c, opened), nil
}

func (a *API) checkout(ctx context.Context, c *call, o *checkout.Opened) *Checkout {
	shown := &Checkout{ID: ClientID(o.ID), State: o.State, ExpiresAt: o.ExpiresAt, Revision: o.Revision}
	if o.Quote != nil {
		shown.Quote = showQuote(o.Quote, c.lang)
	}
	if o.Receipt != nil {
		shown.Receipt = a.receipt(ctx, c, o.Receipt)
	}
	return shown
}
