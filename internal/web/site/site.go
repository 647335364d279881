// Package site is what all pages share that is no page of its own: the files they load, the choice of a language, and
// the guard that lets forms come from our own pages only.
package site

import (
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/assets"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// Routes registers what all pages share.
func Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+assets.Base+"{rest...}", assets.Serve)
	mux.Handle("POST /language", Pages(http.HandlerFunc(chooseLanguage)))
}

// Pages is around every page: its content policy, and no form from another site.
func Pages(next http.Handler) http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", web.PageContent)
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	}))
}

const year = 365 * 24 * 3600

func chooseLanguage(w http.ResponseWriter, r *http.Request) {
	form, err := view.ReadForm(w, r)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	if to := form.Value("to"); slices.Contains(words.Languages, to) {
		SetCookie(w, Cookie{Name: words.Cookie, Value: to, Path: "/", Seconds: year})
	}
	Back(w, r, form.Value("back"), "/")
}

// Cookie is a cookie of ours: scripts never see it, and other sites do not send it with what they post.
type Cookie struct {
	Name, Value, Path string
	Seconds           int  // how long it lasts; below 0 to take it away
	Encrypted         bool // the reader's connection is, so that it is never sent over one that is not
}

// SetCookie sets a cookie.
func SetCookie(w http.ResponseWriter, c Cookie) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure wherever the connection is; a till in the shop's own network may have none.
		Name: c.Name, Value: c.Value, Path: c.Path, MaxAge: c.Seconds, HttpOnly: true, Secure: c.Encrypted, SameSite: http.SameSiteLaxMode,
	})
}

// Back goes on to an address of this server that a form carried along, or to the other one if that leads elsewhere. Browsers
// leave tabs and line ends out of an address, so that one between two slashes would lead to another host.
func Back(w http.ResponseWriter, r *http.Request, to, otherwise string) {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, "\\") || strings.ContainsFunc(to, unicode.IsControl) {
		to = otherwise
	}
	http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // It is a path here, as was just seen.
}
