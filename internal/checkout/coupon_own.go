package checkout

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// OwnCoupon is a coupon as its member sees it, who shows its code at a till.
type OwnCoupon struct {
	Card    verno.CardID
	Offer   card.Text
	Ends    time.Time // zero where open
	Number  string
	Machine string
}

// mostOwn is how many coupons a member is shown.
const mostOwn = 20

// OwnCoupons are those of the acting member that are not used up, ended or stopped, the latest first.
func (t *Till) OwnCoupons(ctx context.Context, a verno.Actor) (list []OwnCoupon, err error) {
	p, programme, err := t.own(ctx, a)
	if err != nil {
		return nil, err
	}
	c, err := t.config(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	cards, err := t.reader.CardsOf(ctx, a.Tenant, p.Member)
	if err != nil {
		return nil, err
	}
	pl := &place{config: c, store: verno.Store{Programme: programme}}
	for i := len(cards) - 1; i >= 0 && len(list) < mostOwn; i-- {
		one, err := t.usable(ctx, pl, &cards[i])
		if err != nil {
			return nil, err
		}
		if one == nil {
			continue
		}
		secret, err := t.secretOf(ctx, a.Tenant, cards[i])
		if err != nil {
			return nil, err
		}
		list = append(list, OwnCoupon{one.card, one.template.Offer, one.ends, secret.Number, secret.Machine})
	}
	return list, nil
}

// usable reads a card that its member may show; nil for one that is no coupon, or good for nothing any more.
func (t *Till) usable(ctx context.Context, pl *place, found *store.Card) (*coupon, error) {
	if found.State != verno.CardActive {
		return nil, nil //nolint:nilnil // There is none to show.
	}
	one, now := &coupon{}, t.clock()
	if err := one.read(pl, found); err != nil || one.why != nil || !one.ends.IsZero() && !now.Before(one.ends) {
		return nil, err
	}
	if err := t.lookAt(ctx, pl.config.tenant, one, verno.Micros(now)); err != nil || one.why != nil {
		return nil, err
	}
	return one, nil
}
