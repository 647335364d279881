package api_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
)

const sellOnly = verno.MaySell | verno.MayReadOperations

// wire is an answer as it was on the wire.
type wire struct {
	status int
	length int64
	header http.Header
}

// raw asks without the conveniences of a client.
func (b *bundle) raw(method, path, body string, headers ...string) (wire, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.ctx, method, b.server.URL+path, strings.NewReader(body))
	b.must(err)
	r.Header.Set("Authorization", "Bearer "+b.key)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	transport := http.Transport{DisableCompression: true, DisableKeepAlives: true}
	res, err := transport.RoundTrip(r)
	b.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	b.must(err)
	return wire{res.StatusCode, res.ContentLength, res.Header}, string(text)
}

// TestMethods: what an address takes is told, HEAD is GET without a body, and what is not there is a problem too.
func TestMethods(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for _, c := range []struct {
			method, path string
			status       int
			allow, code  string
		}{
			{"OPTIONS", "/api/v1/members", 204, "GET, HEAD, POST, OPTIONS", ""},
			{"OPTIONS", "/api/v1/receipts:batch", 204, "POST, OPTIONS", ""},
			{"DELETE", "/api/v1/members", 405, "GET, HEAD, POST, OPTIONS", "method_not_allowed"},
			{"GET", "/api/v1/checkouts/quote/x", 404, "", "route_not_found"},
			{"GET", "/api/v1/holds", 405, "POST, OPTIONS", "method_not_allowed"},
			{"GET", "/api/v1/nothing", 404, "", "route_not_found"},
			{"OPTIONS", "/api/v1/nothing", 404, "", "route_not_found"},
			{"POST", "/healthz", 405, "GET, HEAD, OPTIONS", "method_not_allowed"},
			{"BREW", "/api/v1/members", 405, "GET, HEAD, POST, OPTIONS", "method_not_allowed"},
		} {
			res, text := b.raw(c.method, c.path, "")
			media := res.header.Get("Content-Type")
			if res.status != c.status || res.header.Get("Allow") != c.allow || !strings.Contains(text, c.code) ||
				c.code != "" && media != "application/problem+json" || res.header.Get("X-Request-ID") == "" {
				t.Errorf("%s %s: %d, Allow %q, %s %s", c.method, c.path, res.status, res.header.Get("Allow"), media, text)
			}
			if origin := res.header.Get("Access-Control-Allow-Origin"); origin != "" {
				t.Errorf("%s %s lets %q in", c.method, c.path, origin)
			}
		}
		got, text := b.raw("GET", "/api/v1/programmes", "")
		head, nothing := b.raw("HEAD", "/api/v1/programmes", "")
		if head.status != http.StatusOK || nothing != "" || head.length != int64(len(text)) || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("HEAD: %d %q %v", head.status, nothing, head.header)
		}
	})
}

// TestAccept: answers are JSON, and whoever takes none is told so before anything is done.
func TestAccept(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for accept, want := range map[string]int{
			"": 200, "*/*": 200, "application/json": 200, "Application/JSON; charset=utf-8": 200, "text/html, */*;q=0.1": 200, "application/*": 200,
			"text/html": 406, "application/json;q=0": 406, "application/json;q=0, */*": 406, "application/xml;q=0.9, text/csv": 406,
		} {
			if r := b.ask(request{do: "GET /programmes", accept: accept}); r.status != want || want == 406 && r.body["code"] != "not_acceptable" {
				t.Errorf("Accept: %s: %d %s", accept, r.status, r.raw)
			}
		}
	})
}

// TestPacked: a long list comes as gzip to whoever asks, and is the same list.
func TestPacked(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.sell("long", basket(100)).want(201)
		plain, text := b.raw("POST", "/api/v1/receipts/search", "{}", "Content-Type", "application/json")
		if plain.header.Get("Content-Encoding") != "" || plain.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("as it is: %v", plain.header)
		}
		for _, asks := range []string{"gzip", "br, gzip;q=0.5", "*"} {
			res, small := b.raw("POST", "/api/v1/receipts/search", "{}", "Content-Type", "application/json", "Accept-Encoding", asks)
			z, err := gzip.NewReader(strings.NewReader(small))
			b.must(err)
			whole, err := io.ReadAll(z)
			b.must(err)
			if string(whole) != text || len(small) >= len(text)/4 || res.length != int64(len(small)) {
				t.Errorf("%s: %d bytes of %d", asks, len(small), len(text))
			}
		}
		for _, asks := range []string{"gzip;q=0", "identity", "br"} {
			if _, same := b.raw("POST", "/api/v1/receipts/search", "{}", "Content-Type", "application/json", "Accept-Encoding", asks); same != text {
				t.Errorf("%s: it is another answer", asks)
			}
		}
		if res, _ := b.raw("GET", "/healthz", "", "Accept-Encoding", "gzip"); res.header.Get("Content-Encoding") != "" {
			t.Errorf("a short answer was packed")
		}
		page, _ := b.raw("GET", "/docs", "")
		if again, nothing := b.raw("GET", "/docs", "", "If-None-Match", page.header.Get("ETag")); again.status != http.StatusNotModified || nothing != "" {
			t.Errorf("the page that has not changed: %d", again.status)
		}
	})
}
