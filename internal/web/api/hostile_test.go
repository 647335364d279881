package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// hostileNumbers are written into every field that wants a number. Each is refused with a pointer to the field.
var hostileNumbers = []string{
	`-1`, `-0`, `1e308`, `1e2`, `1.5`, `1234567890123456789`, `99999999999999999999`, `NaN`, `Infinity`, `-Infinity`, `null`, `true`,
	`"1,0"`, `"١٢"`, `١`, `{}`, `[]`, `""`, `"abc"`, `01`, `0x1`, `1_000`, `+1`,
}

// hostileDecimals are written into every field that wants a decimal text.
var hostileDecimals = []string{
	`"0x1"`, `"-1"`, `"-0"`, `"1e3"`, `"1,0"`, `"١"`, `"NaN"`, `"Infinity"`, `"1234567890123456789"`, `"0.0001"`, `"1."`, `".5"`, `"+1"`, `" 1"`,
	`""`, `1`, `1.5`, `NaN`, `-Infinity`, `null`, `true`, `{}`, `"1\u0000"`,
}

// TestHostileNumbers writes each of them into every numeric field of a quote and a commit: never a 5xx, never an
// acceptance, always the field by name.
func TestHostileNumbers(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		const line = `"lines":[{"id":"1","quantity":%q,"price":{"amount":%a,"currency":"RUB"},"sum":{"amount":%s,"currency":"RUB"},` +
			`"min_price":{"amount":%p,"currency":"RUB"},"vat":%v}]`
		const totals = `"totals":{"gross":{"amount":%g,"currency":"RUB"},"discount":{"amount":%d,"currency":"RUB"},"points":%n,` +
			`"redeemed":{"amount":%r,"currency":"RUB"},"payable":{"amount":%y,"currency":"RUB"},"earn":%e}`
		const tenders = `"tenders":[{"kind":"points","amount":{"amount":%t,"currency":"RUB"},"points":%o}]`
		quote := `{"currency":"RUB","spend_points":%i,` + line + `}`
		commit := `{"currency":"RUB","spend_points":%i,` + line + `,` + totals + `,` + tenders + `}`
		good := map[byte]string{'q': `"1"`, 'v': `"10"`, 'a': "10000", 's': "10000", 'p': "0", 'i': "0"}
		fields := map[byte]string{
			'q': "/lines/0/quantity", 'v': "/lines/0/vat", 'a': "/lines/0/price/amount", 's': "/lines/0/sum/amount",
			'p': "/lines/0/min_price/amount", 'i': "/spend_points",
		}
		b.refuses("POST /checkouts/quote", quote, good, fields)
		for letter, pointer := range map[byte]string{
			'g': "/totals/gross/amount", 'd': "/totals/discount/amount", 'n': "/totals/points", 'r': "/totals/redeemed/amount",
			'y': "/totals/payable/amount", 'e': "/totals/earn", 't': "/tenders/0/amount/amount", 'o': "/tenders/0/points",
		} {
			good[letter], fields[letter] = "0", pointer
		}
		b.refuses("POST /checkouts/hostile/commit", commit, good, fields)
	})
}

// refuses writes hostile values into one field of a body after the other.
func (b *bundle) refuses(do, body string, good, fields map[byte]string) {
	b.t.Helper()
	for letter, pointer := range fields {
		values := hostileNumbers
		if letter == 'q' || letter == 'v' {
			values = hostileDecimals
		}
		if letter == 'q' {
			values = append(values, `"0"`, `"1000000.001"`)
		}
		for _, value := range values {
			text := body
			for l, ok := range good {
				if l == letter {
					ok = value
				}
				text = strings.ReplaceAll(text, "%"+string(l), ok)
			}
			r := b.ask(request{do: do, token: b.token, key: b.unique("hostile"), body: text})
			if r.status != 422 {
				b.t.Errorf("%s with %s at %s: %d %s", do, value, pointer, r.status, r.raw)
				continue
			}
			errs, _ := r.at("errors").([]any)
			if len(errs) == 0 || !strings.HasPrefix(fmt.Sprint(errs[0].(m)["pointer"]), pointer) {
				b.t.Errorf("%s with %s: the answer points at %v, not at %s", do, value, r.at("errors"), pointer)
			}
		}
	}
}

// TestLargeNumbers come as near to the bounds as they may: sums that fit are priced, sums that do not are refused.
func TestLargeNumbers(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		sale := func(price int64, quantity string, lines int) m {
			s := basket(lines)
			for _, l := range s["lines"].([]m) {
				l["price"], l["quantity"] = rub(price), quantity
			}
			return s
		}
		for _, c := range []struct {
			price    int64
			quantity string
			lines    int
			status   int
		}{
			{1_000_000_000_000, "1", 1, 200},
			{1_000_000_000_000, "1", 2, 422},
			{1_000_000_000_000, "1000000", 1, 422},
			{1_000_000, "1000000", 1, 200},
			{1, "0.001", 2000, 200},
			{0, "1000000", 2000, 200},
			{1, "1", 2001, 422},
		} {
			r := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: sale(c.price, c.quantity, c.lines)})
			if r.status != c.status {
				b.t.Errorf("%d × %s × %d lines: %d %.300s", c.price, c.quantity, c.lines, r.status, r.raw)
			}
		}
		b.ask(request{do: "POST /checkouts/quote", token: b.token, body: `{"currency":"` + strings.Repeat("R", 1<<20) + `"}`}).want(413, "body_too_large")
	})
}

// TestCurrencies: one basket has one currency, and it is the programme's.
func TestCurrencies(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		sale := basket(1)
		sale["lines"].([]m)[0]["price"] = m{"amount": 1, "currency": "USD"}
		r := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: sale}).want(422, "invalid_request")
		if r.str("errors", 0, "pointer") != "/lines/0/price/currency" {
			t.Errorf("a second currency: %s", r.raw)
		}
		sale["currency"] = "USD"
		r = b.ask(request{do: "POST /checkouts/quote", token: b.token, body: sale}).want(422, "invalid_request")
		if r.str("errors", 0, "pointer") != "/currency" {
			t.Errorf("a foreign currency: %s", r.raw)
		}
	})
}
