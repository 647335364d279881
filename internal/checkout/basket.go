package checkout

import (
	"strconv"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// checkBasket refuses a basket that breaks the limits and fills in line sums that the till left out.
func checkBasket(b *verno.Basket, p *verno.Programme) error {
	e := verno.Invalid("invalid_request")
	if b.Currency == "" {
		b.Currency = p.Currency
	}
	if b.Currency != p.Currency {
		e = e.At("/currency", "currency_invalid", "want", string(p.Currency))
	}
	if len(b.Lines) == 0 {
		e = e.At("/lines", "required")
	}
	if len(b.Lines) > verno.MaxLines {
		return e.At("/lines", "too_many", "max", strconv.Itoa(verno.MaxLines))
	}
	seen := make(map[string]bool, len(b.Lines))
	sum := money.Amount(0)
	for i := range b.Lines {
		l := &b.Lines[i]
		if l.ID == "" {
			l.ID = strconv.Itoa(i + 1)
		}
		e = checkLine(e, "/lines/"+strconv.Itoa(i), l)
		if seen[l.ID] {
			e = e.At("/lines/"+strconv.Itoa(i)+"/id", "duplicate")
		}
		seen[l.ID] = true
		sum += l.Sum
	}
	if len(e.Fields) == 0 && !sum.Valid() {
		e = e.At("/lines", "number_range", "min", "0", "max", strconv.FormatInt(int64(money.MaxAmount), 10))
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

func checkLine(e *verno.Error, at string, l *verno.Line) *verno.Error {
	if l.Quantity <= 0 || l.Quantity > money.MaxQuantity {
		e = e.At(at+"/quantity", "quantity_invalid")
	}
	limit := strconv.FormatInt(int64(money.MaxAmount), 10)
	if !l.Price.Valid() {
		e = e.At(at+"/price", "number_range", "min", "0", "max", limit)
	}
	if !l.MinPrice.Valid() {
		e = e.At(at+"/min_price", "number_range", "min", "0", "max", limit)
	}
	if len(e.Fields) > 0 {
		return e
	}
	if l.Sum == 0 {
		l.Sum = l.Quantity.Times(l.Price)
	}
	if !l.Sum.Valid() {
		e = e.At(at+"/sum", "number_range", "min", "0", "max", limit)
	}
	if !l.Class.Valid() {
		e = e.At(at+"/class", "unknown_value", "known", "tobacco, prescription, alcohol, baby_formula, gift_card")
	}
	for _, text := range [...]struct{ name, value string }{{"id", l.ID}, {"sku", l.SKU}, {"name", l.Name}, {"category", l.Category}} {
		if utf8.RuneCountInString(text.value) > verno.MaxTextLength {
			e = e.At(at+"/"+text.name, "text_too_long", "max", strconv.Itoa(verno.MaxTextLength))
		}
	}
	return e
}
