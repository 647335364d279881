package desk_test

import (
	"bytes"
	"image"
	"image/png"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// opened makes a channel by the desk's own form, whose texts are published, and gives its page.
func opened(t *testing.T, site *webtest.Site, w *walker, values url.Values) (at string, ch func() store.Channel) {
	t.Helper()
	for _, purpose := range []string{"terms", "personal_data"} {
		if got := w.send(&shown{action: "/desk/legal/" + purpose + "/" + w.lang}, url.Values{"title": {purpose}, "body": {"1. A text."}}); got.status != http.StatusSeeOther {
			t.Fatalf("%s: %d", purpose, got.status)
		}
	}
	made := w.send(&shown{action: "/desk/channels"}, values)
	if made.status != http.StatusSeeOther {
		t.Fatalf("%d %.2000s", made.status, made.body)
	}
	return made.header.Get("Location"), func() store.Channel {
		t.Helper()
		list, err := site.Server.Store.Reader().Channels(t.Context(), site.Made.Live.Tenant, verno.ChannelID{}, 10)
		if err != nil || len(list) == 0 {
			t.Fatal(list, err)
		}
		return list[len(list)-1]
	}
}

func plainly(body []byte) string { return strings.ReplaceAll(string(body), "\u00a0", " ") }

// TestFormLook gives a form a look at the desk without a script: a template fills it in and nothing is saved by that, what is
// typed can be looked at, and what is saved is on the page of joining at once, with the middle of the picture above it.
func TestFormLook(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	w := enter(t, site, "ru")
	if text := plainly(w.get("/desk/channels/new?template=club").body); !strings.Contains(text, `name="template" value="club"`) || !strings.Contains(text, "Вступить в клуб") {
		t.Error("a template is not offered for a new link")
	}
	at, ch := opened(t, site, w, url.Values{"name": {"Афиша"}, "proof": {"none"}, "template": {"club"}, "ask_name": {"required"}})
	if got := ch().Look; got.Title["en"] != "Join the club" || got.Button["ru"] != "Вступить" {
		t.Fatalf("made with %v", got)
	}
	to := &shown{action: at + "/look", multipart: true}
	got := w.send(to, url.Values{"act": {"template:cafe"}, "revision": {"1"}})
	if text := plainly(got.body); got.status != http.StatusOK || !strings.Contains(text, `value="Карта гостя"`) || ch().Look.Title["ru"] != "Вступить в клуб" {
		t.Fatalf("a template: %d, saved as %v", got.status, ch().Look)
	}
	typed := url.Values{
		"revision": {"1"}, "title_ru": {"Шестая чашка"}, "lead_ru": {"Копите\r\nчашки"}, "button_ru": {"Хочу карту"}, "accent": {"other"}, "accent_other": {"#ffd400"},
		"ask_name": {"asked"}, "ask_email": {"required"}, "lang": {"ru"},
	}
	for _, one := range []answer{w.send(to, with(typed, "act", "show")), w.send(&shown{action: at + "/look/preview"}, typed)} {
		text := plainly(one.body)
		for _, want := range []string{"Шестая чашка", "Хочу карту", "+100 баллов", "контраст 1,4", "Почта"} {
			if one.status != http.StatusOK || !strings.Contains(text, want) {
				t.Errorf("%d, and %s is not shown", one.status, want)
			}
		}
	}
	if got := w.send(to, typed); got.status != http.StatusSeeOther {
		t.Fatalf("saved: %d %.3000s", got.status, got.body)
	}
	page := plainly(w.get("/j/" + ch().Code).body)
	for _, want := range []string{"<h1>Шестая чашка</h1>", "Хочу карту", `name="email"`, "tint/ffd400.css"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of joining has no %s", want)
		}
	}
	if strings.Contains(page, `name="birthday"`) {
		t.Error("the page of joining asks for more")
	}
	if got := w.send(to, typed); got.status != http.StatusUnprocessableEntity || !strings.Contains(string(got.body), "Шестая чашка") {
		t.Errorf("saved over what another has saved: %d", got.status)
	}
}

// with is a form with one field more.
func with(values url.Values, name, value string) url.Values {
	all := url.Values{name: {value}}
	maps.Copy(all, values)
	return all
}

// TestFormPicture puts a picture above a form: of a large one the middle is kept and another part can be chosen; what is no
// picture, draws itself, or unpacks to more than there is room for is refused in plain words, with all that was typed kept.
func TestFormPicture(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	w := enter(t, site, "ru")
	at, ch := opened(t, site, w, url.Values{"name": {"Афиша"}, "proof": {"none"}})
	packed := func(wide, high int) string {
		img := image.NewGray(image.Rect(0, 0, wide, high))
		var raw bytes.Buffer
		if err := png.Encode(&raw, img); err != nil {
			t.Fatal(err)
		}
		return raw.String()
	}
	for says, file := range map[string]string{
		"Нужен файл PNG или JPEG":           `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"не больше 5 МБ и 20 млн пикселей":  packed(6_000, 4_000),
		"Файл слишком большой: не больше 5": strings.Repeat("\xff", 12<<20),
	} {
		got := w.upload(at+"/look", "picture", file, url.Values{"revision": {"1"}, "title_ru": {"Чашка"}})
		if text := plainly(got.body); got.status != http.StatusUnprocessableEntity || !strings.Contains(text, says) || !strings.Contains(text, `value="Чашка"`) {
			t.Errorf("%d: %q is not said, or what was typed is lost", got.status, says)
		}
	}
	if look := ch().Look; !look.Plain() || ch().Revision != 1 {
		t.Fatalf("refused, and yet %v", look)
	}
	sent := w.upload(at+"/look", "picture", packed(5_000, 4_000), url.Values{"revision": {"1"}, "title_ru": {"Чашка"}})
	if sent.status != http.StatusSeeOther || !strings.Contains(sent.header.Get("Location"), "whole=") {
		t.Fatalf("twenty megapixels: %d %.2000s", sent.status, sent.body)
	}
	if text := plainly(w.get(sent.header.Get("Location")).body); !strings.Contains(text, "/picture?picture=") {
		t.Error("another part cannot be chosen")
	}
	kept, err := site.Server.Store.Reader().Picture(t.Context(), site.Made.Live.Tenant, ch().Look.Picture)
	if err != nil || kept.Width != 1200 || kept.Height < 629 || kept.Height > 630 {
		t.Fatal(kept.Width, kept.Height, err)
	}
	first := ch().Look
	_, whole, _ := strings.Cut(sent.header.Get("Location"), "whole=")
	if got := w.send(&shown{action: at + "/picture"}, url.Values{"act": {"cut"}, "picture": {whole}, "x": {"0"}, "y": {"0"}, "width": {"400"}}); got.status != http.StatusSeeOther {
		t.Fatalf("cut: %d %.2000s", got.status, got.body)
	}
	if now := ch().Look; now.Picture == first.Picture || now.Title["ru"] != "Чашка" {
		t.Errorf("cut anew: %v", now)
	}
	if got := w.get("/j/" + ch().Code + "/preview/x.jpg"); got.status != http.StatusOK || got.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("above the form: %d", got.status)
	}
	if got := w.send(&shown{action: at + "/picture"}, url.Values{"act": {"none"}}); got.status != http.StatusSeeOther || ch().Look.Picture != "" {
		t.Errorf("taken away: %d", got.status)
	}
}

// TestAddressIsSentOn: each network has its own address, by which it is counted, and its own page; a site of one's own has a
// button that follows the look. Nothing is loaded from a network.
func TestAddressIsSentOn(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	site.Server.Passes.Base = "https://cards.example"
	w := enter(t, site, "ru")
	at, ch := opened(t, site, w, url.Values{"name": {"Афиша"}, "proof": {"none"}, "template": {"cafe"}})
	page := string(w.get(at).body)
	address := "https://cards.example/j/" + ch().Code
	for _, want := range []string{
		address + "?utm_source=vk", address + "?utm_medium=email&amp;utm_source=order",
		"https://vk.com/share.php?url=" + url.QueryEscape(address+"?utm_source=vk"), "https://t.me/share/url?url=" + url.QueryEscape(address+"?utm_source=telegram"),
		"https://wa.me/?text=", `rel="noopener noreferrer"`, "&lt;a href=&#34;" + address + "?utm_source=site&#34;&gt;",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	for _, from := range []string{`src="http`, `<link rel="stylesheet" href="http`, `<iframe`} {
		if strings.Contains(page, from) {
			t.Errorf("the page loads from elsewhere: %s", from)
		}
	}
	badge := w.get("/j/" + ch().Code + "/badge/en.svg")
	if text := string(badge.body); badge.status != http.StatusOK || badge.header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(text, "Get my guest card") || badge.header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("the button: %d %s %s", badge.status, badge.header, text)
	}
	if got := w.get("/j/" + ch().Code + "/badge/de.svg"); got.status != http.StatusNotFound {
		t.Errorf("a button in no language: %d", got.status)
	}
}

// TestFormTemplates: each template says the same in both languages, in a colour that can be read, and its words have room.
func TestFormTemplates(t *testing.T) {
	t.Parallel()
	for _, one := range member.LookTemplates {
		for _, lang := range []string{"ru", "en"} {
			for text, most := range map[string]int{one.Look.Title[lang]: member.MaxLookTitle, one.Look.Lead[lang]: member.MaxLookLead, one.Look.Button[lang]: member.MaxLookButton} {
				if n := len([]rune(text)); n == 0 || n > most {
					t.Errorf("%s in %s: %q", one.Name, lang, text)
				}
			}
		}
		if c, ok := brand.Parse(one.Look.Accent); !ok || brand.ShadesOf(c).Altered(c) {
			t.Errorf("%s: %s cannot be read", one.Name, one.Look.Accent)
		}
		if one.Fields[member.FieldName] == "" {
			t.Errorf("%s asks for no name", one.Name)
		}
	}
}

// TestFormLookPage types into the page of a form's look in a browser: the phone beside it follows, and saving shows it to all.
func TestFormLookPage(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	w := enter(t, site, "ru")
	at, ch := opened(t, site, w, url.Values{"name": {"Афиша"}, "proof": {"none"}, "template": {"cafe"}, "ask_name": {"required"}})
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	site.Enter(tab)
	tab.Go(site.Base + at + "/look")
	tab.Accessible()
	tab.Fill("#title_ru", "Шестая чашка")
	tab.Until(`document.getElementById("shown-title").textContent === "Шестая чашка"`)
	tab.Click(`[value="#1b4b9b"] + .swatch`)
	tab.Until(`document.querySelector("#preview link").href.includes("1b4b9b")`)
	tab.Click(`#look .row .main`)
	tab.See(".notice.good")
	if got := ch().Look; got.Title["ru"] != "Шестая чашка" || got.Accent != "#1b4b9b" {
		t.Errorf("saved as %v", got)
	}
	tab.Go(site.Base + at)
	tab.See("[data-copy]")
	tab.Accessible()
	if os.Getenv("VERNO_PICTURES") != "" {
		pictures(t, site, map[string]string{"join-look": strings.TrimPrefix(at, "/desk") + "/look", "join-share": strings.TrimPrefix(at, "/desk"), "join-new": "/channels/new?template=cafe"})
	}
}
