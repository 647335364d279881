package checkout

import (
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// maxCoupons bounds the codes that a customer gives with one basket.
const maxCoupons = 20

var maxAmount = strconv.FormatInt(int64(money.MaxAmount), 10)

// checkSale is checkBasket, and sees that the points to be spent are a number of them, or −1 for the most.
func checkSale(s *Sale, p *verno.Programme) error {
	if s.Spend != -1 && !s.Spend.Valid() {
		return verno.InvalidField("/spend_points", "number_range", "min", "0", "max", money.MaxPoints.Format(0))
	}
	return checkBasket(&s.Basket, p)
}

// checkBasket refuses a basket that breaks the limits and fills in names and sums of lines that the till left out. It
// fills them in on a copy, as the caller may send the same basket again meanwhile.
func checkBasket(b *verno.Basket, p *verno.Programme) error {
	var f verno.Faults
	if b.Currency == "" {
		b.Currency = p.Currency
	}
	if b.Currency != p.Currency {
		f.Say("/currency", "currency_invalid", "want", string(p.Currency))
	}
	if len(b.Coupons) > maxCoupons {
		f.Say("/coupons", "too_many", "max", strconv.Itoa(maxCoupons))
		return f.Err()
	}
	for i, c := range b.Coupons {
		checkText(&f, "/coupons/"+strconv.Itoa(i), c)
	}
	switch n := len(b.Lines); {
	case n == 0:
		f.Say("/lines", "required")
	case n > verno.MaxLines:
		f.Say("/lines", "too_many", "max", strconv.Itoa(verno.MaxLines))
		return f.Err()
	}
	b.Lines = filled(b.Lines)
	seen := make(map[string]bool, len(b.Lines))
	sum := money.Amount(0)
	for i := range b.Lines {
		l := &b.Lines[i]
		checkLine(&f, i, l)
		if seen[l.ID] {
			f.Say(field(i, "id"), "duplicate")
		}
		seen[l.ID] = true
		sum += min(max(l.Sum, 0), money.MaxAmount)
	}
	if !sum.Valid() {
		f.Say("/lines", "number_range", "min", "0", "max", maxAmount)
	}
	return f.Err()
}

// field points at a field of a line.
func field(line int, name string) string { return "/lines/" + strconv.Itoa(line) + "/" + name }

// filled is the lines with names and sums, the very same where nothing was left out.
func filled(lines []verno.Line) []verno.Line {
	own := false
	for i := range lines {
		if lines[i].ID != "" && (lines[i].Sum != 0 || lines[i].Price == 0 || !countable(&lines[i])) {
			continue
		}
		if !own {
			lines, own = slices.Clone(lines), true
		}
		l := &lines[i]
		if l.ID == "" {
			l.ID = strconv.Itoa(i + 1)
		}
		if l.Sum == 0 && countable(l) {
			l.Sum = l.Quantity.Times(l.Price)
		}
	}
	return lines
}

// countable reports whether a line's quantity and price are within their limits, so that they can be multiplied.
func countable(l *verno.Line) bool {
	return l.Quantity > 0 && l.Quantity <= money.MaxQuantity && l.Price.Valid()
}

func checkLine(f *verno.Faults, i int, l *verno.Line) {
	if l.Quantity <= 0 || l.Quantity > money.MaxQuantity {
		f.Say(field(i, "quantity"), "quantity_invalid")
	}
	for _, n := range [...]struct {
		name   string
		amount money.Amount
	}{{"price", l.Price}, {"min_price", l.MinPrice}, {"sum", l.Sum}} {
		if !n.amount.Valid() {
			f.Say(field(i, n.name), "number_range", "min", "0", "max", maxAmount)
		}
	}
	if !l.Class.Valid() {
		f.Say(field(i, "class"), "unknown_value", "known", "tobacco, prescription, alcohol, baby_formula, gift_card")
	}
	for _, text := range [...]struct{ name, value string }{{"id", l.ID}, {"sku", l.SKU}, {"name", l.Name}, {"category", l.Category}} {
		if !clean(text.value) {
			checkText(f, field(i, text.name), text.value)
		}
	}
}
