package till_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/assets"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestTokensStayInCookies: a till is paired through the page's own way. No answer has a token in it, and the cookies that
// have them are for no script.
func TestTokensStayInCookies(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{}, nil)
	s := &shop{Site: site, tb: t, owner: site.Chain.Owner, lang: "en"}
	var made struct {
		ID string `json:"id"`
	}
	s.call("POST", "/terminals", map[string]any{"store_id": site.Made.Live.Store.String(), "name": "2"}, &made)
	terminal := made.ID
	s.call("POST", "/staff", map[string]any{"name": "Ann", "role": "cashier", "pin": pin}, &made)
	var code struct {
		Code string `json:"code"`
	}
	s.call("POST", "/terminals/"+terminal+"/pairing_code", map[string]any{}, &code)

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	type said struct {
		status  int
		cookies []*http.Cookie
		text    string
	}
	do := func(method, path, body string, headers ...string) said {
		r, err := http.NewRequestWithContext(t.Context(), method, site.Base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		answer, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return said{answer.StatusCode, answer.Cookies(), string(text)}
	}
	if a := do("GET", "/till/state", ""); a.status != http.StatusOK || !strings.Contains(a.text, `"paired":false`) {
		t.Fatal("before: ", a)
	}
	for _, step := range []struct{ path, body string }{
		{"/till/api/terminals/pair", `{"code":"` + code.Code + `"}`},
		{"/till/api/cashier_sessions", `{"staff_id":"` + made.ID + `","pin":"` + pin + `"}`},
	} {
		a := do("POST", step.path, step.body)
		if a.status != http.StatusCreated || strings.Contains(a.text, "token") {
			t.Errorf("%s: %+v", step.path, a)
		}
		if k := a.cookies; len(k) != 1 || !k[0].HttpOnly || k[0].SameSite != http.SameSiteLaxMode || k[0].Path != "/till" || strings.Contains(a.text, k[0].Value) {
			t.Errorf("%s: %+v", step.path, k)
		}
	}
	if a := do("GET", "/till/state", ""); !strings.Contains(a.text, terminal) || !strings.Contains(a.text, `"staff":{"id":"`+made.ID) {
		t.Error("after: ", a.text)
	}
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		want                     int
	}{
		{"what a till may", "GET", "/till/api/cashiers", "", nil, http.StatusOK},
		{"what its token may, but no page", "GET", "/till/api/programmes", "", nil, http.StatusNotFound},
		{"a way around", "GET", "/till/api/../api/programmes", "", nil, http.StatusNotFound},
		{"another site's form", "POST", "/till/api/identifications", `{"scan":"1"}`, []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		{"a code of nothing", "GET", "/till/code/rcp_1", "", nil, http.StatusNotFound},
		{"the shift's end", "DELETE", "/till/api/cashier_sessions/current", "", nil, http.StatusNoContent},
	} {
		if a := do(c.method, c.path, c.body, c.headers...); a.status != c.want {
			t.Errorf("%s: %d %s", c.name, a.status, a.text)
		}
	}
	if a := do("GET", "/till/state", ""); !strings.Contains(a.text, `"staff":null`) || !strings.Contains(a.text, `"paired":true`) {
		t.Error("after the shift: ", a.text)
	}
}

// TestWeight: all that a till loads, as it goes over the wire, stays below 150 KB without the camera's reader.
func TestWeight(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	sum := 0
	for _, address := range append([]string{"/till/", assets.URL("base.css"), assets.URL("till.css"), assets.URL("theme.js"), assets.URL("icon.svg")}, urls(assets.Below("till"))...) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site.Base+address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "gzip") // Set by hand, it is not unpacked again.
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, answer.Body)
		if err = errors.Join(err, answer.Body.Close()); err != nil || answer.StatusCode != http.StatusOK || n == 0 {
			t.Error(address, answer.Status, err)
		}
		sum += int(n)
	}
	t.Logf("%d bytes", sum)
	if sum > 150_000 {
		t.Errorf("a till loads %d bytes", sum)
	}
}

func urls(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = assets.URL(name)
	}
	return all
}
