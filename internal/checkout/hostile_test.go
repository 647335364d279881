package checkout_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// TestHostileBaskets: numbers and texts that no till means are refused with a pointer to the field, by a quote as by a
// commit, and are never an error of ours.
func TestHostileBaskets(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		a := b.at(0)
		one := line("tea", money.One, 100_00)
		with := func(change func(l *verno.Line)) verno.Basket {
			l := one
			change(&l)
			return basket(line("milk", money.One, 1_00), l)
		}
		many := make([]verno.Line, verno.MaxLines+1)
		costly := make([]verno.Line, verno.MaxLines)
		for i := range costly {
			costly[i] = verno.Line{ID: strconv.Itoa(i), Quantity: money.One, Price: money.MaxAmount}
		}
		for _, c := range []struct {
			pointer, code string
			goods         verno.Basket
		}{
			{"/lines", "required", basket()},
			{"/lines", "too_many", basket(many...)},
			{"/lines", "number_range", basket(costly...)},
			{"/lines", "number_range", basket(line("a", money.One, money.MaxAmount), line("b", money.One, 1))},
			{"/currency", "currency_invalid", verno.Basket{Currency: "USD", Lines: []verno.Line{one}}},
			{"/currency", "currency_invalid", verno.Basket{Currency: "rub", Lines: []verno.Line{one}}},
			{"/lines/1/id", "duplicate", basket(one, one)},
			{"/lines/1/id", "duplicate", basket(verno.Line{Quantity: 1, Price: 1}, verno.Line{ID: "1", Quantity: 1, Price: 1})},
			{"/lines/1/quantity", "quantity_invalid", with(func(l *verno.Line) { l.Quantity = 0 })},
			{"/lines/1/quantity", "quantity_invalid", with(func(l *verno.Line) { l.Quantity = -money.One })},
			{"/lines/1/quantity", "quantity_invalid", with(func(l *verno.Line) { l.Quantity = money.MaxQuantity + 1 })},
			{"/lines/1/quantity", "quantity_invalid", with(func(l *verno.Line) { l.Quantity = -1 << 63 })},
			{"/lines/1/quantity", "quantity_invalid", with(func(l *verno.Line) { l.Quantity = 1<<63 - 1 })},
			{"/lines/1/price", "number_range", with(func(l *verno.Line) { l.Price = -1 })},
			{"/lines/1/price", "number_range", with(func(l *verno.Line) { l.Price = 1<<63 - 1 })},
			{"/lines/1/price", "number_range", with(func(l *verno.Line) { l.Price = -1 << 63 })},
			{"/lines/1/min_price", "number_range", with(func(l *verno.Line) { l.MinPrice = -1 })},
			{"/lines/1/sum", "number_range", with(func(l *verno.Line) { l.Sum = -1 })},
			{"/lines/1/sum", "number_range", with(func(l *verno.Line) { l.Price, l.Quantity = money.MaxAmount, money.MaxQuantity })},
			{"/lines/1/class", "unknown_value", with(func(l *verno.Line) { l.Class = "gold" })},
			{"/lines/1/name", "text_too_long", with(func(l *verno.Line) { l.Name = strings.Repeat("ё", 201) })},
			{"/lines/1/sku", "text_invalid", with(func(l *verno.Line) { l.SKU = "a\x00b" })},
			{"/lines/1/category", "text_invalid", with(func(l *verno.Line) { l.Category = "\xff\xfe" })},
			{"/lines/1/id", "text_invalid", with(func(l *verno.Line) { l.ID = "a\nb" })},
			{"/coupons", "too_many", verno.Basket{Currency: "RUB", Lines: []verno.Line{one}, Coupons: make([]string, 21)}},
			{"/coupons/0", "text_too_long", verno.Basket{Currency: "RUB", Lines: []verno.Line{one}, Coupons: []string{strings.Repeat("x", 201)}}},
		} {
			_, err := b.till.Quote(b.ctx, a, checkout.Sale{Basket: c.goods}, checkout.QuoteOptions{})
			b.wrong(err, c.pointer, c.code)
			_, _, err = b.till.Commit(b.ctx, a, checkout.Commit{Key: "k", Sale: checkout.Sale{Basket: c.goods}})
			b.wrong(err, c.pointer, c.code)
		}
		if !b.unseen("k") {
			t.Error("a key was used up")
		}
	})
}

// TestLargestBasket: 2,000 lines, together as dear as may be, with points for all of it, are sold and returned in two parts
// exactly.
func TestLargestBasket(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 12_345_678)
		before := b.shapeOf(g)
		goods := verno.Basket{Currency: "RUB"}
		var half []checkout.ReturnLine
		for i := range verno.MaxLines {
			id := fmt.Sprint("line ", i)
			goods.Lines = append(goods.Lines, verno.Line{ID: id, SKU: id, Quantity: 3 * money.One, Price: money.MaxAmount / 6000})
			half = append(half, quantity(id, money.One))
		}
		s := b.saleOf(b.known(g), goods, -1)
		r := b.sell(b.boss, s)
		if r.Totals.Gross != money.MaxAmount/6000*6000 || r.Totals.Points != 12_345_678 {
			t.Errorf("totals %+v", r.Totals)
		}
		b.whole(r, []*verno.Receipt{b.back(r, half...), b.back(r)})
		b.unchanged(before, g)
	})
}

// TestHostileCommits: names, dates and keys that cannot be are refused with a pointer to the field.
func TestHostileCommits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		a := b.at(0)
		s := b.saleOf("", tea(1_00), 0)
		good := b.commitOf(a, s, b.quote(a, s))
		for pointer, change := range map[string]func(c *checkout.Commit){
			"/number":        func(c *checkout.Commit) { c.Number = strings.Repeat("9", 201) },
			"/shift":         func(c *checkout.Commit) { c.Shift = "\x00" },
			"/checkout_id":   func(c *checkout.Commit) { c.CheckoutID = "\x1b[2J" },
			"/channel":       func(c *checkout.Commit) { c.Sale.Channel = "\xff" },
			"/business_date": func(c *checkout.Commit) { c.BusinessDate = 20260230 },
		} {
			c := good
			change(&c)
			_, _, err := b.till.Commit(b.ctx, a, c)
			e := verno.AsError(err)
			if e == nil || e.Kind != verno.KindInvalid || len(e.Fields) != 1 || e.Fields[0].Pointer != pointer {
				t.Errorf("%s: %v", pointer, err)
			}
		}
		for key, want := range map[string]string{"": "idempotency_key_missing", strings.Repeat("k", 256): "idempotency_key_invalid"} {
			c := good
			c.Key = key
			_, _, err := b.till.Commit(b.ctx, a, c)
			b.refused(err, want)
		}
		for _, spend := range []money.Points{-2, money.MaxPoints + 1, 1<<63 - 1, -1 << 63} {
			_, err := b.till.Quote(b.ctx, a, b.saleOf("", tea(1_00), spend), checkout.QuoteOptions{})
			b.wrong(err, "/spend_points", "number_range")
			c := good
			c.Sale.Spend = spend
			_, _, err = b.till.Commit(b.ctx, a, c)
			b.wrong(err, "/spend_points", "number_range")
		}
		b.commit(a, good)
	})
}

// TestManyFaults: an answer about a hostile basket stays small.
func TestManyFaults(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		_, err := b.till.Quote(b.ctx, b.at(0), checkout.Sale{Basket: basket(make([]verno.Line, verno.MaxLines)...)}, checkout.QuoteOptions{})
		if e := verno.AsError(err); e == nil || len(e.Fields) > 200 {
			t.Errorf("%d fields", len(e.Fields))
		}
	})
}

// TestNobodyChangesWhatIsSent: a basket that is sent again and again at once is only read.
func TestNobodyChangesWhatIsSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		s := checkout.Sale{Basket: verno.Basket{Lines: []verno.Line{{Quantity: money.One, Price: 5}}}}
		q := b.quote(b.at(0), s)
		if s.Basket.Lines[0].ID != "" || s.Basket.Lines[0].Sum != 0 || q.Lines[0].ID != "1" || q.Lines[0].Sum != 5 {
			t.Errorf("sent %+v, quoted %+v", s.Basket, q.Lines)
		}
	})
}
