package checkout

import (
	"slices"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/money"
)

// cashbackUnit is the unit of a programme's cashback; zero where it never gave any.
func (c *config) cashbackUnit(of verno.ProgrammeID) verno.UnitID {
	if c.backs[of] {
		return verno.CashbackUnit(of)
	}
	return verno.UnitID{}
}

// with adds a unit, if it is one and not there yet, to a list that others share.
func with(units []verno.UnitID, unit verno.UnitID) []verno.UnitID {
	if unit.IsZero() || slices.Contains(units, unit) {
		return units
	}
	return append(slices.Clip(units), unit)
}

// unitOf is what an award is counted in.
func unitOf(programme verno.ProgrammeID, a *verno.Award) verno.UnitID {
	switch a.Unit {
	case verno.UnitStamps:
		return verno.StampsUnit(a.Promotion)
	case verno.UnitCashback:
		return verno.CashbackUnit(programme)
	default:
		return verno.PointsUnit(programme)
	}
}

// cashbackFor is how much of the stored money that is to pay cashback can be, as the member has so much of it.
func (s *sale) cashbackFor(p *books.Page, r *verno.Receipt) (money.Amount, error) {
	if s.cashback.IsZero() || s.stored == 0 {
		return 0, nil
	}
	n, err := p.Holding(r.Owner, s.cashback).Covers(int64(s.stored), p.Now())
	return min(s.stored, money.Amount(n)), err
}

// payCashback takes the part of the stored money that the rules let cashback pay. It is a part of what is there, so that even
// a receipt from offline makes no debt of it.
func (s *sale) payCashback(p *books.Page, r *verno.Receipt) error {
	if r.Outcome.CashbackUsed == 0 {
		return nil
	}
	far := ledger.Account{Owner: verno.ProgrammeOwner(r.Programme), Role: verno.AccountRedemption, Unit: s.cashback}
	return p.Holding(r.Owner, s.cashback).Spend(p.Draft(), far, int64(r.Outcome.CashbackUsed), p.Now())
}

// storedBack gives back what stored money had paid. Cashback paid first, so paid-in money comes back first, and what was
// cashback is cashback again, with its old dates: nobody turns the one into the other by a return.
func (x *returning) storedBack(p *books.Page, r *verno.Receipt) error {
	if r.Return.MoneyBack == 0 {
		return nil
	}
	paidIn := storedOf(x.sale.Tenders) - x.sale.Outcome.CashbackUsed
	from, until := money.Amount(x.stored.from), money.Amount(x.stored.until)
	if n := min(until, paidIn) - min(from, paidIn); n > 0 {
		far := ledger.Account{Owner: verno.IssuerOwner(r.Issuer), Role: verno.AccountClearing, Unit: x.money}
		p.Holding(r.Owner, x.money).Earn(p.Draft(), far, ledger.Lot{ExpiresAt: ledger.Never, ID: verno.LotID(x.money)}, int64(n), ledger.WhyBack)
	}
	from, until = max(from-paidIn, 0), max(until-paidIn, 0)
	r.Return.CashbackBack = until - from
	if r.Return.CashbackBack == 0 {
		return nil
	}
	return x.putBack(p, p.Holding(r.Owner, x.cashback), int64(from), int64(until))
}
