package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// Accepts reports whether whoever asks takes JSON for an answer. Whoever does not say takes it.
func Accepts(r *http.Request) bool {
	values := r.Header["Accept"]
	if len(values) == 0 || len(values) == 1 && (values[0] == "*/*" || values[0] == "application/json") {
		return true
	}
	return weigh(strings.Join(values, ","), "application/json", "application/*", "*/*") > 0
}

// AcceptsTable is Accepts for a table as CSV.
func AcceptsTable(r *http.Request) bool {
	values := r.Header["Accept"]
	return len(values) == 0 || weigh(strings.Join(values, ","), TableMedia, "text/*", "*/*") > 0
}

// AsksForPage reports whether whoever asks names a page among what it takes, as browsers do.
func AsksForPage(r *http.Request) bool {
	return weigh(strings.Join(r.Header["Accept"], ","), "text/html") > 0
}

// weigh is the weight, in thousandths, that a header of negotiation gives the first of the names that it has.
func weigh(header string, names ...string) int {
	if len(header) > 1000 {
		header = header[:1000]
	}
	found := map[string]int{}
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight := 1000
		for param := range strings.SplitSeq(params, ";") {
			if param = strings.TrimSpace(param); strings.HasPrefix(param, "q=") {
				weight = thousandths(param)
			}
		}
		found[strings.ToLower(strings.TrimSpace(name))] = weight
	}
	for _, name := range names {
		if weight, named := found[name]; named {
			return weight
		}
	}
	return 0
}

// Has reports whether whoever asks has the answer of an ETag already: by If-None-Match, which may list several, and weak
// ones, as a proxy makes of them that packs answers.
func Has(r *http.Request, tag string) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header["If-None-Match"], ","), ",") {
		if part = strings.TrimSpace(part); part == "*" || strings.TrimPrefix(part, "W/") == tag {
			return true
		}
	}
	return false
}

// worthPacking is the size from which an answer is packed. A receipt of many lines is not: at the till time counts, and
// its network is near.
const worthPacking = 16 << 10

var packers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return z
}}

// packed is an answer as gzip, for whoever asked for that; otherwise as it is. Only whole answers are packed, so that
// nothing that is streamed waits in a packer.
func packed(w http.ResponseWriter, b []byte) []byte {
	if len(b) < worthPacking {
		return b
	}
	w.Header().Add("Vary", "Accept-Encoding")
	if watched, ok := w.(*watchedWriter); !ok || !watched.packs {
		return b
	}
	var small bytes.Buffer
	z := packers.Get().(*gzip.Writer) //nolint:forcetypeassert // Nothing else is put there.
	z.Reset(&small)
	_, err := z.Write(b)
	if closed := z.Close(); err != nil || closed != nil {
		return b
	}
	packers.Put(z)
	w.Header()["Content-Encoding"] = []string{"gzip"}
	return small.Bytes()
}

// packs reports whether a request asks for gzip.
func packs(r *http.Request) bool {
	header := r.Header.Get("Accept-Encoding")
	return header != "" && weigh(header, "gzip", "*") > 0
}
