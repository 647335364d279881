package member_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// poster is a site at which people join: its texts are published, and its pages show the codes that they send.
type poster struct {
	*webtest.Site
	t       *testing.T
	channel store.Channel
	lang    string
}

func newPoster(t *testing.T, lang, proof string) *poster {
	t.Helper()
	return posterOn(t, storetest.Empty(t, store.SQLite), lang, proof)
}

// posterOn is newPoster on an empty database.
func posterOn(t *testing.T, db, lang, proof string) *poster {
	t.Helper()
	p := &poster{Site: webtest.ServeOn(t, db, lang, webtest.Size{}, nil), t: t, lang: lang}
	s, boss := p.Server, auth.Operator(p.Made.Live.Tenant)
	s.Roll.Courier.Aloud = true
	name := map[string]string{"ru": "Верно", "en": "Verno Coffee"}[lang]
	for _, d := range campaign.LegalDrafts(campaign.LegalFacts{Business: name}) {
		if _, err := s.Office.PublishLegal(t.Context(), boss, s.Now(), d); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	p.channel, err = s.Roll.OpenChannel(t.Context(), boss, s.Now(), member.ChannelForm{
		Name: "Poster", Proof: proof,
		Fields: map[string]string{member.FieldName: member.FieldRequired, member.FieldBirthday: member.FieldAsked, member.FieldEmail: member.FieldAsked},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *poster) page(below string) string { return p.Base + "/j/" + p.channel.Code + below }

// apply fills in the form.
func (p *poster) apply(tab *webtest.Tab, phone, name string) {
	p.t.Helper()
	tab.Go(p.page("?utm_source=vk&utm_campaign=may"))
	tab.Type("#phone", phone)
	tab.Type("#name", name)
	tab.Click("#terms")
	tab.Click("#personal_data")
	tab.Click("form .main")
}

// demo is the code that the page shows in a demo.
func demo(tab *webtest.Tab) string {
	tab.See("#code")
	return tab.Text(".demo strong")
}

// joined counts by the desk's own figures who has come by the poster.
func (p *poster) joined() (visits, members int64) {
	p.t.Helper()
	f, err := p.Server.Roll.Funnels(p.t.Context(), auth.Operator(p.Made.Live.Tenant), p.channel.ID, p.Server.Now().AddDate(0, 0, -1), time.Time{})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, one := range f {
		if one.Source["utm_source"] == "vk" {
			visits, members = visits+one.Visits, members+one.Joined
		}
	}
	return visits, members
}

// TestJoin is somebody who scans the poster's code with a phone, in either language: a form, a code, and the welcome
// bonus at once.
func TestJoin(t *testing.T) {
	t.Parallel()
	for lang, name := range map[string]string{"ru": "Анна", "en": "Anna"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := newPoster(t, lang, member.ProofCode)
			tab := webtest.Open(t).Tab(360, 740, lang)
			tab.Go(p.page(""))
			keepPictures(t, tab, "join-"+lang)
			p.apply(tab, "8 916 123-45-67", name)
			code := demo(tab)
			keepPictures(t, tab, "code-"+lang)
			tab.Type("#code", code)
			tab.See(".welcome .points")
			keepPictures(t, tab, "welcome-"+lang)
			if got := tab.Text(".welcome"); !strings.Contains(got, name) || !strings.Contains(got, "+100") {
				t.Errorf("welcomed by %q", got)
			}
			if visits, members := p.joined(); visits != 1 || members != 1 {
				t.Errorf("%d visits, %d joined", visits, members)
			}
			if strings.Contains(tab.Text("body"), "⟨") {
				t.Error("a message is missing")
			}
		})
	}
}

// TestJoinWithoutScript does all of it in a browser that runs none, and twice: the second time the phone is known, and
// leads to the same card.
func TestJoinWithoutScript(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	browser := webtest.Open(t)
	for round := range 2 {
		tab := browser.Tab(360, 740, "ru")
		webtest.Send(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		p.apply(tab, "+7 916 123 45 67", "Анна")
		tab.Type("#code", demo(tab))
		tab.Click("form .main")
		if round == 0 {
			tab.See(".welcome .points")
		} else {
			tab.Until(`location.pathname === "/c/"`)
		}
	}
	if visits, members := p.joined(); visits != 2 || members != 1 {
		t.Errorf("%d visits, %d joined", visits, members)
	}
}

// TestWrongCode says how many tries are left, keeps the page, and lets the phone be mended without typing all again.
func TestWrongCode(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	tab := webtest.Open(t).Tab(360, 740, "ru")
	tab.Allow("422")
	p.apply(tab, "8 916 123-45-67", "Анна")
	wrong := "000000"
	if demo(tab) == wrong {
		wrong = "000001"
	}
	tab.Type("#code", wrong)
	tab.See("#code-fault")
	keepPictures(t, tab, "code-wrong")
	if got := tab.Text("#code-fault"); !strings.Contains(got, "4") {
		t.Errorf("says %q", got)
	}
	tab.Click("[name=change]")
	tab.See("#phone")
	if got := webtest.Eval[string](tab, `[phone.value, document.getElementById("name").value, terms.checked, personal_data.checked, advertising.checked].join(" ")`); got != "+79161234567 Анна true true false" {
		t.Errorf("kept %q", got)
	}
}

// TestJoinByKeyboard joins by real keys alone.
func TestJoinByKeyboard(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "en", member.ProofCode)
	tab := webtest.Open(t).Tab(768, 1024, "en")
	tab.Go(p.page(""))
	to := func(css string) {
		t.Helper()
		for range 40 {
			if webtest.Eval[bool](tab, `document.activeElement?.matches('`+css+`') ?? false`) {
				return
			}
			tab.Keys("\t")
		}
		t.Fatalf("the keys do not come to %s", css)
	}
	to("#phone")
	tab.Keys("+79161234567")
	to("#name")
	tab.Keys("Anna")
	to("#terms")
	tab.Keys(" ")
	to("#personal_data")
	tab.Keys(" ")
	to("form .main")
	tab.Keys("\r")
	code := demo(tab)
	to("#code")
	tab.Keys(code)
	tab.See(".welcome .points")
}

// TestEnter opens the card of who has one already; who has none is told so only with the phone's code.
func TestEnter(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	browser := webtest.Open(t)
	stranger := browser.Tab(360, 740, "ru")
	stranger.Go(p.page("/enter"))
	keepPictures(t, stranger, "enter")
	stranger.Type("#phone", "8 916 123-45-67")
	stranger.Click("form .main")
	stranger.Type("#code", demo(stranger))
	stranger.Until(`!document.getElementById("code")`)
	keepPictures(t, stranger, "no-card")
	p.apply(stranger, "8 916 123-45-67", "Анна")
	stranger.Type("#code", demo(stranger))
	stranger.See(".welcome")
	again := browser.Tab(360, 740, "ru")
	again.Go(p.page("/enter"))
	again.Type("#phone", "8 916 123-45-67")
	again.Click("form .main")
	again.Type("#code", demo(again))
	again.Until(`location.pathname === "/c/"`)
}

// visitor is a browser as small as can be.
type visitor struct {
	*http.Client
	t *testing.T
}

func newVisitor(t *testing.T) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return visitor{&http.Client{Jar: jar}, t}
}

func (v visitor) answer(res *http.Response, err error) (int, string) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

var ticketOf = regexp.MustCompile(`name="ticket" value="([^"]+)"`)

// form opens the page and fills it in.
func (v visitor) form(p *poster) url.Values {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, p.page(""), http.NoBody)
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Accept-Language", "ru")
	_, body := v.answer(v.Do(req))
	return url.Values{
		"ticket": {ticketOf.FindStringSubmatch(body)[1]}, "phone": {"8 916 123-45-67"}, "name": {"Анна"}, "terms": {"on"}, "personal_data": {"on"},
	}
}

// TestBadInput: whatever is typed, the field at fault says what is wrong with it and nothing that was typed is lost.
func TestBadInput(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	v := newVisitor(t)
	for _, x := range []struct{ field, value string }{
		{"phone", "позвоните мне"},
		{"phone", strings.Repeat("7", 5000)},
		{"name", strings.Repeat("ж", 300)},
		{"name", "<script>alert(1)</script>"},
		{"name", "\u202eАнна"},
		{"name", "🤷"},
		{"email", "anna@"},
		{"birthday", "3000-01-01"},
		{"birthday", "31 февраля"},
		{"terms", ""},
	} {
		q := v.form(p)
		q.Set(x.field, x.value)
		status, body := v.answer(v.PostForm(p.page(""), q))
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="`+x.field+`-fault"`) {
			t.Errorf("%s %.20q: %d, nothing at the field", x.field, x.value, status)
		}
		if strings.Contains(body, "<script>alert") || x.field != "name" && !strings.Contains(body, `value="Анна"`) || !strings.Contains(body, "checked") {
			t.Errorf("%s %.20q: not as it was typed", x.field, x.value)
		}
	}
	q := v.form(p)
	q.Set("name", strings.Repeat("x", 10<<20))
	if status, _ := v.answer(v.PostForm(p.page(""), q)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("10 MB: %d", status)
	}
	if _, members := p.joined(); members != 0 {
		t.Error("somebody joined by it")
	}
}

// TestNoEnumeration: until the phone is proved, the answer for a member's phone is the answer for anybody's.
func TestNoEnumeration(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	v := newVisitor(t)
	secret := regexp.MustCompile(`value="[^"]+"|<strong>\d+</strong>|data-wait="\d+"|•••[^.<]*`)
	pages := make([]string, 2)
	for i, phone := range []string{"8 916 123-45-67", "8 916 999-99-99"} {
		if i == 0 {
			q := v.form(p)
			_, body := v.answer(v.PostForm(p.page(""), q))
			code := regexp.MustCompile(`<strong>(\d{6})</strong>`).FindStringSubmatch(body)[1]
			v.answer(v.PostForm(p.page("/code"), url.Values{"ticket": {ticketOf.FindStringSubmatch(body)[1]}, "code": {code}}))
			if _, err := p.Server.Roll.Search(t.Context(), auth.Operator(p.Made.Live.Tenant), member.Search{Phone: phone}); err != nil {
				t.Fatal(err)
			}
		}
		q := v.form(p)
		q.Set("phone", phone)
		status, body := v.answer(v.PostForm(p.page(""), q))
		pages[i] = strconv.Itoa(status) + secret.ReplaceAllString(body, "")
	}
	if pages[0] != pages[1] {
		t.Errorf("%s\n\n%s", pages[0], pages[1])
	}
}

// TestJoinWithoutProof gives the card at once, and to who has it already no more than the way to it.
func TestJoinWithoutProof(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofNone)
	p.Server.Roll.Courier.Aloud = false
	browser := webtest.Open(t)
	tab := browser.Tab(360, 740, "ru")
	p.apply(tab, "8 916 123-45-67", "Анна")
	tab.See(".welcome .points")
	other := browser.Tab(360, 740, "ru")
	p.apply(other, "8 916 123-45-67", "Не Анна")
	other.Until(`!document.getElementById("phone")`)
	keepPictures(t, other, "has-card")
	if got := webtest.Eval[string](other, `document.cookie + location.pathname`); got != "/j/"+p.channel.Code {
		t.Errorf("led to %q", got)
	}
}

// TestNotYet: while codes cannot be sent, the page sends people to the till rather than into a form without an end.
func TestNotYet(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	p.Server.Roll.Courier.Aloud = false
	tab := webtest.Open(t).Tab(360, 740, "ru")
	tab.Go(p.page(""))
	keepPictures(t, tab, "not-yet")
	if webtest.Eval[int](tab, `document.querySelectorAll("form.sheet").length`) != 0 {
		t.Error("there is a form")
	}
}

// TestJoinPageIsLight: the page with all that it loads is at most 15 KB, as it travels.
func TestJoinPageIsLight(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	load := func(address string) (travels int, body string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", "gzip")
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		raw, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatal(address, res.StatusCode, err)
		}
		if res.Header.Get("Content-Encoding") != "gzip" {
			return len(raw), string(raw)
		}
		unzipped, err := gzip.NewReader(strings.NewReader(string(raw)))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(unzipped)
		if err != nil {
			t.Fatal(err)
		}
		return len(raw), string(text)
	}
	all, body := load(p.page(""))
	whole := len(body)
	t.Logf("page: %d of %d", all, whole)
	for _, m := range regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`).FindAllStringSubmatch(body, -1) {
		n, text := load(p.Base + m[1])
		t.Logf("%s: %d of %d", m[1], n, len(text))
		all, whole = all+n, whole+len(text)
	}
	t.Logf("together: %d of %d bytes", all, whole)
	if all > 15<<10 {
		t.Errorf("%d bytes", all)
	}
}

// TestLegalTexts are to be read before they are agreed to, in the version that the form names.
func TestLegalTexts(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	tab := webtest.Open(t).Tab(360, 740, "ru")
	tab.Go(p.page(""))
	for i := range 3 {
		tab.Go(p.page(""))
		tab.Go(webtest.Eval[string](tab, fmt.Sprintf(`document.querySelectorAll(".consents a")[%d].href`, i)))
		tab.See("article p")
		if i == 0 {
			keepPictures(t, tab, "terms")
		}
	}
}

// keepPictures sees that a page has no serious fault for whoever cannot see it well, in light and in dark, and keeps
// pictures of it in all sizes where VERNO_PICTURES says so.
func keepPictures(t *testing.T, tab *webtest.Tab, name string) {
	t.Helper()
	for _, dark := range []bool{true, false} {
		tab.Dark(dark)
		tab.Accessible()
	}
	dir := os.Getenv("VERNO_PICTURES")
	if dir == "" {
		return
	}
	for _, width := range []int64{1440, 768, 360} {
		webtest.Send(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 740, DeviceScaleFactor: 1, Mobile: width < 700})
		for mode, dark := range map[string]bool{"light": false, "dark": true} {
			tab.Dark(dark)
			file := filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, mode))
			if err := os.WriteFile(file, tab.Picture(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	tab.Dark(false)
}
