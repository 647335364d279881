package promo_test

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// TestX5Rule compares the rule of a well-known chain, written as a promotion, with the sentence in which the chain states
// it: a tenth of a point for each full 20 roubles of a receipt below 555 roubles, for each full 10 from 555 on.
func TestX5Rule(t *testing.T) {
	t.Parallel()
	terms := programme()
	terms.Points.Scale, terms.Points.Value = 1, money.Ratio{Num: 10, Den: 1}
	r := compile(t, terms, active(1, "Points", "points_by_amount",
		`{"thresholds":[{"from":0,"points":1,"step":2000},{"from":55500,"points":1,"step":1000}]}`))
	rapid.Check(t, func(t *rapid.T) {
		var lines []verno.Line
		kopecks := int64(0)
		for n := range rapid.IntRange(1, 12).Draw(t, "lines") {
			l := line(strconv.Itoa(n), "", money.Amount(rapid.Int64Range(1, 20_000).Draw(t, "price")), money.One)
			lines = append(lines, l)
			kopecks += int64(l.Sum)
		}
		want := kopecks / 100 / 20
		if kopecks >= 555_00 {
			want = kopecks / 100 / 10
		}
		o := evaluate(r, promo.Input{Basket: basketOf(lines...), Member: &verno.MemberFacts{}})
		if int64(o.Totals.Earn) != want {
			t.Fatalf("%d kopecks earn %d tenths, want %d", kopecks, o.Totals.Earn, want)
		}
	})
}

// TestX5Edge walks over the kopecks around each edge of the rule.
func TestX5Edge(t *testing.T) {
	t.Parallel()
	r := compile(t, programme(), active(1, "Points", "points_by_amount",
		`{"thresholds":[{"from":0,"points":1,"step":2000},{"from":55500,"points":1,"step":1000}]}`))
	for sum, want := range map[money.Amount]money.Points{
		1: 0, 19_99: 0, 20_00: 1, 39_99: 1, 554_99: 27, 555_00: 55, 559_99: 55, 560_00: 56,
	} {
		o := evaluate(r, promo.Input{Basket: basketOf(line("a", "", sum, money.One)), Member: &verno.MemberFacts{}})
		if o.Totals.Earn != want {
			t.Errorf("%d kopecks earn %d, want %d", sum, o.Totals.Earn, want)
		}
	}
}
