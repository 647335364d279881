package api

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// ReceiptState is a receipt and what has come back of it meanwhile.
type ReceiptState struct {
	Receipt
	Returned []ReturnedQuantity `json:"returned" doc:"What has come back of a sale so far, by line."`
}

// ReturnedQuantity is what has come back of a line.
type ReturnedQuantity struct {
	Line     string         `json:"line_id"`
	Quantity money.Quantity `json:"quantity"`
}

// ReceiptQuery narrows a list of receipts; what is left out does not.
type ReceiptQuery struct {
	Number       string            `json:"number,omitempty" minLength:"1" maxLength:"64" doc:"The till's own; with terminal_id and business_date it finds one receipt, wherever it was sold."`
	BusinessDate Date              `json:"business_date,omitzero"`
	Terminal     verno.TerminalID  `json:"terminal_id,omitzero"`
	Store        verno.StoreID     `json:"store_id,omitzero"`
	Member       verno.MemberID    `json:"member_id,omitzero"`
	Kind         verno.ReceiptKind `json:"kind,omitempty" maxLength:"10" enum:"sale,return"`
	From         time.Time         `json:"from,omitzero" doc:"Of occurring, included."`
	Until        time.Time         `json:"until,omitzero" doc:"Not included."`
	Limit        int               `json:"limit,omitempty" minimum:"1" maximum:"200" doc:"Receipts of a page; 50 where it is left out."`
	Cursor       string            `json:"cursor,omitempty" maxLength:"100" doc:"Where to read on: next_cursor of the page before."`
}

// Recomputed is a sale decided once more, on what it was decided on then.
type Recomputed struct {
	Same   bool         `json:"same" doc:"The rules of then, on the facts of then, give the same today."`
	Totals Totals       `json:"totals"`
	Lines  []PricedLine `json:"lines"`
	Awards []Award      `json:"awards"`
}

func (a *API) receiptRoutes() {
	handle(a, operation{route: "GET /receipts/{id}", id: "get-receipt", tag: "receipts", summary: "Read a receipt", codes: []string{"not_found"}}, a.getReceipt)
	handle(a, operation{
		route: "POST /receipts/search", id: "search-receipts", tag: "receipts", summary: "Find receipts, newest first",
		detail: "By number, terminal and business date for a return at another store; else by store, member and time. A credential of one store finds that store's.",
		codes:  []string{"malformed_cursor"},
	}, a.searchReceipts)
	handle(a, operation{
		route: "GET /receipts/{id}/recompute", id: "recompute-receipt", tag: "receipts", summary: "Decide a sale once more",
		detail: "Runs the rules with which the sale was decided on what it was decided on, and says whether the outcome is the same.",
		codes:  []string{"not_found", "return_not_a_sale"},
	}, a.recompute)
}

type receiptRequest struct {
	ID verno.ReceiptID `path:"id"`
}

func (a *API) getReceipt(ctx context.Context, c *call, in *receiptRequest) (*ReceiptState, error) {
	r, err := a.Till.Receipt(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	shown := a.receiptState(ctx, c, r)
	return &shown, nil
}

type searchReceiptsRequest struct{ Body ReceiptQuery }

const cursorReceipts = 'r'

func (a *API) searchReceipts(ctx context.Context, c *call, in *searchReceiptsRequest) (*List[ReceiptState], error) {
	q := &in.Body
	if q.Number != "" && !q.Terminal.IsZero() && q.BusinessDate != 0 {
		return a.findReceipt(ctx, c, q)
	}
	only := *q
	only.Limit, only.Cursor = 0, ""
	at := c.list(cursorReceipts, narrowed(&only))
	before, err := fromCursor[verno.ReceiptID](at, q.Cursor)
	if err != nil {
		return nil, err
	}
	f := store.ReceiptFilter{
		Store: q.Store, Terminal: q.Terminal, Member: q.Member, Kind: q.Kind, Number: q.Number, From: micros(q.From), Until: micros(q.Until),
	}
	if own := c.actor.Store; !own.IsZero() {
		if !f.Store.IsZero() && f.Store != own {
			return &List[ReceiptState]{}, nil
		}
		f.Store = own
	}
	page := Paging{Limit: q.Limit}
	rows, err := a.Reader.Receipts(ctx, c.actor.Tenant, f, before, page.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, page.size(), at, func(r **store.ReceiptRow) verno.ReceiptID { return (*r).ID }, func(r **store.ReceiptRow) ReceiptState {
		return a.receiptState(ctx, c, &(*r).Receipt)
	}), nil
}

// findReceipt finds the one receipt of a terminal's number, the sale before the return.
func (a *API) findReceipt(ctx context.Context, c *call, q *ReceiptQuery) (*List[ReceiptState], error) {
	kinds := []verno.ReceiptKind{verno.ReceiptSale, verno.ReceiptReturn}
	if q.Kind != "" {
		kinds = []verno.ReceiptKind{q.Kind}
	}
	list := &List[ReceiptState]{}
	for _, kind := range kinds {
		r, err := a.Till.FindReceipt(ctx, c.actor, q.Terminal.String(), int32(q.BusinessDate), q.Number, kind)
		if verno.AsError(err) != nil && verno.AsError(err).Kind == verno.KindNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, a.receiptState(ctx, c, r))
	}
	return list, nil
}

func (a *API) recompute(ctx context.Context, c *call, in *receiptRequest) (*Recomputed, error) {
	r, err := a.Till.Receipt(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	out, same, err := a.Till.Recompute(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	return &Recomputed{
		Same: same, Totals: showTotals(out.Totals, r.Currency), Lines: showPriced(r.Facts.Basket.Lines, out, r.Currency),
		Awards: showAwards(out.Awards, r.Currency),
	}, nil
}

func (a *API) receiptState(ctx context.Context, c *call, r *verno.Receipt) ReceiptState {
	shown := ReceiptState{Receipt: *a.receipt(ctx, c, r)}
	for _, line := range slices.Sorted(maps.Keys(r.Returned)) {
		shown.Returned = append(shown.Returned, ReturnedQuantity{line, r.Returned[line]})
	}
	return shown
}

// micros is a time as filters want it; 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return verno.Micros(t)
}
