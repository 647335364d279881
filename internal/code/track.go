package code

import (
	"strings"

	"github.com/verno-loyalty/verno"
)

// stripe is what a reader of magnetic stripes types of one card: up to three tracks (ISO/IEC 7811), each between its
// sentinels. Only numbers are kept of it.
type stripe struct {
	first  string // of track 1, letters and digits
	second string // of track 2, digits
	found  bool   // it has the form of a stripe
	bank   bool
}

// parseTracks takes the number of a loyalty card from what a reader of magnetic stripes has typed: %B…^…? and ;…=…?, one of
// them or both, with their sentinels or without, also where the keyboard was switched to Russian. It is empty for what is no
// stripe. It returns the invalid error bank_card_shown for a bank card, of which nothing goes further, and code_unreadable
// for a stripe without a number.
func parseTracks(text string) (string, error) {
	text = latin(text)
	s := stripe{}
	if strings.ContainsRune("%;+", rune(firstByte(text))) {
		s.read(text)
	} else {
		s.readBare(text)
	}
	switch {
	case s.bank:
		return "", verno.Invalid("bank_card_shown")
	case !s.found:
		return "", nil
	case s.second != "":
		return s.second, nil
	case s.first != "":
		return s.first, nil
	default:
		return "", verno.Invalid("code_unreadable")
	}
}

func firstByte(text string) byte {
	if text == "" {
		return ' '
	}
	return text[0]
}

// latin undoes the Russian layout where a stripe was typed through it: its ж is the sentinel of track 2, its comma ends
// a track, and its colon stands between the fields of track 1.
func latin(text string) string {
	lower := strings.ToLower(text)
	switch {
	case strings.HasPrefix(lower, "ж") && strings.HasSuffix(text, ","):
	case strings.HasPrefix(lower, "%") && strings.HasSuffix(text, ",") && !strings.Contains(text, "?"):
	default:
		return text
	}
	return strings.NewReplacer("ж", ";", "Ж", ";", ",", "?", ":", "^", "И", "B", "и", "b").Replace(text)
}

// read takes tracks between sentinels, of which the last may have lost its end.
func (s *stripe) read(text string) {
	for text != "" {
		sentinel := text[0]
		track, rest, ended := strings.Cut(text[1:], "?")
		switch sentinel {
		case '%':
			s.readFirst(track)
		case ';':
			s.readSecond(track)
		case '+':
			number, follows, split := strings.Cut(track, "=")
			s.found = s.found || split && allDigits(number)
			s.bank = s.bank || len(number) > 2 && ofBank(number[2:], follows) // Two digits say of which form track 3 is.
		default:
			return // Behind a sentinel that ends a track stands a check character, or nothing of worth.
		}
		s.found = s.found || sentinel == '%' && ended
		text = rest
	}
}

// readBare takes a track whose sentinels the reader has left out.
func (s *stripe) readBare(text string) {
	text = strings.TrimSuffix(text, "?")
	if strings.Count(text, "^") >= 2 {
		s.readFirst(text)
		return
	}
	number, follows, split := strings.Cut(text, "=")
	if split && allDigits(number) && (follows == "" || allDigits(follows)) {
		s.readSecond(text)
		return
	}
	s.bank = ofChip(text)
}

// ofChip reports whether text is track 2 of a bank card as readers of chips write it: in hexadecimal, with a D between.
func ofChip(text string) bool {
	number, follows, split := strings.Cut(strings.ToUpper(text), "D")
	return split && allDigits(number) && ofBank(number, follows)
}

// readFirst reads track 1: a letter for its form, a number, and behind a circumflex what is not the number.
func (s *stripe) readFirst(track string) {
	number, follows, split := strings.Cut(track, "^")
	_, follows, _ = strings.Cut(follows, "^")
	bare := strings.TrimLeft(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
	digits := unspaced(bare)
	s.bank = s.bank || ofBank(digits, follows) || ofChip(bare)
	s.found = s.found || split
	if len(number) == len(bare)+1 && allDigits(digits) && (split || number[0] == 'B' || number[0] == 'b') {
		number = digits
	}
	if len(number) > 1 && strings.Trim(number, alphanumeric+" -./") == "" { // One letter says of which form it is, or that nothing was read.
		s.first = strings.TrimSpace(number)
	}
}

// readSecond reads track 2: a number, and behind an equals sign what is not the number.
func (s *stripe) readSecond(track string) {
	number, follows, _ := strings.Cut(track, "=")
	if !allDigits(number) {
		s.found = s.found || number == "E" || number == "e" // What readers say where they could not read.
		return
	}
	s.found = true
	s.bank = s.bank || ofBank(number, follows)
	s.second = number
}
