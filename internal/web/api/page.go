package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
)

// List is a page of a list.
type List[T any] struct {
	Items      []T    `json:"items" doc:"The page, in the list's order."`
	NextCursor string `json:"next_cursor,omitempty" doc:"Give it as cursor to read on; absent on the last page."`
	HasMore    bool   `json:"has_more" doc:"Whether there is another page."`
}

// Paging are the parameters that every list has.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"Elements of a page; 50 where it is left out."`
	Cursor string `query:"cursor" maxLength:"100" doc:"Where to read on: next_cursor of the page before."`
}

const defaultPage = 50

// size is how many elements the page has.
func (p *Paging) size() int {
	if p.Limit == 0 {
		return defaultPage
	}
	return p.Limit
}

// sequence names one list: of what kind it is, whose, and what narrows it. A cursor leads on in its own list only.
type sequence struct {
	kind byte
	sum  [8]byte
}

// list is the sequence of a kind that the caller reads, narrowed by what the filters say.
func (c *call) list(kind byte, filters ...string) sequence {
	b := append([]byte{kind}, c.actor.Tenant[:]...)
	for _, filter := range filters {
		b = append(strconv.AppendInt(append(b, '\n'), int64(len(filter)), 10), ' ')
		b = append(b, filter...)
	}
	sum := sha256.Sum256(b)
	return sequence{kind, [8]byte(sum[:])}
}

// narrowed is a query in a form that is one for all that ask the same; the caller has taken limit and cursor out of it.
func narrowed(query any) string { return string(web.Canonical(nil, query)) }

// cursorOf writes where a page ended, by the last identifier. Cursors are opaque to callers.
func cursorOf[T ~[16]byte](of sequence, last T) string {
	id := [16]byte(last)
	return of.cursor(id[:])
}

// fromCursor reads a cursor of the sequence; the zero identifier for none.
func fromCursor[T ~[16]byte](of sequence, cursor string) (last T, err error) {
	if cursor == "" {
		return last, nil
	}
	at, err := of.position(cursor, len(last))
	if err != nil {
		return last, err
	}
	return T([16]byte(at)), nil
}

// cursor is a position with the kind of list before it and a sum over both and the sequence behind, by which a cursor
// that was altered or belongs to another list is told.
func (s sequence) cursor(position []byte) string {
	b := append([]byte{s.kind}, position...)
	sum := s.seal(b)
	return base64.RawURLEncoding.EncodeToString(append(b, sum[:]...))
}

// position is what cursor was given, of that many bytes.
func (s sequence) position(cursor string, length int) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) != 1+length+8 || raw[0] != s.kind || s.seal(raw[:1+length]) != [8]byte(raw[1+length:]) {
		return nil, verno.Invalid("malformed_cursor")
	}
	return raw[1 : 1+length], nil
}

func (s sequence) seal(b []byte) [8]byte {
	sum := sha256.Sum256(append(s.sum[:], b...))
	return [8]byte(sum[:])
}

// listOf shows the page that web.Cut makes of rows.
func listOf[Row, Item any, ID ~[16]byte](rows []Row, limit int, of sequence, id func(*Row) ID, show func(*Row) Item) *List[Item] {
	page, more := web.Cut(rows, limit)
	list := &List[Item]{Items: make([]Item, 0, len(page)), HasMore: more}
	if more {
		list.NextCursor = cursorOf(of, id(&page[limit-1]))
	}
	for i := range page {
		list.Items = append(list.Items, show(&page[i]))
	}
	return list
}

// sortByID puts what came out of a map in an order that is always the same.
func sortByID[T any, ID ~[16]byte](list []T, id func(*T) ID) {
	slices.SortFunc(list, func(x, y T) int {
		a, b := [16]byte(id(&x)), [16]byte(id(&y))
		return bytes.Compare(a[:], b[:])
	})
}
