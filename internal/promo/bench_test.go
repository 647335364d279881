package promo_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// sold is a basket of n lines of a supermarket, scanned in no order.
func sold(n int) *verno.Basket {
	b := basketOf()
	for i := range n {
		k := i * 7 % n
		l := line(fmt.Sprintf("46000000%05d", k), fmt.Sprintf("food/group%d/shelf%d", k%5, k%11), money.Amount(4990+1370*k), money.One)
		l.ID = strconv.Itoa(i + 1)
		b.Lines = append(b.Lines, l)
	}
	return b
}

func regular() *verno.MemberFacts {
	return &verno.MemberFacts{
		Level: "silver", Tags: []string{"regular"}, Purchases: 12, Spent: 2_000_00, Balance: 5000, SpendCap: 5000,
	}
}

// BenchmarkShop is the sale of the benchmarks: 8 lines, 30 active promotions of which 3 apply, a fifth of which spends
// points.
func BenchmarkShop(b *testing.B) {
	promotions := []verno.Promotion{
		active(1, "Base", "points_by_amount", `{"points":1,"step":10000}`),
		active(2, "Group", "percent_discount", `{"percent":"10"}`),
		active(3, "Double", "points_multiplier", `{"times":2}`),
	}
	promotions[1].Goods.Categories = []string{"food/group1"}
	promotions[2].Goods.SKUs = []string{"4600000000003"}
	for n := 4; n <= 30; n++ {
		p := active(n, fmt.Sprint("Other ", n), "percent_discount", `{"percent":"15"}`)
		switch n % 3 {
		case 0:
			p.Goods.SKUs = []string{fmt.Sprintf("4700000000%03d", n)}
		case 1:
			p.Goods.Categories = []string{fmt.Sprintf("home/group%d", n)}
		case 2:
			p.Audience.Levels = []string{"gold"}
		}
		promotions = append(promotions, p)
	}
	measure(b, promotions, promo.Input{Basket: sold(8), Member: regular(), Spend: 100}, 3)
}

// BenchmarkQuote20x100 is a quote of 20 lines against 100 active promotions of all types, each of which looks at some
// of the goods.
func BenchmarkQuote20x100(b *testing.B) {
	measure(b, mixed(100), promo.Input{Basket: sold(20), Member: regular(), Spend: -1}, 20)
}

// BenchmarkExplain20x100 is the same with the reasons, as a person asks for them.
func BenchmarkExplain20x100(b *testing.B) {
	r := compile(b, programme(), mixed(100)...)
	in := promo.Input{Basket: sold(20), Member: regular(), Moment: verno.Moment{At: monday}, Spend: -1}
	var o verno.Outcome
	b.ReportAllocs()
	for b.Loop() {
		r.Evaluate(&in, true, &o)
	}
}

// BenchmarkCompile100 is what publishing costs.
func BenchmarkCompile100(b *testing.B) {
	v := verno.Version{Programme: programme(), Promotions: mixed(100)}
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := promo.Compile(&v); problems != nil {
			b.Fatal(problems)
		}
	}
}

// mixed are n promotions of all types, most of which match a part of any large basket.
func mixed(n int) []verno.Promotion {
	kinds := []struct{ kind, settings string }{
		{"percent_discount", `{"percent":"3"}`},
		{"points_by_amount", `{"percent":"1"}`},
		{"fixed_discount", `{"amount":500}`},
		{"points_multiplier", `{"times":2}`},
		{"buy_n_get_cheapest", `{"buy":2}`},
		{"points_by_amount", `{"thresholds":[{"from":0,"points":1,"step":2000},{"from":55500,"points":1,"step":1000}]}`},
		{"stamps", `{"needed":6,"reward":"piece"}`},
		{"percent_discount", `{"percent":"2","per":"receipt"}`},
		{"birthday_bonus", `{"points":100}`},
		{"percent_discount", `{"percent":"7"}`},
	}
	var list []verno.Promotion
	for i := range n {
		k := kinds[i%len(kinds)]
		p := active(i+1, fmt.Sprint("Promotion ", i+1), k.kind, k.settings)
		switch i % 7 {
		case 0:
			p.Goods.Categories = []string{fmt.Sprintf("food/group%d", i%5)}
		case 1:
			p.Goods.SKUs = []string{fmt.Sprintf("46000000%05d", i%20)}
		case 2:
			p.Audience.Levels = []string{"silver"}
		case 3:
			p.Schedule.Weekdays = []int{1 + i%7}
		case 4:
			p.Group = fmt.Sprint("group ", i%4)
		case 5:
			p.Condition = "basket.sum > 100000 and member.purchases > 3"
		}
		list = append(list, p)
	}
	return list
}

func measure(b *testing.B, promotions []verno.Promotion, in promo.Input, least int) {
	b.Helper()
	r := compile(b, programme(), promotions...)
	in.Moment.At = monday
	var o verno.Outcome
	r.Evaluate(&in, false, &o)
	if len(o.Uses) < least {
		b.Fatalf("%d promotions apply, want %d", len(o.Uses), least)
	}
	b.Run("kept", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r.Evaluate(&in, false, &o)
		}
	})
	b.Run("fresh", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var o verno.Outcome
			r.Evaluate(&in, false, &o)
		}
	})
}
