package api

import (
	"context"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/money"
)

// ReplayBody is what an offline till hands in.
type ReplayBody struct {
	Receipts []rawReceipt `json:"receipts" minItems:"1" maxItems:"500" doc:"In the order in which they happened."`
}

// rawReceipt is a receipt of a batch before it is read. Each is read by itself, so that one with errors is rejected
// alone.
type rawReceipt []byte

// Schema is how the document shows it: as what it is read into.
func (rawReceipt) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[OfflineReceipt](), true, "")
}

// OfflineReceipt is a sale that a till made while it could not ask. It has happened: it is never refused for what it
// spent, only for what cannot be read.
type OfflineReceipt struct {
	Key         Key                 `json:"key" maxLength:"255" doc:"The Idempotency-Key that the till made at the sale."`
	CheckoutID  ClientID            `json:"checkout_id" doc:"The till's own name for the sale."`
	Currency    money.Currency      `json:"currency" minLength:"3" maxLength:"3" example:"RUB"`
	Lines       []Line              `json:"lines" minItems:"1" maxItems:"2000"`
	Coupons     []string            `json:"coupons,omitempty" maxItems:"20" minLength:"1" maxLength:"64" uniqueItems:"true"`
	SpendPoints money.Points        `json:"spend_points,omitempty" minimum:"0" maximum:"1000000000000" doc:"Points that the till let the member spend."`
	Member      *IdentificationBody `json:"member,omitempty" doc:"Who showed a card; left out for nobody."`
	Tenders     []Tender            `json:"tenders" maxItems:"20"`
	Charged     Money               `json:"charged" doc:"What the customer paid; where the rules would have asked otherwise, the receipt tells."`
	Terminal    verno.TerminalID    `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	Store       verno.StoreID       `json:"store_id,omitzero" doc:"Where the credential is bound to no store, and no till is named."`
	Channel     string              `json:"channel,omitempty" maxLength:"10" enum:"till,online"`
	Cashier     verno.StaffID       `json:"cashier_id,omitzero"`
	OccurredAt  time.Time           `json:"occurred_at" doc:"By the till's clock. It is priced by the rules of that time."`
	TillReceipt
}

// ReplayResult says of each receipt, in the order of the request, what became of it.
type ReplayResult struct {
	Items []ReplayedReceipt `json:"items"`
}

// ReplayedReceipt is what became of one receipt.
type ReplayedReceipt struct {
	Line    int          `json:"line,omitempty" doc:"Of a body in lines: which of them, from 1 on."`
	Key     Key          `json:"key,omitempty"`
	State   string       `json:"state" enum:"applied,duplicate,conflict,rejected,retry" doc:"duplicate: it was there already; conflict: the key, the checkout or the number belongs to another receipt; rejected: never, see error; retry: hand it in again."`
	Receipt *Receipt     `json:"receipt,omitempty"`
	Debt    money.Points `json:"points_debt,omitempty" doc:"Points that were spent and not there: a debt, and a task for the manager."`
	Error   *web.Problem `json:"error,omitempty"`
	There   *Existing    `json:"existing,omitempty" doc:"Of a conflict: the receipt that has the place."`
}

const (
	maxReplayBody = 8 << 20
	maxReplayLine = 1 << 20
)

func (a *API) replayRoutes() {
	handle(a, operation{
		route: "POST /receipts:batch", id: "replay-receipts", tag: "receipts", summary: "Hand in offline receipts", limit: maxReplayBody,
		line:   reflect.TypeFor[OfflineReceipt](),
		detail: "Takes in up to 500 receipts that a till made offline, each by itself and each exactly once by its key. Nothing is lost for a shortage: it becomes a debt and a task. The answer is 200 even where every receipt was rejected. The body is one JSON object, or application/x-ndjson: one receipt a line, of at most 1 MiB, and a line that cannot be read is rejected alone.",
	}, a.replay)
}

type replayRequest struct {
	Body  ReplayBody
	Lines []web.Line // instead of Body
}

var _ lined = (*replayRequest)(nil)

func (q *replayRequest) lines() (*[]web.Line, int) { return &q.Lines, verno.MaxBatch }

// texts are the receipts as they were sent, whether in a list or in lines.
func (q *replayRequest) texts() []web.Line {
	if q.Lines != nil {
		return q.Lines
	}
	all := make([]web.Line, len(q.Body.Receipts))
	for i, raw := range q.Body.Receipts {
		all[i].Text = raw
	}
	return all
}

func (a *API) replay(ctx context.Context, c *call, in *replayRequest) (*ReplayResult, error) {
	texts := in.texts()
	result := &ReplayResult{Items: make([]ReplayedReceipt, len(texts))}
	var batch []checkout.Replay
	var places []int // in the result, of each of the batch
	for i, text := range texts {
		var r OfflineReceipt
		err := web.DecodeLine(text.Text, maxReplayLine, &r)
		result.Items[i].Line, result.Items[i].Key = text.Number, r.Key
		if err == nil {
			var one checkout.Replay
			if one, err = r.replay(); err == nil {
				batch, places = append(batch, one), append(places, i)
				continue
			}
		}
		result.Items[i].State = "rejected"
		result.Items[i].Error = problem(ctx, err, c.lang)
	}
	if len(batch) == 0 {
		return result, nil
	}
	outcomes, err := a.Till.Replay(ctx, c.actor, batch)
	if err != nil {
		return nil, err
	}
	for i, o := range outcomes {
		item := &result.Items[places[i]]
		item.State, item.Debt = o.State, o.Debt
		if o.Receipt != nil {
			item.Receipt = a.receipt(ctx, c, o.Receipt)
		}
		if o.Err != nil {
			item.Error, item.There = problem(ctx, o.Err, c.lang), a.existing(ctx, c, o.Err)
		}
	}
	return result, nil
}

func (r *OfflineReceipt) replay() (checkout.Replay, error) {
	var f faults
	if r.Charged.Currency != r.Currency {
		f.Say("/charged/currency", "currency_invalid", "want", string(r.Currency))
	}
	one := checkout.Replay{
		Key: string(r.Key), BodyHash: hashOf("POST", Base+"/receipts:batch", r), CheckoutID: string(r.CheckoutID),
		Sale: checkout.Sale{
			Basket: f.basket(r.Currency, r.Lines, r.Coupons), Spend: r.SpendPoints, Terminal: r.Terminal, Store: r.Store, Channel: r.Channel,
		},
		Tenders: f.tenders(r.Tenders, r.Currency), Number: r.Number, BusinessDate: int32(r.BusinessDate), Shift: r.Shift,
		Cashier: r.Cashier, OccurredAt: r.OccurredAt, Charged: &r.Charged.Amount,
	}
	if r.Member != nil {
		who, err := r.Member.who("/member")
		if err := f.Add("", err); err != nil {
			return one, err
		}
		one.Member = who
	}
	return one, f.Err()
}

// problem is an error inside of an answer.
func problem(ctx context.Context, err error, lang string) *web.Problem {
	e := Explain(err)
	web.Report(ctx, e)
	return web.NewProblem(inWords(e, lang), lang, web.RequestID(ctx))
}
