package desk_test

import (
	"bytes"
	"cmp"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/desk"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// walker goes through the desk without a browser, as whoever has logged in.
type walker struct {
	tb     testing.TB
	site   *webtest.Site
	client *http.Client
	lang   string
	files  []string // what links lead to that is no page
}

func enter(tb testing.TB, site *webtest.Site, lang string) *walker {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	w := &walker{tb: tb, site: site, lang: lang, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	got := w.send(&shown{action: "/desk/login"}, url.Values{"login": {site.Login}, "password": {site.Password}})
	if got.status != http.StatusSeeOther {
		tb.Fatal("nobody is let in: ", got.status)
	}
	return w
}

func (w *walker) ask(r *http.Request) answer {
	w.tb.Helper()
	r.Header.Set("Accept-Language", w.lang)
	got, err := w.client.Do(r)
	if err != nil {
		w.tb.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		w.tb.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, body}
}

func (w *walker) get(path string) answer {
	w.tb.Helper()
	r, err := http.NewRequestWithContext(w.tb.Context(), http.MethodGet, w.site.Base+path, nil)
	if err != nil {
		w.tb.Fatal(err)
	}
	return w.ask(r)
}

// send sends a form as a browser does.
func (w *walker) send(f *shown, values url.Values) answer {
	w.tb.Helper()
	body, kind := bytes.NewBufferString(values.Encode()), "application/x-www-form-urlencoded"
	if f.multipart {
		body = &bytes.Buffer{}
		m := multipart.NewWriter(body)
		for name, all := range values {
			for _, v := range all {
				_ = m.WriteField(name, v)
			}
		}
		_ = m.Close()
		kind = m.FormDataContentType()
	}
	return w.post(f, body, kind)
}

// flood sends a form with 10 MB in a field.
func (w *walker) flood(f *shown) answer {
	w.tb.Helper()
	if f.multipart {
		return w.send(f, url.Values{"name": {strings.Repeat("x", 10<<20)}})
	}
	return w.post(f, strings.NewReader("name="+strings.Repeat("x", 10<<20)), "application/x-www-form-urlencoded")
}

func (w *walker) post(f *shown, body io.Reader, kind string) answer {
	w.tb.Helper()
	r, err := http.NewRequestWithContext(w.tb.Context(), http.MethodPost, w.site.Base+f.action, body)
	if err != nil {
		w.tb.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	return w.ask(r)
}

// shown is a form of a page, and entry is a field of it.
type shown struct {
	action    string
	multipart bool
	part      bool // of a page is what answers it
	fields    []entry
}

type entry struct{ name, kind, value string }

var (
	formTag  = regexp.MustCompile(`(?s)<form([^>]*)>(.*?)</form>`)
	fieldTag = regexp.MustCompile(`(?s)<(input|select|textarea)\b([^>]*)>(?:([^<]*)</textarea>)?`)
	partly   = regexp.MustCompile(`hx-post="([^"]*)"`)
	attr     = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
	anchor   = regexp.MustCompile(`<a [^>]*href="(/desk[^"#]*)"`)
	fileName = regexp.MustCompile(`\.[a-z]+$`)
	someID   = regexp.MustCompile(`[a-z]{2,4}_[0-9a-z]{26}|/\d+\b|\d{4}-\d\d-\d\d`)
)

func attributes(text string) map[string]string {
	all := map[string]string{}
	for _, m := range attr.FindAllStringSubmatch(text, -1) {
		all[m[1]] = html.UnescapeString(m[2])
	}
	return all
}

// forms finds the forms of a page that change something.
func forms(page []byte) (list []shown) {
	for _, m := range formTag.FindAllStringSubmatch(string(page), -1) {
		of := attributes(m[1])
		if of["method"] != "post" {
			continue
		}
		f := shown{action: of["action"], multipart: strings.HasPrefix(of["enctype"], "multipart")}
		for _, in := range fieldTag.FindAllStringSubmatch(m[2], -1) {
			a := attributes(in[2])
			e := entry{a["name"], a["type"], a["value"]}
			if in[1] != "input" {
				e.kind, e.value = in[1], html.UnescapeString(in[3])
			}
			f.fields = append(f.fields, e)
		}
		list = append(list, f)
	}
	// A part of a page that is computed while something is typed is sent the largest form.
	for _, to := range partly.FindAllStringSubmatch(string(page), -1) {
		largest := slices.MaxFunc(list, func(a, b shown) int { return cmp.Compare(len(a.fields), len(b.fields)) })
		list = append(list, shown{action: html.UnescapeString(to[1]), part: true, fields: largest.fields})
	}
	return list
}

// pattern is an address without what differs from one thing to the next.
func pattern(path string) string { return someID.ReplaceAllString(path, "*") }

// walk follows the links of the desk until it knows two pages of every kind, and gives them with the forms on them.
func (w *walker) walk() (pages []string, found map[string]shown) {
	w.tb.Helper()
	found = map[string]shown{}
	times, seen, waiting := map[string]int{}, map[string]bool{}, []string{"/desk/"}
	for len(waiting) > 0 {
		path := waiting[0]
		waiting = waiting[1:]
		if seen[path] || strings.Contains(path, "after=") {
			continue
		}
		seen[path] = true
		if at, _, _ := strings.Cut(path, "?"); fileName.MatchString(at) {
			w.files = append(w.files, path)
			continue
		}
		if times[pattern(path)]++; times[pattern(path)] > 2 {
			continue
		}
		got := w.get(path)
		if got.status == http.StatusSeeOther {
			waiting = append(waiting, got.header.Get("Location"))
			continue
		}
		if got.status != http.StatusOK {
			w.tb.Errorf("%s: %d", path, got.status)
		}
		if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
			continue
		}
		pages = append(pages, path)
		for _, f := range forms(got.body) {
			f.action = cmp.Or(f.action, path)
			if key := pattern(f.action) + " of " + pattern(path); f.action != "/desk/logout" && !strings.Contains(f.action, "/lang") {
				found[key] = f
			}
		}
		for _, m := range anchor.FindAllStringSubmatch(string(got.body), -1) {
			waiting = append(waiting, html.UnescapeString(m[1]))
		}
	}
	return pages, found
}

var hole = regexp.MustCompile(`\{[^}]*\}`)

// missing are the routes of a method that none of the addresses belongs to.
func missing(method string, paths []string) (list []string) {
	for _, route := range desk.Routes() {
		m, path, _ := strings.Cut(route, " ")
		if m != method {
			continue
		}
		is := regexp.MustCompile("^" + regexp.QuoteMeta(desk.Base) + strings.ReplaceAll(hole.ReplaceAllString(path, `[^/]+`), "[^/]+$", "$") + "$")
		seen := false
		for _, p := range paths {
			at, _, _ := strings.Cut(p, "?")
			seen = seen || is.MatchString(at)
		}
		if !seen {
			list = append(list, route)
		}
	}
	slices.Sort(list) // Routes of files come in the order of a map.
	return list
}

// value is what stands in a field of a form.
func (f *shown) value(name string) string {
	for _, e := range f.fields {
		if e.name == name {
			return e.value
		}
	}
	return ""
}
