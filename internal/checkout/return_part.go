package checkout

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/money"
)

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
	for _, l := range x.ask.Lines {
		i, ok := at[l.Line]
		if !ok {
			return nil, verno.Invalid("return_unknown_line").With("line", l.Line)
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
		Shift: x.ask.Shift, Number: x.ask.Number, BusinessDate: x.ask.BusinessDate, ReceivedAt: now(p), Currency: s.Currency,
		Return: &verno.ReturnOutcome{Whole: true},
	}
	r.Facts = verno.Facts{
		Basket: verno.Basket{Currency: s.Currency}, TimeZone: x.place.store.TimeZone,
		Moment: verno.Moment{Store: r.Store, Terminal: r.Terminal, Channel: x.place.channel(x.ask.Channel)},
	}
	points := spentByLine(s)
	out := r.Return
	before, total := money.Amount(0), money.Amount(0) // of what other tenders than points paid for the lines
	for i, st := range steps {
		l := &s.Outcome.Lines[i]
		// What was paid and what points paid are shared out apart, so that no part gives back less than nothing.
		paid := int64(l.Net - l.Redeemed)
		before += money.Amount(money.Share(paid, st.before, st.of))
		out.Whole = out.Whole && st.after == st.of
		if st.after == st.before {
			continue
		}
		line := verno.ReturnedLine{
			Line: s.Facts.Basket.Lines[i].ID, Quantity: money.Quantity(st.after - st.before),
			Redeemed: money.Amount(st.share(int64(l.Redeemed))),
		}
		back := money.Amount(st.share(paid))
		line.Net = back + line.Redeemed
		for j := range s.Outcome.Awards {
			if a := &s.Outcome.Awards[j]; a.Unit == verno.UnitPoints && a.ByLine != nil {
				line.PointsTaken += money.Points(st.share(int64(a.ByLine[i])))
			}
		}
		out.PointsBack += money.Points(st.share(points[i]))
		total += back
		r.Totals.Gross += line.Net
		r.Totals.Redeemed += line.Redeemed
		out.Lines = append(out.Lines, line)
	}
	r.Totals.Points, r.Totals.Payable = out.PointsBack, total
	x.back, x.stored = map[verno.CardID]span{}, span{}
	x.refund(out, before, total)
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

// refund shares out over the tenders what comes back of what they paid: to stored money and certificates their share of the
// whole, so that they cannot be turned into cash, and the rest to the others, both in their order. A replayed sale may have
// been paid otherwise than the rules would have had it: all of what was paid comes back then, and no more.
func (x *returning) refund(out *verno.ReturnOutcome, before, total money.Amount) {
	s := &x.sale.Receipt
	ours, paid := money.Amount(0), money.Amount(0)
	for _, n := range s.Tenders {
		if inside(n.Kind) {
			ours += n.Amount
		}
		if n.Kind != verno.TenderPoints {
			paid += n.Amount
		}
	}
	if paid == 0 {
		out.Refund = total // Nobody said how it was paid.
		return
	}
	from, until := int64(0), int64(0)
	switch payable := int64(s.Totals.Payable); {
	case payable > 0:
		from = money.Share(int64(paid), int64(before), payable)
		until = money.Share(int64(paid), int64(before+total), payable)
	case out.Whole:
		until = int64(paid)
	}
	at, end := money.Amount(money.Share(int64(ours), from, int64(paid))), money.Amount(money.Share(int64(ours), until, int64(paid)))
	x.refundInside(out, at, end)
	out.Refund = money.Amount(until-from) - (end - at)
	at = money.Amount(from) - at
	end = at + out.Refund
	for _, n := range s.Tenders {
		if n.Kind == verno.TenderPoints || inside(n.Kind) {
			continue
		}
		if part := min(end, n.Amount) - max(at, 0); part > 0 {
			out.Tenders = append(out.Tenders, verno.Tender{Kind: n.Kind, Amount: part, Reference: n.Reference})
		}
		at, end = max(0, at-n.Amount), max(0, end-n.Amount)
	}
}

// inside reports whether a tender pays with money that is kept here.
func inside(k verno.TenderKind) bool { return k == verno.TenderStored || k == verno.TenderCertificate }

// refundInside gives stored money and certificates a part of what they paid together, in their order.
func (x *returning) refundInside(out *verno.ReturnOutcome, at, end money.Amount) {
	var certificates []verno.Tender
	stored := money.Amount(0) // of the tenders before
	for _, n := range x.sale.Tenders {
		if !inside(n.Kind) {
			continue
		}
		from, until := max(at, 0), min(end, n.Amount)
		if until > from && n.Kind == verno.TenderStored {
			if out.MoneyBack == 0 {
				x.stored.from = int64(stored + from)
			}
			out.MoneyBack += until - from
			x.stored.until = int64(stored + until)
		} else if until > from {
			x.back[n.Card] = span{int64(from), int64(until)}
			certificates = append(certificates, verno.Tender{Kind: n.Kind, Amount: until - from, Card: n.Card, Reference: n.Reference})
		}
		if n.Kind == verno.TenderStored {
			stored += n.Amount
		}
		at, end = max(0, at-n.Amount), max(0, end-n.Amount)
	}
	if out.MoneyBack > 0 {
		out.Tenders = append(out.Tenders, verno.Tender{Kind: verno.TenderStored, Amount: out.MoneyBack})
	}
	out.Tenders = append(out.Tenders, certificates...)
}
