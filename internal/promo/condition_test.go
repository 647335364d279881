package promo_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

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
		`member.balance > 0`:              "condition_wrong", // its name is points
		`member.points / 2 > 1`:           "condition_forbidden",
		`member.points >= 100`:            "",
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

// TestPointsDecide: a discount for so many points is given from that very number on, whatever the sale spends of them, and to
// nobody who shows no card; conditions see the same number, and who asks for none is asked for none.
func TestPointsDecide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		need, has := money.Points(rapid.Int64Range(1, 1_000).Draw(t, "need")), money.Points(rapid.Int64Range(0, 1_000).Draw(t, "has"))
		limited, free := active(1, "P", "percent_discount", `{"percent":"10"}`), active(2, "C", "percent_discount", `{"percent":"10"}`)
		limited.Audience.MinPoints, limited.Group = need, "one"
		free.Condition, free.Group = "member.points >= "+strconv.FormatInt(int64(need), 10), "other"
		r, problems := promo.Compile(&verno.Version{Programme: programme(), Promotions: []verno.Promotion{limited, free}})
		if len(problems) > 0 || !r.AsksPoints() {
			t.Fatal(problems)
		}
		basket := verno.Basket{Lines: []verno.Line{{ID: "1", SKU: "tea", Quantity: money.One, Price: 100_00, Sum: 100_00}}}
		for _, spend := range []money.Points{0, -1, has} {
			var out verno.Outcome
			m := verno.MemberFacts{Points: has, Balance: has, SpendCap: has}
			r.Evaluate(&promo.Input{Basket: &basket, Member: &m, Moment: verno.Moment{At: monday}, Spend: spend}, true, &out)
			want := money.Amount(0)
			if has >= need {
				want = 19_00
			}
			if out.Totals.Discount != want || (want == 0) != (out.Explained[0].Code == "too_few_points" && out.Explained[1].Code == "condition_false") {
				t.Fatalf("%d of %d, spending %d: %d off, %+v", has, need, spend, out.Totals.Discount, out.Explained)
			}
		}
		var out verno.Outcome
		if r.Evaluate(&promo.Input{Basket: &basket, Moment: verno.Moment{At: monday}}, false, &out); out.Totals.Discount != 0 {
			t.Fatal("whoever shows no card has points")
		}
	})
	if compile(t, programme(), active(1, "P", "percent_discount", `{"percent":"10"}`)).AsksPoints() {
		t.Error("points are counted for rules that do not ask")
	}
}
