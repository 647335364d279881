package member

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// worth adds what a coupon or a certificate is still good for. A coupon that nobody has used yet has nothing in the books.
func worth(ctx context.Context, reader *store.Reader, t *card.Template, c store.Card, x *card.Facts) error {
	terms, known := t.Terms()
	if !known || terms.Kind.Scan != card.ScanTender && terms.Kind.Scan != card.ScanRedeem {
		return nil
	}
	list, err := reader.Holdings(ctx, c.Tenant, verno.CardOwner(c.ID))
	if err != nil {
		return err
	}
	left := int64(0)
	for _, h := range list {
		n, err := h.Spendable(verno.Micros(x.At))
		if err != nil {
			return err
		}
		left += n // There is one of them: cards have an account of one unit.
	}
	if terms.Kind.Scan == card.ScanTender {
		x.Worth = money.Amount(left)
		return nil
	}
	if x.Of, x.Left = terms.Uses, left; len(list) == 0 {
		x.Left = terms.Uses
	}
	if x.Left == 0 && x.State == string(verno.CardActive) {
		x.State = card.StateUsed
	}
	return nil
}
