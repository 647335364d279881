package api_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// TestSystem asks what machines ask, and for what is not there.
func TestSystem(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.Open(t, storetest.DSN(t, storetest.Engines(t)[0])), unlimited)
	b.ask(request{do: "GET //healthz", token: "none"}).want(200)
	b.ask(request{do: "GET //readyz", token: "none"}).want(200)
	b.ask(request{do: "GET //metrics", token: "none"}).want(200) // From this machine.
	b.ask(request{do: "GET //metrics", token: "none", from: "192.0.2.1"}).want(401, "credential_missing")
	b.ask(request{do: "GET //metrics", token: b.token, from: "192.0.2.1"}).want(403, "permission_missing")
	b.ask(request{do: "GET //metrics", from: "192.0.2.1"}).want(200)
	if r := b.ask(request{do: "GET //openapi.json", token: "none"}).want(200); r.str("openapi") != "3.1.0" || r.str("info", "version") != "test" {
		t.Errorf("document: %.200s", r.raw)
	}
	b.ask(request{do: "GET /nowhere"}).want(404, "route_not_found")
	b.ask(request{do: "GET //nowhere"}).want(404, "route_not_found")
	if r := b.ask(request{do: "DELETE /members"}).want(405, "method_not_allowed"); r.header.Get("Allow") != "GET, HEAD, POST, OPTIONS" {
		t.Errorf("allowed: %v", r.header)
	}
	b.ask(request{do: "POST /checkouts/quote", token: b.token, body: "{"}).want(400, "malformed_json")
	b.ask(request{do: "GET /stores?page=2"}).want(422, "invalid_request")
	r, err := http.NewRequestWithContext(b.ctx, http.MethodPost, b.server.URL+"/api/v1/checkouts/quote", strings.NewReader("{}"))
	b.must(err)
	r.Header.Set("Authorization", "Bearer "+b.token)
	res, err := http.DefaultClient.Do(r)
	b.must(err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("a body of no type: %d", res.StatusCode)
	}
}

// TestDocsAskNobody: the pages are there, run nothing that stands in them, and name no other host.
func TestDocsAskNobody(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.Open(t, storetest.DSN(t, storetest.Engines(t)[0])), unlimited)
	elsewhere := regexp.MustCompile(`(src|href|url\()\s*=?\s*["'(]?\s*(https?:)?//`)
	for path, media := range map[string]string{
		"//docs": "text/html", "//docs/errors": "text/html", "//docs/docs.css": "text/css", "//docs/reference.js": "text/javascript", "//docs/theme.js": "text/javascript",
	} {
		r := b.ask(request{do: "GET " + path, token: "none"}).want(200)
		policy := r.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(r.header.Get("Content-Type"), media) || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "script-src 'self'") {
			t.Errorf("%s: %v", path, r.header)
		}
		if found := elsewhere.FindString(r.raw); found != "" {
			t.Errorf("%s reaches out: %s", path, found)
		}
		if strings.Contains(r.raw, " style=") || strings.Contains(r.raw, " onclick=") || regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(r.raw) {
			t.Errorf("%s has something inline", path)
		}
	}
	page := b.ask(request{do: "GET //docs/errors", token: "none", lang: "ru"}).want(200)
	for code, text := range verno.Codes() {
		if strings.Count(page.raw, `id="`+code+`"`) != 1 || text.RU == "" || text.EN == "" {
			t.Errorf("the page of errors has not one row of %s", code)
		}
	}
	if !strings.Contains(page.raw, `<html lang="ru">`) || !strings.Contains(page.raw, "Итог изменился") {
		t.Errorf("the page of errors is not Russian")
	}
}
