package web

import (
	"net/http"
	"net/url"
	"strings"
)

// Legible is around all pages: what is no text in an address, which one database would look for and another refuse to, is
// read as the sign for a lost letter, under which nobody keeps anything. The API says itself what it does not take.
func Legible(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, query := legible(r.URL.Path), r.URL.RawQuery
		if values, err := url.ParseQuery(query); err == nil && spoilt(values) {
			query = values.Encode()
		}
		if (path != r.URL.Path || query != r.URL.RawQuery) && !strings.HasPrefix(r.URL.Path, "/api/") {
			clean := *r.URL
			if clean.RawQuery = query; path != clean.Path {
				clean.Path, clean.RawPath = path, ""
			}
			bare := *r
			bare.URL = &clean
			r = &bare
		}
		next.ServeHTTP(w, r)
	})
}

// spoilt mends values in place, and says whether there was anything to mend.
func spoilt(values url.Values) bool {
	found := false
	for name, list := range values {
		for i, value := range list {
			list[i] = legible(value)
			found = found || list[i] != value
		}
		if clean := legible(name); clean != name {
			delete(values, name)
			found = true
		}
	}
	return found
}

func legible(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
