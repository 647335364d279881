package desk_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/web/webtest"
	"github.com/verno-loyalty/verno/internal/web/words"
	"github.com/verno-loyalty/verno/money"
)

// past hands in receipts of many days, as an offline till would: late, so that they must count on their own days.
func past(t *testing.T, site *webtest.Site, days, guests int) (sold money.Amount) {
	t.Helper()
	return pastOf(t, site, "past", 100_00, days, guests)
}

// pastOf is past in receipts of a least price or up to ten times as much.
func pastOf(t *testing.T, site *webtest.Site, name string, least money.Amount, days, guests int) (sold money.Amount) {
	t.Helper()
	draw := rand.New(rand.NewPCG(7, 2026))
	owner := auth.Operator(site.Made.Tenant)
	var list []checkout.Replay
	for day := range days {
		for range 2 + draw.IntN(6) {
			at := site.Server.Now().AddDate(0, 0, -1-day)
			g := site.Chain.Goods
			price := least + least/10*money.Amount(draw.IntN(90))
			r := checkout.Replay{
				Key: fmt.Sprintf("%s-%d", name, len(list)), OccurredAt: at, Number: fmt.Sprintf("%s-%d", strings.ToUpper(name[:1]), len(list)),
				Sale: checkout.Sale{Store: site.Made.Live.Store, Basket: verno.Basket{Currency: "RUB", Lines: []verno.Line{{
					ID: "1", SKU: strconv.Itoa(len(g)), Name: "Обед / Lunch", Quantity: money.One, Price: price, Sum: price,
				}}}},
				Tenders: []verno.Tender{{Kind: verno.TenderCard, Amount: price}}, Charged: &price,
			}
			r.BodyHash = sha256.Sum256([]byte(r.Key))
			if draw.IntN(3) > 0 && guests > 0 {
				r.Member = checkout.Identify{Scan: fmt.Sprintf("+7900%07d", 1_000_000+37*draw.IntN(guests))}
			}
			sold += price
			list = append(list, r)
		}
	}
	for len(list) > 0 {
		n := min(len(list), 200)
		outcomes, err := site.Server.Till.Replay(t.Context(), owner, list[:n])
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range outcomes {
			if o.State != "applied" {
				t.Fatalf("%s: %s %v", list[i].Key, o.State, o.Err)
			}
		}
		list = list[n:]
	}
	return sold
}

// answer is what the server said, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// visitor is somebody who has logged in at the desk, without a browser.
func visitor(tb testing.TB, site *webtest.Site, login, password, lang string) func(path string) answer {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	ask := func(method, path, form string) answer {
		r, err := http.NewRequestWithContext(tb.Context(), method, site.Base+path, strings.NewReader(form))
		if err != nil {
			tb.Fatal(err)
		}
		r.Header.Set("Accept-Language", lang)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got, err := client.Do(r)
		if err != nil {
			tb.Fatal(err)
		}
		defer got.Body.Close()
		body, err := io.ReadAll(got.Body)
		if err != nil {
			tb.Fatal(err)
		}
		return answer{got.StatusCode, got.Header, body}
	}
	if got := ask(http.MethodPost, "/desk/login", url.Values{"login": {login}, "password": {password}}.Encode()); got.status != http.StatusOK {
		tb.Fatal("nobody is let in: ", got.status)
	}
	return func(path string) answer { return ask(http.MethodGet, path, "") }
}

// TestOverview: late receipts count, a period is compared with the one before, a figure leads to its receipts, and sums of
// many millions fit their boxes.
func TestOverview(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 30}, nil)
	past(t, site, 45, 30)
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	site.Enter(tab)
	tab.See(".figures .figure")
	complete(t, tab)
	if n := webtest.Eval[int](tab, `document.querySelectorAll(".figures .figure").length`); n != 5 {
		t.Errorf("%d figures, not five", n)
	}
	if n := webtest.Eval[int](tab, `document.querySelectorAll(".daily .broad rect.bar").length`); n != 30 {
		t.Errorf("%d bars for 30 days", n)
	}
	month := tab.Text(".figure:first-child dd")
	tab.Click(`a[href*="days=7"]`)
	tab.Until(`new URLSearchParams(location.search).get("days") === "7" && document.querySelectorAll(".daily .broad rect.bar").length === 7`)
	if week := tab.Text(".figure:first-child dd"); week == month || week == "0 ₽" {
		t.Errorf("a week sold %s, a month %s", week, month)
	}
	tab.Click(".figure:first-child a")
	tab.See("#list tbody tr")
	if webtest.Eval[string](tab, `document.querySelector("#from").value`) == "" {
		t.Error("the receipts are not narrowed to the figure's days")
	}
	complete(t, tab)
	pictures(t, site, map[string]string{"overview": "/", "overview-90": "/?days=90"})
	pastOf(t, site, "millions", 1_234_567_89, 8, 30)
	tab.Go(site.Base + "/desk/")
	for _, width := range []int64{360, 768, 1024, 1440} {
		tab.Size(width, 900)
		if bad := webtest.Eval[[]string](tab, `[...document.querySelectorAll(".figure dd")].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.innerText)`); len(bad) > 0 {
			t.Errorf("at %d these figures do not fit: %q", width, bad)
		}
		complete(t, tab)
	}
	pictures(t, site, map[string]string{"overview-millions": "/"})
}

// TestFreshOverview: who has just begun is told what to do, and shown no zeros.
func TestFreshOverview(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{}, nil)
	tab := webtest.Open(t).Tab(360, 740, "en")
	site.Enter(tab)
	tab.See(".steps li")
	complete(t, tab)
	if strings.Contains(tab.Text("main"), "0 ₽") || strings.Contains(tab.Text("main"), "₽0") {
		t.Error("a chain that has sold nothing is shown zeros")
	}
	tab.Go(site.Base + "/desk/receipts")
	tab.See(".empty")
	complete(t, tab)
	pictures(t, site, map[string]string{"overview-fresh": "/", "receipts-none": "/receipts", "audit-fresh": "/audit"})
}

// TestReceipts finds a receipt by its number and a return by its kind, reads why it is what it is, and goes to its member.
func TestReceipts(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 20, Sales: 90}, nil)
	past(t, site, 10, 20)
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	site.Enter(tab)
	tab.Go(site.Base + "/desk/receipts")
	tab.See("#list tbody tr")
	complete(t, tab)
	first := tab.Text("#list tbody tr:first-child")
	tab.Click(`a[rel="next"]`)
	tab.Until(`location.search.includes("after=")`)
	tab.See("#list tbody tr")
	if second := tab.Text("#list tbody tr:first-child"); second == first {
		t.Error("the second page begins like the first")
	}
	tab.Go(site.Base + "/desk/receipts")
	tab.Type("#number", "P-3")
	tab.Until(`document.querySelectorAll("#list tbody tr").length === 1`)
	if got := tab.Text("#list tbody"); !strings.Contains(got, "P-3") {
		t.Errorf("found %q", got)
	}
	tab.Go(site.Base + "/desk/receipts?kind=return")
	tab.Until(`document.querySelector("#list tbody .which")?.innerText.startsWith("Возврат к\u00a0№")`)
	tab.Click("#list tbody tr a")
	tab.See(".slip tbody tr")
	complete(t, tab)
	title := strings.ReplaceAll(tab.Text("h1"), "\u00a0", " ")
	if sold := strings.ReplaceAll(tab.Text(`dd a[href*="/desk/receipts/rcp_"]`), "\u00a0", " "); !strings.HasPrefix(sold, "№ ") || title != "Возврат к "+sold {
		t.Errorf("a return of %q is called %q", sold, title)
	}
	back := webtest.Eval[string](tab, `location.pathname.replace("/desk", "")`)
	tab.Click(`dd a[href*="/desk/receipts/rcp_"]`)
	tab.Until(`document.querySelector("#why") !== null && document.readyState === "complete"`)
	complete(t, tab)
	sale := webtest.Eval[string](tab, `location.pathname.replace("/desk", "")`)
	if text := tab.Text("main"); !strings.Contains(text, "всё сходится") || !strings.Contains(text, "Возвраты") {
		t.Errorf("the sale does not say that it holds, or what came back of it: %s", text)
	}
	tab.Go(site.Base + "/desk/receipts?cards=with")
	tab.Click(`#list tbody a[href*="/desk/members/"]`)
	tab.See("#timeline")
	tab.Go(site.Base + "/desk/receipts?from=2026-13-45&to=&least=abc")
	tab.See("#from-fault, #least-fault")
	if got := tab.Text("#list"); strings.ReplaceAll(got, "\u00a0", " ") != "Исправьте условия, чтобы увидеть чеки." {
		t.Errorf("below what is wrong: %q", got)
	}
	if got := webtest.Eval[string](tab, `document.querySelector("#least").value`); got != "abc" {
		t.Errorf("what was typed is lost: %q", got)
	}
	complete(t, tab)
	pictures(t, site, map[string]string{
		"receipts": "/receipts", "receipts-wrong": "/receipts?from=2026-13-45&least=abc", "receipts-nothing": "/receipts?number=none",
		"receipt-sale": sale, "receipt-return": back, "audit": "/audit", "audit-sales": "/audit?topic=sales",
	})
}

// TestAudit reads who did what, in words, and that it is sealed.
func TestAudit(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 5, Sales: 5}, nil)
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	site.Enter(tab)
	tab.Go(site.Base + "/desk/audit")
	tab.See(".log tbody tr")
	complete(t, tab)
	if text := tab.Text(".log"); !strings.Contains(text, "Вход в кабинет") || !strings.Contains(text, "boss") || strings.Contains(text, "Другое событие") {
		t.Errorf("the log says %s", text)
	}
	tab.Go(site.Base + "/desk/audit?topic=access&who=" + site.Made.Owner.String())
	tab.See(".log tbody tr")
	if webtest.Eval[bool](tab, `[...document.querySelectorAll(".log tbody tr td:nth-child(2)")].some(td => td.innerText.trim() !== "boss")`) {
		t.Error("somebody else is listed too")
	}
	tab.Go(site.Base + "/desk/audit?topic=sales")
	tab.See(".log tbody tr")
	if text := tab.Text(".log"); !strings.Contains(text, "Покупка проведена") {
		t.Errorf("the log of sales says %s", text)
	}
	if named := webtest.Eval[bool](tab, `[...document.querySelectorAll(".log td.what")].every(td => td.querySelector("a[href*='/receipts/rcp_']")?.innerText.includes("₽") && td.querySelectorAll(".bit").length > 1)`); !named {
		t.Errorf("a sale in the log is not named by its sum and its store: %s", tab.Text(".log"))
	}
	webtest.Eval[bool](tab, `new Promise(done => { const look = async () => { const page = await (await fetch(location.href)).text(); page.includes("tag good") ? done(true) : setTimeout(look, 200); }; look(); })`)
	complete(t, tab)
}

// complete sees that a page names no message that there is not.
func complete(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	if text := tab.Text("body"); strings.Contains(text, "⟨") {
		t.Errorf("a message is missing: %s", text)
	}
}

var recorded = regexp.MustCompile(`(?:record|update|changeTerminal)\([^"\n]*"([a-z_]+\.[a-z_]+)"`)

// TestEveryEventHasItsSentence in both languages: what was done to whom is never a code.
func TestEveryEventHasItsSentence(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	source, err := os.ReadFile("../../../event.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\sEvent\w+ .*= "([a-z_]+\.[a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		if kind := m[1]; kind != string(verno.EventAccess) && kind != string(verno.EventConfigChanged) {
			named[strings.ReplaceAll(kind, ".", "_")] = true
		}
	}
	entries, err := os.ReadDir("../../auth")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile("../../auth/" + e.Name())
		if err != nil || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		for _, m := range recorded.FindAllStringSubmatch(string(text), -1) {
			named["access."+strings.ReplaceAll(m[1], ".", "_")] = true
		}
	}
	entries, err = os.ReadDir("../../pass")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile("../../pass/" + e.Name())
		if err != nil || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		for _, m := range recorded.FindAllStringSubmatch(string(text), -1) {
			named["access."+strings.ReplaceAll(m[1], ".", "_")] = true
		}
	}
	if len(named) < 50 {
		t.Fatalf("only %d kinds of event were found", len(named))
	}
	for name := range named {
		for _, lang := range words.Languages {
			if !words.In(lang).Has("desk.event." + name) {
				t.Errorf("%s has no sentence in %s", name, lang)
			}
		}
	}
}
