package exchange_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// x5File draws a file in the form of the real one: sums around every edge of the rule, goods without a quantity, points as
// the chain might have given them.
func x5File(clients, receipts int) string {
	draw := rand.New(rand.NewPCG(5, 55))
	var b strings.Builder
	for c := range clients {
		var history []string
		for i := range receipts {
			kopecks := draw.IntN(120_000)
			if i%3 == 0 {
				kopecks = 55_500 + draw.IntN(5) - 2
			}
			var goods []string
			for g := range 1 + draw.IntN(5) {
				goods = append(goods, fmt.Sprintf(`{"product_id":"p%d","quantity":%d}`, g, draw.IntN(3)))
			}
			history = append(history, fmt.Sprintf(`{"datetime":"2019-0%d-1%dT0%d:%02d:%02d","store_id":"s%d","regular_points_received":%d.%d,`+
				`"express_points_received":0.0,"regular_points_spent":-1.5,"express_points_spent":0.0,"purchase_sum":%d.%02d,"products":[%s]}`,
				1+draw.IntN(3), draw.IntN(9), draw.IntN(9), i%60, c%60, draw.IntN(4), kopecks/10_000, kopecks/1000%10, kopecks/100, kopecks%100, strings.Join(goods, ",")))
		}
		fmt.Fprintf(&b, "{\"client_id\":\"c%d\",\"age\":40,\"gender\":\"U\",\"transaction_history\":[%s]}\t{\"purchase_sum\":1.0}\n", c, strings.Join(history, ","))
	}
	return b.String()
}

// TestX5: as on the real file, on a drawn one.
func TestX5(t *testing.T) {
	t.Parallel()
	file := x5File(20, 40)
	each(t, "RUB", "Europe/Moscow", func(b *bundle) {
		r := checkX5(b, []byte(file), file)
		b.equal("new", []int64{r.Members, r.Places, r.Rejected}, []int64{20, 4, 0})
		b.walk(func(x *verno.Receipt) {
			sum := money.Amount(0)
			for _, l := range x.Facts.Basket.Lines {
				sum += l.Sum
			}
			if sum != x.Totals.Payable {
				b.t.Errorf("lines of %d add up to %d", x.Totals.Payable, sum)
			}
		})
		n := b.receipts()
		r = b.load("x5", []byte(file), again)
		b.equal("again", []int64{r.Already, b.receipts()}, []int64{800, n})
		dry := b.load("x5", []byte(file), dryRun)
		b.equal("dry run", []int64{dry.Already, dry.Sold}, []int64{800, 800})
	})
}

// TestX5Rejects: one bad receipt does not spoil the others of its member, nor a bad line the file.
func TestX5Rejects(t *testing.T) {
	t.Parallel()
	good := `{"datetime":"2019-01-15T11:53:01","store_id":"s","regular_points_received":3.0,"express_points_received":0.0,"regular_points_spent":0.0,"express_points_spent":0.0,"purchase_sum":308.0,"products":[{"product_id":"p","quantity":1}]}`
	bad := func(from, to string) string { return strings.Replace(good, from, to, 1) }
	line := func(list ...string) string {
		return `{"client_id":"a","transaction_history":[` + strings.Join(list, ",") + "]}\t{}\n"
	}
	each(t, "RUB", "Europe/Moscow", func(b *bundle) {
		b.rule("x5")
		r := b.load("x5", []byte(line(good, bad("308.0", "-1.0"), bad("308.0", `"much"`), bad("2019-01-15", "15 January"), bad(`"s"`, `""`), good)+
			"nonsense\n"+line(bad(`[{"product_id":"p","quantity":1}]`, "[]"), bad("3.0", "1e400"), bad(`"quantity":1`, `"quantity":0.0001`))))
		b.equal("rejected", strings.Join(b.rejected(), "\n"), strings.TrimSpace(`
1 number_range purchase_sum
1 json_invalid
1 date_invalid 15 JanuaryT11:53:01
1 name_invalid
2 json_invalid
3 goods_missing 0 products
3 number_invalid points: 1e400
3 quantity_invalid 0.0001`))
		b.equal("counts", []int64{r.Lines, r.Sold, r.Rejected}, []int64{10, 2, 8})
	})
}
