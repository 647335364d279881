package member

import (
	"context"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
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
	if err := a.Require(writes); err != nil {
		return nil, err
	}
	if n < 1 || n > MaxStock {
		return nil, verno.InvalidField("/count", "number_range", "min", "1", "max", strconv.Itoa(MaxStock))
	}
	made := make([]Blank, 0, n)
	for len(made) < n {
		var some []Blank
		err := r.Store.WriteLow(ctx, func(tx *store.Tx) (err error) {
			some, err = r.stock(ctx, tx, a, now, min(stockStep, n-len(made)))
			return err
		})
		if err != nil {
			return made, err
		}
		made = append(made, some...)
	}
	return made, nil
}

func (r *Roll) stock(ctx context.Context, tx *store.Tx, a verno.Actor, now time.Time, n int) ([]Blank, error) {
	made := make([]Blank, n)
	events := make([]verno.Event, n)
	nobody := verno.Member{Tenant: a.Tenant}
	for i := range made {
		c, err := r.issue(ctx, tx, now, nobody, verno.NewID[verno.CardID](now, r.Entropy), KindPlastic)
		if err != nil {
			return nil, err
		}
		secret, err := r.open(ctx, c)
		if err != nil {
			return nil, err
		}
		made[i] = Blank{Card: c.ID, Number: secret.Number, Machine: secret.Machine}
		events[i] = event(verno.EventCardIssued, a, nobody, c.ID.String(), "kind", c.Kind)
	}
	return made, books.Record(ctx, tx, now, r.Entropy, events...)
}
