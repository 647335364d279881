package promo_test

import (
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// sells tries a promotion on a sale if it compiles at all: it must neither panic nor give more than the goods cost.
func sells(t *testing.T, p verno.Promotion) {
	t.Helper()
	r, problems := promo.Compile(&verno.Version{Programme: programme(), Promotions: []verno.Promotion{p}})
	if (r == nil) == (problems == nil) {
		t.Fatalf("rules %v with problems %v", r, problems)
	}
	if r == nil {
		return
	}
	o := evaluate(r, promo.Input{
		Basket: basketOf(line("a", "food/dairy", 9_99, 3*money.One), line("b", "toys", 123_45, money.One)),
		Member: &verno.MemberFacts{
			Level: "gold", Tags: []string{"vip"}, Birthday: []verno.PromotionID{id(1)}, Balance: 100, SpendCap: 100,
			Stamps: map[verno.PromotionID]int64{id(1): 2},
		},
		Spend: -1,
	})
	if t := o.Totals; t.Payable < 0 || t.Discount < 0 || t.Earn < 0 || t.Payable != t.Gross-t.Discount-t.Redeemed {
		panic("unsound totals")
	}
}

func FuzzSettings(f *testing.F) {
	for i, k := range promo.Kinds() {
		for _, s := range settingsOf[k.Name] {
			f.Add(uint8(i), s)
		}
	}
	f.Add(uint8(0), `{"percent":"10","percent":1e999,"a":[{"b":null}]}`)
	f.Fuzz(func(t *testing.T, kind uint8, settings string) {
		kinds := promo.Kinds()
		sells(t, active(1, "P", kinds[int(kind)%len(kinds)].Name, settings))
	})
}

func FuzzCondition(f *testing.F) {
	for _, s := range someConditions {
		f.Add(s)
	}
	f.Add(`any(1..1000, # > 5)`)
	f.Add(`basket.sum % 0 == 1 ? has("a") : coupon("b" + store)`)
	f.Add(`len(member.tags) > 0 && member.tags[0] startsWith "v"`)
	f.Fuzz(func(t *testing.T, condition string) {
		p := active(1, "P", "percent_discount", `{"percent":"10"}`)
		p.Condition = condition
		sells(t, p)
	})
}
