package member

import (
	"context"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// MaxStock is how many blank cards are made at once.
const MaxStock = 1000

// Blank is a card that nobody has yet, as a printer needs it.
type Blank struct {
	Card    verno.CardID
	Number  string
	Machine string
}

// stockStep is how many blank cards are made in one transaction, so that tills wait for none for long.
const stockStep = 25

// StockCards makes blank plastic cards, to be printed and handed out. The answer is the only one with their codes.
func (r *Roll) StockCards(ctx context.Context, a verno.Actor, now time.Time, n int) ([]Blank, error) {
	return r.stockOf(ctx, a, n, func(tx *store.Tx, n int) ([]Blank, error) { return r.stock(ctx, tx, a, now, n) })
}

// stock makes blank plastic cards in a transaction.
func (r *Roll) stock(ctx context.Context, tx *store.Tx, a verno.Actor, now time.Time, n int) ([]Blank, error) {
	return r.blanks(ctx, tx, a, now, n, func() (store.Card, error) {
		return r.issue(ctx, tx, now, verno.Member{Tenant: a.Tenant}, verno.NewID[verno.CardID](now, r.Entropy), KindPlastic)
	})
}

// StockTemplate is StockCards for cards of a template that are nobody's, such as gift cards, which are worth nothing before
// they are sold. Errors: not_found, template_archived, template_unpublished, template_for_member.
func (r *Roll) StockTemplate(ctx context.Context, a verno.Actor, now time.Time, template verno.TemplateID, n int) ([]Blank, error) {
	if err := a.Require(writes); err != nil {
		return nil, err
	}
	k, t, err := r.stockable(ctx, a.Tenant, template)
	if err != nil {
		return nil, err
	}
	return r.stockOf(ctx, a, n, func(tx *store.Tx, n int) ([]Blank, error) {
		return r.blanksOf(ctx, tx, a, now, k, &t, template, n)
	})
}

// stockable finds a template of which cards can be made that are nobody's.
func (r *Roll) stockable(ctx context.Context, tenant verno.TenantID, template verno.TemplateID) (*card.Kind, card.Template, error) {
	k, t, _, err := r.issuable(ctx, tenant, template)
	if err == nil && k.Member {
		err = verno.Conflict("template_for_member")
	}
	return k, t, err
}

// blanksOf makes cards of a template that are nobody's, in a transaction.
func (r *Roll) blanksOf(ctx context.Context, tx *store.Tx, a verno.Actor, now time.Time, k *card.Kind, t *card.Template, template verno.TemplateID, n int) ([]Blank, error) {
	var d card.Document
	if k.Scan != card.ScanTender { // Whose time begins when it is sold.
		d.Begin(t, now)
	}
	text, values, err := parted(&d, k)
	if err != nil {
		return nil, err
	}
	return r.blanks(ctx, tx, a, now, n, func() (store.Card, error) {
		return r.issueCard(ctx, tx, verno.Member{Tenant: a.Tenant}, store.Card{Card: verno.Card{
			ID: verno.NewID[verno.CardID](now, r.Entropy), Tenant: a.Tenant, Kind: k.Name, Template: template, Document: text,
			State: verno.CardActive, Revision: 1, IssuedAt: now, UpdatedAt: now,
		}}, values)
	})
}

// stockOf makes blank cards a few at a time.
func (r *Roll) stockOf(ctx context.Context, a verno.Actor, n int, some func(tx *store.Tx, n int) ([]Blank, error)) ([]Blank, error) {
	if err := a.Require(writes); err != nil {
		return nil, err
	}
	if n < 1 || n > MaxStock {
		return nil, verno.InvalidField("/count", "number_range", "min", "1", "max", strconv.Itoa(MaxStock))
	}
	made := make([]Blank, 0, n)
	for len(made) < n {
		var more []Blank
		err := r.Store.WriteLow(ctx, func(tx *store.Tx) (err error) {
			more, err = some(tx, min(stockStep, n-len(made)))
			return err
		})
		if err != nil {
			return made, err
		}
		made = append(made, more...)
	}
	return made, nil
}

// blanks makes cards that nobody has, and tells of them.
func (r *Roll) blanks(ctx context.Context, tx *store.Tx, a verno.Actor, now time.Time, n int, issue func() (store.Card, error)) ([]Blank, error) {
	made := make([]Blank, n)
	events := make([]verno.Event, n)
	for i := range made {
		c, err := issue()
		if err != nil {
			return nil, err
		}
		secret, err := r.open(ctx, c)
		if err != nil {
			return nil, err
		}
		made[i] = Blank{Card: c.ID, Number: secret.Number, Machine: secret.Machine}
		events[i] = event(verno.EventCardIssued, a, verno.Member{Tenant: a.Tenant}, c.ID.String(), "kind", c.Kind)
	}
	return made, books.Record(ctx, tx, now, r.Entropy, events...)
}
