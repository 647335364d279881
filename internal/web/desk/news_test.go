package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestNews has cards tell something, sees it told and takes it back; what was typed wrongly comes back as it was.
func TestNews(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	w := enter(t, site, "ru")
	read := func() (page string, tell, end *shown) {
		body := w.get("/desk/news").body
		for _, f := range forms(body) {
			switch {
			case f.action == "/desk/news":
				tell = &f
			case strings.HasSuffix(f.action, "/end"):
				end = &f
			}
		}
		return string(body), tell, end
	}
	page, tell, end := read()
	if !strings.Contains(page, "Новостей пока нет") || tell == nil || end != nil {
		t.Fatalf("an empty page: %.2000s", page)
	}
	values := url.Values{"text_ru": {"Пироги <b>вернулись</b>"}, "from": {tell.value("from")}, "until": {"2020-01-01"}}
	if got := w.send(tell, values); got.status != http.StatusUnprocessableEntity || !strings.Contains(string(got.body), "Пироги &lt;b&gt;") {
		t.Fatalf("a day that is over: %d", got.status)
	}
	values.Set("until", tell.value("from"))
	if got := w.send(tell, values); got.status != http.StatusSeeOther {
		t.Fatalf("told: %d", got.status)
	}
	if page, _, end = read(); !strings.Contains(page, "Пироги &lt;b&gt;") || !strings.Contains(page, "Показывается") || end == nil {
		t.Fatalf("after it was told: %.2000s", page)
	}
	if got := w.send(end, url.Values{}); got.status != http.StatusSeeOther {
		t.Fatalf("taken back: %d", got.status)
	}
	if page, _, end = read(); !strings.Contains(page, "Снята") || end != nil {
		t.Errorf("after it was taken back: %.2000s", page)
	}
}
