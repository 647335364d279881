package member_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// pocket is a shop with levels and stamps, a guest of it, and the guest's phone.
type pocket struct {
	*webtest.Site
	t     *testing.T
	boss  verno.Actor
	guest *member.Enrolled
	sales int
}

func newPocket(t *testing.T, lang, name string) *pocket {
	t.Helper()
	p := &pocket{Site: webtest.Serve(t, lang, webtest.Size{}, nil), t: t}
	ctx, s := t.Context(), p.Server
	p.boss = verno.Actor{Tenant: p.Made.Live.Tenant, Staff: p.Made.Owner, Role: verno.RoleOwner, May: verno.RoleOwner.Permissions(), Live: true}
	s.Roll.Courier = member.Courier{Aloud: true}
	row, err := s.Office.Programme(ctx, p.boss, p.Made.Live.Programme)
	check(t, err)
	silver, gold, sixth := "Серебро", "Золото", "Каждый шестой кофе в подарок"
	if lang != "ru" {
		silver, gold, sixth = "Silver", "Gold", "Every sixth coffee is free"
	}
	row.Draft.Levels = verno.LevelTerms{Levels: []verno.Level{{ID: "base", Name: silver}, {ID: "gold", Name: gold, From: 1_000_000}}}
	_, err = s.Office.ChangeProgramme(ctx, p.boss, s.Now(), row.Revision, row.Draft)
	check(t, err)
	_, err = s.Office.CreatePromotion(ctx, p.boss, s.Now(), p.Made.Live.Programme, verno.Promotion{
		Name: sixth, Type: "stamps", Active: true, Goods: verno.Goods{Categories: []string{"coffee"}},
		Settings: json.RawMessage(`{"per":"piece","needed":6,"reward":"piece","percent":"100"}`),
	})
	check(t, err)
	row, err = s.Office.Programme(ctx, p.boss, p.Made.Live.Programme)
	check(t, err)
	_, err = s.Office.Publish(ctx, p.boss, s.Now(), p.Made.Live.Programme, row.Revision, "levels and stamps")
	check(t, err)
	p.guest, err = s.Roll.Enrol(ctx, p.boss, s.Now(), member.Enrol{
		Key: "guest", Programme: p.Made.Live.Programme, Person: vault.Person{Phone: "+79161234567", FirstName: name}, IssueCard: true,
	})
	check(t, err)
	return p
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// hold puts the card into the browser of a tab, as joining does.
func (p *pocket) hold(tab *webtest.Tab) {
	p.t.Helper()
	token, err := p.Server.Roll.OpenSession(p.t.Context(), p.boss.Tenant, p.guest.ID, p.guest.Cards[0].ID, "Test phone", p.Server.Now())
	check(p.t, err)
	yes := true
	webtest.Send(tab, network.SetCookie, network.SetCookieParams{Name: "verno_card", Value: token, URL: p.Base + "/c/", Path: "/c", HTTPOnly: &yes})
}

// open shows the card in a tab and waits for its code.
func (p *pocket) open(tab *webtest.Tab) {
	p.t.Helper()
	p.hold(tab)
	tab.Go(p.Base + "/c/")
	tab.See("#show.ready")
}

type identified struct {
	Method   string `json:"method"`
	Strong   bool   `json:"strong"`
	Presence string `json:"presence"`
}

// scan has a till read a code.
func (p *pocket) scan(text string) (who identified, err error) {
	err = p.Chain.Tills[0].Call(p.t.Context(), http.MethodPost, "/api/v1/identifications", "", map[string]any{"scan": text}, &who)
	return who, err
}

// buy sells coffees to the guest, who spends points.
func (p *pocket) buy(coffees int, spend int64) error {
	p.t.Helper()
	who, err := p.scan(tillPhone)
	if err != nil {
		return err
	}
	p.sales++
	type object = map[string]any
	rubles := func(kopecks int64) object { return object{"amount": kopecks, "currency": "RUB"} }
	body := object{"presence": who.Presence, "currency": "RUB", "spend_points": spend, "lines": []object{
		{"id": "1", "sku": "1001", "name": "Капучино 300 мл", "category": "coffee/hot", "quantity": strconv.Itoa(coffees), "price": rubles(24_000)},
		{"id": "2", "sku": "2001", "name": "Круассан с миндалём и очень длинным названием", "category": "bakery", "quantity": "1", "price": rubles(21_050)},
	}}
	var q struct {
		Totals object `json:"totals"`
	}
	if err := p.Chain.Tills[0].Call(p.t.Context(), http.MethodPost, "/api/v1/checkouts/quote", "", body, &q); err != nil {
		return err
	}
	delete(q.Totals, "earn")
	key := "sale-" + strconv.Itoa(p.sales)
	body["totals"], body["number"] = q.Totals, strconv.Itoa(p.sales)
	body["tenders"] = []object{{"kind": "card", "amount": q.Totals["payable"]}}
	return p.Chain.Tills[0].Call(p.t.Context(), http.MethodPost, "/api/v1/checkouts/"+key+"/commit", key, body, nil)
}

const tillPhone = "+79161234567"

func codeOf(err error) string {
	if problem, ok := errors.AsType[*rig.Problem](err); ok {
		return problem.Code
	}
	return ""
}

// shown is the code on the screen, as soon as there is one: the page may load itself anew when its worker takes it over.
func shown(tab *webtest.Tab) (code string) {
	for code == "" {
		tab.Until(`Boolean(document.getElementById("show")?.dataset.code)`)
		code = webtest.Eval[string](tab, `document.getElementById("show")?.dataset.code ?? ""`)
	}
	return code
}

// offline takes the network from the page and from its worker, or gives it back.
func offline(tab *webtest.Tab, off bool) {
	webtest.Send(tab, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		EmulateOfflineServiceWorker: &off,
		MatchedNetworkConditions:    []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}},
	})
}

// TestCardWithoutNetwork: after the first visit the card shows its code with the server gone, and a till takes that code
// as a live one; once.
func TestCardWithoutNetwork(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	tab := webtest.Open(t).Tab(360, 780, "ru")
	tab.Allow("ERR_INTERNET_DISCONNECTED", "Failed to load resource")
	p.open(tab)
	tab.Until(`navigator.serviceWorker.controller !== null && caches.match("/c/").then((kept) => kept !== undefined)`)
	offline(tab, true)
	tab.Reload()
	tab.See("#show.ready")
	tab.See("#offline")
	picture(t, tab, "card-offline-ru-360")
	code := shown(tab)
	if len(code) != 50 || code[0] != '2' {
		t.Fatalf("the code without a network is %q", code)
	}
	who, err := p.scan(code)
	if err != nil || !who.Strong || who.Method != "live_code" {
		t.Fatalf("the till says %+v, %v", who, err)
	}
	if _, err := p.scan(code); codeOf(err) != "code_used" {
		t.Errorf("the same code a second time: %v", err)
	}
	offline(tab, false)
	tab.Until(`document.getElementById("show").dataset.code !== "` + code + `"`)
	if _, err := p.scan(shown(tab)); err != nil {
		t.Errorf("the next code: %v", err)
	}
}

// TestCodeIsRead: the card sees that a till has read its code, says so, and goes on to the next as soon as a till takes
// it; what was bought appears by itself.
func TestCodeIsRead(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "en", "Anna")
	tab := webtest.Open(t).Tab(360, 780, "en")
	p.open(tab)
	// What is read before the card has asked for the first time was read before it was opened.
	tab.Until(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("/c/seen") && e.responseEnd > 0)`)
	code := shown(tab)
	if _, err := p.scan(code); err != nil {
		t.Fatal(err)
	}
	tab.See("#read")
	picture(t, tab, "card-read-en-360")
	tab.Until(`!document.getElementById("show").classList.contains("waits") && document.getElementById("show").dataset.code !== "` + code + `"`)
	if _, err := p.scan(shown(tab)); err != nil {
		t.Errorf("the next code: %v", err)
	}
	check(t, p.buy(2, 0))
	tab.Until(`document.querySelectorAll(".steps a").length === 1`)
	if text := tab.Text("#balance"); !strings.Contains(text, "Anna, you have") || !strings.Contains(text, "points") {
		t.Errorf("the balance says %q", text)
	}
}

// TestCodeCanBeScanned: what is drawn is what is meant, as a square and as bars, in the light and in the dark; the phone
// remembers which of them its holder wants.
func TestCodeCanBeScanned(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	tab := webtest.Open(t).Tab(360, 780, "ru")
	p.open(tab)
	read := func(what string) {
		t.Helper()
		for _, dark := range []bool{false, true} {
			tab.Dark(dark)
			before := shown(tab)
			if got := tab.ReadCode("#symbol"); got != before && got != shown(tab) {
				t.Errorf("%s, dark %v: read %q, shown %q", what, dark, got, before)
			}
			picture(t, tab, "card-"+strings.ReplaceAll(what, " ", "-")+"-"+strconv.FormatBool(dark))
		}
	}
	read("square")
	tab.Click("#other")
	tab.See("#show.bars")
	read("bars 360")
	if kept := webtest.Eval[string](tab, `localStorage.getItem("verno.card.code") ?? ""`); kept != "code128" {
		t.Errorf("the phone remembers %q", kept)
	}
	for _, size := range [][2]int64{{412, 915}, {768, 1024}} {
		tab.Size(size[0], size[1])
		tab.Until(`document.getElementById("symbol").getBoundingClientRect().height > 600`)
		read("bars " + strconv.FormatInt(size[0], 10))
	}
	tab.Click("#other")
	tab.Until(`!document.getElementById("show").matches(".bars, .tall")`)
	read("square again")
}

// TestKeyIsGivenOnce: the secret comes over one request of the phone that has the card, and not again once it is kept; a
// phone that has lost it shows codes that it asks for.
func TestKeyIsGivenOnce(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	tab := webtest.Open(t).Tab(360, 780, "ru")
	p.open(tab)
	const ask = `fetch("/c/key", {method: "POST"}).then((a) => a.json()).then((k) => k.live ?? "")`
	tab.Until(`fetch("/c/key", {method: "POST"}).then((a) => a.json()).then((k) => k.live === undefined)`)
	if live := webtest.Eval[string](tab, ask); live != "" {
		t.Error("the secret was given a second time")
	}
	const export = `new Promise((done) => { indexedDB.open("verno-card").onsuccess = (e) => {
		e.target.result.transaction("card").objectStore("card").get("own").onsuccess = (r) => done(r.target.result.key.extractable) } })`
	if webtest.Eval[bool](tab, export) {
		t.Error("the key can be carried out of the browser")
	}
	webtest.Eval[bool](tab, `new Promise((done) => { const d = indexedDB.deleteDatabase("verno-card"); d.onsuccess = () => done(true); d.onblocked = () => done(false) })`)
	tab.Reload()
	tab.See("#show.ready")
	if who, err := p.scan(shown(tab)); err != nil || !who.Strong {
		t.Errorf("a code that was asked for: %+v, %v", who, err)
	}
}

// TestOwnDigits: where the browser has no crypto.subtle the card makes the very same digits by itself.
func TestOwnDigits(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "en", "Anna")
	tab := webtest.Open(t).Tab(360, 780, "en")
	p.open(tab)
	same := webtest.Eval[bool](tab, `(async () => {
		const totp = await import(document.querySelector('link[href$="totp.js"]').href);
		const secret = new TextEncoder().encode("12345678901234567890");
		const locked = await totp.keep(secret);
		for (const [step, want] of [[1, "94287082"], [37037036, "07081804"], [41152263, "89005924"], [666666666, "65353130"]])
			if (await totp.digits(secret, step) !== want || await totp.digits(locked, step) !== want) return false;
		return true;
	})()`)
	if !same {
		t.Error("the digits are not those of RFC 6238")
	}
}

// TestLost: a card that was blocked is not shown any more, and nothing of it stays in the phone.
func TestLost(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	tab := webtest.Open(t).Tab(360, 780, "ru")
	p.open(tab)
	tab.Until(`navigator.serviceWorker.controller !== null`)
	_, err := p.Server.Roll.BlockCard(t.Context(), p.boss, time.Now(), p.guest.Cards[0].ID, "lost")
	check(t, err)
	tab.See("main.page h1")
	if path := webtest.Eval[string](tab, "location.pathname"); path != "/c/enter" {
		t.Error("the card leads to", path)
	}
	picture(t, tab, "card-over-ru-360")
	tab.Until(`indexedDB.databases().then((all) => all.length === 0)`)
	tab.Until(`caches.keys().then((all) => all.length === 0)`)
}

// picture keeps what a page looks like where VERNO_PICTURES says so.
func picture(t *testing.T, tab *webtest.Tab, name string) {
	t.Helper()
	if dir := os.Getenv("VERNO_PICTURES"); dir != "" {
		check(t, os.WriteFile(filepath.Join(dir, name+".png"), tab.Picture(), 0o600))
	}
}

// TestCardIsLight: all that the card is made of, as it lies here, without what zipping saves.
func TestCardIsLight(t *testing.T) {
	t.Parallel()
	const most = 60 << 10
	p := newPocket(t, "ru", "Анна")
	tab := webtest.Open(t).Tab(360, 780, "ru")
	p.open(tab)
	weight := webtest.Eval[int](tab, `(async () => {
		const all = [...document.querySelectorAll("link[href], script[src]")].map((e) => e.href || e.src);
		let sum = 0;
		for (const url of new Set([location.href, "/c/sw.js", ...all])) sum += (await (await fetch(url, {cache: "no-store"})).arrayBuffer()).byteLength;
		return sum;
	})()`)
	t.Logf("the card weighs %d bytes", weight)
	if weight > most {
		t.Errorf("the card weighs %d bytes, more than %d", weight, most)
	}
}

// newStranger is a receipt of somebody else.
func newStranger(t *testing.T, p *pocket) string {
	t.Helper()
	check(t, p.Chain.Enrol(t.Context(), 1, func(string, int, int) {}))
	day, err := p.Chain.Trade(t.Context(), 1, func(string, int, int) {})
	check(t, err)
	return day.LastReceipt
}
