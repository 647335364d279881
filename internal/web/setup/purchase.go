package setup

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// twin is the test twin: what is sold there is no real sale, and no book of the business has it.
type twin struct {
	actor     verno.Actor
	programme store.Programme
	place     verno.Store
}

// twin finds it; with a tenant that has none it returns store.ErrNotFound.
func (z *Wizard) twin(ctx context.Context, c *call) (*twin, error) {
	t, err := z.Reader.TwinOf(ctx, c.actor.Tenant)
	if err != nil {
		return nil, err
	}
	own := *c
	own.actor = auth.Operator(t.ID)
	own.actor.Live = false
	x := &twin{actor: own.actor}
	if x.programme, err = z.programme(ctx, &own); err != nil {
		return nil, err
	}
	x.place, err = z.place(ctx, &own)
	return x, err
}

// mirror gives the test twin the rules that were just chosen.
func (z *Wizard) mirror(c *call, m campaign.Mechanic) error {
	t, err := z.twin(c.r.Context(), c)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := z.Office.Begin(c.r.Context(), t.actor, c.now, t.programme.Draft.ID, c.Code, m); err != nil {
		return err
	}
	z.Changed(t.actor.Tenant)
	return nil
}

// purchase sells once in the test twin, by the very rules of the programme, and shows what came of it.
func (z *Wizard) purchase(c *call) error {
	if c.actor.Tenant.IsZero() {
		c.to(campaign.Steps[0])
		return nil
	}
	receipt, err := z.try(c)
	if err != nil {
		return err
	}
	l, err := z.launched(c, "")
	if err == nil {
		l.receipt = receipt
		c.show(http.StatusOK, launchStep(c, l))
	}
	return err
}

// guestKey enrols the twin's guest once, however often a purchase is tried.
const guestKey = "setup-guest"

// try enrols a guest of the twin, finds her, prices a receipt and closes the sale, as a till does.
func (z *Wizard) try(c *call) (*verno.Receipt, error) {
	ctx := c.r.Context()
	t, err := z.twin(ctx, c)
	if err != nil {
		return nil, err
	}
	guest, err := z.Members.Enrol(ctx, t.actor, c.now, member.Enrol{
		Key: guestKey, BodyHash: sha256.Sum256([]byte(guestKey)), Programme: t.programme.Draft.ID, Store: t.place.ID, IssueCard: true,
	})
	if err != nil {
		return nil, err
	}
	who, err := z.Till.Identify(ctx, t.actor, checkout.Identify{Member: guest.ID, Store: t.place.ID})
	if err != nil {
		return nil, err
	}
	currency := t.programme.Draft.Currency
	price, err := currency.ParseAmount(strconv.Itoa(sample))
	if err != nil {
		return nil, err
	}
	sale := checkout.Sale{Presence: who.Presence, Store: t.place.ID, Basket: verno.Basket{
		Currency: currency, Lines: []verno.Line{{ID: "1", Name: c.Say("setup.launch.goods"), Quantity: money.One, Price: price, Sum: price}},
	}}
	quote, err := z.Till.Quote(ctx, t.actor, sale, checkout.QuoteOptions{})
	if err != nil {
		return nil, err
	}
	key := "setup-" + verno.NewID[verno.ReceiptID](c.now, z.Members.Entropy).String()
	commit := checkout.Commit{Key: key, BodyHash: sha256.Sum256([]byte(key)), CheckoutID: key, Sale: sale, Totals: quote.Outcome.Totals}
	if paid := quote.Outcome.Totals.Payable; paid > 0 {
		commit.Tenders = []verno.Tender{{Kind: verno.TenderCash, Amount: paid}}
	}
	receipt, _, err := z.Till.Commit(ctx, t.actor, commit)
	return receipt, err
}

// stamps are those that a receipt gave.
func stamps(r *verno.Receipt) (n int64) {
	for i := range r.Outcome.Awards {
		if a := &r.Outcome.Awards[i]; a.Unit == verno.UnitStamps {
			n += int64(a.Points)
		}
	}
	return n
}
