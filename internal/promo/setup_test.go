package promo_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// monday is a Monday, noon, in Moscow.
var monday = time.Date(2026, 3, 2, 12, 0, 0, 0, time.FixedZone("MSK", 3*60*60))

// programme is a programme in which one point is one rouble and points may pay all.
func programme() verno.Programme {
	return verno.Programme{
		Name: "Test", Currency: "RUB", TimeZone: "Europe/Moscow",
		Points: verno.PointsTerms{
			Value: money.Ratio{Num: 100, Den: 1}, MaxShare: money.Full, MaxShareLine: money.Full,
			Expiry: verno.ExpiryTerms{Kind: "never"},
		},
		Levels: verno.LevelTerms{Levels: []verno.Level{
			{ID: "base", Name: "Base"}, {ID: "silver", Name: "Silver", From: 1_000_00}, {ID: "gold", Name: "Gold", From: 5_000_00},
		}},
	}
}

// id is the identifier of the nth promotion of a test.
func id(n int) verno.PromotionID { return verno.PromotionID{14: byte(n >> 8), 15: byte(n)} }

// active is an active promotion.
func active(n int, name, kind, settings string) verno.Promotion {
	return verno.Promotion{ID: id(n), Name: name, Type: kind, Active: true, Settings: json.RawMessage(settings)}
}

func compile(tb testing.TB, p verno.Programme, promotions ...verno.Promotion) *promo.Rules {
	tb.Helper()
	r, problems := promo.Compile(&verno.Version{Number: 1, Programme: p, Promotions: promotions})
	if len(problems) > 0 {
		tb.Fatalf("problems: %+v", problems)
	}
	return r
}

func evaluate(r *promo.Rules, in promo.Input) verno.Outcome {
	var o verno.Outcome
	if in.Moment.At.IsZero() {
		in.Moment.At = monday
	}
	r.Evaluate(&in, true, &o)
	return o
}

// line is a line of goods whose sum is price × quantity.
func line(sku, category string, price money.Amount, quantity money.Quantity) verno.Line {
	return verno.Line{
		ID: "l-" + sku, SKU: sku, Category: category, Quantity: quantity, Price: price, Sum: quantity.Times(price),
	}
}

func basketOf(lines ...verno.Line) *verno.Basket { return &verno.Basket{Currency: "RUB", Lines: lines} }
