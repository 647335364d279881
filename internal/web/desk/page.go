package desk

import (
	"encoding/hex"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
)

// after reads the cursor of a list from the address: the last identifier of the page before, zero at the start.
func after[ID ~[16]byte](c *call) (ID, error) {
	var id ID
	text := c.Query.Get("after")
	if text == "" {
		return id, nil
	}
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(id) {
		return id, verno.Malformed("malformed_cursor")
	}
	return ID([16]byte(raw)), nil
}

// cutPage is the page that web.Cut makes of rows, and the cursor of the next page, if any.
func cutPage[Row any, ID ~[16]byte](rows []Row, id func(*Row) ID) (page []Row, next string) {
	return cutSized(rows, pageSize, id)
}

// cutSized is cutPage for pages of another size.
func cutSized[Row any, ID ~[16]byte](rows []Row, size int, id func(*Row) ID) (page []Row, next string) {
	page, more := web.Cut(rows, size)
	if more {
		last := [16]byte(id(&page[size-1]))
		next = hex.EncodeToString(last[:])
	}
	return page, next
}

// path reads an identifier of the path. What is none names nothing that there is.
func path[ID interface{ ~[16]byte }, P interface {
	*ID
	UnmarshalText(text []byte) error
}](c *call, name string) (ID, error) {
	var id ID
	if err := P(&id).UnmarshalText([]byte(c.r.PathValue(name))); err != nil {
		return id, verno.NotFound("not_found").With("thing", c.r.PathValue(name))
	}
	return id, nil
}
