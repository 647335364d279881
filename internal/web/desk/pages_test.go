package desk_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestPages goes to every page of the desk that there is, as somebody who does not see it would: nothing on it is a
// serious obstacle, and no route is left without a way to it.
func TestPages(t *testing.T) {
	t.Parallel()
	site := busy(t)
	w := enter(t, site, "ru")
	pages, _ := w.walk()
	unlinked := []string{
		"GET /brand/preview", "GET /card_pictures/{hash}", "GET /cards/{id}/pictures/{slot}", "GET /cards/{id}/publish", "GET /programmes", "GET /programmes.csv",
		"GET /programmes.xlsx", "GET /programmes/{id}/publish",
	}
	if left := missing(http.MethodGet, append(pages, w.files...)); !slices.Equal(left, unlinked) {
		t.Errorf("no link leads to %q", left)
	}
	for _, path := range w.files {
		if got := w.get(path); got.status != http.StatusOK || len(got.body) == 0 {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	site.Enter(tab)
	seen := map[string]bool{}
	for _, path := range pages {
		at, _, _ := strings.Cut(pattern(path), "?")
		if strings.HasPrefix(at, "/desk/legal/") {
			at = "/desk/legal/*" // Six texts are one page.
		}
		if strings.Contains(path, "kind=") {
			at += " of a kind"
		}
		if seen[at] {
			continue
		}
		seen[at] = true
		tab.Go(site.Base + path)
		tab.Accessible()
	}
}

// TestBrokenDatabase takes the database away: each page says so in the reader's language, and a form that was being
// filled in is not blamed for it.
func TestBrokenDatabase(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 3, Sales: 6}, nil)
	inside := []*walker{enter(t, site, "ru"), enter(t, site, "en")}
	site.Break(t)
	for i, sorry := range []string{"База данных", "database"} {
		w := inside[i]
		for _, path := range []string{"/desk/", "/desk/members", "/desk/receipts", "/desk/promotions", "/desk/staff", "/desk/channels", "/desk/news"} {
			got := w.get(path)
			if text := string(got.body); got.status != http.StatusServiceUnavailable || !strings.Contains(text, "<html") || !strings.Contains(text, sorry) {
				t.Errorf("%s in %s: %d %.300s", path, w.lang, got.status, text[max(0, strings.Index(text, "<main")):])
			}
		}
		if got := w.send(&shown{action: "/desk/stores/new"}, url.Values{"name": {"Лавка"}}); got.status != http.StatusServiceUnavailable {
			t.Errorf("a form: %d", got.status)
		}
	}
}
