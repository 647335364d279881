package exchange

import (
	"errors"
	"strings"

	"github.com/verno-loyalty/verno/money"
)

var (
	errNumber    = errors.New("not a plain decimal number")
	errPrecision = errors.New("more decimal places than there are")
)

// The trace that binary floating point leaves in a file is a long tail of zeros or nines: 174.51999999999995 was 174.52.
const (
	tailLength = 8 // digits after the places that count, at least
	tailProof  = 6 // of them that must be alike
)

// decimal reads a number as so many units of its last decimal place. It takes a minus, ASCII digits and a point, and
// undoes the trace of floating point; anything else is errNumber, and digits that do not fit errPrecision.
func decimal(s string, places int) (int64, error) {
	body, negative := strings.CutPrefix(strings.TrimSpace(s), "-")
	whole, fraction, dotted := strings.Cut(body, ".")
	if whole == "" || dotted && fraction == "" || len(whole) > 13 || len(fraction) > 40 || !digits(whole) || !digits(fraction) {
		return 0, errNumber
	}
	tail := ""
	if len(fraction) > places {
		fraction, tail = fraction[:places], fraction[places:]
	}
	up, err := carry(tail)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	for _, d := range []byte(whole + fraction + strings.Repeat("0", places-len(fraction))) {
		n = n*10 + int64(d-'0')
	}
	n += up
	if negative {
		n = -n
	}
	return n, nil
}

// carry is what the digits beyond the last place add to it: nothing, or one.
func carry(tail string) (int64, error) {
	if strings.Trim(tail, "0") == "" {
		return 0, nil
	}
	if len(tail) < tailLength {
		return 0, errPrecision
	}
	switch tail[:tailProof] {
	case strings.Repeat("0", tailProof):
		return 0, nil
	case strings.Repeat("9", tailProof):
		return 1, nil
	default:
		return 0, errPrecision
	}
}

func digits(s string) bool {
	for _, d := range []byte(s) {
		if d < '0' || d > '9' {
			return false
		}
	}
	return true
}

// quantityOf reads a quantity, which may be below zero in a file.
func quantityOf(s string) (money.Quantity, error) {
	n, err := decimal(s, 3)
	return money.Quantity(n), err
}

// amountOf reads major units as minor units.
func amountOf(s string, c money.Currency) (money.Amount, error) {
	n, err := decimal(s, c.Exponent())
	return money.Amount(n), err
}
