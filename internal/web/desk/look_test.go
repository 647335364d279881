package desk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// blemishes are what is wrong with how a page looks, as far as a script sees it: a page wider than its screen, words that
// are cut off, names that only programs know, values that were never filled in.
const blemishes = `((lang) => {
	const bad = [], seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".sr, svg, code, pre, .record");
	if (document.documentElement.scrollWidth > document.documentElement.clientWidth) {
		const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest(".scroll")).slice(-3);
		bad.push("wider than the screen: " + document.documentElement.scrollWidth + " " + out.map((e) => e.outerHTML.slice(0, 120)).join(" "));
	}
	for (const e of document.querySelectorAll("main *, .menu *")) {
		if (!seen(e) || e.matches("input, textarea, select, option")) continue;
		const hides = ["hidden", "clip"].includes(getComputedStyle(e).overflowX);
		if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && (hides || e.matches(".button, .tag, h1, h2"))) bad.push("cut off: " + e.outerHTML.slice(0, 160));
	}
	for (const e of document.querySelectorAll(".scroll")) {
		if (seen(e) && e.scrollWidth > e.clientWidth + 1) bad.push("scrolls sideways by " + (e.scrollWidth - e.clientWidth) + ": " + e.innerText.slice(0, 80));
	}
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n = walk.nextNode(); n; n = walk.nextNode()) {
		const text = n.data.trim();
		if (!text || !seen(n.parentElement) || n.parentElement.closest("script, style, noscript, [lang], textarea, option, .mono, .quoted")) continue;
		if (/⟨|undefined|\bNaN\b|<no value>|0001-01-01|%!|\bnull\b|\b[a-z]{2,}_[a-z_]{2,}\b/.test(text)) bad.push("a name for programs: " + text.slice(0, 120));
		if (lang === "en" && /[А-Яа-яЁё]/.test(text) && text !== "Русский") bad.push("Russian: " + text.slice(0, 120));
		if (lang === "ru" && /\b[a-z]{3,}\s+[a-z]{3,}\b/.test(text)) bad.push("English: " + text.slice(0, 120));
	}
	return bad;
})`

var notLetter = regexp.MustCompile(`[^a-z0-9]+`)

// TestLook goes to every page of the desk on a phone, and where VERNO_PICTURES says so on larger screens too, in both
// languages, and keeps pictures of them there: nothing is cut off, nothing is wider than its screen, all of it is in the
// reader's language.
func TestLook(t *testing.T) {
	t.Parallel()
	widths := []int64{360, 768}
	if os.Getenv("VERNO_PICTURES") != "" {
		widths = []int64{360, 768, 1440}
	}
	for _, lang := range []string{"ru", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			site := busyIn(t, lang)
			pages, _ := enter(t, site, lang).walk()
			tab := webtest.Open(t).Tab(1440, 900, lang)
			site.Enter(tab)
			seen := map[string]bool{}
			for _, path := range pages {
				at, _, _ := strings.Cut(pattern(path), "?")
				if strings.Contains(path, "kind=") {
					at = path
				}
				if seen[at] {
					continue
				}
				seen[at] = true
				tab.Go(site.Base + path)
				for _, width := range widths {
					tab.Size(width, 900)
					for _, fault := range webtest.Eval[[]string](tab, blemishes+`("`+lang+`")`) {
						t.Errorf("%s in %s at %d: %s", path, lang, width, fault)
					}
					keepLook(t, tab, fmt.Sprintf("look-%s-%s-%d", strings.Trim(notLetter.ReplaceAllString(strings.TrimPrefix(at, "/desk"), "-"), "-"), lang, width))
				}
			}
		})
	}
}

// keepLook keeps a picture of a page, and another one in the dark.
func keepLook(t *testing.T, tab *webtest.Tab, name string) {
	t.Helper()
	dir := os.Getenv("VERNO_PICTURES")
	if dir == "" {
		return
	}
	for _, dark := range []bool{true, false} {
		tab.Dark(dark)
		file := name + ".png"
		if dark {
			file = name + "-dark.png"
		}
		if err := os.WriteFile(filepath.Join(dir, file), tab.Picture(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLookAround goes where no link leads: the door, the menu of a phone, an address that there is not, a page that is not
// for everybody, and the desk without its database.
func TestLookAround(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ru", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			site := webtest.Serve(t, lang, webtest.Size{Guests: 1}, nil)
			tab := webtest.Open(t).Tab(360, 740, lang)
			tab.Allow("status of 401", "status of 403", "status of 404", "status of 422", "status of 503")
			look := func(name string) {
				t.Helper()
				for _, fault := range webtest.Eval[[]string](tab, blemishes+`("`+lang+`")`) {
					t.Errorf("%s in %s: %s", name, lang, fault)
				}
				for _, dark := range []bool{true, false} {
					tab.Dark(dark)
					tab.Accessible()
				}
				keepLook(t, tab, "look-"+name+"-"+lang+"-360")
			}
			tab.Go(site.Base + "/desk/login")
			look("login")
			tab.Type("#login", "nobody")
			tab.Type("#password", "nothing at all\r")
			tab.See(".notice.bad")
			look("login-wrong")
			_, err := site.Server.Gate.CreateStaff(t.Context(), auth.Operator(site.Made.Live.Tenant),
				auth.NewStaff{Name: "Olga", Role: verno.RoleSupport, Login: "olga", Password: site.Password}, site.Server.Now())
			if err != nil {
				t.Fatal(err)
			}
			other := *site
			other.Login = "olga"
			other.Enter(tab)
			tab.Go(site.Base + "/desk/keys")
			look("forbidden")
			tab.Go(site.Base + "/desk/nowhere")
			look("nowhere")
			tab.Go(site.Base + "/desk/members")
			tab.Click(".menu summary")
			tab.See(".menu details a[aria-current]")
			look("menu")
			site.Break(t)
			tab.Go(site.Base + "/desk/members")
			look("broken")
		})
	}
}
