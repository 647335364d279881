package web_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
)

// bench is a frame around one handler, with what it logged.
type bench struct {
	frame *web.Frame
	log   *bytes.Buffer
	now   time.Time
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{log: &bytes.Buffer{}, now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	b.frame = &web.Frame{
		Log:     slog.New(slog.NewTextHandler(b.log, nil)),
		Clock:   func() time.Time { return b.now },
		Entropy: rand.Reader,
	}
	return b
}

func (b *bench) ask(h http.HandlerFunc, r *http.Request) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	mux.HandleFunc("/sales/{id}", h)
	w := httptest.NewRecorder()
	b.frame.Wrap(mux).ServeHTTP(w, r)
	return w
}

func get(header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/sales/79161234567?phone=79161234567", nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func problemOf(t *testing.T, res *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	if got := res.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("content type %q", got)
	}
	var p map[string]any
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFailSpeaksBothLanguages shows an error with everything that it can carry.
func TestFailSpeaksBothLanguages(t *testing.T) {
	t.Parallel()
	quote := struct {
		Payable int64 `json:"payable"`
	}{12345}
	h := func(w http.ResponseWriter, r *http.Request) {
		err := verno.Conflict("totals_changed").At("/totals/payable", "number_range", "min", "1", "max", "2")
		web.Fail(w, r, err, web.Extra{Name: "quote", Value: &quote})
	}
	for lang, want := range map[string][4]string{
		"":                        {"en", "Conflict", "Totals changed", "Must be between 1 and 2."},
		"ru-RU,ru;q=0.9,en;q=0.8": {"ru", "Конфликт", "Итог изменился", "Допустимо от 1 до 2."},
	} {
		res := setup(t).ask(h, get("Accept-Language", lang))
		p := problemOf(t, res)
		if res.Code != http.StatusConflict || p["status"] != 409.0 || p["type"] != "/docs/errors#totals_changed" || p["code"] != "totals_changed" {
			t.Errorf("%q: %v", lang, p)
		}
		if res.Header().Get("Content-Language") != want[0] || p["title"] != want[1] || p["cashier_message"] != want[2] {
			t.Errorf("%q: %v", lang, p)
		}
		if p["request_id"] != res.Header().Get("X-Request-ID") || !strings.HasPrefix(res.Header().Get("X-Request-ID"), "req_") {
			t.Errorf("%q: request %v", lang, p["request_id"])
		}
		if p["quote"].(map[string]any)["payable"] != 12345.0 {
			t.Errorf("%q: quote %v", lang, p["quote"])
		}
		if field := p["errors"].([]any)[0].(map[string]any); field["message"] != want[3] || field["pointer"] != "/totals/payable" {
			t.Errorf("%q: field %v", lang, field)
		}
	}
}

// TestFailHidesWhatWentWrong shows that a cause reaches the log once and the answer never, be it an error or a panic.
func TestFailHidesWhatWentWrong(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"error": func(w http.ResponseWriter, r *http.Request) { web.Fail(w, r, errors.New("secret inside")) },
		"panic": func(http.ResponseWriter, *http.Request) { panic("secret inside") },
	} {
		b := setup(t)
		res := b.ask(h, get())
		body := res.Body.String()
		if res.Code != http.StatusInternalServerError || strings.Contains(body, "secret") || !strings.Contains(body, `"code":"internal"`) {
			t.Errorf("%s: %d %s", name, res.Code, body)
		}
		if n := strings.Count(b.log.String(), "secret inside"); n != 1 {
			t.Errorf("%s: logged %d times: %s", name, n, b.log)
		}
		if id := res.Header().Get("X-Request-ID"); strings.Count(b.log.String(), id) != 2 {
			t.Errorf("%s: the error and the request do not bear one name %s: %s", name, id, b.log)
		}
	}
}

// TestPanicInTheMiddle cuts the connection, so that half an answer is not taken for a whole one.
func TestPanicInTheMiddle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := httptest.NewServer(b.frame.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"half":`))
		_ = http.NewResponseController(w).Flush()
		panic("cut")
	})))
	defer s.Close()
	res, err := http.Get(s.URL)
	if err == nil {
		_, err = io.ReadAll(res.Body)
		res.Body.Close()
	}
	if err == nil {
		t.Error("half an answer was taken for a whole one")
	}
}

// TestLogTellsNothingPersonal logs the route's template and the credential, not the path nor the query.
func TestLogTellsNothingPersonal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var route string
	b.frame.Observe = func(r string, status int, _ time.Duration) {
		if status == 201 {
			route = r
		}
	}
	b.ask(func(w http.ResponseWriter, r *http.Request) {
		web.Attribute(r.Context(), "key_x")
		web.Show(w, 201, &struct{}{})
	}, get("Authorization", "Bearer token"))
	for _, want := range []string{"route=/sales/{id}", "status=201", "actor=key_x", "bytes=2"} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, b.log)
		}
	}
	for _, secret := range []string{"79161234567", "token"} {
		if strings.Contains(b.log.String(), secret) {
			t.Errorf("the log tells %s: %s", secret, b.log)
		}
	}
	if route != "/sales/{id}" {
		t.Errorf("observed %q", route)
	}
}

func TestTimeIsUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.frame.Timeout = time.Millisecond
	res := b.ask(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		web.Fail(w, r, r.Context().Err())
	}, get())
	if p := problemOf(t, res); res.Code != http.StatusServiceUnavailable || p["code"] != "overloaded" || res.Header().Get("Retry-After") != "1" {
		t.Errorf("%d %v", res.Code, p)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.frame.Explain = func(err error) *verno.Error {
		if errors.Is(err, io.ErrClosedPipe) {
			return verno.Unavailable("storage_unavailable", 2).Because(err)
		}
		return verno.AsError(err)
	}
	res := b.ask(func(w http.ResponseWriter, r *http.Request) { web.Fail(w, r, io.ErrClosedPipe) }, get())
	if p := problemOf(t, res); res.Code != http.StatusServiceUnavailable || p["code"] != "storage_unavailable" || res.Header().Get("Retry-After") != "2" {
		t.Errorf("%d %v", res.Code, p)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	res := setup(t).ask(func(w http.ResponseWriter, _ *http.Request) { web.Show(w, 200, &struct{}{}) }, get("Origin", "https://evil.example"))
	for name, want := range map[string]string{
		"X-Content-Type-Options":      "nosniff",
		"Cache-Control":               "no-store",
		"Referrer-Policy":             "no-referrer",
		"X-Frame-Options":             "DENY",
		"Content-Type":                "application/json",
		"Access-Control-Allow-Origin": "",
	} {
		if got := res.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if !strings.Contains(res.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("no content policy")
	}
}

// TestReadJSON reads bodies of the wrong size, kind and length.
func TestReadJSON(t *testing.T) {
	t.Parallel()
	h := func(w http.ResponseWriter, r *http.Request) {
		var s struct {
			A int64 `json:"a"`
		}
		if err := web.ReadJSON(w, r, 64, &s); err != nil {
			web.Fail(w, r, err)
			return
		}
		web.Show(w, 200, &s)
	}
	for _, c := range []struct {
		media, body string
		status      int
		code        string
	}{
		{"application/json", `{"a":1}`, 200, ""},
		{"application/json; charset=utf-8", `{"a":1}`, 200, ""},
		{"application/json; charset=UTF-8", `{"a":1}`, 200, ""},
		{"application/json; charset=windows-1251", `{"a":1}`, 415, "media_type"},
		{"application/json; charset=", `{"a":1}`, 415, "media_type"},
		{"text/plain", `{"a":1}`, 415, "media_type"},
		{"", `{"a":1}`, 415, "media_type"},
		{"application/json", `{"a":1}` + strings.Repeat(" ", 57), 200, ""},
		{"application/json", `{"a":1}` + strings.Repeat(" ", 58), 413, "body_too_large"},
		{"application/json", ``, 400, "malformed_json"},
		{"application/json", `{"a":1.5}`, 422, "invalid_request"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/sales/1", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.media)
		res := setup(t).ask(h, r)
		if res.Code != c.status {
			t.Errorf("%q %q: %d, want %d", c.media, c.body, res.Code, c.status)
		} else if c.code != "" {
			if p := problemOf(t, res); p["code"] != c.code {
				t.Errorf("%q %q: %v, want %s", c.media, c.body, p["code"], c.code)
			}
		}
	}
}

func TestLang(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"": "en", "ru": "ru", "RU-ru": "ru", "de": "en", "de, ru;q=0.5": "ru", "en;q=0.5, ru;q=0.6": "ru",
		"en, ru": "en", "ru;q=0": "en", "ru;q=x": "en", "*": "en", "ru;q=0.3,*;q=0.2": "ru", ";;;,,,=": "en",
		"en;q=0.1,ru;q=1.0": "ru", strings.Repeat("de,", 10_000) + "ru": "en",
	} {
		if got := web.Lang(get("Accept-Language", header)); got != want {
			t.Errorf("%.40q: %s, want %s", header, got, want)
		}
	}
}

// TestBuckets empties a bucket, waits and asks again; another caller has its own.
func TestBuckets(t *testing.T) {
	t.Parallel()
	b := web.NewBuckets(web.Rate{PerSecond: 2, Burst: 3}, 2)
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	h := http.Header{}
	for i := range 3 {
		if err := b.Take(h, "a", now); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	if h.Get("Ratelimit-Remaining") != "0" || h.Get("Ratelimit-Limit") != "3" || h.Get("Ratelimit-Reset") != "2" {
		t.Errorf("headers %v", h)
	}
	err := verno.AsError(b.Take(h, "a", now))
	if err == nil || err.Kind != verno.KindLimited || err.Retry != 1 {
		t.Fatalf("the fourth request: %v", err)
	}
	if err := b.Take(h, "b", now); err != nil {
		t.Errorf("another caller: %v", err)
	}
	if err := b.Take(h, "a", now.Add(500*time.Millisecond)); err != nil {
		t.Errorf("after half a second: %v", err)
	}
	if err := b.Take(h, "c", now); err != nil { // Forgets b.
		t.Errorf("a third caller: %v", err)
	}
	var none *web.Buckets
	if err := none.Take(h, "a", now); err != nil {
		t.Errorf("no buckets: %v", err)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	f := setup(t).frame
	f.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.1:5", "", "192.0.2.1"},
		{"192.0.2.1:5", "198.51.100.7", "192.0.2.1"}, // Nobody believes a stranger.
		{"10.0.0.1:5", "198.51.100.7", "198.51.100.7"},
		{"10.0.0.1:5", "1.2.3.4, 198.51.100.7, 10.0.0.2", "198.51.100.7"},
		{"10.0.0.1:5", "x", "10.0.0.1"},
		{"[2001:db8:1:2:3:4:5:6]:5", "", "2001:db8:1:2::"},
		{"pipe", "", "unknown"},
	} {
		r := get("X-Forwarded-For", c.forwarded)
		r.RemoteAddr = c.remote
		if got := f.Address(r); got != c.want {
			t.Errorf("%s through %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]bool{"127.0.0.1:1": true, "[::1]:1": true, "192.0.2.1:1": false} {
		r := get()
		r.RemoteAddr = remote
		if web.Local(r) != want {
			t.Errorf("%s: %v", remote, !want)
		}
		r.Header.Set("X-Forwarded-For", "127.0.0.1")
		if web.Local(r) {
			t.Errorf("%s through a proxy passes for local", remote)
		}
	}
}

func TestObserver(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	observe := web.NewObserver(registry)
	observe("POST /sales", 200, 3*time.Millisecond)
	families, err := registry.Gather()
	if err != nil || len(families) != 1 || families[0].GetMetric()[0].GetHistogram().GetSampleCount() != 1 {
		t.Errorf("%v %v", families, err)
	}
}

func TestServerWaitsForNobody(t *testing.T) {
	t.Parallel()
	s := web.Server(http.NotFoundHandler(), nil, slog.Default())
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 {
		t.Errorf("%+v", s)
	}
	if id := web.RequestID(context.Background()); id != "" {
		t.Errorf("a request outside of a frame is called %s", id)
	}
}

// TestOneStatus: what fails after an answer has begun does not begin another.
func TestOneStatus(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var logged bytes.Buffer
	s := httptest.NewUnstartedServer(b.frame.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("begun"))
		w.WriteHeader(http.StatusInternalServerError)
	})))
	s.Config.ErrorLog = log.New(&logged, "", 0)
	s.Start()
	res, err := http.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	s.Close()
	if res.StatusCode != http.StatusOK || logged.Len() > 0 {
		t.Errorf("%d: %s", res.StatusCode, &logged)
	}
}
