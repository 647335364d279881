package desk_test

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/pquerna/otp/totp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// people is a site with somebody who has bought, a browser at the desk and the owner in it.
type people struct {
	*webtest.Site
	*webtest.Tab
	api    *rig.Client
	member string // who bought last
	other  string // somebody else
}

func meet(t *testing.T, lang string) *people {
	t.Helper()
	site := webtest.Serve(t, lang, webtest.Size{Guests: 12, Sales: 24}, nil)
	p := &people{Site: site, Tab: webtest.Open(t).Tab(1440, 900, lang), api: site.Chain.Owner}
	sales, err := site.Server.Store.Reader().Receipts(t.Context(), site.Made.Live.Tenant, store.ReceiptFilter{Kind: verno.ReceiptSale}, verno.ReceiptID{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range sales {
		switch id := r.Member.String(); {
		case id == "" || id == p.member:
		case p.member == "":
			p.member = id
		default:
			p.other = id
		}
	}
	if p.other == "" {
		t.Fatal("nobody has bought anything")
	}
	site.Enter(p.Tab)
	return p
}

func (p *people) call(t *testing.T, method, path string, body, into any) {
	t.Helper()
	if err := p.api.Call(t.Context(), method, path, "", body, into); err != nil {
		t.Fatal(err)
	}
}

// at opens a page of the desk.
func (p *people) at(path string) { p.Go(p.Base + "/desk" + path) }

// done waits for the sentence that says what was done.
func (p *people) done(t *testing.T, want string) {
	t.Helper()
	p.Until(fmt.Sprintf(`document.readyState === "complete" && document.querySelector(".notice.good")?.innerText.includes(%q)`, want))
}

// available is what the member may spend, by the API.
func (p *people) available(t *testing.T, member string) int64 {
	t.Helper()
	var points struct {
		Available int64 `json:"available"`
	}
	p.call(t, http.MethodGet, "/api/v1/members/"+member+"/points", nil, &points)
	return points.Available
}

// TestAdjust: the result is shown while it is typed, the reason stays in the history with the name of who did it, and a
// form that is sent twice corrects once.
func TestAdjust(t *testing.T) {
	t.Parallel()
	p := meet(t, "ru")
	before := p.available(t, p.member)
	p.at("/members/" + p.member + "/points")
	p.Type("#points", "150")
	p.Until(`document.querySelector("#outcome dd:last-of-type") && !document.querySelector("#outcome .quiet")`)
	p.Fill("#reason", "complaint")
	again := webtest.Eval[string](p.Tab, `new URLSearchParams(new FormData(document.querySelector("main form"))).toString()`)
	p.Click("main .button.main")
	p.done(t, "Баллы исправлены")
	if got := p.available(t, p.member); got != before+150 {
		t.Errorf("%d points, not %d", got, before+150)
	}
	if first := p.Text(".timeline li"); !strings.Contains(first, "Жалоба") || !strings.Contains(first, p.Login) || !strings.Contains(first, "+150 баллов") {
		t.Errorf("the history says %q", first)
	}
	twice := fmt.Sprintf(`fetch(%q, {method: "POST", body: new URLSearchParams(%q)}).then((r) => r.status)`, "/desk/members/"+p.member+"/points", again)
	if status := webtest.Eval[int](p.Tab, twice); status != http.StatusOK {
		t.Errorf("the second click is answered %d", status)
	}
	if got := p.available(t, p.member); got != before+150 {
		t.Errorf("a second click corrects again: %d", got)
	}
	p.Allow("422")
	p.at("/members/" + p.member + "/points")
	p.Type("#points", "много")
	p.Fill("#reason", "complaint")
	p.Click("main .button.main")
	p.See("#points-fault")
	if v := webtest.Eval[string](p.Tab, `document.querySelector("#points").value`); v != "много" {
		t.Errorf("what was typed became %q", v)
	}
}

// TestSecondPerson: what is above the limit of one is asked of another, who sees who asks and why.
func TestSecondPerson(t *testing.T) {
	t.Parallel()
	p := meet(t, "en")
	p.call(t, http.MethodPost, "/api/v1/staff", map[string]any{"name": "Ann Support", "role": "support", "login": "ann.support", "password": "four words in a row"}, nil)
	before := p.available(t, p.member)
	ann := webtest.Open(t).Tab(1440, 900, "en")
	ann.Go(p.Base + "/desk/login")
	ann.Type("#login", "ann.support")
	ann.Type("#password", "four words in a row\r")
	ann.See(".desk main h1")
	ann.Go(p.Base + "/desk/members/" + p.member + "/points")
	ann.Type("#points", "900000")
	ann.See("#outcome .notice.warn")
	ann.Fill("#reason", "goodwill")
	ann.Click("main .button.main")
	ann.See(".notice.good")
	if got := ann.Text("main"); !strings.Contains(got, "You requested this") {
		t.Errorf("who asked is told %q", got)
	}
	if got := p.available(t, p.member); got != before {
		t.Errorf("points moved before anybody approved: %d", got)
	}
	p.at("/tasks")
	p.look(t, "en-tasks-full")
	p.Click(".timeline a")
	p.See("form[action$='/approve']")
	p.look(t, "en-task")
	if got := p.Text("main"); !strings.Contains(got, "Ann Support") || !strings.Contains(got, "Goodwill") {
		t.Errorf("the second person reads %q", got)
	}
	p.Click("form[action$='/approve'] button")
	p.done(t, "Approved")
	if got := p.available(t, p.member); got != before+900000 {
		t.Errorf("%d points, not %d", got, before+900000)
	}
}

// TestFreeze stops what a member spends and lets it go on.
func TestFreeze(t *testing.T) {
	t.Parallel()
	p := meet(t, "ru")
	p.at("/members/" + p.member)
	p.Click("form[action$='/freeze'] button")
	p.done(t, "Списания остановлены")
	var points struct {
		Frozen bool `json:"frozen"`
	}
	p.call(t, http.MethodGet, "/api/v1/members/"+p.member+"/points", nil, &points)
	if !points.Frozen {
		t.Error("the member is not frozen")
	}
	p.Click("form[action$='/freeze'] button")
	p.done(t, "снова разрешены")
}

// TestCards: a card is blocked with its reason, unblocked, replaced, and one more is given out.
func TestCards(t *testing.T) {
	t.Parallel()
	p := meet(t, "ru")
	p.at("/members/" + p.member)
	p.Click("a[href$='/block']")
	p.Type("#reason", "Потеряна")
	p.Click("main .button.risky")
	p.done(t, "заблокирована")
	if got := p.Text("section[aria-labelledby=cards]"); !strings.Contains(got, "Потеряна") || !strings.Contains(got, "Заблокирована") {
		t.Errorf("the card is shown as %q", got)
	}
	p.Click("a[href$='/unblock']")
	p.Click("main .button.main")
	p.done(t, "снова действует")
	p.Click("a[href$='/replace']")
	p.Click("main form .button.risky")
	p.done(t, "Выдана новая карта")
	p.Click("a[href$='/cards/new']")
	p.Click("main .button.main")
	p.done(t, "Карта выдана")
	if n := webtest.Eval[int](p.Tab, `document.querySelectorAll("section[aria-labelledby=cards] .tag.good").length`); n != 2 {
		t.Errorf("%d cards work, not 2", n)
	}
	p.Allow("422")
	p.Click("a[href$='/cards/new']")
	p.Click("input[value=plastic]")
	p.Type("#card_number", "1234")
	p.Click("main .button.main")
	p.See("#card_number-fault")
}

// TestMerge shows both side by side with what will be, and makes them one.
func TestMerge(t *testing.T) {
	t.Parallel()
	p := meet(t, "ru")
	both := p.available(t, p.member) + p.available(t, p.other)
	var other struct {
		Phone string `json:"phone"`
	}
	p.call(t, http.MethodGet, "/api/v1/members/"+p.other, nil, &other)
	receipts := func(of string) int {
		p.at("/receipts?member=" + of)
		p.See("#list tbody tr")
		return webtest.Eval[int](p.Tab, `document.querySelectorAll("#list tbody tr").length`)
	}
	had := receipts(p.member) + receipts(p.other)
	p.at("/members/" + p.member + "/merge")
	p.Type("#q", other.Phone)
	p.Click(".plain-list a")
	p.See(".compare")
	p.Click("main form .button.risky")
	p.done(t, "объединены")
	if got := p.available(t, p.member); got != both {
		t.Errorf("%d points, not %d", got, both)
	}
	p.at("/members/" + p.other)
	p.Until(fmt.Sprintf(`location.pathname.endsWith(%q)`, p.member))
	for _, of := range []string{p.member, p.other} {
		if has := receipts(of); has != had {
			t.Errorf("%d receipts are found of the two, not %d", has, had)
		}
	}
}

// TestPerson: what is wrong is said at its field and nothing that was typed is lost; what somebody else has changed
// meanwhile is not written over without a word.
func TestPerson(t *testing.T) {
	t.Parallel()
	p := meet(t, "ru")
	p.Allow("422")
	name := strings.Repeat("Ы", 300)
	p.at("/members/" + p.member + "/edit")
	webtest.Eval[bool](p.Tab, fmt.Sprintf(`document.querySelectorAll("main input").forEach((i) => i.removeAttribute("maxlength")), document.querySelector("#first_name").value = %q, true`, name))
	p.Fill("#last_name", "<script>alert(1)</script>\u202e☕")
	p.Fill("#phone", "нет телефона")
	p.Click("main .button.main")
	p.See("#first_name-fault")
	p.See("#phone-fault")
	if got := webtest.Eval[string](p.Tab, `document.querySelector("#first_name").value`); got != name {
		t.Errorf("what was typed became %q", got)
	}
	p.at("/members/" + p.member + "/edit")
	p.Fill("#tags", "друг-кофейни, сотрудник")
	p.Fill("#birthday", "1990-05-31")
	p.Click("main .button.main")
	p.done(t, "сохранены")
	if got := p.Text("section[aria-labelledby=person]"); !strings.Contains(got, "друг-кофейни") || !strings.Contains(got, "31 мая 1990") {
		t.Errorf("the person is shown as %q", got)
	}
	p.at("/members/" + p.member + "/edit")
	webtest.Eval[bool](p.Tab, `document.querySelector("[name=revision]").value = "1", true`)
	p.Fill("#tags", "сосед")
	p.Click("main .button.main")
	p.See(".notice.bad")
	if got := webtest.Eval[string](p.Tab, `document.querySelector("#tags").value`); got != "сосед" {
		t.Errorf("what was typed became %q", got)
	}
	p.Click("main .button.main")
	p.done(t, "сохранены")
}

// TestErase asks for a word, and forgets.
func TestErase(t *testing.T) {
	t.Parallel()
	p := meet(t, "en")
	p.Allow("422")
	p.at("/members/" + p.member + "/erase")
	p.Type("#word", "yes\r")
	p.See("#word-fault")
	p.Fill("#word", "ERASE")
	p.Click("main .button.risky")
	p.done(t, "permanently erased")
	if got := p.Text("h1"); got != "Erased" {
		t.Errorf("the member is called %q", got)
	}
	if n := webtest.Eval[int](p.Tab, `document.querySelectorAll("main form").length`); n != 0 {
		t.Errorf("%d things can be done with an erased member", n)
	}
}

var pairingDigits = regexp.MustCompile(`\d`)

// TestPairing: a new till is added with the keyboard alone, its code is shown as digits and as a picture, and the page
// says by itself that the till was paired.
func TestPairing(t *testing.T) {
	t.Parallel()
	p := meet(t, "en")
	p.at("/stores/new")
	webtest.Eval[bool](p.Tab, `document.querySelector("#name").focus(), true`)
	p.Keys("Riverside Hall\r")
	p.done(t, "Store added")
	webtest.Eval[bool](p.Tab, `document.querySelector("a[href*='/terminals/new']").focus(), true`)
	p.Keys("\r")
	p.See("#store_id")
	webtest.Eval[bool](p.Tab, `document.querySelector("#name").focus(), true`)
	p.Keys("At the door\r")
	p.done(t, "Till added")
	webtest.Eval[bool](p.Tab, `document.querySelector("form[action$='/pair'] button").focus(), true`)
	p.Keys("\r")
	p.See("#pairing-code")
	p.See("svg.qr")
	code := strings.Join(pairingDigits.FindAllString(p.Text("#pairing-code"), -1), "")
	if err := p.api.As("").Call(t.Context(), http.MethodPost, "/api/v1/terminals/pair", "", map[string]any{"code": code}, nil); err != nil {
		t.Fatal(err)
	}
	p.See("#joined")
	p.Click("main .row:last-child .button")
	p.See("form[action$='/revoke']")
}

// TestStaff: somebody is added by a role that explains itself, logs in, and turns the second factor on with the code
// that the page draws.
func TestStaff(t *testing.T) {
	t.Parallel()
	p := meet(t, "ru")
	p.Allow("422", "401")
	p.at("/staff/new")
	p.Type("#name", "Ольга Иванова")
	p.Click("input[value=support]")
	p.Type("#login", "olga")
	p.Type("#password", "password1\r")
	p.See("#password-fault")
	p.Type("#password", "три слова и ещё одно\r")
	p.done(t, "Сотрудник добавлен")
	p.look(t, "ru-staff-one")
	olga := webtest.Open(t).Tab(1024, 900, "ru")
	olga.Allow("422", "401")
	enter := func(code string) {
		olga.Go(p.Base + "/desk/login")
		olga.Type("#login", "olga")
		olga.Type("#password", "три слова и ещё одно\r")
		if code != "" {
			olga.See("#code")
			olga.Type("#password", "три слова и ещё одно")
			olga.Type("#code", code+"\r")
		}
		olga.See(".desk main h1")
	}
	enter("")
	olga.Go(p.Base + "/desk/me")
	olga.Type("#own_password", "не те слова\r")
	olga.See("#own_password-fault")
	olga.Type("#own_password", "три слова и ещё одно\r")
	olga.See("svg.qr")
	olga.Type("#code", "000000\r")
	olga.See("#code-fault")
	secret := webtest.Eval[string](olga, `document.querySelector("[name=secret]").value`)
	code, err := totp.GenerateCode(secret, p.Server.Now())
	if err != nil {
		t.Fatal(err)
	}
	olga.Fill("#code", code)
	olga.Click("main .button.main")
	olga.See(".codes")
	save(t, olga, "ru-codes")
	recovery := olga.Text(".codes li:first-child")
	olga.Click("main .sheet .button.main")
	olga.See(".tag.good")
	olga.Click("form[action$='/logout'] button")
	olga.See("#login")
	enter(recovery)
	p.at("/staff")
	if got := p.Text("main table"); !strings.Contains(got, "второй шаг") {
		t.Errorf("the list says %q", got)
	}
}

// TestKeys: a key is shown once, works, and is revoked.
func TestKeys(t *testing.T) {
	t.Parallel()
	p := meet(t, "en")
	p.at("/keys/new?for=report")
	p.Click("main .button.main")
	p.See("#secret")
	if cut := webtest.Eval[bool](p.Tab, `document.querySelector("#secret").scrollWidth > document.querySelector("#secret").clientWidth || document.querySelector("[data-copy]").hidden`); cut {
		t.Error("the key is cut off, or cannot be copied with one press")
	}
	p.look(t, "en-key-made")
	key := p.api.As(webtest.Eval[string](p.Tab, `document.querySelector("#secret").value`))
	if err := key.Call(t.Context(), http.MethodGet, "/api/v1/stores", "", nil, nil); err != nil {
		t.Fatal(err)
	}
	p.Click("main .button.main")
	p.See(".plain-list")
	p.Click(".plain-list li:last-child summary")
	p.Click(".plain-list li:last-child form button")
	p.done(t, "revoked")
	if err := key.Call(t.Context(), http.MethodGet, "/api/v1/stores", "", nil, nil); err == nil {
		t.Error("the revoked key still works")
	}
}

// TestPeopleLook takes the pictures that are looked at: every page, in both languages, on three screens, light and dark.
func TestPeopleLook(t *testing.T) {
	t.Parallel()
	if os.Getenv("VERNO_PICTURES") == "" {
		t.Skip("pictures are taken where VERNO_PICTURES says where to")
	}
	for _, lang := range []string{"ru", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := meet(t, lang)
			p.at("/stores")
			store := webtest.Eval[string](p.Tab, `document.querySelector("tbody a").getAttribute("href").slice(5)`)
			p.at(store)
			till := webtest.Eval[string](p.Tab, `document.querySelector(".plain-list a").getAttribute("href").slice(5)`)
			p.at("/members/" + p.member)
			block := webtest.Eval[string](p.Tab, `document.querySelector("a[href$='/block']").getAttribute("href").slice(5)`)
			of := "/members/" + p.member
			for name, path := range map[string]string{
				"member": of, "points": of + "/points?points=150&how=take", "edit": of + "/edit", "card-new": of + "/cards/new", "card-block": block,
				"merge": of + "/merge", "merge-pair": of + "/merge?with=" + p.other, "erase": of + "/erase", "tasks": "/tasks", "staff": "/staff",
				"staff-new": "/staff/new", "me": "/me", "keys": "/keys", "key-new": "/keys/new?for=pos", "stores": "/stores", "store": store,
				"store-new": "/stores/new", "till": till, "till-new": "/terminals/new", "companies": "/companies",
			} {
				p.at(path)
				p.look(t, lang+"-"+name)
			}
			p.at(till)
			p.Click("form[action$='/pair'] button")
			p.See("svg.qr")
			p.look(t, lang+"-pairing")
			p.at("/me")
			p.Type("#own_password", p.Password+"\r")
			p.See("svg.qr")
			p.look(t, lang+"-factor")
		})
	}
}

// look keeps pictures of the page as it is, and sees that nothing on it is missing or runs out of the screen.
func (p *people) look(t *testing.T, name string) {
	t.Helper()
	if os.Getenv("VERNO_PICTURES") == "" {
		return
	}
	for _, width := range []int64{360, 768, 1440} {
		webtest.Send(p.Tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 700,
		})
		for _, dark := range []bool{false, true} {
			p.Dark(dark)
			save(t, p.Tab, fmt.Sprintf("%s-%d-%t", name, width, dark))
		}
		if wide := webtest.Eval[int](p.Tab, `document.documentElement.scrollWidth`); int64(wide) > width {
			t.Errorf("%s is %d wide on a screen of %d", name, wide, width)
		}
	}
	p.Dark(false)
	if strings.Contains(p.Text("body"), "⟨") {
		t.Errorf("%s lacks a message", name)
	}
}
