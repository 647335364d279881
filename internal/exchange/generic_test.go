package exchange_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/verno-loyalty/verno"
)

const genericHeader = "receipt_number;occurred_at;store;member;line;sku;name;category;class;quantity;price;sum;discount_given;points_spent;kind;parent_number;parent_date\n"

// TestGeneric: a chain's own table of receipts: prices as charged, goods that the law bars, points spent, returns of a
// line of a receipt and of goods by their price.
func TestGeneric(t *testing.T) {
	t.Parallel()
	file, err := charmap.Windows1251.NewEncoder().String(genericHeader +
		"11;01.02.2024 10:15;S1;m1;a;milk;Молоко 3,2 %;food/dairy;;2;89,90;;;;;;\n" +
		"11;01.02.2024 10:15;S1;m1;b;ham;Ветчина;food/meat;;0,345;640;220,80;20,80;;;;\n" +
		"11;01.02.2024 10:15;S1;m1;c;smoke;Сигареты;;tobacco;1;250;;;;sale;;\n" +
		"12;2024-02-01T11:00:00+03:00;S2;;;milk;Молоко;;;1;89.90;;;;;;\n" +
		"13;2024-02-02 09:00;S1;m1;;bread;Хлеб;;;1;500;;;5;;;\n" +
		"R1;2024-02-03 10:00;S1;m1;a;milk;;;;1;;;;;return;11;2024-02-01\n" +
		"R1;2024-02-03 10:00;S1;m1;b;ham;;;;1;;;;;return;11;2024-02-01\n" +
		"R2;2024-02-03 10:00;S2;;;milk;;;;-1;89.90;;;;return;12;2024-02-01\n" +
		"R3;2024-02-03 10:00;S2;;;milk;;;;1;89.90;;;;return;;\n" +
		"R4;2024-02-04 10:00;S1;m1;;milk;;;;3;89.90;;;;return;;\n" +
		"14;2024-02-05 10:00;S1;m1;;toy;Игрушка;;weapons;1;10;;;;;;\n" +
		"15;2024-02-05 10:00;S1;m1;;toy;Игрушка;;;1;10;;;;gift;;\n" +
		"16;2024-02-05 10:00;S1;;;toy;Игрушка;;;1;10;;;3;;;\n" +
		"18;2024-02-05 10:00;S1;m1;;toy;Игрушка;;;1;;;;;;;\n" +
		"17;2024-02-05 10:00;S1;m1;;gift;Подарок;;;1;10;;10;;;;\n")
	if err != nil {
		t.Fatal(err)
	}
	each(t, "RUB", "Europe/Moscow", func(b *bundle) {
		tried := b.load("generic", []byte(file), dryRun)
		r := b.load("generic", []byte(file))
		b.equal("dry run", []int64{tried.Sold, tried.Returned, tried.Rejected}, []int64{r.Sold, r.Returned, r.Rejected})
		b.equal("rejected", strings.Join(b.rejected(), "\n"), strings.TrimSpace(`
8 remainder_no_purchase quantity 0.655
10 no_purchase neither the receipt nor the member is known
11 remainder_no_purchase quantity 2
12 class_unknown weapons
13 kind_unknown gift
14 spend_needs_member
15 price_missing`))
		b.equal("counts", []int64{r.Sold, r.Returned, r.Rejected, r.Members, r.Places}, []int64{6, 4, 5, 1, 2})
		b.walk(func(x *verno.Receipt) {
			switch x.Number {
			case "11":
				// 5 % of 179.80 + 200.00 and of the tobacco, which earns but may not be paid with points.
				b.equal("sale", []any{x.Totals.Gross, x.Totals.Earn, x.Facts.Basket.Lines[0].Name, x.BusinessDate}, []any{62980, 31, "Молоко 3,2 %", 20240201})
			case "12":
				b.equal("stranger", []any{x.Member.IsZero(), x.Totals.Earn, x.OccurredAt.UTC().Hour()}, []any{true, 0, 8})
			case "13":
				b.equal("spent", []any{x.Totals.Points, x.Totals.Redeemed, x.Totals.Payable, x.Debt}, []any{5, 500, 49500, 0})
			case "17":
				b.equal("gift", x.Totals.Gross, 0)
			case "R1":
				b.equal("returned", []any{len(x.Return.Lines), x.Return.Refund}, []any{2, 8990 + 20000})
			}
		})
		n := b.receipts()
		r = b.load("generic", []byte(file), again)
		b.equal("again", []int64{r.Sold + r.Returned - r.Already, b.receipts() - n}, []int64{0, 0})
		b.sound()
	})
}

// TestOldMacintosh: lines that end with a carriage return alone are lines.
func TestOldMacintosh(t *testing.T) {
	t.Parallel()
	each(t, "RUB", "Europe/Moscow", func(b *bundle) {
		r := b.load("generic", []byte("receipt_number,occurred_at,sku,price\r1,2024-02-01 10:00,tea,10\r2,2024-02-01 10:05,cup,20\r"))
		b.equal("counts", []int64{r.Sold, r.Rejected}, []int64{2, 0})
	})
}
