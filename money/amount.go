package money

import (
	"strconv"
	"strings"
)

// Amount is a sum of money in the minor units of its currency: 12345 is 123.45 ₽. The currency is known from where
// the amount stands (a programme, a receipt), so that amounts of one receipt add up without ceremony.
type Amount int64

// MaxAmount is the largest amount that is taken from outside, of either sign: ten billion major units. It leaves
// room for a thousand such lines in an int64.
const MaxAmount Amount = 1_000_000_000_000

// Valid reports whether the amount is one that may come from outside: from zero to MaxAmount.
func (a Amount) Valid() bool { return a >= 0 && a <= MaxAmount }

// Whole is a number of whole units of the currency.
func (c Currency) Whole(n int64) Amount {
	for range c.Exponent() {
		n *= 10
	}
	return Amount(n)
}

// Format writes an amount in major units with a point, such as "123.45". It is for logs and command output; pages
// format by the reader's language.
func (c Currency) Format(a Amount) string { return formatScaled(int64(a), c.Exponent()) }

// Points is a number of points in the smallest unit of its programme: with scale 1, 35 is 3.5 points.
type Points int64

// MaxPoints is the largest number of points that is taken from outside, of either sign.
const MaxPoints Points = 1_000_000_000_000

// Valid reports whether the points may come from outside: from zero to MaxPoints.
func (p Points) Valid() bool { return p >= 0 && p <= MaxPoints }

// Format writes points with the given number of decimal places.
func (p Points) Format(scale int) string { return formatScaled(int64(p), scale) }

func formatScaled(n int64, places int) string {
	sign := ""
	u := uint64(n)
	if n < 0 {
		sign, u = "-", -u
	}
	s := strconv.FormatUint(u, 10)
	if places <= 0 {
		return sign + s
	}
	if len(s) <= places {
		s = strings.Repeat("0", places-len(s)+1) + s
	}
	return sign + s[:len(s)-places] + "." + s[len(s)-places:]
}

// parseScaled reads a plain decimal: optional minus, ASCII digits, optionally a point and one to places digits. It
// takes no plus, exponent, space, grouping, comma or digit of another script, and no more than 15 digits.
func parseScaled(s string, places int) (int64, error) {
	body, neg := strings.CutPrefix(s, "-")
	whole, frac, dotted := strings.Cut(body, ".")
	if whole == "" || dotted && (frac == "" || len(frac) > places) || len(whole)+places > 15 {
		return 0, ErrSyntax
	}
	digits := whole + frac + strings.Repeat("0", places-len(frac))
	n := int64(0)
	for _, d := range []byte(digits) {
		if d < '0' || d > '9' {
			return 0, ErrSyntax
		}
		n = n*10 + int64(d-'0')
	}
	if neg {
		n = -n
	}
	return n, nil
}

// ParseAmount reads major units, such as "123.45", as minor units of the currency. It returns ErrSyntax for anything
// but a plain decimal with at most the currency's places.
func (c Currency) ParseAmount(s string) (Amount, error) {
	n, err := parseScaled(s, c.Exponent())
	return Amount(n), err
}

// ParsePoints reads a plain decimal with at most scale places. It returns ErrSyntax for anything else.
func ParsePoints(s string, scale int) (Points, error) {
	n, err := parseScaled(s, scale)
	return Points(n), err
}
