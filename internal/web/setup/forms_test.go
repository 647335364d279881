package setup_test

import (
	"bytes"
	"html"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// founder goes through the steps without a browser.
type founder struct {
	*http.Client
	t    *testing.T
	site *webtest.Site
}

// newFounder opens the printed address.
func newFounder(t *testing.T) *founder {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	f := &founder{Client: &http.Client{Jar: jar}, t: t, site: webtest.Start(t, nil)}
	path, err := f.site.Server.SetupPath(t.Context())
	must(t, err)
	if status, _ := f.post(path, nil); status != http.StatusOK {
		t.Fatal(status)
	}
	return f
}

// post sends a form as the page of the step does: the first step's carries a file.
func (f *founder) post(path string, form url.Values) (int, string) {
	f.t.Helper()
	if path != "/setup/at/business" {
		return f.ask(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name := range form {
		must(f.t, w.WriteField(name, form.Get(name)))
	}
	must(f.t, w.Close())
	return f.ask(http.MethodPost, path, w.FormDataContentType(), &b)
}

func (f *founder) ask(method, path, contentType string, body io.Reader) (int, string) {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), method, f.site.Base+path, body)
	must(f.t, err)
	r.Header.Set("Accept-Language", "ru")
	r.Header.Set("Content-Type", contentType)
	answer, err := f.Do(r)
	must(f.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(f.t, err)
	return answer.StatusCode, string(text)
}

// right are forms in which nothing is wrong.
var right = map[string]url.Values{
	"business": {"name": {"Зерно"}, "business": {"cafe"}, "accent": {"#0b6b4f"}, "time_zone": {"Europe/Moscow"}, "currency": {"RUB"}},
	"rules":    {"mechanic": {"points"}, "percent": {"5"}, "share": {"50"}, "welcome": {"100"}},
	"texts": {
		"title_terms": {"А"}, "body_terms": {"а"}, "title_personal_data": {"Б"}, "body_personal_data": {"б"}, "title_advertising": {"В"}, "body_advertising": {"в"},
	},
	"team": {"store": {"Садовая"}, "owner": {"Анна"}, "login": {"anna"}, "password": {"garden street 12 opens"}},
}

// chosen are fields in which nothing can be typed that is not offered, and the one that is never shown again.
var chosen = map[string]bool{"time_zone": true, "currency": true, "password": true}

// TestBadInput: whatever is typed into a step, the field at fault says what is wrong with it and nothing that was typed is
// lost; then the step goes on with what is right.
func TestBadInput(t *testing.T) {
	t.Parallel()
	f := newFounder(t)
	for _, step := range []string{"business", "rules", "texts", "team"} {
		for _, x := range []struct{ step, field, value string }{
			{"business", "name", ""},
			{"business", "name", strings.Repeat("ж", 300)},
			{"business", "name", "\u202eЗерно"},
			{"business", "time_zone", "Луна"},
			{"business", "currency", "🤷"},
			{"business", "tax_id", strings.Repeat("7", 300)},
			{"rules", "percent", "<script>alert(1)</script>"},
			{"rules", "percent", "1000000"},
			{"rules", "share", "много"},
			{"rules", "welcome", "-5"},
			{"texts", "title_terms", ""},
			{"texts", "body_terms", strings.Repeat("ж", 70_000)},
			{"team", "store", strings.Repeat("ж", 300)},
			{"team", "owner", "\u202eАнна"},
			{"team", "owner", strings.Repeat("ж", 300)},
			{"team", "login", ""},
			{"team", "login", strings.Repeat("a", 300)},
			{"team", "password", "short"},
			{"team", "pin", "🤷🤷🤷🤷"},
		} {
			if x.step != step {
				continue
			}
			form := url.Values{}
			maps.Copy(form, right[step])
			form.Set(x.field, x.value)
			status, page := f.post("/setup/at/"+step, form)
			if status != http.StatusUnprocessableEntity || !strings.Contains(page, `id="`+x.field+`-fault"`) {
				t.Errorf("%s %s %.20q: %d, nothing at the field", step, x.field, x.value, status)
			}
			if strings.Contains(page, "<script>alert") || !chosen[x.field] && !strings.Contains(html.UnescapeString(page), x.value) {
				t.Errorf("%s %s %.20q: not as it was typed", step, x.field, x.value)
			}
		}
		if status, page := f.post("/setup/at/"+step, right[step]); status != http.StatusOK || strings.Contains(page, "-fault\"") {
			t.Errorf("%s: %d with what is right", step, status)
		}
	}
	big := url.Values{"store": {strings.Repeat("x", 10<<20)}}
	if status, _ := f.post("/setup/at/team", big); status != http.StatusRequestEntityTooLarge {
		t.Errorf("10 MB: %d", status)
	}
}

// TestBrokenDatabase: with the database gone every page says so in the reader's language, and none is blank.
func TestBrokenDatabase(t *testing.T) {
	t.Parallel()
	f := newFounder(t)
	f.post("/setup/at/business", right["business"])
	f.site.Break(t)
	for _, path := range []string{"/setup/", "/setup/at/business", "/setup/at/rules", "/setup/at/texts", "/setup/at/team", "/setup/at/launch", "/setup/guessed", "/setup/poster/a4.pdf"} {
		status, page := f.ask(http.MethodGet, path, "", http.NoBody)
		if status < 500 || !strings.Contains(page, "Не\u00a0получилось") || !strings.Contains(page, `lang="ru"`) {
			t.Errorf("%s: %d %.300s", path, status, page)
		}
	}
}

// TestKeyboard goes through all steps by real keys, from the printed address to the desk.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	site := webtest.Start(t, nil)
	path, err := site.Server.SetupPath(t.Context())
	must(t, err)
	tab := webtest.Open(t).Tab(1024, 768, "en")
	tab.Go(site.Base + path)
	to := func(css string) {
		t.Helper()
		for range 80 {
			if webtest.Eval[bool](tab, `document.activeElement?.matches('`+css+`') ?? false`) {
				return
			}
			tab.Keys("\t")
		}
		t.Fatalf("the keys do not come to %s", css)
	}
	to(`main form .main`)
	tab.Keys("\r")
	tab.See("#name")
	to("#name")
	tab.Keys("Bean\r")
	tab.See("#percent")
	to("form .main")
	tab.Keys("\r")
	tab.See("#body_terms")
	to("form .main")
	tab.Keys("\r")
	tab.See("#owner")
	for field, text := range map[string]string{"#owner": "Anna Baker", "#login": "anna"} {
		tab.Until(`document.querySelector("` + field + `") !== null`)
		webtest.Eval[bool](tab, `document.activeElement.blur() ?? true`)
		to(field)
		tab.Keys(text)
	}
	to("#password")
	tab.Keys("garden street 12 opens\r")
	tab.See("#buy")
	to("#buy")
	tab.Keys("\r")
	tab.See("#bought")
	to(`form[action="/setup/done"] .main`)
	tab.Keys("\r")
	tab.See(".desk main h1")
}
