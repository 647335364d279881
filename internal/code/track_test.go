package code_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
)

// banks are numbers that payment systems publish for tests.
var banks = []string{
	"4111111111111111", "4222222222222", "5555555555554444", "2223003122003222", "378282246310005", "30569309025904",
	"3530111333300000", "6011111111111117", "6200000000000005", "2200000000000004", "5019717010103742",
}

// TestStripe: the number of a loyalty card is read from its magnetic stripe, whichever tracks a reader types and with whatever
// around them, and it is the same number as if it was typed.
func TestStripe(t *testing.T) {
	t.Parallel()
	number, machine := string(code.NewNumber(entropy(21))), string(code.NewMachine(entropy(22)))
	for text, want := range map[string]code.Scan{
		";000123456?":                             {Kind: code.KindExternal, Value: "000123456"},
		"\x02;000123456?\r\n":                     {Kind: code.KindExternal, Value: "000123456"},
		";000123456":                              {Kind: code.KindExternal, Value: "000123456"},
		";000123456=4912?":                        {Kind: code.KindExternal, Value: "000123456"},
		";000123456=49121010000?7":                {Kind: code.KindExternal, Value: "000123456"},
		"000123456=4912":                          {Kind: code.KindExternal, Value: "000123456"},
		"000123456=?":                             {Kind: code.KindExternal, Value: "000123456"},
		"%B000123456^IVANOVA/ANNA^4912?":          {Kind: code.KindExternal, Value: "000123456"},
		"B000123456^IVANOVA/ANNA^4912":            {Kind: code.KindExternal, Value: "000123456"},
		"%B0001 23456^IVANOVA/ANNA^4912?":         {Kind: code.KindExternal, Value: "000123456"},
		"%000123456?":                             {Kind: code.KindExternal, Value: "000123456"},
		"%CLUB-77?":                               {Kind: code.KindExternal, Value: "CLUB-77"},
		"%B000123456^I/A^49121?;000123456=49121?": {Kind: code.KindExternal, Value: "000123456"},
		"%CLUB-77?;000123456=49121?":              {Kind: code.KindExternal, Value: "000123456"},
		"%CLUB-77?;E?":                            {Kind: code.KindExternal, Value: "CLUB-77"},
		"%CLUB-77?;000123456?+0100012345=1?":      {Kind: code.KindExternal, Value: "000123456"},
		"ж000123456=4912,":                        {Kind: code.KindExternal, Value: "000123456"},
		"%И000123456:ШМФТЩМФ.ФТТФ:4912,ж000123456=4,": {Kind: code.KindExternal, Value: "000123456"},
		";79161234567?":         {Kind: code.KindExternal, Value: "79161234567"},
		";" + number + "?":      {Kind: code.KindNumber, Value: number, Number: code.Number(number)},
		";" + number + "=4912?": {Kind: code.KindNumber, Value: number, Number: code.Number(number)},
		"%" + machine + "?":     {Kind: code.KindMachine, Value: machine, Machine: code.Machine(machine)},
		"%100":                  {Kind: code.KindExternal, Value: "%100"},
		"скидка; 5%":            {Kind: code.KindExternal, Value: "скидка; 5%"},
		"a=b":                   {Kind: code.KindExternal, Value: "a=b"},
		"12345D678":             {Kind: code.KindExternal, Value: "12345D678"},
	} {
		got, err := code.Parse(text)
		got.Text = ""
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"%E?;E?", "%?", ";E?", "%B^X^?"} {
		if got, err := code.Parse(text); !errors.Is(err, verno.Invalid("code_unreadable")) || got != (code.Scan{}) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

// tracks are all the ways in which a reader may type a bank card.
func tracks(number string) []string {
	return []string{
		"%B" + number + "^IVANOV/IVAN^29122010000000000?;" + number + "=29122010000000000?",
		"%B" + number + "^IVANOV/IVAN^29122010000000000?", "B" + number + "^IVANOV/IVAN^2912201000",
		";" + number + "=29122010000000000?", ";" + number + "=29122010000", number + "=29122010000", number + "=",
		"ж" + number + "=29122010000,", "%И" + number + ":ШМФТЩМ.ШМФТ:2912201000,", "\x02;" + number + "=2912201?\r\n",
		number + "D29122010000F", strings.ToLower(number + "D29122010000F"), ";E?+01" + number + "=2912?", "+01" + number + "=2912?",
		";" + number + "?", "%CLUB?;" + number + "=2912?", "%B" + number + "^X^2912?;000123456?",
		"%B" + number[:4] + " " + number[4:] + "^X^2912201?",
	}
}

// TestStripeOfBank: a bank card's stripe is refused, however it was read, and what is said of it does not tell its number.
func TestStripeOfBank(t *testing.T) {
	t.Parallel()
	for _, number := range banks {
		for _, text := range tracks(number) {
			got, err := code.Parse(text)
			if !errors.Is(err, verno.Invalid("bank_card_shown")) || got != (code.Scan{}) || strings.Contains(err.Error(), number) {
				t.Errorf("%q: %+v, %v", text, got, err)
			}
		}
	}
	// Numbers of no known payment system are a bank's by what follows them.
	const other = "7825390012345677"
	if _, err := code.Parse(";" + other + "=29122010000?"); !errors.Is(err, verno.Invalid("bank_card_shown")) {
		t.Errorf("a bank's stripe: %v", err)
	}
	if got, err := code.Parse(";" + other + "?"); err != nil || got.Value != other {
		t.Errorf("a long number of a loyalty card: %+v, %v", got, err)
	}
}

// FuzzStripe: whatever a reader types around a bank card's number, no part of the number comes out.
func FuzzStripe(f *testing.F) {
	for i := range banks {
		for _, seed := range tracks(banks[i]) {
			before, behind, _ := strings.Cut(seed, banks[i])
			f.Add(i, before, behind)
		}
	}
	f.Fuzz(func(t *testing.T, which int, before, behind string) {
		number := banks[uint(which)%uint(len(banks))]
		for _, text := range []string{";" + number + "=" + behind, "%B" + number + "^" + behind, "%B" + number + "?" + behind} {
			if got, err := code.Parse(text); strings.Contains(got.Value, number) && err == nil && len(text) < 200 {
				t.Fatalf("%q: %+v", text, got)
			}
		}
		if got, err := code.Parse(before + number + behind); err != nil && (got != (code.Scan{}) || strings.Contains(err.Error(), number)) {
			t.Fatalf("%q%s%q: %+v, %v", before, number, behind, got, err)
		}
	})
}

// TestPaymentToken: what stands for a bank card has one form, and a card's number stands for nothing.
func TestPaymentToken(t *testing.T) {
	t.Parallel()
	const par = "V0010013020030040050060070080"
	for text, want := range map[string]string{
		par: par, " " + strings.ToLower(par) + "\n": par,
		"2f9d1c1e-7a0b-4c55-9d8e-0b1a2c3d4e5f": "2f9d1c1e-7a0b-4c55-9d8e-0b1a2c3d4e5f",
		strings.Repeat("aF", 32):               strings.Repeat("aF", 32),
		"M5N7TQ4TG5PFWR50":                     "M5N7TQ4TG5PFWR50",
		"9876543210987652":                     "9876543210987652",
	} {
		if got, err := code.PaymentToken(text); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "short", strings.Repeat("a", 129), "токен-банковской-карты", "with a space 0123456789", "427655******5678"} {
		if got, err := code.PaymentToken(text); !errors.Is(err, verno.Invalid("payment_token_invalid")) || got != "" {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, number := range banks {
		for _, text := range append(tracks(number), number, number[:4]+" "+number[4:8]+"-"+number[8:], "pan:"+number, number+"/2912", "tok_"+number+".1") {
			got, err := code.PaymentToken(text)
			if !errors.Is(err, verno.Invalid("payment_card_number")) || got != "" || strings.Contains(err.Error(), number) {
				t.Errorf("%q: %q, %v", text, got, err)
			}
		}
	}
	if !code.Guessable("M5N7TQ4TG5PFWR50") || code.Guessable(par) {
		t.Error("which tokens can be guessed")
	}
}

// TestParsePayment: what a terminal hands over as a scan is told from other scans, gives what stands for the card, and holds
// the card's number in none of its parts.
func TestParsePayment(t *testing.T) {
	t.Parallel()
	const par = "V0010013020030040050060070080"
	for text, want := range map[string]string{
		"pay:" + par: par, " PAY:" + par + ";mir;0042\r\n": par, "pay:" + strings.ToLower(par) + ";;0042": par, "pay:AbC-123_45.67+89/0=": "AbC-123_45.67+89/0=",
	} {
		if got, is, err := code.ParsePayment(text); got != want || !is || err != nil {
			t.Errorf("%q: %q, %v, %v", text, got, is, err)
		}
	}
	for _, text := range []string{"", "pay", "payday:" + par, par, "9354164607910627", "nfc:apple_vas:00"} {
		if got, is, err := code.ParsePayment(text); got != "" || is || err != nil {
			t.Errorf("%q: %q, %v, %v", text, got, is, err)
		}
	}
	for text, want := range map[string]string{
		"pay:": "payment_token_invalid", "pay:short;mir": "payment_token_invalid", "pay:4111111111111111": "payment_card_number",
		"pay:4111 1111 1111 1111;visa;1111": "payment_card_number", "pay:" + par + ";visa;4111111111111111": "payment_card_number",
	} {
		if got, is, err := code.ParsePayment(text); got != "" || !is || !errors.Is(err, verno.Invalid(want)) {
			t.Errorf("%q: %q, %v, %v", text, got, is, err)
		}
	}
}
