package store

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno/money"
)

// jsonScan reads JSON as receipts are stored, without spaces, at the speed at which whole tables are swept. Once it has
// failed it stays failed.
type jsonScan struct {
	rest   string
	failed bool
}

// took takes a character if it is next.
func (s *jsonScan) took(c byte) bool {
	if s.rest == "" || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *jsonScan) want(c byte) { s.failed = !s.took(c) || s.failed }

// members calls fn with the name of each member of an object; fn reads or skips the value.
func (s *jsonScan) members(fn func(name string)) {
	s.want('{')
	for more := !s.took('}'); more && !s.failed; more = !s.took('}') {
		name := s.text()
		s.want(':')
		if fn(name); s.rest != "" && s.rest[0] != '}' {
			s.want(',')
		}
	}
}

// elements calls fn for each element of an array; fn reads it.
func (s *jsonScan) elements(fn func()) {
	s.want('[')
	for more := !s.took(']'); more && !s.failed; more = !s.took(']') {
		if fn(); s.rest != "" && s.rest[0] != ']' {
			s.want(',')
		}
	}
}

// raw takes a string with its quotation marks.
func (s *jsonScan) raw() string {
	if s.rest == "" || s.rest[0] != '"' {
		s.failed = true
		return `""`
	}
	for i := 1; ; {
		n := strings.IndexByte(s.rest[i:], '"')
		if n < 0 {
			s.failed = true
			return `""`
		}
		i += n + 1
		escapes := 0
		for s.rest[i-2-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			text := s.rest[:i]
			s.rest = s.rest[i:]
			return text
		}
	}
}

func (s *jsonScan) text() string {
	raw := s.raw()
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var text string
	if json.Unmarshal([]byte(raw), &text) != nil {
		s.failed = true
	}
	return text
}

func (s *jsonScan) number() int64 {
	end := 0
	for end < len(s.rest) && (s.rest[end] == '-' || s.rest[end] >= '0' && s.rest[end] <= '9') {
		end++
	}
	n, err := strconv.ParseInt(s.rest[:end], 10, 64)
	s.failed = s.failed || err != nil
	s.rest = s.rest[end:]
	return n
}

// skip passes over a value.
func (s *jsonScan) skip() {
	for depth := 0; !s.failed; {
		if s.rest == "" {
			s.failed = true
			return
		}
		switch s.rest[0] {
		case '"':
			s.raw()
		case '{', '[':
			depth++
			s.rest = s.rest[1:]
			continue
		case '}', ']':
			depth--
			s.rest = s.rest[1:]
		case ',', ':':
			s.rest = s.rest[1:]
			continue
		default:
			end := strings.IndexAny(s.rest, ",}]")
			if end <= 0 {
				s.failed = true
				return
			}
			s.rest = s.rest[end:]
		}
		if depth <= 0 {
			return
		}
	}
}

// line reads the line of a number of a sale, of which lineJSON says what is left out.
func (s *jsonScan) line(at int) SweptLine {
	l := SweptLine{Quantity: money.One}
	price, named, summed := money.Amount(0), false, false
	s.members(func(name string) {
		switch name {
		case "id":
			l.ID, named = s.text(), true
		case "q":
			l.Quantity = money.Quantity(s.number())
		case "p":
			price = money.Amount(s.number())
		case "t":
			l.Sum, summed = money.Amount(s.number()), true
		default:
			s.skip()
		}
	})
	if !named {
		l.ID = strconv.Itoa(at + 1)
	}
	if !summed {
		l.Sum = sumOf(l.Quantity, price)
	}
	return l
}

func (s *jsonScan) lineOutcome(l *SweptLine) {
	s.members(func(name string) {
		switch name {
		case "n":
			l.Net = money.Amount(s.number())
		case "r":
			l.Redeemed = money.Amount(s.number())
		case "d":
			s.elements(func() {
				s.want('[')
				s.number()
				s.want(',')
				l.Discount += money.Amount(s.number())
				s.want(']')
			})
		default:
			s.skip()
		}
	})
}

// award reports whether an award is the sum of its lines' shares.
func (s *jsonScan) award() bool {
	whole, shares, shared := int64(0), int64(0), false
	s.members(func(name string) {
		switch name {
		case "n":
			whole = s.number()
		case "by":
			shared = true
			s.elements(func() { shares += s.number() })
		default:
			s.skip()
		}
	})
	return !shared || shares == whole
}

func (s *jsonScan) returnedLine() (l SweptLine) {
	s.members(func(name string) {
		switch name {
		case "id":
			l.ID = s.text()
		case "q":
			l.Quantity = money.Quantity(s.number())
		case "n":
			l.Net = money.Amount(s.number())
		case "r":
			l.Redeemed = money.Amount(s.number())
		default:
			s.skip()
		}
	})
	return l
}
