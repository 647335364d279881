package member

import (
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// version says in an address which text it leads to, so that a page shows the very text that its form names.
func version(t *store.LegalText) string {
	return "?lang=" + t.Language + "&v=" + strconv.FormatInt(t.Version, 10)
}

// showText shows a text that members agree to: the one that the address names, or the one in force.
func (f *Face) showText(c *call) error {
	j, err := f.open(c)
	if err != nil {
		return err
	}
	purpose := c.r.PathValue("purpose")
	at := slices.IndexFunc(j.texts, func(t store.LegalText) bool { return t.Purpose == purpose })
	if at < 0 {
		return verno.NotFound("route_not_found")
	}
	t := j.texts[at]
	if v, err := strconv.ParseInt(c.Query.Get("v"), 10, 64); err == nil {
		if t, err = f.Members.Text(c.r.Context(), j.Channel, purpose, c.Query.Get("lang"), v); err != nil {
			return err
		}
	}
	return c.show(t.Title, legalText(c, j, &t))
}
