package ledger

import (
	"errors"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
)

// ErrPostings says that a text is not what AppendPostings writes.
var ErrPostings = errors.New("ledger: not postings in their canonical form")

// ParsePostings reads what AppendPostings wrote, and nothing else: another order of fields, a space or a zero that could
// have been left out is ErrPostings, so that postings have one text and a text one meaning. The empty text is no postings.
func ParsePostings(text string) ([]Posting, error) {
	if text == "" {
		return nil, nil
	}
	s := scan{rest: text}
	s.want("[")
	out := make([]Posting, 0, strings.Count(text, "{"))
	for more := s.rest != "]"; more && !s.failed; more = s.took(",") {
		out = append(out, s.posting())
	}
	s.want("]")
	if s.failed || s.rest != "" {
		return nil, ErrPostings
	}
	return out, nil
}

// scan is what has not been read yet. Once it has failed it stays failed.
type scan struct {
	rest   string
	failed bool
}

func (s *scan) posting() (p Posting) {
	s.want(`{"owner":"`)
	s.must(p.Account.Owner.UnmarshalText([]byte(s.text())))
	if s.took(`,"role":"`) {
		s.must(p.Account.Role.UnmarshalText([]byte(s.text())))
		s.failed = s.failed || p.Account.Role == verno.AccountMain
	}
	s.want(`,"unit":"`)
	s.must(p.Account.Unit.UnmarshalText([]byte(s.text())))
	s.want(`,"amount":`)
	p.Amount = s.number()
	if s.took(`,"why":"`) {
		p.Why = Why(s.text())
	}
	if s.took(`,"lot":"`) {
		s.must(p.Lot.UnmarshalText([]byte(s.text())))
	}
	if s.took(`,"available_at":`) {
		p.AvailableAt = s.number()
		s.failed = s.failed || p.AvailableAt == 0
	}
	if s.took(`,"expires_at":`) {
		p.ExpiresAt = s.number()
		s.failed = s.failed || p.ExpiresAt == 0
	}
	s.want("}")
	return p
}

func (s *scan) took(token string) bool {
	rest, ok := strings.CutPrefix(s.rest, token)
	s.rest = rest
	return ok
}

func (s *scan) must(err error) { s.failed = s.failed || err != nil }

func (s *scan) want(token string) {
	s.failed = !s.took(token) || s.failed
}

// text reads up to a closing quotation mark. Nothing that would need an escape stands in postings.
func (s *scan) text() string {
	end := strings.IndexByte(s.rest, '"')
	if end <= 0 {
		s.failed = true
		return ""
	}
	text := s.rest[:end]
	for i := range len(text) {
		s.failed = s.failed || text[i] < ' ' || text[i] > '~' || text[i] == '\\'
	}
	s.rest = s.rest[end+1:]
	return text
}

// number reads an integer in its one spelling.
func (s *scan) number() int64 {
	end := 0
	for end < len(s.rest) && (s.rest[end] == '-' || s.rest[end] >= '0' && s.rest[end] <= '9') {
		end++
	}
	digits := s.rest[:end]
	n, err := strconv.ParseInt(digits, 10, 64)
	unsigned := strings.TrimPrefix(digits, "-")
	if err != nil || unsigned[0] == '0' && digits != "0" {
		s.failed = true
	}
	s.rest = s.rest[end:]
	return n
}
