package till_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/web/assets"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// gate stands between a till and the server, as a network that can be cut.
type gate struct {
	*httptest.Server

	shut atomic.Bool // nobody comes through
	deaf atomic.Bool // what is asked comes through, and the answer does not
	busy atomic.Bool // what the till does by itself has to wait
	lose atomic.Bool // the next question of what the till is does not come through

	asked atomic.Int64 // what was asked of the API, but for the till's own heartbeat and the like
}

func newGate(t *testing.T, to string) *gate {
	t.Helper()
	at, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	through := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(at)
		r.Out.Host = r.In.Host
	}}
	g := &gate{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		alone := r.Header.Get("Verno-Till") != ""
		if strings.HasPrefix(r.URL.Path, "/till/api/") && !alone {
			g.asked.Add(1)
		}
		switch {
		case alone && g.busy.Load():
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		case g.shut.Load(), r.URL.Path == "/till/state" && g.lose.CompareAndSwap(true, false):
			panic(http.ErrAbortHandler)
		case g.deaf.Load():
			through.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		through.ServeHTTP(w, r)
	}))
	t.Cleanup(g.Close)
	return g
}

// counter is a shop's counter: a paired till behind a network that can be cut, a cashier, and a browser.
type counter struct {
	t        *testing.T
	site     *webtest.Site
	gate     *gate
	terminal string
	staff    string
	browser  *webtest.Browser
	tab      *webtest.Tab
}

const annaPIN = "4821"

// stand sets a counter up, with Anna at it.
func stand(t *testing.T, lang string, flags ...string) *counter {
	t.Helper()
	return standAt(t, lang, nil, flags...)
}

// standAt sets one up whose server has another time than the till.
func standAt(t *testing.T, lang string, shift func(time.Time) time.Time, flags ...string) *counter {
	t.Helper()
	c := &counter{t: t, site: webtest.Serve(t, lang, webtest.Size{Guests: 3}, shift)}
	c.gate = newGate(t, c.site.Base)
	c.terminal = c.newTill("7")
	c.staff = c.hire("Анна Петрова", annaPIN)
	c.browser = webtest.Open(t, flags...)
	c.tab = c.open(1024, 768, lang)
	c.pair()
	return c
}

// api asks as the owner.
func (c *counter) api(method, path string, in, out any) {
	c.t.Helper()
	if err := c.site.Chain.Owner.Call(c.t.Context(), method, "/api/v1"+path, "", in, out); err != nil {
		c.t.Fatal(err)
	}
}

// newTill adds a till to the first store.
func (c *counter) newTill(name string) string {
	c.t.Helper()
	var made struct {
		ID string `json:"id"`
	}
	c.api(http.MethodPost, "/terminals", map[string]any{"store_id": c.site.Made.Live.Store.String(), "name": name}, &made)
	return made.ID
}

func (c *counter) hire(name, pin string) string {
	c.t.Helper()
	var made struct {
		ID string `json:"id"`
	}
	c.api(http.MethodPost, "/staff", map[string]any{"name": name, "role": "cashier", "pin": pin}, &made)
	return made.ID
}

// open opens one more page of the till's browser. Cutting the network is what the tests do, and the browser says so.
func (c *counter) open(width, height int64, lang string) *webtest.Tab {
	c.t.Helper()
	tab := c.browser.Tab(width, height, lang)
	tab.Allow("net::ERR_", "401", "503")
	return tab
}

func (c *counter) pair() {
	c.t.Helper()
	var code struct {
		Code string `json:"code"`
	}
	c.api(http.MethodPost, "/terminals/"+c.terminal+"/pairing_code", map[string]any{}, &code)
	c.tab.Go(c.gate.URL + "/till/")
	if got := c.ask(http.MethodPost, "/terminals/pair", map[string]any{"code": code.Code}); got != http.StatusCreated {
		c.t.Fatal("pairing: ", got)
	}
	c.tab.Reload()
}

// ask lets the page ask, and gives the status of the answer.
func (c *counter) ask(method, path string, body any) int {
	c.t.Helper()
	return webtest.Eval[int](c.tab, fmt.Sprintf(`fetch("/till/api%s", {method: %q, headers: {"Content-Type": "application/json"}, body: JSON.stringify(%s)}).then(r => r.status)`,
		path, method, text(c.t, body)))
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// with is the value of a script that has the till's modules at hand, as queue, sync and so on.
func with[T any](tab *webtest.Tab, script string, modules ...string) T {
	var b strings.Builder
	b.WriteString("(async () => {")
	for _, m := range modules {
		fmt.Fprintf(&b, "const %s = await import(%q);", m, assets.URL("till/"+m+".js"))
	}
	b.WriteString(script + "})()")
	return webtest.Eval[T](tab, b.String())
}

// receipts are the sales that the books have of this till.
func (c *counter) receipts() []string {
	c.t.Helper()
	var found struct {
		Items []struct {
			Checkout string `json:"checkout_id"`
		} `json:"items"`
	}
	c.api(http.MethodPost, "/receipts/search", map[string]any{"terminal_id": c.terminal, "kind": "sale"}, &found)
	all := make([]string, len(found.Items))
	for i, r := range found.Items {
		all[i] = r.Checkout
	}
	return all
}

// save sees that a screen has no serious fault for whoever does not see it well, and keeps a picture of it where
// VERNO_PICTURES says so.
func save(t *testing.T, tab *webtest.Tab, name string) {
	t.Helper()
	tab.Accessible()
	if dir := os.Getenv("VERNO_PICTURES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), tab.Picture(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
