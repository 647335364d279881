package web

import (
	"net/http"
	"strings"
)

// Lang is the language in which to answer, "ru" or "en", by the reader's Accept-Language. English is the answer to
// whoever does not say or wants neither.
func Lang(r *http.Request) string { return langOf(r.Header.Get("Accept-Language")) }

// langOf reads the header's value. Of equal weights the first wins; what cannot be read weighs nothing.
func langOf(header string) string {
	if len(header) > 200 {
		header = header[:200]
	}
	best, weight := "en", 0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if primary == "*" {
			primary = "en"
		}
		if primary != "ru" && primary != "en" {
			continue
		}
		if w := thousandths(strings.TrimSpace(params)); w > weight {
			best, weight = primary, w
		}
	}
	return best
}

// thousandths reads a weight, such as "q=0.8", as 800. No weight is 1000, one that cannot be read 0.
func thousandths(param string) int {
	value, ok := strings.CutPrefix(param, "q=")
	if !ok {
		if param == "" {
			return 1000
		}
		return 0
	}
	whole, places, _ := strings.Cut(value, ".")
	if whole == "1" {
		return 1000
	}
	if whole != "0" || len(places) > 3 {
		return 0
	}
	w := 0
	for _, c := range []byte((places + "000")[:3]) {
		if c < '0' || c > '9' {
			return 0
		}
		w = w*10 + int(c-'0')
	}
	return w
}
