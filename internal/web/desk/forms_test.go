package desk_test

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// nonsense is what people, and those who are none, type into forms.
var nonsense = map[string]string{
	"nonsense":    `¿¡%_*'"; -- \0 ${7*7} {{.}}`,
	"emoji":       "🦄👩\u200d👩\u200d👧 ☕",
	"backwards":   "\u202egnp.эсрев",
	"a script":    `<script>alert(1)</script>"><img src=x onerror=alert(1)>`,
	"300 letters": strings.Repeat("Щ", 300),
	"controls":    "a\x00b\x07c\r\nd",
	"a number":    "99999999999999999999999999",
	"below zero":  "-1",
}

// rare are the forms that no page of a small chain shows, as they are for two members, two colleagues, a second factor
// or a text that was published. Other tests of this package use them.
var rare = []string{
	"POST /programmes/{id}/versions/{number}/rollback", "POST /programmes/{id}/publish", "POST /members/{id}/merge", "POST /members/{id}/consents", "POST /members/{id}/gifts/{card}/return",
	"POST /tasks/{id}/done", "POST /tasks/{id}/approve", "POST /tasks/{id}/refuse", "POST /staff/{id}/factor",
	"POST /me/factor/confirm", "POST /me/factor/codes", "POST /me/factor/drop", "POST /channels/{id}/open", "POST /issues/{id}/act/{act}", "POST /issues/{id}/paper",
	"POST /wallets/google/check", "POST /wallets/google/retire", "POST /cards/{id}/preview", "POST /cards/{id}/publish", "POST /cards/{id}/versions/{number}/rollback", "POST /cards/{id}/pictures/{slot}",
}

// busy is a chain in which there is one of everything that the desk can show.
func busy(tb testing.TB) *webtest.Site { tb.Helper(); return busyIn(tb, "ru") }

// busyIn is such a chain whose people speak a language.
func busyIn(tb testing.TB, lang string) *webtest.Site {
	tb.Helper()
	site := webtest.Serve(tb, lang, webtest.Size{Guests: 12, Sales: 24}, nil)
	personal(tb, site, lang)
	w := enter(tb, site, lang)
	say := func(ru, en string) []string { return []string{map[string]string{"ru": ru, "en": en}[lang]} }
	_, found := w.walk()
	for key, f := range found {
		values := url.Values{}
		for _, e := range f.fields {
			if e.kind == "hidden" {
				values.Set(e.name, e.value)
			}
		}
		switch {
		case strings.HasSuffix(f.action, "/points"):
			values["how"], values["points"], values["reason"], values["note"] = []string{"give"}, []string{"90000"}, []string{"goodwill"}, say("Извинение", "An apology")
		case f.action == "/desk/keys/new":
			values["name"], values["for"], values["environment"] = say("Касса", "POS"), []string{"pos"}, []string{"live"}
		case f.action == "/desk/news":
			values["text_ru"], values["from"] = say("Пироги вернулись", "Pies are back"), []string{f.value("from")}
			values["until"] = values["from"]
		case f.action == "/desk/channels":
			values["name"], values["proof"], values["ask_name"] = say("Витрина", "Window"), []string{"none"}, []string{"required"}
		case f.action == "/desk/wallets/apple/trial":
			values["pass_type"], values["team"] = []string{"pass.not-apple.trial"}, []string{"NOTAPPLE00"}
		case f.action == "/desk/issues/blanks":
			values["count"] = []string{"3"}
		case f.action == "/desk/wallets/nfc":
		case f.action == "/desk/staff/new":
			values["name"], values["role"], values["login"], values["password"] = say("Ольга", "Olga"), []string{"support"}, []string{"olga"}, say("три слова и ещё одно", "three words and one more")
		default:
			continue
		}
		got := w.send(&f, values)
		if got.status >= http.StatusInternalServerError {
			tb.Fatal(key, got.status)
		}
		if f.action == "/desk/issues/blanks" {
			w.send(&shown{action: got.header.Get("Location") + "/act/start"}, nil)
		}
	}
	return site
}

// TestForms sends every form of the desk what nobody expects: it says what is wrong, loses nothing that was typed, and
// whatever it takes is shown as text afterwards.
func TestForms(t *testing.T) {
	t.Parallel()
	site := busy(t)
	w := enter(t, site, "ru")
	var actions []string
	fed := map[string]bool{}
	for range 2 { // What was made in the first round has forms of its own.
		_, found := w.walk()
		for _, key := range slices.Sorted(maps.Keys(found)) {
			f := found[key]
			actions = append(actions, f.action)
			if fed[key] {
				continue
			}
			fed[key] = true
			got := w.flood(&f)
			if got.status != http.StatusRequestEntityTooLarge || !strings.Contains(string(got.body), "<html") {
				t.Errorf("%s: 10 MB: %d", key, got.status)
			}
			taken := false
			for what, text := range nonsense {
				taken = w.feed(t, key+": "+what, &f, text, taken) || taken
			}
		}
	}
	for _, route := range missing(http.MethodPost, actions) {
		if !slices.Contains(rare, route) {
			t.Errorf("no page has a form for %s", route)
		}
	}
	pages, _ := w.walk()
	for _, path := range pages {
		if body := string(w.get(path).body); strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
			t.Errorf("%s runs what was typed", path)
		}
	}
}

// feed types a text into every field of a form where people type, and sends it. It reports whether the form was taken;
// one that was taken before may have nothing left to do.
func (w *walker) feed(t *testing.T, name string, f *shown, text string, before bool) (taken bool) {
	t.Helper()
	values, typed := url.Values{}, 0
	for _, e := range f.fields {
		switch e.kind {
		case "hidden", "radio", "checkbox", "file", "submit":
			if e.value != "" && e.kind != "file" {
				values.Set(e.name, e.value)
			}
		default:
			values.Set(e.name, text)
			typed++
		}
	}
	if typed == 0 {
		return false
	}
	got := w.send(f, values)
	if got.status >= http.StatusInternalServerError {
		t.Errorf("%s: %d", name, got.status)
	}
	if got.status == http.StatusSeeOther || f.part && got.status == http.StatusOK {
		return true
	}
	for _, again := range forms(got.body) {
		if cmp.Or(again.action, f.action) != f.action {
			continue
		}
		for _, e := range again.fields {
			if e.kind == "text" || e.kind == "textarea" || e.kind == "search" || e.kind == "tel" || e.kind == "email" || e.kind == "number" {
				if want := values.Get(e.name); values.Has(e.name) && lines(e.value) != lines(want) {
					t.Errorf("%s: %s was lost: %.60q", name, e.name, e.value)
				}
			}
		}
		return false
	}
	if !before {
		t.Errorf("%s: %d, and the form is gone", name, got.status)
	}
	return false
}

// lines is a text as a browser has it, which ends lines in its own way.
func lines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
