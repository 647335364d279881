package view

import (
	"context"
	"io"
	"net/http"

	"github.com/a-h/templ"
)

// Answer answers with a page, or a part of one, in a language, "ru" or "en". What it says is known by now, so that it no
// longer heeds the deadline of the request: the page that tells of a missed deadline would be empty.
func Answer(w http.ResponseWriter, r *http.Request, status int, lang string, page templ.Component) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang)
	w.WriteHeader(status)
	return page.Render(context.WithoutCancel(r.Context()), w)
}

// Around is a page with something inside.
func Around(page, inside templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return page.Render(templ.WithChildren(ctx, inside), w)
	})
}
