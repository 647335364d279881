package rig

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// Quoted is a basket with the totals that a quote gave for it, without points and with.
type Quoted struct {
	Store  verno.StoreID
	Basket verno.Basket
	Plain  verno.Totals
	Spends verno.Totals
	Spend  money.Points
}

// LinesOfSale is how many lines the benchmark's sale has.
const LinesOfSale = 8

var shelf = [LinesOfSale]struct{ category, name string }{
	{"food/dairy", "Milk 3.2 % 930 ml"},
	{"food/coffee", "Coffee beans 250 g"},
	{"food/bakery", "Rye bread"},
	{"food/fruit", "Apples"},
	{"food/fruit", "Bananas"},
	{"food/sweets", "Dark chocolate 100 g"},
	{"home/paper", "Paper towels"},
	{"food/water", "Mineral water 1.5 l"},
}

// Baskets draws n baskets of eight lines and has each of them quoted, for a member with points to spend.
func (w *World) Baskets(ctx context.Context, n int, spend money.Points, presence string) ([]Quoted, error) {
	draw := rand.New(rand.NewPCG(7, 11))
	list := make([]Quoted, n)
	for i := range list {
		q := Quoted{Store: w.Stores[draw.IntN(len(w.Stores))], Spend: spend}
		for j, goods := range shelf {
			quantity := money.One * money.Quantity(1+draw.IntN(3))
			if goods.category == "food/fruit" {
				quantity = money.Quantity(300 + draw.IntN(1500))
			}
			q.Basket.Lines = append(q.Basket.Lines, verno.Line{
				ID: strconv.Itoa(j + 1), SKU: fmt.Sprintf("46%08d", draw.IntN(1e8)), Name: goods.name, Category: goods.category,
				Quantity: quantity, Price: money.Amount(3000 + draw.IntN(40000)), VAT: 1000,
			})
		}
		for _, points := range []money.Points{0, spend} {
			got, err := w.Server.Till.Quote(ctx, w.Actor, checkout.Sale{Presence: presence, Basket: q.Basket, Spend: points, Store: q.Store}, checkout.QuoteOptions{})
			if err != nil {
				return nil, fmt.Errorf("quote: %w", err)
			}
			if points == 0 {
				q.Plain = got.Outcome.Totals
			} else {
				q.Spends = got.Outcome.Totals
			}
		}
		list[i] = q
	}
	return list, nil
}
