package setup_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestFromNothingToASale starts with an empty database and the printed address, goes through the five steps in a browser,
// prints the poster, pairs a till with the code that is shown, enrols a guest and sells: the guest gets what the wizard
// had promised. It says how long that took.
func TestFromNothingToASale(t *testing.T) {
	t.Parallel()
	for lang, said := range map[string]struct{ name, example, points string }{
		"ru": {"Кофейня «Зерно»", "С чека 500 ₽ гость получит 25 баллов", "25 баллов"},
		"en": {"Bean & Leaf", "For a receipt of ₽500, the customer earns 25 points", "25 points"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			site := webtest.Start(t, nil)
			path, err := site.Server.SetupPath(t.Context())
			if err != nil || path == "" {
				t.Fatal(path, err)
			}
			tab := webtest.Open(t).Tab(1280, 900, lang)
			tab.Go(site.Base + path)
			save(t, tab, "welcome-"+lang)
			tab.Click("main form[action^='/setup/'] .main")
			tab.See("#name")
			tab.Type("#name", said.name)
			tab.Until(`document.querySelector("#phone strong").textContent.includes(` + quote(said.name) + `)`)
			webtest.Eval[bool](tab, drawLogo)
			save(t, tab, "business-"+lang)
			tab.Click("form .main")
			tab.See("#percent")
			if text := tab.Text("#shown"); !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), said.example) {
				t.Errorf("the example says %s", text)
			}
			save(t, tab, "rules-"+lang)
			tab.Click("form .main")
			tab.See("#body_terms")
			tab.Type("#contact", "hello@example.org")
			tab.Click("[name=again]")
			tab.Until(`document.querySelector("#body_terms")?.value.includes("hello@example.org")`)
			save(t, tab, "texts-"+lang)
			tab.Click("form .main")
			tab.See("#owner")
			tab.Type("#owner", "Anna Baker")
			tab.Type("#login", "anna")
			tab.Type("#password", "short")
			tab.Allow("422")
			tab.Click("form .main")
			tab.See("#password-fault")
			tab.Type("#password", "garden street 12 opens")
			save(t, tab, "team-"+lang)
			tab.Click("form .main")
			tab.See("#poster")
			tab.Click("form[action='/setup/till'] button")
			tab.See(".pairing")
			save(t, tab, "launch-"+lang)
			tab.Click("#buy")
			tab.See("#bought")
			if text := strings.ReplaceAll(tab.Text("#bought"), "\u00a0", " "); !strings.Contains(text, "+"+said.points) {
				t.Errorf("the test purchase says %s", text)
			}
			if n := live(t, site); n != 0 {
				t.Errorf("%d receipts of a test purchase are in the books", n)
			}
			save(t, tab, "bought-"+lang)
			tab.Click("form[action='/setup/till'] button")
			tab.See(".pairing")
			join := tab.Text("section p.small a")
			pairing := strings.ReplaceAll(tab.Text(".pairing"), " ", "")
			posters(t, tab)
			tab.Click("form[action='/setup/done'] .main")
			tab.See(".desk main h1")
			if again, err := site.Server.SetupPath(t.Context()); err != nil || again != "" {
				t.Errorf("there is another setup address: %q, %v", again, err)
			}
			tab.Go(join)
			tab.See("form")
			sell(t, site, pairing)
			t.Logf("from nothing to a sale in %.1f s", time.Since(began).Seconds())
		})
	}
}

// live counts the receipts of the business itself.
func live(t *testing.T, site *webtest.Site) int {
	t.Helper()
	r := site.Server.Store.Reader()
	tenants, err := r.Tenants(t.Context())
	must(t, err)
	n := 0
	for i := range tenants {
		if !tenants[i].Live {
			continue
		}
		found, err := r.Receipts(t.Context(), tenants[i].ID, store.ReceiptFilter{}, verno.ReceiptID{}, 10)
		must(t, err)
		n += len(found)
	}
	return n
}

// drawLogo puts a picture into the field for the logo, as somebody does who has one on the desk.
const drawLogo = `new Promise((done) => {
	const c = document.createElement("canvas");
	c.width = c.height = 300;
	const g = c.getContext("2d");
	g.fillStyle = "#b0431f";
	g.fillRect(0, 0, 300, 300);
	g.fillStyle = "#fff";
	g.beginPath();
	g.arc(150, 150, 80, 0, 7);
	g.fill();
	c.toBlob((b) => {
		const t = new DataTransfer();
		t.items.add(new File([b], "logo.png", {type: "image/png"}));
		document.querySelector("#logo").files = t.files;
		done(true);
	});
})`

func quote(text string) string { return "`" + text + "`" }

// posters fetches both sheets as the browser does.
func posters(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	for _, paper := range []string{"a4", "a6"} {
		got := webtest.Eval[string](tab, `fetch("/setup/poster/`+paper+`.pdf").then((r) => r.blob()).then((b) => b.text()).then((t) => t.slice(0, 5) + t.length)`)
		if !strings.HasPrefix(got, "%PDF-") || len(got) < 9 {
			t.Errorf("%s: %q", paper, got)
		}
	}
}

// sell pairs a till by its code, enrols a guest and sells for 500.
func sell(t *testing.T, site *webtest.Site, pairing string) {
	t.Helper()
	ctx := t.Context()
	client := rig.NewClient(site.Base, "", 2)
	var till struct{ Token string }
	must(t, client.Call(ctx, http.MethodPost, "/api/v1/terminals/pair", "", map[string]any{"code": pairing}, &till))
	client = client.As(till.Token)
	must(t, client.Call(ctx, http.MethodPost, "/api/v1/members", "guest", map[string]any{"phone": "+79001234567", "first_name": "Anna", "issue_card": true}, nil))
	var who struct{ Presence string }
	must(t, client.Call(ctx, http.MethodPost, "/api/v1/identifications", "", map[string]any{"scan": "+79001234567"}, &who))
	rub := func(n int64) map[string]any { return map[string]any{"amount": n, "currency": "RUB"} }
	sale := map[string]any{
		"presence": who.Presence, "currency": "RUB",
		"lines": []map[string]any{{"id": "1", "sku": "1", "name": "Coffee", "quantity": "1", "price": rub(500_00)}},
	}
	var quoted struct{ Totals map[string]any }
	must(t, client.Call(ctx, http.MethodPost, "/api/v1/checkouts/quote", "", sale, &quoted))
	earned, _ := quoted.Totals["earn"].(float64)
	delete(quoted.Totals, "earn")
	sale["totals"], sale["tenders"] = quoted.Totals, []map[string]any{{"kind": "card", "amount": quoted.Totals["payable"]}}
	must(t, client.Call(ctx, http.MethodPost, "/api/v1/checkouts/first/commit", "first", sale, nil))
	if earned != 25 {
		t.Errorf("the sale earned %v points, not 25", earned)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestAddressIsGoodOnce: the printed address opens one session; a guessed one, a used one and one of an older start open
// nothing, and a session that has ended leads nowhere.
func TestAddressIsGoodOnce(t *testing.T) {
	t.Parallel()
	site := webtest.Start(t, nil)
	older, err := site.Server.SetupPath(t.Context())
	must(t, err)
	path, err := site.Server.SetupPath(t.Context())
	must(t, err)
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, older, http.StatusUnauthorized},
		{http.MethodPost, "/setup/guessed", http.StatusUnauthorized},
		{http.MethodGet, "/setup/", http.StatusUnauthorized},
		{http.MethodGet, "/setup/at/team", http.StatusUnauthorized},
		{http.MethodGet, path, http.StatusOK},
		{http.MethodGet, path, http.StatusOK},
		{http.MethodPost, path, http.StatusSeeOther},
		{http.MethodPost, path, http.StatusUnauthorized},
		{http.MethodGet, path, http.StatusUnauthorized},
		{http.MethodGet, "/demo/desk", http.StatusNotFound},
	} {
		if got := ask(t, c.method, site.Base+c.path, nil); got != c.want {
			t.Errorf("%s %s: %d, not %d", c.method, c.path, got, c.want)
		}
	}
}

// ask sends a form and gives the status of the answer.
func ask(t *testing.T, method, address string, body io.Reader) int {
	t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, address, body)
	must(t, err)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	must(t, err)
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode
}

// save sees that a page has no serious fault for whoever does not see it well, and keeps pictures of it, light and dark
// and at three widths, where VERNO_PICTURES says so.
func save(t *testing.T, tab *webtest.Tab, name string) {
	t.Helper()
	for _, dark := range []bool{true, false} {
		tab.Dark(dark)
		tab.Accessible()
	}
	dir := os.Getenv("VERNO_PICTURES")
	if dir == "" {
		return
	}
	for _, width := range []int64{360, 768, 1440} {
		for _, dark := range []bool{false, true} {
			tab.Size(width, 900)
			tab.Dark(dark)
			mode := map[bool]string{false: "light", true: "dark"}[dark]
			file := "setup-" + name + "-" + map[int64]string{360: "360", 768: "768", 1440: "1440"}[width] + "-" + mode + ".png"
			must(t, os.WriteFile(filepath.Join(dir, file), tab.Picture(), 0o600))
		}
	}
	tab.Dark(false)
	tab.Size(1280, 900)
}
