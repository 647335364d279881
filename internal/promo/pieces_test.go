package promo_test

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

func drawSets(t *rapid.T) verno.Promotion {
	return active(1, "Sets", "buy_n_get_cheapest", fmt.Sprintf(`{"buy":%d,"get":%d,"percent":"%d"}`,
		rapid.IntRange(1, 4).Draw(t, "buy"), rapid.IntRange(1, 3).Draw(t, "get"), rapid.IntRange(1, 100).Draw(t, "percent")))
}

func drawPieces(t *rapid.T, n int) verno.Line {
	l := line(fmt.Sprint("sku ", n), "", 0, money.Quantity(rapid.Int64Range(1, 6).Draw(t, "pieces"))*money.One)
	l.Sum = money.Amount(rapid.Int64Range(0, 10_000).Draw(t, "sum"))
	return l
}

func discount(r *promo.Rules, lines []verno.Line) money.Amount {
	return evaluate(r, promo.Input{Basket: basketOf(lines...), Member: &verno.MemberFacts{}}).Totals.Discount
}

// TestSplitLine: twice the goods in one line and the goods in two equal lines get the same, whatever else is bought and
// whatever a piece must cost.
func TestSplitLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, _ := promo.Compile(&verno.Version{Programme: programme(), Promotions: []verno.Promotion{drawSets(t)}})
		var lines []verno.Line
		for n := range rapid.IntRange(1, 5).Draw(t, "lines") {
			l := drawPieces(t, n)
			l.MinPrice = money.Amount(rapid.Int64Range(0, 3000).Draw(t, "least"))
			lines = append(lines, l)
		}
		half, twice := lines[0], lines[0]
		twice.Sum, twice.Quantity = 2*half.Sum, 2*half.Quantity
		other := half
		other.ID = "other"
		whole := append([]verno.Line{twice}, lines[1:]...)
		split := append([]verno.Line{half, other}, lines[1:]...)
		if a, b := discount(r, whole), discount(r, split); a != b {
			t.Fatalf("one line gets %d, two get %d", a, b)
		}
	})
}

// TestSplitReceipt: there is nothing to gain by buying in several receipts.
func TestSplitReceipt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, _ := promo.Compile(&verno.Version{Programme: programme(), Promotions: []verno.Promotion{drawSets(t)}})
		var all, first, second []verno.Line
		for n := range rapid.IntRange(1, 8).Draw(t, "lines") {
			l := drawPieces(t, n)
			l.Sum = money.Amount(int64(l.Sum) * int64(l.Quantity))
			all = append(all, l)
			if rapid.Bool().Draw(t, "first") {
				first = append(first, l)
			} else {
				second = append(second, l)
			}
		}
		if a, b := discount(r, all), discount(r, first)+discount(r, second); a < b {
			t.Fatalf("one receipt gets %d, two get %d", a, b)
		}
	})
}

// TestThreeForTwo compares with the plain way: lay the pieces out from the dearest down and make each third free.
func TestThreeForTwo(t *testing.T) {
	t.Parallel()
	r := compile(t, programme(), active(1, "3 for 2", "buy_n_get_cheapest", `{"buy":2}`))
	rapid.Check(t, func(t *rapid.T) {
		var lines []verno.Line
		var counts [50]int64
		for n := range rapid.IntRange(1, 8).Draw(t, "lines") {
			price, pieces := rapid.Int64Range(0, 49).Draw(t, "price"), rapid.Int64Range(1, 9).Draw(t, "pieces")
			lines = append(lines, line(strconv.Itoa(n), "", money.Amount(price), money.Quantity(pieces)*money.One))
			counts[price] += pieces
		}
		want, at := int64(0), 0
		for price := int64(49); price >= 0; price-- {
			for range counts[price] {
				if at++; at%3 == 0 {
					want += price
				}
			}
		}
		if got := discount(r, lines); int64(got) != want {
			t.Fatalf("%d are free, want %d", got, want)
		}
	})
}
