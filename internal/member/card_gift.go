package member

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// savesFor is the gift that a member saves points for; none where points are for something else, or where it cannot be had
// now.
func savesFor(ctx context.Context, reader *store.Reader, tenant verno.TenantID, rules *rules, aim verno.Aim, at time.Time) (card.Gift, error) {
	if aim.For != verno.AimGift {
		return card.Gift{}, nil
	}
	row, err := reader.CardTemplate(ctx, tenant, aim.Gift)
	if errors.Is(err, store.ErrNotFound) {
		return card.Gift{}, nil
	}
	if err != nil || row.Published == 0 || !row.ArchivedAt.IsZero() {
		return card.Gift{}, err
	}
	v, err := reader.PublishedTemplate(ctx, tenant, aim.Gift)
	if err != nil {
		return card.Gift{}, err
	}
	t, err := readTemplate(v.Document)
	if err != nil {
		return card.Gift{}, err
	}
	terms, known := t.Terms()
	if !known || !terms.Gives(at, at.Location()) || len(rules.OfCoupon(terms.Word)) == 0 {
		return card.Gift{}, nil
	}
	return card.Gift{Offer: terms.Offer, Price: terms.Points}, nil
}
