package checkout

import (
	"context"
	"errors"
	"maps"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// errDryRun ends a return that is only tried; its data is the receipt. It reaches nobody, so there is no sentence for it.
var errDryRun = &verno.Error{Kind: verno.KindConflict, Code: "dry_run"}

// Return gives goods of a sale back, by line and quantity, in as many parts as it takes: what all parts give back is
// exactly what the sale took. Spent points go back into the lots they came from, earned ones are taken back, and what is
// lacking becomes a debt. Errors: not_found, return_not_a_sale, return_unknown_line, return_too_much, receipt_exists.
func (t *Till) Return(ctx context.Context, a verno.Actor, q Return) (receipt *verno.Receipt, replayed bool, err error) {
	if err := a.Require(verno.MayReturn); err != nil {
		return nil, false, err
	}
	if !q.DryRun {
		if err := checkKey(q.Key); err != nil {
			return nil, false, err
		}
	}
	var out books.Outcome
	w, err := t.returnWork(ctx, a, &q)
	switch {
	case err == nil:
		out, err = t.books.Do(ctx, w)
	case !q.DryRun:
		out, err = t.books.Earlier(ctx, a.Tenant, q.Key, q.BodyHash, err)
	}
	if errors.Is(err, errDryRun) {
		tried, _ := verno.AsError(err).Data.(*verno.Receipt)
		return tried, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	return t.receiptOf(ctx, a.Tenant, out)
}

func (t *Till) checkReturn(q *Return) error {
	var f verno.Faults
	at := q.OccurredAt
	if at.IsZero() {
		at = t.clock()
	}
	names{number: q.Number, shift: q.Shift, channel: q.Channel, date: q.BusinessDate}.check(&f, at)
	if len(q.Lines) > verno.MaxLines {
		f.Say("/lines", "too_many", "max", strconv.Itoa(verno.MaxLines))
		return f.Err()
	}
	for i, l := range q.Lines {
		if l.Quantity <= 0 || l.Quantity > money.MaxQuantity {
			f.Say(field(i, "quantity"), "quantity_invalid")
		}
	}
	if err := f.Err(); err != nil || q.OccurredAt.IsZero() {
		return err
	}
	return t.checkTime(q.OccurredAt)
}

// returning is one return on its way through the books.
type returning struct {
	actor    verno.Actor
	place    *place
	rules    *rules // with which the sale was decided
	soldAt   verno.Moment
	sale     *store.ReceiptRow
	ask      *Return
	money    verno.UnitID
	cashback verno.UnitID          // zero where the sale neither gave nor took any
	stored   span                  // what stored money gets of the refund
	cards    []carriedBack         // to which something may be given back
	back     map[verno.CardID]span // what certificates get of the refund
}

func (t *Till) returnWork(ctx context.Context, a verno.Actor, q *Return) (*books.Work, error) {
	if err := t.checkReturn(q); err != nil {
		return nil, err
	}
	sold, err := t.reader.Receipt(ctx, a.Tenant, q.Receipt)
	if errors.Is(err, store.ErrNotFound) {
		return nil, verno.NotFound("not_found").With("thing", "receipt")
	}
	if err != nil {
		return nil, err
	}
	shop := verno.StoreID{}
	if q.Terminal.IsZero() && a.Terminal.IsZero() && a.Store.IsZero() {
		shop = sold.Store
	}
	pl, err := t.at(ctx, a, q.Terminal, shop)
	if err != nil {
		return nil, err
	}
	r, err := pl.config.rulesNumbered(ctx, t.reader, sold.Programme, sold.Version)
	if err != nil {
		return nil, err
	}
	if q.BusinessDate == 0 {
		q.BusinessDate = dateOf(t.clock().In(pl.zone))
	}
	x := &returning{actor: a, place: pl, rules: r, ask: q, money: pl.config.moneyUnit(sold.Issuer, sold.Currency)}
	if x.soldAt, err = pl.config.momentOf(&sold.Receipt); err != nil {
		return nil, err
	}
	w := &books.Work{
		Tenant: a.Tenant, Claim: books.Claim{Key: q.Key, BodyHash: q.BodyHash, Kind: "return"},
		Receipts: []verno.ReceiptID{q.Receipt}, Decide: x.decide, Counters: r.shared,
	}
	if q.DryRun {
		w.Claim = books.Claim{}
	} else if q.Number != "" {
		w.Claim.ReceiptRef = receiptRef(pl, q.BusinessDate, q.Number, verno.ReceiptReturn)
	}
	if !sold.Member.IsZero() {
		owner, err := t.ownerNow(ctx, a.Tenant, sold.Owner)
		if err != nil {
			return nil, err
		}
		if r.GivesCashback() || sold.Outcome.CashbackUsed > 0 {
			x.cashback = verno.CashbackUnit(sold.Programme)
		}
		want := books.Want{Owner: owner, Units: with(with(r.units, x.money), x.cashback), Spends: true}
		w.Owners = []books.Want{want}
	}
	wants, err := t.cardsOf(ctx, x, sold)
	w.Owners = append(w.Owners, wants...)
	return w, err
}

// ownerNow follows an owner to the one that took over.
func (t *Till) ownerNow(ctx context.Context, tenant verno.TenantID, id verno.OwnerID) (verno.OwnerID, error) {
	for range 8 {
		o, err := t.reader.Owner(ctx, tenant, id)
		if err != nil || o.MovedTo.IsZero() {
			return id, err
		}
		id = o.MovedTo
	}
	return id, verno.Conflict("owner_moved")
}

func (x *returning) decide(p *books.Page) (books.Result, error) {
	x.sale = p.Receipt(x.ask.Receipt)
	if x.sale == nil || x.sale.Kind != verno.ReceiptSale {
		return books.Result{}, verno.Invalid("return_not_a_sale")
	}
	steps, err := x.steps()
	if err != nil {
		return books.Result{}, err
	}
	at := now(p)
	if !x.ask.OccurredAt.IsZero() {
		at = verno.FromMicros(verno.Micros(x.ask.OccurredAt))
	}
	r := x.receipt(p, steps)
	r.OccurredAt = at
	r.Facts.Moment.At = at.In(x.place.zone)
	if !r.Member.IsZero() {
		r.Owner = p.Owners()[0]
		if err := x.move(p, r, steps); err != nil {
			return books.Result{}, err
		}
	}
	if err := x.cardsBack(p, r); err != nil {
		return books.Result{}, err
	}
	x.giveUsesBack(p, r)
	r.Outcome.Totals = r.Totals // as it is read again
	if x.ask.DryRun {
		e := *errDryRun
		e.Data = r
		return books.Result{}, &e
	}
	after := *x.sale
	after.Returned = maps.Clone(x.sale.Returned)
	if after.Returned == nil {
		after.Returned = map[string]money.Quantity{}
	}
	for _, l := range r.Return.Lines {
		after.Returned[l.Line] += l.Quantity
	}
	p.MarkReturned(&after)
	entry, hash, err := p.SaveReceipt(r)
	if err != nil {
		return books.Result{}, err
	}
	p.Emit(verno.Event{
		Kind: verno.EventReceiptReturned, Owner: r.Owner, Subject: r.ID.String(), Actor: x.actor.Name(), Entry: entry,
		Hash: hash[:], Detail: map[string]string{"sale": x.sale.ID.String()},
	})
	return books.Result{ID: p.ID(), Owner: r.Owner, Value: r}, nil
}
