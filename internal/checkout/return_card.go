package checkout

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// carriedBack is what a card that was used in a sale gets back: money of a certificate, a use of a coupon.
type carriedBack struct {
	card  verno.CardID
	owner verno.OwnerID // of its value now: another card's where it was replaced
	unit  verno.UnitID
}

// cardsOf finds the cards to which a return may give something back: the certificates that paid, and those coupons of which
// their template says so.
func (t *Till) cardsOf(ctx context.Context, x *returning, sold *store.ReceiptRow) ([]books.Want, error) {
	for _, n := range sold.Tenders {
		if n.Kind == verno.TenderCertificate {
			x.cards = append(x.cards, carriedBack{card: n.Card, unit: x.money})
		}
	}
	for _, id := range sold.Facts.Redeemed {
		c, err := t.reader.Card(ctx, sold.Tenant, id)
		if err != nil {
			return nil, err
		}
		if of := x.place.config.byID[c.Template]; of != nil && of.ReturnsGive {
			x.cards = append(x.cards, carriedBack{card: id, unit: verno.UsesUnit(of.id)})
		}
	}
	var wants []books.Want
	for i := range x.cards {
		c := &x.cards[i]
		var err error
		if c.owner, err = t.ownerNow(ctx, sold.Tenant, verno.CardOwner(c.card)); err != nil {
			return nil, err
		}
		wants = append(wants, books.Want{Owner: c.owner, Units: []verno.UnitID{c.unit}, Spends: true})
	}
	return wants, nil
}

// cardsBack gives certificates what they get of the refund, and once nothing of the sale is left coupons their use.
func (x *returning) cardsBack(p *books.Page, r *verno.Receipt) error {
	for _, c := range x.cards {
		from, until := int64(0), int64(0)
		far := ledger.Account{Owner: verno.ProgrammeOwner(r.Programme), Role: verno.AccountRedemption, Unit: c.unit}
		if c.unit == x.money {
			far = ledger.Account{Owner: verno.IssuerOwner(r.Issuer), Role: verno.AccountClearing, Unit: c.unit}
			from, until = x.back[c.card].from, x.back[c.card].until
		} else if r.Return.Whole {
			until = 1
		}
		if from == until {
			continue
		}
		if err := x.putBackOf(p, verno.CardOwner(c.card), p.Holding(c.owner, c.unit), far, from, until); err != nil {
			return err
		}
		p.Emit(cardValue(verno.CardID(c.owner), x.actor, "return", r.ID.String()))
	}
	return nil
}

// span is a part of what a tender paid, from its end.
type span struct{ from, until int64 }
