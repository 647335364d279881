package checkout

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/progress"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// errDryRun ends a return that is only tried; its data is the receipt.
var errDryRun = verno.Conflict("dry_run")

// Return gives goods of a sale back, by line and quantity, in as many parts as it takes: what all parts give back is
// exactly what the sale took. Spent points go back into the lots they came from, earned ones are taken back, and what is
// lacking becomes a debt. Errors: not_found, return_not_a_sale, return_unknown_line, return_too_much, receipt_exists.
func (t *Till) Return(ctx context.Context, a verno.Actor, q Return) (receipt *verno.Receipt, replayed bool, err error) {
	if err := a.Require(verno.MayReturn); err != nil {
		return nil, false, err
	}
	if q.BusinessDate != 0 && !validDate(q.BusinessDate) {
		return nil, false, verno.InvalidField("/business_date", "date_invalid", "form", "YYYY-MM-DD")
	}
	w, err := t.returnWork(ctx, a, &q)
	if err != nil {
		return nil, false, err
	}
	out, err := t.books.Do(ctx, w)
	if errors.Is(err, errDryRun) {
		return verno.AsError(err).Data.(*verno.Receipt), false, nil
	}
	if err != nil {
		return nil, false, err
	}
	return t.receiptOf(ctx, a.Tenant, out)
}

// returning is one return on its way through the books.
type returning struct {
	actor verno.Actor
	place *place
	rules *rules // with which the sale was decided
	sale  *store.ReceiptRow
	ask   *Return
	money verno.UnitID
}

func (t *Till) returnWork(ctx context.Context, a verno.Actor, q *Return) (*books.Work, error) {
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
		want := books.Want{Owner: owner, Units: r.units, Spends: true}
		if !x.money.IsZero() {
			want.Units = append(want.Units[:len(want.Units):len(want.Units)], x.money)
		}
		w.Owners = []books.Want{want}
	}
	return w, nil
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
	at := p.At()
	if !x.ask.OccurredAt.IsZero() {
		at = x.ask.OccurredAt
	}
	r := x.receipt(p, steps)
	r.OccurredAt = at
	r.Facts.Moment.At = at.In(x.place.zone)
	if len(p.Owners()) > 0 {
		r.Owner = p.Owners()[0]
		if err := x.move(p, r, steps); err != nil {
			return books.Result{}, err
		}
	}
	x.giveUsesBack(p, r)
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

// step is how far the return of one line goes: from what had come back to what has now.
type step struct {
	before, after, of int64 // thousandths of the line's quantity
}

// share is the part of a line's whole that the step covers. All steps of a line add up to the whole.
func (s step) share(whole int64) int64 {
	return money.Share(whole, s.after, s.of) - money.Share(whole, s.before, s.of)
}

// steps tells for each line of the sale how much of it comes back.
func (x *returning) steps() ([]step, error) {
	lines := x.sale.Facts.Basket.Lines
	steps := make([]step, len(lines))
	at := make(map[string]int, len(lines))
	for i := range lines {
		done := int64(x.sale.Returned[lines[i].ID])
		steps[i] = step{before: done, after: done, of: int64(lines[i].Quantity)}
		at[lines[i].ID] = i
	}
	moved := false
	if len(x.ask.Lines) == 0 {
		for i := range steps {
			steps[i].after = steps[i].of
			moved = moved || steps[i].after > steps[i].before
		}
		if !moved {
			return nil, verno.Refused("return_too_much").With("line", lines[0].ID).With("left", "0")
		}
		return steps, nil
	}
	for n, l := range x.ask.Lines {
		i, ok := at[l.Line]
		if !ok {
			return nil, verno.Invalid("return_unknown_line").With("line", l.Line)
		}
		if l.Quantity <= 0 {
			return nil, verno.InvalidField(fmt.Sprintf("/lines/%d/quantity", n), "quantity_invalid")
		}
		steps[i].after += int64(l.Quantity)
		if steps[i].after > steps[i].of {
			left := money.Quantity(steps[i].of - steps[i].before)
			return nil, verno.Refused("return_too_much").With("line", l.Line).With("left", left.String())
		}
	}
	return steps, nil
}

// receipt works out what comes back of each line and to which tender.
func (x *returning) receipt(p *books.Page, steps []step) *verno.Receipt {
	s := &x.sale.Receipt
	r := &verno.Receipt{
		ID: verno.ReceiptID(p.ID()), Tenant: s.Tenant, Kind: verno.ReceiptReturn, Parent: s.ID, Owner: s.Owner,
		Member: s.Member, Card: s.Card, Method: s.Method, Programme: s.Programme, Version: s.Version,
		Store: x.place.store.ID, Terminal: x.place.terminal, Issuer: s.Issuer, Partner: s.Partner, Cashier: x.actor.Staff,
		Shift: x.ask.Shift, Number: x.ask.Number, BusinessDate: x.ask.BusinessDate, ReceivedAt: p.At(), Currency: s.Currency,
		Return: &verno.ReturnOutcome{Whole: true},
	}
	r.Facts = verno.Facts{
		TimeZone: x.place.store.TimeZone,
		Moment:   verno.Moment{Store: r.Store, Terminal: r.Terminal, Channel: channel(x.ask.Channel)},
	}
	points := spentByLine(s)
	out := r.Return
	refunded := money.Amount(0)
	for i, st := range steps {
		l := &s.Outcome.Lines[i]
		refunded += money.Amount(money.Share(int64(l.Net), st.before, st.of) - money.Share(int64(l.Redeemed), st.before, st.of))
		out.Whole = out.Whole && st.after == st.of
		if st.after == st.before {
			continue
		}
		line := verno.ReturnedLine{
			Line: s.Facts.Basket.Lines[i].ID, Quantity: money.Quantity(st.after - st.before),
			Net: money.Amount(st.share(int64(l.Net))), Redeemed: money.Amount(st.share(int64(l.Redeemed))),
		}
		for j := range s.Outcome.Awards {
			if a := &s.Outcome.Awards[j]; a.Unit == verno.UnitPoints && a.ByLine != nil {
				line.PointsTaken += money.Points(st.share(int64(a.ByLine[i])))
			}
		}
		out.PointsBack += money.Points(st.share(points[i]))
		out.Refund += line.Net - line.Redeemed
		r.Totals.Gross += line.Net
		r.Totals.Redeemed += line.Redeemed
		out.Lines = append(out.Lines, line)
	}
	r.Totals.Points, r.Totals.Payable = out.PointsBack, out.Refund
	x.refund(out, refunded)
	r.Tenders = out.Tenders
	return r
}

// spentByLine shares the points that were spent out over the lines by what they paid of each.
func spentByLine(s *verno.Receipt) []int64 {
	weights := make([]int64, len(s.Outcome.Lines))
	for i := range weights {
		weights[i] = int64(s.Outcome.Lines[i].Redeemed)
	}
	return money.Allocate(nil, int64(s.Totals.Points), weights)
}

// refund shares a refund out: to stored money what it had paid of the whole, so that it cannot be turned into cash, and
// the rest to the external tenders in their order.
func (x *returning) refund(out *verno.ReturnOutcome, before money.Amount) {
	s := &x.sale.Receipt
	stored, paid := money.Amount(0), money.Amount(0)
	for _, n := range s.Tenders {
		if n.Kind == verno.TenderStored {
			stored += n.Amount
		}
		if n.Kind != verno.TenderPoints {
			paid += n.Amount
		}
	}
	total := out.Refund
	if stored > 0 {
		share := step{before: int64(before), after: int64(before + total), of: int64(max(paid, 1))}
		out.MoneyBack = money.Amount(share.share(int64(stored)))
		out.Refund -= out.MoneyBack
		out.Tenders = append(out.Tenders, verno.Tender{Kind: verno.TenderStored, Amount: out.MoneyBack})
	}
	from := before - money.Amount(money.Share(int64(stored), int64(before), int64(max(paid, 1))))
	until := from + out.Refund
	for _, n := range s.Tenders {
		if n.Kind == verno.TenderPoints || n.Kind == verno.TenderStored {
			continue
		}
		if part := min(until, n.Amount) - max(from, 0); part > 0 {
			out.Tenders = append(out.Tenders, verno.Tender{Kind: n.Kind, Amount: part, Reference: n.Reference})
		}
		from, until = max(0, from-n.Amount), max(0, until-n.Amount)
	}
}

// move drafts what goes back and what is taken back.
func (x *returning) move(p *books.Page, r *verno.Receipt, steps []step) error {
	owner := r.Owner
	programme := verno.ProgrammeOwner(r.Programme)
	unit := verno.PointsUnit(r.Programme)
	h := p.Holding(owner, unit)
	breakage := ledger.Account{Owner: programme, Role: verno.AccountBreakage, Unit: unit}
	if err := h.Lapse(p.Draft(), breakage, p.Now()); err != nil {
		return err
	}
	if err := x.pointsBack(p, h, r, steps); err != nil {
		return err
	}
	if r.Return.MoneyBack > 0 {
		far := ledger.Account{Owner: verno.IssuerOwner(r.Issuer), Role: verno.AccountClearing, Unit: x.money}
		p.Holding(owner, x.money).Earn(p.Draft(), far, ledger.Lot{ExpiresAt: ledger.Never, ID: verno.LotID(x.money)}, int64(r.Return.MoneyBack), ledger.WhyBack)
	}
	if err := x.takeAwards(p, r, steps); err != nil {
		return err
	}
	o := p.Change(owner)
	m := verno.Moment{At: x.sale.OccurredAt.In(x.place.zone)}
	o.State.Spend = progress.AddSpend(o.State.Spend, m.Month(), -r.Totals.Payable)
	if r.Return.Whole {
		o.State.Purchases = max(0, o.State.Purchases-1)
	}
	return nil
}

// pointsBack puts spent points back into the lots that they came from: what was taken last goes back first.
func (x *returning) pointsBack(p *books.Page, h *ledger.Holding, r *verno.Receipt, steps []step) error {
	if r.Return.PointsBack == 0 {
		return nil
	}
	postings, err := ledger.ParsePostings(x.sale.Postings)
	if err != nil {
		return err
	}
	from := int64(0)
	for i, n := range spentByLine(&x.sale.Receipt) {
		from += money.Share(n, steps[i].before, steps[i].of)
	}
	far := ledger.Account{Owner: verno.ProgrammeOwner(r.Programme), Role: verno.AccountRedemption, Unit: h.Account.Unit}
	until := from + int64(r.Return.PointsBack)
	for i := len(postings) - 1; i >= 0; i-- {
		t := &postings[i]
		if t.Account.Unit != h.Account.Unit || t.Account.Role != verno.AccountMain || t.Why != ledger.WhySpend && t.Why != ledger.WhyDebt {
			continue
		}
		n := -t.Amount
		if part := min(until, n) - max(from, 0); part > 0 {
			lot := ledger.Lot{ID: t.Lot, AvailableAt: t.AvailableAt, ExpiresAt: t.ExpiresAt}
			if t.Why == ledger.WhyDebt {
				lot = ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: ledger.Expiry(x.rules.Programme().Points.Expiry, p.At())}
				h.Earn(p.Draft(), far, lot, part, ledger.WhyBack)
			} else {
				h.PutBack(p.Draft(), far, lot, part)
			}
		}
		from, until = max(0, from-n), max(0, until-n)
	}
	return nil
}

// takeAwards takes back what the returned lines had earned, and with the last of them what the sale as a whole had.
func (x *returning) takeAwards(p *books.Page, r *verno.Receipt, steps []step) error {
	s := &x.sale.Receipt
	programme := verno.ProgrammeOwner(r.Programme)
	parts := make([]promo.Part, len(steps))
	for i, st := range steps {
		parts[i] = promo.Part{Line: i, Done: money.Quantity(st.before), Now: money.Quantity(st.after - st.before), Of: money.Quantity(st.of)}
	}
	for j := range s.Outcome.Awards {
		a := &s.Outcome.Awards[j]
		n := int64(promo.Clawback(a, parts, r.Return.Whole))
		if n == 0 {
			continue
		}
		unit := verno.PointsUnit(r.Programme)
		if a.Unit == verno.UnitStamps {
			unit = verno.StampsUnit(a.Promotion)
		}
		far := ledger.Account{Owner: programme, Role: verno.AccountIssuance, Unit: unit}
		debt, err := p.Holding(r.Owner, unit).TakeBack(p.Draft(), far, s.AwardLots[j], n, p.Now(), p.NewLot())
		if err != nil {
			return err
		}
		if a.Unit == verno.UnitStamps {
			r.Return.StampsTaken += n
			continue
		}
		r.Return.PointsTaken += money.Points(n)
		r.Debt += money.Points(debt)
	}
	r.Totals.Earn = r.Return.PointsTaken
	if r.Return.Whole {
		x.stampsBack(p, r)
	}
	return nil
}

// stampsBack gives back the stamps that a reward of the sale had used up.
func (x *returning) stampsBack(p *books.Page, r *verno.Receipt) {
	for _, id := range x.rules.stamps {
		n := x.sale.Outcome.StampsUsed[id]
		if n == 0 {
			continue
		}
		unit := verno.StampsUnit(id)
		far := ledger.Account{Owner: verno.ProgrammeOwner(r.Programme), Role: verno.AccountRedemption, Unit: unit}
		p.Holding(r.Owner, unit).Earn(p.Draft(), far, ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: ledger.Never}, n, ledger.WhyBack)
		r.Return.StampsBack += n
	}
}

// giveUsesBack lowers the counts of promotions whose limits say so, once nothing of the sale is left.
func (x *returning) giveUsesBack(p *books.Page, r *verno.Receipt) {
	if !r.Return.Whole {
		return
	}
	for _, u := range x.sale.Outcome.Uses {
		promotion := x.rules.Promotion(u.Promotion)
		if promotion == nil || !promotion.Limits.ReturnsGive {
			continue
		}
		if o := p.Owner(r.Owner); o != nil {
			s := &p.Change(r.Owner).State
			if used, ok := s.Usage[u.Promotion]; ok {
				used.Total = max(0, used.Total-u.Count)
				used.Today = max(0, used.Today-u.Count)
				s.Usage[u.Promotion] = used
			}
		}
		if l := promotion.Limits; l.Total > 0 || l.Budget > 0 {
			back := verno.Use{Promotion: u.Promotion, Count: -u.Count, Cost: -u.Cost}
			p.Use(change(back, l, true))
		}
	}
}
