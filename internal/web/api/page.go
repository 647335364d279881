package api

import (
	"bytes"
	"encoding/base64"
	"slices"

	"github.com/verno-loyalty/verno"
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

const (
	defaultPage = 50
	maxPage     = 200
)

// size is how many elements the page has.
func (p *Paging) size() int {
	if p.Limit == 0 {
		return defaultPage
	}
	return p.Limit
}

// cursorOf writes where a page ended: the kind of list and the last identifier. Cursors are opaque to callers.
func cursorOf[T ~[16]byte](kind byte, last T) string {
	id := [16]byte(last)
	return base64.RawURLEncoding.EncodeToString(append([]byte{kind}, id[:]...))
}

// fromCursor reads a cursor of the kind of list; the zero identifier for none.
func fromCursor[T ~[16]byte](kind byte, cursor string) (T, error) {
	var last T
	if cursor == "" {
		return last, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) != 17 || raw[0] != kind {
		return last, verno.Malformed("malformed_cursor")
	}
	return T([16]byte(raw[1:])), nil
}

// listOf makes a page of up to limit rows from one that was asked for one row more, so as to know whether there is
// another page. Some floors below give no more than maxPage rows, so that a full page of that size may be the last.
func listOf[Row, Item any, ID ~[16]byte](rows []Row, limit int, kind byte, id func(*Row) ID, show func(*Row) Item) *List[Item] {
	list := &List[Item]{Items: make([]Item, 0, len(rows))}
	if len(rows) > limit || len(rows) == maxPage {
		rows = rows[:limit]
		list.HasMore = true
		list.NextCursor = cursorOf(kind, id(&rows[limit-1]))
	}
	for i := range rows {
		list.Items = append(list.Items, show(&rows[i]))
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
