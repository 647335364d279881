package campaign

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// units makes the units that a programme's accounts count in, where they are not there yet: its points, the stamps of
// its promotions, the cashback where any gives some, and the stored money of its issuer.
func (o *Office) units(ctx context.Context, tx *store.Tx, now time.Time, tenant verno.TenantID, p *verno.Programme, rules *promo.Rules) error {
	wanted := []verno.Unit{{ID: verno.PointsUnit(p.ID), Kind: verno.UnitPoints, Programme: p.ID, Scale: p.Points.Scale}}
	if rules.GivesCashback() {
		wanted = append(wanted, verno.Unit{
			ID: verno.CashbackUnit(p.ID), Kind: verno.UnitCashback, Programme: p.ID, Currency: p.Currency, Scale: p.Currency.Exponent(),
		})
	}
	for _, id := range rules.StampPromotions() {
		wanted = append(wanted, verno.Unit{ID: verno.StampsUnit(id), Kind: verno.UnitStamps, Programme: p.ID})
	}
	for _, u := range wanted {
		if err := tx.InsertUnit(ctx, tenant, u, now); err != nil {
			return err
		}
	}
	return o.moneyUnit(ctx, tx, now, tenant, p.Issuer, p.Currency)
}

// moneyUnit makes the unit of a legal entity's stored money in a currency. There is one for ever, so the entity is locked
// while it is looked for.
func (o *Office) moneyUnit(ctx context.Context, tx *store.Tx, now time.Time, tenant verno.TenantID, issuer verno.IssuerID, currency money.Currency) error {
	if err := tx.LockIssuer(ctx, tenant, issuer); err != nil {
		return missing(err, "issuer")
	}
	_, err := tx.MoneyUnit(ctx, tenant, issuer, currency)
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return tx.InsertUnit(ctx, tenant, verno.Unit{
		ID: verno.NewID[verno.UnitID](now, o.Entropy), Kind: verno.UnitMoney, Issuer: issuer, Currency: currency,
		Scale: currency.Exponent(),
	}, now)
}
