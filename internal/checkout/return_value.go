package checkout

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/progress"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// move drafts what goes back and what is taken back.
func (x *returning) move(p *books.Page, r *verno.Receipt, steps []step) error {
	owner := r.Owner
	programme := verno.ProgrammeOwner(r.Programme)
	unit := verno.PointsUnit(r.Programme)
	h := p.Holding(owner, unit)
	for _, unit := range with([]verno.UnitID{unit}, x.cashback) {
		breakage := ledger.Account{Owner: programme, Role: verno.AccountBreakage, Unit: unit}
		if err := p.Holding(owner, unit).Lapse(p.Draft(), breakage, p.Now()); err != nil {
			return err
		}
	}
	if err := x.pointsBack(p, h, r, steps); err != nil {
		return err
	}
	if err := x.storedBack(p, r); err != nil {
		return err
	}
	if r.Return.Whole {
		if err := x.stampsBack(p, r); err != nil {
			return err
		}
	}
	if err := x.takeAwards(p, r, steps); err != nil {
		return err
	}
	o := p.Change(owner)
	o.State.Spend = progress.AddSpend(o.State.Spend, x.soldAt.Month(), -r.Totals.Payable)
	if r.Return.Whole {
		x.unbuy(&o.State)
	}
	return waitAgain(p, h, &o.State)
}

// unbuy undoes what the purchase as a whole meant.
func (x *returning) unbuy(s *verno.OwnerState) {
	if s.Purchases = max(0, s.Purchases-1); s.Purchases == 0 {
		s.LastAt = 0
	}
	if x.sale.Totals.Payable > 0 {
		s.Paid = max(0, s.Paid-1)
	}
	if s.Paid == 0 {
		s.FirstAt = 0
	}
}

// waitAgain lets points that had waited for the first paid purchase wait for it again where nothing is left that was paid
// for, so that nobody frees them with goods that go back. What was spent of them may come back as long as there are
// purchases, so until then it is remembered which they were.
func waitAgain(p *books.Page, h *ledger.Holding, s *verno.OwnerState) error {
	if s.Paid > 0 || len(s.Freed) == 0 {
		return nil
	}
	if err := h.Withhold(p.Draft(), s.Freed); err != nil {
		return err
	}
	s.Waiting = s.Waiting || len(waiting(h)) > 0
	if s.Purchases == 0 {
		s.Freed = nil
	}
	return nil
}

// pointsBack puts spent points back into the lots that they came from: what was taken last goes back first.
func (x *returning) pointsBack(p *books.Page, h *ledger.Holding, r *verno.Receipt, steps []step) error {
	if r.Return.PointsBack == 0 {
		return nil
	}
	from := int64(0)
	for i, n := range spentByLine(&x.sale.Receipt) {
		from += money.Share(n, steps[i].before, steps[i].of)
	}
	return x.putBack(p, h, from, from+int64(r.Return.PointsBack))
}

// putBack puts a part of what the sale spent of a unit, counted from what it spent last, back into the lots.
func (x *returning) putBack(p *books.Page, h *ledger.Holding, from, until int64) error {
	far := ledger.Account{Owner: verno.ProgrammeOwner(x.sale.Programme), Role: verno.AccountRedemption, Unit: h.Account.Unit}
	return x.putBackOf(p, verno.OwnerID{}, h, far, from, until)
}

// putBackOf is putBack of what one owner had spent, whoever has its value now; the zero one stands for all.
func (x *returning) putBackOf(p *books.Page, of verno.OwnerID, h *ledger.Holding, far ledger.Account, from, until int64) error {
	postings, err := ledger.ParsePostings(x.sale.Postings)
	if err != nil {
		return err
	}
	for i := len(postings) - 1; i >= 0; i-- {
		t := &postings[i]
		if t.Account.Unit != h.Account.Unit || !of.IsZero() && t.Account.Owner != of || t.Account.Role != verno.AccountMain || t.Why != ledger.WhySpend && t.Why != ledger.WhyDebt {
			continue
		}
		n := -t.Amount
		if part := min(until, n) - max(from, 0); part > 0 {
			lot := ledger.Lot{ID: t.Lot, AvailableAt: t.AvailableAt, ExpiresAt: t.ExpiresAt}
			if t.Why == ledger.WhyDebt {
				lot = ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: x.expiry(p, h.Account.Unit)}
				h.Earn(p.Draft(), far, lot, part, ledger.WhyBack)
			} else if err := h.PutBack(p.Draft(), far, lot, part); err != nil {
				return err
			}
		}
		from, until = max(0, from-n), max(0, until-n)
	}
	return nil
}

// expiry is when value lapses that never was in a lot: it was owed, and is not owed any more.
func (x *returning) expiry(p *books.Page, unit verno.UnitID) int64 {
	if unit != verno.PointsUnit(x.sale.Programme) {
		return ledger.Never
	}
	return ledger.Expiry(x.rules.Programme().Points.Expiry, p.At().In(x.place.zone))
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
		unit := unitOf(r.Programme, a)
		far := ledger.Account{Owner: programme, Role: verno.AccountIssuance, Unit: unit}
		debt, err := p.Holding(r.Owner, unit).TakeBack(p.Draft(), far, s.AwardLots[j], n, p.Now(), p.NewLot())
		if err != nil {
			return err
		}
		switch a.Unit {
		case verno.UnitStamps:
			r.Return.StampsTaken += n
		case verno.UnitCashback:
			r.Return.CashbackTaken += money.Amount(n)
			r.Return.CashbackOwed += money.Amount(debt)
		default:
			r.Return.PointsTaken += money.Points(n)
			r.Debt += money.Points(debt)
		}
	}
	r.Totals.Earn, r.Totals.Cashback = r.Return.PointsTaken, r.Return.CashbackTaken
	return nil
}

// stampsBack gives back the stamps that a reward of the sale had used up.
func (x *returning) stampsBack(p *books.Page, r *verno.Receipt) error {
	for _, id := range x.rules.stamps {
		n := x.sale.Outcome.StampsUsed[id]
		if n == 0 {
			continue
		}
		if err := x.putBack(p, p.Holding(r.Owner, verno.StampsUnit(id)), 0, n); err != nil {
			return err
		}
		r.Return.StampsBack += n
	}
	return nil
}

// giveUsesBack lowers the counts of promotions, once nothing of the sale is left: of limits that say so, and of what the
// rules alone remember, because what was given is taken back with it.
func (x *returning) giveUsesBack(p *books.Page, r *verno.Receipt) {
	if !r.Return.Whole {
		return
	}
	for _, u := range x.sale.Outcome.Uses {
		promotion := x.rules.Promotion(u.Promotion)
		if promotion == nil {
			continue
		}
		l := promotion.Limits
		if own := l.PerMember == 0 && l.PerMemberDay == 0; l.ReturnsGive || own && x.rules.remembered[u.Promotion] {
			x.forget(p.Change(r.Owner), u)
		}
		if l.ReturnsGive && (l.Total > 0 || l.Budget > 0) {
			back := verno.Use{Promotion: u.Promotion, Count: -u.Count, Cost: -u.Cost}
			p.Use(change(back, l, true))
		}
	}
}

// forget takes a use of a promotion back from what is remembered of an owner, nil for nobody.
func (x *returning) forget(o *store.Owner, u verno.Use) {
	if o == nil {
		return
	}
	used, ok := o.State.Usage[u.Promotion]
	if !ok {
		return
	}
	used.Total = max(0, used.Total-u.Count)
	if used.Day == x.soldAt.Day() {
		used.Today = max(0, used.Today-u.Count)
	}
	if used.Total == 0 {
		delete(o.State.Usage, u.Promotion)
		return
	}
	o.State.Usage[u.Promotion] = used
}
