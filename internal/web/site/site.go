// Package site is what all pages share that is no page of its own: the files they load, the choice of a language, and
// the guard that lets forms come from our own pages only.
package site

import (
	"net/http"
	"slices"
	"strings"

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
		http.SetCookie(w, &http.Cookie{Name: words.Cookie, Value: to, Path: "/", MaxAge: year, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode})
	}
	http.Redirect(w, r, Local(form.Value("back"), "/"), http.StatusSeeOther)
}

// Local is an address of this server to go on to, or the other one if what was given leads elsewhere.
func Local(to, otherwise string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		return otherwise
	}
	return to
}
