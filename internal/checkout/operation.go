package checkout

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
)

// Operation tells what became of a key: applied, with the receipt; rejected, with the reason; or never seen. It is how a
// client that got no answer finds out (P3).
func (t *Till) Operation(ctx context.Context, a verno.Actor, key string) (*Operation, error) {
	if err := a.Require(verno.MayReadOperations); err != nil {
		return nil, err
	}
	o, err := t.reader.Operation(ctx, a.Tenant, key)
	if errors.Is(err, store.ErrNotFound) {
		return &Operation{Key: key, State: "never_seen"}, nil
	}
	if err != nil {
		return nil, err
	}
	out := &Operation{Key: key, State: o.State, Kind: o.Kind, At: verno.FromMicros(o.At), Answer: o.Result}
	if o.State == store.Applied && o.Kind == "certificate" {
		out.Certificate, err = t.soldBefore(ctx, a, o.Result)
		return out, err
	}
	if o.State == store.Applied && o.Kind == "gift" {
		out.Gift, err = t.givenBefore(ctx, a, o.Result)
		return out, err
	}
	if o.State == store.Rejected {
		out.Err, out.Answer = books.Refusal(o.Result), ""
		return out, nil
	}
	if (o.Kind == "commit" || o.Kind == "return" || o.Kind == "replay") && o.Result == "" {
		row, err := t.reader.Receipt(ctx, a.Tenant, verno.ReceiptID(o.ResultID))
		if err != nil {
			return nil, err
		}
		out.Receipt = &row.Receipt
	}
	return out, nil
}

// soldBefore is a certificate as its sale answered. What opens it is shown to who has sold it, and while it is there.
func (t *Till) soldBefore(ctx context.Context, a verno.Actor, answer string) (*Certificate, error) {
	sold := &Certificate{}
	if err := json.Unmarshal([]byte(answer), sold); err != nil {
		return nil, err
	}
	entry, err := t.reader.CertificateSold(ctx, a.Tenant, sold.Card)
	if errors.Is(err, store.ErrNotFound) || err == nil && entry.Actor != a.Name() {
		return sold, nil
	}
	if err != nil {
		return nil, err
	}
	return sold, t.reveal(ctx, a.Tenant, sold)
}

// Receipt reads a receipt.
func (t *Till) Receipt(ctx context.Context, a verno.Actor, id verno.ReceiptID) (*verno.Receipt, error) {
	row, err := t.reader.Receipt(ctx, a.Tenant, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !a.Store.IsZero() && row.Store != a.Store && !a.May.Has(verno.MayReturn) {
		return nil, verno.NotFound("not_found").With("thing", "receipt")
	}
	if err != nil {
		return nil, err
	}
	return &row.Receipt, nil
}

// FindReceipt finds a receipt by the number that a terminal, or a store that named none, gave it.
func (t *Till) FindReceipt(ctx context.Context, a verno.Actor, where string, date int32, number string, kind verno.ReceiptKind) (*verno.Receipt, error) {
	o, err := t.reader.OperationOfReceipt(ctx, a.Tenant, refOf(where, date, number, kind))
	if errors.Is(err, store.ErrNotFound) {
		return nil, verno.NotFound("not_found").With("thing", "receipt")
	}
	if err != nil {
		return nil, err
	}
	return t.Receipt(ctx, a, verno.ReceiptID(o.ResultID))
}

// Recompute decides a sale again on its stored facts by the version it was decided with, and tells whether the outcome
// is the same to the last unit. The explanations say why each promotion applied or did not.
func (t *Till) Recompute(ctx context.Context, a verno.Actor, id verno.ReceiptID) (out *verno.Outcome, same bool, err error) {
	r, err := t.Receipt(ctx, a, id)
	if err != nil {
		return nil, false, err
	}
	if r.Kind != verno.ReceiptSale {
		return nil, false, verno.Invalid("return_not_a_sale")
	}
	c, err := t.config(ctx, a.Tenant)
	if err != nil {
		return nil, false, err
	}
	rules, err := c.rulesNumbered(ctx, t.reader, r.Programme, r.Version)
	if err != nil {
		return nil, false, err
	}
	if r.Facts.Moment, err = c.momentOf(r); err != nil {
		return nil, false, err
	}
	in := promo.Input{Basket: &r.Facts.Basket, Member: r.Facts.Member, Moment: r.Facts.Moment, Spend: r.Facts.Spend, Cashback: r.Facts.Cashback}
	for _, n := range r.Tenders {
		if n.Kind == verno.TenderStored || n.Kind == verno.TenderCertificate {
			in.StoredMoney += n.Amount
		}
	}
	if len(rules.shared) > 0 {
		in.Left = func(id verno.PromotionID) promo.Left {
			for _, l := range r.Facts.Left {
				if l.Promotion == id {
					return promo.Left{Count: l.Count, Budget: l.Budget}
				}
			}
			return promo.Left{}
		}
	}
	out = &verno.Outcome{}
	rules.Evaluate(&in, true, out)
	return out, sameOutcome(r, out), nil
}

// sameOutcome compares stored forms, in which nothing is lost that was decided.
func sameOutcome(r *verno.Receipt, out *verno.Outcome) bool {
	again := *r
	again.Outcome = *out
	if out.Totals != r.Totals {
		return false
	}
	return string(store.AppendOutcome(nil, &again)) == string(store.AppendOutcome(nil, r))
}
