package promo_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

func Example() {
	version := verno.Version{
		Programme: verno.Programme{
			Name: "Corner shop", Currency: "RUB",
			Points: verno.PointsTerms{
				Value: money.Ratio{Num: 100, Den: 1}, MaxShare: 5000, MaxShareLine: money.Full, // up to half of a receipt
				Expiry: verno.ExpiryTerms{Kind: "never"},
			},
		},
		Promotions: []verno.Promotion{{
			ID: verno.PromotionID{15: 1}, Name: "Five percent back", Type: "points_by_amount", Active: true,
			Settings: json.RawMessage(`{"percent":"5"}`),
		}},
	}
	rules, problems := promo.Compile(&version)
	if problems != nil {
		fmt.Println(problems)
		return
	}
	price := money.Amount(1000_00)
	var outcome verno.Outcome
	rules.Evaluate(&promo.Input{
		Basket: &verno.Basket{Currency: "RUB", Lines: []verno.Line{{ID: "1", Quantity: money.One, Price: price, Sum: price}}},
		Member: &verno.MemberFacts{Balance: 300, SpendCap: 300},
		Moment: verno.Moment{At: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)},
		Spend:  -1,
	}, false, &outcome)
	fmt.Println("pays", version.Programme.Currency.Format(outcome.Totals.Payable), "and earns", outcome.Totals.Earn)
	// Output: pays 700.00 and earns 35
}
