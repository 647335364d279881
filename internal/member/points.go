package member

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Points is what a member has. Points and money are never added up.
type Points struct {
	Programme     verno.ProgrammeID
	Scale         int          // decimal places of points
	Balance       money.Points // available, pending and held, less the part of the debt that available does not cover
	Available     money.Points // that may be spent now: after held and debt were taken off, never below zero
	Pending       money.Points // that may be spent later; UntilPurchase is a part of it
	UntilPurchase money.Points // that wait for the first paid purchase
	Held          money.Points // reserved for open purchases
	Debt          money.Points // that the next earnings repay
	Expiring      []Deadline   // every coming deadline, the nearest first
	Stored        []StoredMoney
	Cashback      Cashback
	Stamps        []StampCount
	Frozen        bool
}

// Deadline is a moment at which points lapse.
type Deadline struct {
	At     time.Time
	Points money.Points
}

// StoredMoney is money of one currency that one legal entity owes.
type StoredMoney struct {
	Unit     verno.UnitID
	Issuer   verno.IssuerID
	Currency money.Currency
	Amount   money.Amount
	Held     money.Amount
}

// Cashback is the money that the programme's promotions gave; all zero where they never gave any.
type Cashback struct {
	Currency  money.Currency
	Balance   money.Amount // available and pending, less the part of the debt that available does not cover
	Available money.Amount // that may be spent now
	Pending   money.Amount
	Debt      money.Amount // that later cashback repays
	Expiring  []CashbackDeadline
}

// CashbackDeadline is a moment at which cashback lapses.
type CashbackDeadline struct {
	At     time.Time
	Amount money.Amount
}

// StampCount is how far a stamp card is filled.
type StampCount struct {
	Promotion verno.PromotionID
	Count     int64
}

// Points says what a member has and when it lapses.
func (r *Roll) Points(ctx context.Context, a verno.Actor, now time.Time, id verno.MemberID) (Points, error) {
	if err := a.Require(reads); err != nil {
		return Points{}, err
	}
	m, err := resolve(ctx, r.Store.Reader(), a.Tenant, id)
	if err != nil {
		return Points{}, err
	}
	var out Points
	err = r.Store.Reader().Snapshot(ctx, func(reader *store.Reader) error {
		out, err = pointsOf(ctx, reader, m, now)
		return err
	})
	return out, err
}

func pointsOf(ctx context.Context, r *store.Reader, m verno.Member, now time.Time) (Points, error) {
	out := Points{Programme: m.Programme}
	o, err := r.Owner(ctx, m.Tenant, m.Owner)
	if err != nil {
		return out, err
	}
	out.Frozen = o.FrozenAt != 0 || verno.Micros(now) < o.State.Cooling
	holdings, err := r.Holdings(ctx, m.Tenant, m.Owner)
	if err != nil {
		return out, err
	}
	units, err := unitsOf(ctx, r, m.Tenant)
	if err != nil {
		return out, err
	}
	out.Scale = units[verno.PointsUnit(m.Programme)].Scale
	for _, h := range holdings {
		u := units[h.Account.Unit]
		h.Held = o.State.Held(u.ID, verno.Micros(now))
		switch {
		case u.Kind == verno.UnitPoints && u.Programme == m.Programme:
			err = out.points(h, verno.Micros(now))
		case u.Kind == verno.UnitCashback && u.Programme == m.Programme:
			err = out.Cashback.add(h, u.Currency, verno.Micros(now))
		case u.Kind == verno.UnitMoney && h.Balance != 0:
			out.Stored = append(out.Stored, StoredMoney{
				Unit: u.ID, Issuer: u.Issuer, Currency: u.Currency, Amount: money.Amount(h.Balance), Held: money.Amount(h.Held),
			})
		case u.Kind == verno.UnitStamps && u.Programme == m.Programme && h.Balance != 0:
			out.Stamps = append(out.Stamps, StampCount{Promotion: verno.PromotionID(u.ID), Count: h.Balance})
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// points adds up the lots of points. What has lapsed and was not posted yet is gone already.
func (p *Points) points(h *ledger.Holding, now int64) error {
	if err := h.Lapse(&ledger.Draft{}, ledger.Account{}, now); err != nil {
		return err
	}
	n, err := h.Spendable(now)
	if err != nil {
		return err
	}
	p.Available, p.Held, p.Debt = money.Points(n), money.Points(h.Held), money.Points(h.Owed())
	for _, l := range h.Lots {
		part := money.Points(l.Remaining)
		p.Balance += part
		if part < 0 {
			continue
		}
		if l.AvailableAt > now {
			p.Pending += part
		}
		if l.AvailableAt == ledger.UntilPurchase {
			p.UntilPurchase += part
		}
		if l.ExpiresAt == ledger.Never {
			continue
		}
		// Lots come by expiry, so that a deadline is either the last one or new.
		if n := len(p.Expiring); n > 0 && verno.Micros(p.Expiring[n-1].At) == l.ExpiresAt {
			p.Expiring[n-1].Points += part
		} else {
			p.Expiring = append(p.Expiring, Deadline{At: verno.FromMicros(l.ExpiresAt), Points: part})
		}
	}
	return nil
}

// add is what points does for the lots of cashback.
func (c *Cashback) add(h *ledger.Holding, currency money.Currency, now int64) error {
	var p Points
	if err := p.points(h, now); err != nil {
		return err
	}
	*c = Cashback{
		Currency: currency, Balance: money.Amount(p.Balance), Available: money.Amount(p.Available),
		Pending: money.Amount(p.Pending), Debt: money.Amount(p.Debt),
	}
	for _, d := range p.Expiring {
		c.Expiring = append(c.Expiring, CashbackDeadline{d.At, money.Amount(d.Points)})
	}
	return nil
}

func unitsOf(ctx context.Context, r *store.Reader, tenant verno.TenantID) (map[verno.UnitID]verno.Unit, error) {
	list, err := r.Units(ctx, tenant)
	units := make(map[verno.UnitID]verno.Unit, len(list))
	for _, u := range list {
		units[u.ID] = u
	}
	return units, err
}
