package store

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// An owner's state is read and written with every sale, so what every sale changes is read and written by hand, in the
// form that encoding/json gives it. What few owners have is left to encoding/json.

// AppendState appends the stored form of an owner's state.
func AppendState(b []byte, s *verno.OwnerState) []byte {
	b = append(b, '{')
	before := len(b)
	b = appendInt(b, "n", s.Purchases)
	b = appendInt(b, "pd", s.Paid)
	b = appendInt(b, "first", s.FirstAt)
	b = appendInt(b, "last", s.LastAt)
	for i, m := range s.Spend {
		b = appendOpen(b, i, `,"m":[{"m":`, `,{"m":`)
		b = strconv.AppendInt(b, int64(m.Month), 10)
		b = append(b, `,"s":`...)
		b = strconv.AppendInt(b, int64(m.Spent), 10)
		b = append(b, '}')
	}
	if len(s.Spend) > 0 {
		b = append(b, ']')
	}
	b = appendInt(b, "sd", int64(s.StaticDay))
	b = appendInt(b, "su", int64(s.StaticUsed))
	b = appendBool(b, "w", s.Waiting)
	b = appendInt(b, "co", s.Cooling)
	b = appendSeldom(b, s)
	if len(b) > before { // The first member has no comma before it.
		b = append(b[:before], b[before+1:]...)
	}
	return append(b, '}')
}

func appendSeldom(b []byte, s *verno.OwnerState) []byte {
	if len(s.Enrolled) > 0 {
		b = appendAny(b, "e", s.Enrolled)
	}
	if len(s.Aims) > 0 {
		b = appendAny(b, "a", s.Aims)
	}
	if len(s.Usage) > 0 {
		b = appendAny(b, "u", s.Usage)
	}
	if len(s.LiveSeen) > 0 {
		b = appendAny(b, "ls", s.LiveSeen)
	}
	if len(s.LiveSpent) > 0 {
		b = appendAny(b, "lv", s.LiveSpent)
	}
	if len(s.ProofSpent) > 0 {
		b = appendAny(b, "pv", s.ProofSpent)
	}
	if len(s.Sighted) > 0 {
		b = appendAny(b, "sg", s.Sighted)
	}
	if len(s.Freed) > 0 {
		b = appendAny(b, "fr", s.Freed)
	}
	if len(s.Holds) > 0 {
		b = appendAny(b, "h", s.Holds)
	}
	return b
}

func readState(text string, s *verno.OwnerState) error {
	j := jsonScan{rest: text}
	j.members(func(name string) {
		switch name {
		case "n":
			s.Purchases = j.number()
		case "pd":
			s.Paid = j.number()
		case "first":
			s.FirstAt = j.number()
		case "last":
			s.LastAt = j.number()
		case "m":
			j.elements(func() { s.Spend = append(s.Spend, j.month()) })
		case "sd":
			s.StaticDay = int32(j.number())
		case "su":
			s.StaticUsed = money.Points(j.number())
		case "co":
			s.Cooling = j.number()
		default:
			j.into(name, s)
		}
	})
	if j.failed || j.rest != "" {
		return fmt.Errorf("store: an owner's state cannot be read: %.100s", text)
	}
	return nil
}

func (s *jsonScan) month() (m verno.MonthSpend) {
	s.members(func(name string) {
		switch name {
		case "m":
			m.Month = int32(s.number())
		case "s":
			m.Spent = money.Amount(s.number())
		default:
			s.skip()
		}
	})
	return m
}

// into leaves a member of an object to encoding/json.
func (s *jsonScan) into(name string, dest any) {
	from := s.rest
	s.skip()
	member := from[:len(from)-len(s.rest)]
	if s.failed || json.Unmarshal([]byte(`{"`+name+`":`+member+`}`), dest) != nil {
		s.failed = true
	}
}
