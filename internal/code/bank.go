package code

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
)

// The lengths that numbers of bank cards have.
const (
	shortestBank = 13
	longestBank  = 19
)

// luhn reports whether digits end in the check digit that numbers of bank cards have (ISO/IEC 7812-1).
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// LooksLikeBank reports whether text is what a bank card's number looks like: thirteen to nineteen digits, however they are
// grouped, with the right check digit. One number in ten that is no bank card's looks so too.
func LooksLikeBank(text string) bool {
	digits := unspaced(text)
	return allDigits(digits) && len(digits) >= shortestBank && len(digits) <= longestBank && luhn(digits)
}

// bankRange is numbers that begin between two equally long prefixes, and how long they are.
type bankRange struct{ from, to, shortest, longest int }

// bankRanges are what the payment systems that are met in shops give out.
var bankRanges = [...]bankRange{
	{2200, 2204, 16, 19}, // Mir
	{2221, 2720, 16, 16}, // Mastercard
	{51, 55, 16, 16},
	{4, 4, 13, 19},   // Visa
	{34, 34, 15, 15}, // American Express
	{37, 37, 15, 15},
	{300, 305, 14, 19}, // Diners Club
	{36, 36, 14, 19},
	{38, 39, 14, 19},
	{35, 35, 16, 19}, // JCB
	{50, 50, 13, 19}, // Maestro and national systems
	{56, 58, 13, 19},
	{60, 69, 13, 19},     // Maestro, UnionPay, Discover, RuPay
	{81, 81, 16, 19},     // UnionPay
	{8600, 8600, 16, 16}, // Uzcard
	{9051, 9051, 16, 16}, // ArCa
	{9112, 9112, 16, 16}, // Belkart
	{9417, 9417, 16, 16}, // Elcard
	{9792, 9792, 16, 16}, // Troy
	{9860, 9860, 16, 16}, // Humo
}

// inBankRange reports whether a payment system gives out such numbers.
func inBankRange(digits string) bool {
	for _, r := range bankRanges {
		n, err := strconv.Atoi(digits[:len(strconv.Itoa(r.from))])
		if err == nil && n >= r.from && n <= r.to && len(digits) >= r.shortest && len(digits) <= r.longest {
			return true
		}
	}
	return false
}

// ofBank reports whether a number on a magnetic stripe is a bank card's, by itself or by what follows it there: the year and
// the month of its end and a service code, which no loyalty card needs. A number of ours alone is none.
func ofBank(number, follows string) bool {
	digits := unspaced(number)
	if !LooksLikeBank(digits) {
		return false
	}
	if len(follows) >= 7 && allDigits(follows[:7]) && follows[2:4] >= "01" && follows[2:4] <= "12" && strings.ContainsRune("12567", rune(follows[4])) {
		return true
	}
	ours := looksLikeNumber(digits) && dammDigit(digits) == '0'
	return !ours && inBankRange(digits)
}

// The lengths of what stands for a bank card.
const (
	shortestToken = 16
	longestToken  = 128
	referenceLong = 29 // of a Payment Account Reference of EMVCo
)

// PaymentToken brings what stands for a bank card to one form: a Payment Account Reference, or the token or hash that an
// acquirer has for the card. Never may it be the card's number: it returns the invalid error payment_card_number for what
// looks like one, and payment_token_invalid for what is no token.
func PaymentToken(text string) (string, error) {
	text = strings.TrimSpace(text)
	if holdsBank(text) {
		return "", verno.Invalid("payment_card_number")
	}
	if len(text) < shortestToken || len(text) > longestToken || strings.Trim(text, tokenLetters) != "" {
		return "", verno.Invalid("payment_token_invalid")
	}
	if len(text) == referenceLong && strings.Trim(text, alphanumeric) == "" {
		text = strings.ToUpper(text)
	}
	return text, nil
}

const (
	alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	tokenLetters = alphanumeric + "-_.:+/=~"
)

// paymentHead begins what stands for a bank card where it comes as a scan.
const paymentHead = "pay:"

// ParsePayment reads what a bank terminal, or the program beside it, hands over as a scan: pay:, what stands for the card and,
// each behind a semicolon, its payment system and its last four digits where they are known. It answers false for a text that
// does not begin so, which is some other scan. Errors: those of PaymentToken.
func ParsePayment(text string) (token string, is bool, err error) {
	text = printable(text)
	if len(text) < len(paymentHead) || !strings.EqualFold(text[:len(paymentHead)], paymentHead) {
		return "", false, nil
	}
	token, about, _ := strings.Cut(text[len(paymentHead):], ";")
	if holdsBank(about) {
		return "", true, verno.Invalid("payment_card_number")
	}
	token, err = PaymentToken(token)
	return token, true, err
}

// holdsBank reports whether a bank card's number stands in text, alone or between signs.
func holdsBank(text string) bool {
	if len(text) > 4*longestToken {
		return false // It is refused for its length.
	}
	if _, err := parseTracks(printable(text)); LooksLikeBank(text) || errors.Is(err, verno.Invalid("bank_card_shown")) {
		return true
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return !strings.ContainsRune(alphanumeric, r) })
	return slices.ContainsFunc(parts, LooksLikeBank) || LooksLikeBank(strings.Join(parts, ""))
}

// Guessable reports whether a token is so short that somebody could try others.
func Guessable(token string) bool { return len(token) < 20 }
