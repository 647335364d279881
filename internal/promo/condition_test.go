package promo_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// TestHostileConditions: what could run long, grow, meet a fraction or reach beyond the sale is refused when it is written,
// not at a till.
func TestHostileConditions(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]string{
		`all(basket, true)`:               "condition_forbidden",
		`len(map(1..1000000000, #)) > 0`:  "condition_forbidden",
		`"a" matches "(a+)+$"`:            "condition_forbidden",
		`repeat("x", 1000000000) == "y"`:  "condition_forbidden",
		`2 ** 64 > 1`:                     "condition_forbidden",
		`basket.sum / 3 > 1`:              "condition_forbidden",
		`basket.sum > 1.5`:                "condition_forbidden",
		`let x = 1; x > 0`:                "condition_forbidden",
		`{"a": 1}.a == 1`:                 "condition_forbidden",
		`$env["member"] != nil`:           "condition_forbidden",
		`member?.tags[0] == "vip"`:        "condition_forbidden",
		`now().Year() > 2000`:             "condition_forbidden",
		`member.balance > 0`:              "condition_wrong", // a commit that spends nothing reads no balance
		`member.phone == "+79990000000"`:  "condition_wrong",
		`Member.Known`:                    "condition_wrong",
		`basket.sum`:                      "condition_wrong",
		`has(1)`:                          "condition_wrong",
		`has`:                             "condition_wrong",
		`os.Exit(1)`:                      "condition_wrong",
		`"unfinished`:                     "condition_wrong",
		strings.Repeat("(", 400) + "true": "condition_wrong",
		strings.Repeat("!", 400) + "true": "condition_large",
		"true // ":                        "",
	} {
		p := active(1, "P", "percent_discount", `{"percent":"1"}`)
		p.Condition = condition
		got := found(&verno.Version{Programme: programme(), Promotions: []verno.Promotion{p}})
		if want == "" && len(got) > 0 || want != "" && !slices.Contains(got, "/condition "+want) {
			t.Errorf("%.40s: %q, want %q", condition, got, want)
		}
	}
}

// TestConditionThatFails: a condition that cannot be worked out for a sale is a no, and the sale goes on.
func TestConditionThatFails(t *testing.T) {
	t.Parallel()
	for _, condition := range []string{`1 % (basket.count - 1) == 0`, `member.tags[-9] == "x"`, `member.tags[basket.sum] == "x"`} {
		p := active(1, "P", "percent_discount", `{"percent":"50"}`)
		p.Condition = condition
		r := compile(t, programme(), p)
		var out verno.Outcome
		basket := verno.Basket{Lines: []verno.Line{{ID: "1", SKU: "tea", Quantity: money.One, Price: 100, Sum: 100}}}
		r.Evaluate(&promo.Input{Basket: &basket, Member: &verno.MemberFacts{}, Moment: verno.Moment{At: monday}}, true, &out)
		if out.Totals.Payable != 100 || len(out.Explained) != 1 || out.Explained[0].Code != "condition_error" {
			t.Errorf("%s: %+v", condition, out.Explained)
		}
	}
}
