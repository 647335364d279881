package member_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// worn gives the form a look, with a picture where its ends are coloured.
func (p *poster) worn(l store.ChannelLook, ends ...color.Color) {
	p.t.Helper()
	ctx, s, boss := p.t.Context(), p.Server, auth.Operator(p.Made.Live.Tenant)
	if len(ends) == 2 {
		img := image.NewNRGBA(image.Rect(0, 0, 1200, 630))
		for y := range 630 {
			for x := range 1200 {
				img.Set(x, y, ends[x/600])
			}
		}
		var raw bytes.Buffer
		check(p.t, png.Encode(&raw, img))
		kept, err := s.Office.AddPicture(ctx, boss, s.Now(), raw.Bytes())
		check(p.t, err)
		l.Picture = kept.Hash
	}
	var err error
	p.channel, err = s.Roll.ChangeChannel(ctx, boss, s.Now(), p.channel.ID, p.channel.Revision, member.ChannelForm{
		Name: p.channel.Name, Proof: p.channel.Proof, Fields: p.channel.Fields, Look: &l,
	})
	check(p.t, err)
}

// crawled is what a machine was answered.
type crawled struct {
	StatusCode int
	Header     http.Header
	Body       []byte
}

// crawl asks for an address as a machine does that draws previews: without a language, by a name.
func (p *poster) crawl(address, agent string, more ...string) crawled {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, address, http.NoBody)
	check(p.t, err)
	r.Header.Set("User-Agent", agent)
	for i := 0; i+1 < len(more); i += 2 {
		r.Header.Set(more[i], more[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	check(p.t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	check(p.t, err)
	return crawled{res.StatusCode, res.Header, body}
}

// metas are what the head of a page says of it, by name.
func metas(t *testing.T, res crawled) map[string]string {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(res.Body))
	check(t, err)
	found := map[string]string{}
	for n := range doc.Descendants() {
		if n.Data != "meta" || n.Parent.Data != "head" {
			continue
		}
		of := map[string]string{}
		for _, a := range n.Attr {
			of[a.Key] = a.Val
		}
		found[of["property"]+of["name"]] = of["content"]
	}
	return found
}

// TestAddressIsShown reads, as networks do, what is shown of a poster's address: the form's words, the promise, and a picture
// that is there, of the size that it is said to have; drawn where there is none, else the form's own.
func TestAddressIsShown(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string][3]string{
		"ru": {"Получить карту", "+100 баллов за вступление. Бесплатно", "ru_RU"}, "en": {"Get your card", "+100 points", "en_US"},
	} {
		p := newPoster(t, lang, member.ProofCode)
		m := metas(t, p.crawl(p.page("?utm_source=vk&fbclid=abc"), "TelegramBot (like TwitterBot)"))
		for name, text := range map[string]string{
			"og:type": "website", "og:title": want[0], "og:url": p.page("?utm_source=vk"), "og:locale": want[2], "og:image:width": "1200", "og:image:height": "630",
			"twitter:card": "summary_large_image", "og:image:type": "image/png", "description": m["og:description"], "og:locale:alternate": map[string]string{"ru": "en_US", "en": "ru_RU"}[lang],
		} {
			if got := strings.ReplaceAll(m[name], "\u00a0", " "); got != strings.ReplaceAll(text, "\u00a0", " ") {
				t.Errorf("%s: %s is %q", lang, name, m[name])
			}
		}
		if got := strings.ReplaceAll(m["og:description"], "\u00a0", " "); !strings.HasPrefix(got, want[1]) || m["og:site_name"] == "" {
			t.Errorf("%s: described by %q of %q", lang, got, m["og:site_name"])
		}
		drawn := p.shown(m)
		if got := drawn.At(2, 300); got != drawn.At(1197, 300) {
			t.Errorf("%s: the ground is %v", lang, got)
		}
		// A form of its own looks as it says, at once.
		p.worn(store.ChannelLook{Title: map[string]string{lang: "Шестая чашка"}, Lead: map[string]string{lang: "Каждая\nшестая"}}, color.NRGBA{R: 0xff, A: 0xff}, color.NRGBA{B: 0xff, A: 0xff})
		m = metas(t, p.crawl(p.page(""), "WhatsApp/2.23.20 A"))
		if m["og:title"] != "Шестая чашка" || m["og:url"] != p.page("") || m["og:image:type"] != "image/jpeg" || !strings.HasSuffix(m["og:description"], "Каждая шестая") {
			t.Errorf("%s: with a look %v", lang, m)
		}
		photo := p.shown(m)
		if r, _, b, _ := photo.At(100, 300).RGBA(); r < 0xf000 || b > 0x1000 {
			t.Errorf("the left end is %v", photo.At(100, 300))
		}
		if r, _, b, _ := photo.At(1100, 300).RGBA(); b < 0xf000 || r > 0x1000 {
			t.Errorf("the right end is %v", photo.At(1100, 300))
		}
		// Phones reach Verno where it was told that they do.
		p.Server.Passes.Base = "https://cards.example"
		if m := metas(t, p.crawl(p.page(""), "facebookexternalhit/1.1")); !strings.HasPrefix(m["og:image"], "https://cards.example/j/") || !strings.HasPrefix(m["og:url"], "https://cards.example/j/") {
			t.Errorf("phones are led to %s and %s", m["og:url"], m["og:image"])
		}
	}
}

// shown fetches the picture of a page's head: what it is said to be, kept for good under its name and for a minute under
// another one, and not sent twice to whoever has it.
func (p *poster) shown(m map[string]string) image.Image {
	t := p.t
	t.Helper()
	res := p.crawl(m["og:image"], "vkShare; +http://vk.com/dev/Share")
	kind, keep := res.Header.Get("Content-Type"), res.Header.Get("Cache-Control")
	read := map[string]func([]byte) (image.Image, error){
		"image/png":  func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
		"image/jpeg": func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) },
	}[m["og:image:type"]]
	img, err := read(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || kind != m["og:image:type"] || !strings.Contains(keep, "immutable") || img.Bounds().Size() != image.Pt(1200, 630) {
		t.Fatalf("%s: %d %s %s %v %d bytes", m["og:image"], res.StatusCode, kind, keep, err, len(res.Body))
	}
	if len(res.Body) > 300<<10 || res.Header.Get("Content-Encoding") != "" || res.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("%d bytes, %v", len(res.Body), res.Header)
	}
	if again := p.crawl(m["og:image"], "vkShare", "If-None-Match", res.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("asked again: %d", again.StatusCode)
	}
	other := p.crawl(p.page("/preview/ru-0000000000000000.png"), "vkShare")
	if other.StatusCode != http.StatusOK || strings.Contains(other.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("by an older name: %d %s", other.StatusCode, other.Header.Get("Cache-Control"))
	}
	return img
}

// TestMachinesAreNoVisitors: what draws previews of an address looks at it and is not counted; who opens it in the browser
// of an app is.
func TestMachinesAreNoVisitors(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	visits := func() (n int64) {
		f, err := p.Server.Roll.Funnels(t.Context(), auth.Operator(p.Made.Live.Tenant), p.channel.ID, p.Server.Now().AddDate(0, 0, -1), time.Time{})
		check(t, err)
		for i := range f {
			n += f[i].Visits
		}
		return n
	}
	for _, agent := range []string{
		"TelegramBot (like TwitterBot)", "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)", "WhatsApp/2.23.20.0", "WhatsApp/2.2411.2 N",
		"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "meta-externalagent/1.1", "Twitterbot/1.0", "Mozilla/5.0 (compatible; OdklBot/1.0; +klass@odnoklassniki.ru)",
		"Slackbot-LinkExpanding 1.0", "Mozilla/5.0 (compatible; Discordbot/2.0)", "LinkedInBot/1.0", "SkypeUriPreview Preview/0.5", "Mozilla/5.0 (compatible; YandexBot/3.0)", "",
	} {
		if res := p.crawl(p.page("?utm_source=vk"), agent); res.StatusCode != http.StatusOK {
			t.Errorf("%s gets %d", agent, res.StatusCode)
		}
		if n := visits(); n != 0 {
			t.Fatalf("%q was counted", agent)
		}
	}
	for i, agent := range []string{
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/480]",
		"Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Version/4.0 Chrome/126.0 Mobile Safari/537.36 VKAndroidApp/8.90",
		"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 Telegram-Android/11.2",
	} {
		p.crawl(p.page("?utm_source=vk"), agent)
		if n := visits(); n != int64(i+1) {
			t.Errorf("%q: %d visits", agent, n)
		}
	}
}

// looks are forms as merchants may have them.
func looks(lang string) map[string]store.ChannelLook {
	say := func(ru, en string) map[string]string {
		return map[string]string{lang: map[string]string{"ru": ru, "en": en}[lang]}
	}
	return map[string]store.ChannelLook{
		"plain": {},
		"cafe": {
			Title: say("Карта гостя «Чайки»", "The Seagull guest card"), Lead: say("Баллы с каждой чашки.\nКаждая шестая — в подарок.", "Points with every cup.\nEvery sixth is on us."),
			Button: say("Хочу карту", "I want a card"), Accent: "#8a1f4c",
		},
		"long": {
			Title:  say(strings.Repeat("Высокопревосходительство ", 2), strings.Repeat("Incomprehensibilities ", 2)),
			Lead:   say(strings.Repeat("Достопримечательность ", 13), strings.Repeat("Counterrevolutionary ", 14)),
			Button: say("Зарегистрироваться бесплатно", "Register for a card for free"), Accent: "#ffd400",
		},
	}
}

// TestJoinLooks shows forms in their looks, with a picture and without one, on the smallest phone and wider: nothing runs over
// the edge, no message is missing, and who cannot see well can use it; without a script it works as it did.
func TestJoinLooks(t *testing.T) {
	t.Parallel()
	widths := []int64{320}
	if os.Getenv("VERNO_PICTURES") != "" {
		widths = []int64{320, 360, 768, 1440}
	}
	for _, lang := range []string{"ru", "en"} {
		p := newPoster(t, lang, member.ProofCode)
		tab := webtest.Open(t).Tab(320, 800, lang)
		for name, l := range looks(lang) {
			if name != "plain" {
				p.worn(l, color.NRGBA{0xc9, 0x7b, 0x4a, 0xff}, color.NRGBA{0x5d, 0x3a, 0x2a, 0xff})
			}
			for _, width := range widths {
				tab.Size(width, 800)
				tab.Go(p.page(""))
				tab.See("form.sheet")
				if wide := webtest.Eval[int64](tab, "document.documentElement.scrollWidth"); wide > width {
					t.Errorf("%s in %s is %d wide on a screen of %d", name, lang, wide, width)
				}
				for _, dark := range []bool{true, false} {
					tab.Dark(dark)
					tab.Accessible()
					picture(t, tab, fmt.Sprintf("look-%s-%s-%d%s", name, lang, width, map[bool]string{true: "-dark"}[dark]))
				}
			}
			if got := tab.Text("h1"); name == "cafe" && got != l.Title[lang] {
				t.Errorf("titled %q", got)
			}
			if got := tab.Text("form.sheet .main"); name == "cafe" && got != l.Button[lang] {
				t.Errorf("the button says %q", got)
			}
			if name != "plain" && !webtest.Eval[bool](tab, `document.querySelector(".photo").naturalWidth === 1200`) {
				t.Error("the picture is not shown")
			}
		}
	}
}
