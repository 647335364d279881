package code

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
)

// longestStripe is the most characters that three tracks and their sentinels have, with some to spare.
const longestStripe = 320

// MaxLength is the most characters that a scan may have; only a statement may be longer.
const MaxLength = 200

// Kind is what a scan turned out to be.
type Kind string

// The kinds of scan.
const (
	KindLive      Kind = "live"      // a live code: Machine names the card, Value is the whole payload for Check
	KindMachine   Kind = "machine"   // a static code: Machine names the card
	KindNFC       Kind = "nfc"       // what a card says to readers: Machine names the card, Value is the proof for CheckNFC
	KindNumber    Kind = "number"    // a card number: Number
	KindPhone     Kind = "phone"     // a phone as it was typed, digits with or without a plus: the vault makes it E.164
	KindExternal  Kind = "external"  // anything else: the number that another system gave the member
	KindStatement Kind = "statement" // a signed statement: Value is the payload for OpenStatement
)

// Scan is what one field at the till was given.
type Scan struct {
	Kind     Kind
	Value    string  // cleaned: digits for codes and numbers, the text itself for an external id
	Machine  Machine // of a live or static code
	Number   Number  // of a card number
	Text     string  // what was typed, less control characters and outer spaces; a phone not found may be an external id
	Mistyped bool    // an external id that would be a card number, were its check digit right
}

// Card is the number or the printed code by which a card is found; empty for a scan of none.
func (s Scan) Card() string {
	if s.Kind == KindNumber {
		return string(s.Number)
	}
	return string(s.Machine)
}

// Parse tells apart everything that a till's one field takes; of a magnetic stripe it takes the number. It returns the invalid
// error code_unreadable for nothing at all, for what is too long, and for what has the form of a barcode of ours but wrong
// check digits, and bank_card_shown for the stripe of a bank card, of which nothing is kept.
func Parse(text string) (Scan, error) {
	if len(text) > 4*maxStatement { // bytes, so that hostile input is not even looked at
		return Scan{}, verno.Invalid("code_unreadable")
	}
	text = printable(text)
	if utf8.RuneCountInString(text) <= longestStripe {
		number, err := parseTracks(text)
		if err != nil || number != "" {
			return ofStripe(number, err)
		}
	}
	return parse(text)
}

// ofStripe is what the number on a magnetic stripe is: a card of ours, or the number that another system gave, and never a
// phone, whatever it looks like.
func ofStripe(number string, err error) (Scan, error) {
	if err != nil {
		return Scan{}, err
	}
	scan, err := parse(number)
	if err == nil && scan.Kind == KindPhone {
		scan.Kind, scan.Value = KindExternal, number
	}
	return scan, err
}

func parse(text string) (Scan, error) {
	digits := unspaced(text)
	if allDigits(digits) && len(digits) > MaxLength && len(digits) <= maxStatement && digits[0] == statementVersion {
		return Scan{Kind: KindStatement, Value: digits, Text: text}, nil
	}
	switch {
	case text == "", utf8.RuneCountInString(text) > MaxLength:
		return Scan{}, verno.Invalid("code_unreadable")
	case allDigits(digits) && len(digits) == liveLength:
		machine, err := ParseLive(digits)
		return Scan{Kind: KindLive, Value: digits, Machine: machine, Text: text}.unless(err)
	case allDigits(digits) && len(digits) == machineLength:
		machine, err := ParseMachine(digits)
		return Scan{Kind: KindMachine, Value: digits, Machine: machine, Text: text}.unless(err)
	case looksLikeNumber(digits) && dammDigit(digits) == '0':
		return Scan{Kind: KindNumber, Value: digits, Number: Number(digits), Text: text}, nil
	}
	if scan, ok := parseNFC(text); ok {
		return scan, nil
	}
	if phone, ok := phoneLike(text); ok {
		return Scan{Kind: KindPhone, Value: phone, Text: text}, nil
	}
	return Scan{Kind: KindExternal, Value: text, Text: text, Mistyped: looksLikeNumber(digits)}, nil
}

// unless returns the scan, or nothing where there is an error.
func (s Scan) unless(err error) (Scan, error) {
	if err != nil {
		return Scan{}, err
	}
	return s, nil
}

// printable drops what no person types: control and formatting characters, as scanners send before and after a code,
// and broken UTF-8.
func printable(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
			return -1
		}
		return r
	}, text))
}

// phoneLike recognises a phone: with a plus or brackets seven to fifteen digits, and bare the two ways in which
// Russian numbers are typed, 8 or 7 and ten digits, or ten digits from 9 on. Other bare digits are external ids, since
// old cards carry them.
func phoneLike(text string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		switch r {
		case '(', ')', '.', '/':
			return -1
		}
		return r
	}, unspaced(text))
	bare, plus := strings.CutPrefix(digits, "+")
	if !allDigits(bare) || len(bare) < 7 || len(bare) > 15 {
		return "", false
	}
	marked := plus || strings.Contains(text, "(")
	long := len(bare) == 11 && (bare[0] == '7' || bare[0] == '8')
	short := len(bare) == 10 && bare[0] == '9'
	if strings.ContainsAny(text, "./") && !marked || !marked && !long && !short {
		return "", false
	}
	return digits, true
}
