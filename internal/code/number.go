package code

import (
	"io"

	"github.com/verno-loyalty/verno"
)

// Number is a card number for people: sixteen digits that are printed, read aloud and typed. The first is 9, so that no
// number looks like a bank card; fourteen are random; the last is a Damm check digit, which catches every single wrong
// digit and every swap of neighbours, 09 and 90 among them, which Luhn lets through.
type Number string

const numberLength = 16

// NewNumber makes a card number.
func NewNumber(entropy io.Reader) Number {
	body := "9" + randomDigits(numberLength-2, entropy)
	return Number(body + string(dammDigit(body)))
}

// ParseNumber reads a card number and forgives spaces and dashes. It returns the invalid error card_number_invalid for
// anything else.
func ParseNumber(text string) (Number, error) {
	digits := unspaced(text)
	if !looksLikeNumber(digits) || dammDigit(digits) != '0' {
		return "", verno.Invalid("card_number_invalid")
	}
	return Number(digits), nil
}

// Spaced is the number in groups of four, as it is shown.
func (n Number) Spaced() string {
	if len(n) != numberLength {
		return string(n)
	}
	return string(n[:4] + " " + n[4:8] + " " + n[8:12] + " " + n[12:])
}

// looksLikeNumber reports whether digits have the form of a card number, whatever their check digit says.
func looksLikeNumber(digits string) bool {
	return len(digits) == numberLength && digits[0] == '9' && allDigits(digits)
}
