package api

import (
	"bytes"
	"embed"
	"html/template"
	"maps"
	"net/http"
	"slices"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/web"
)

//go:embed docs
var docs embed.FS

var errorsPage = template.Must(template.ParseFS(docs, "docs/errors.html"))

// docPages registers the reference: a page that draws the document, and a page that lists every code. Both come from
// this binary and ask nobody else for anything.
func (a *API) docPages() {
	asset := func(name, mediaType string) {
		body, err := docs.ReadFile("docs/" + name)
		if err != nil {
			panic("api: " + err.Error())
		}
		path := "/docs/" + name
		if name == "reference.html" {
			path = "/docs"
		}
		a.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { page(w, r, mediaType, body) })
	}
	asset("reference.html", "text/html; charset=utf-8")
	asset("docs.css", "text/css; charset=utf-8")
	asset("reference.js", "text/javascript; charset=utf-8")
	asset("theme.js", "text/javascript; charset=utf-8")
	for _, lang := range []string{"en", "ru"} {
		a.errors[lang] = errorsIn(lang)
	}
	a.mux.HandleFunc("GET /docs/errors", func(w http.ResponseWriter, r *http.Request) {
		page(w, r, "text/html; charset=utf-8", a.errors[web.Lang(r)])
	})
}

func page(w http.ResponseWriter, r *http.Request, mediaType string, body []byte) {
	h := w.Header()
	h.Set("Content-Security-Policy", web.PageContent)
	h.Set("Vary", "Accept-Language")
	web.Serve(w, r, mediaType, body)
}

// errorList is the page of all codes.
type errorList struct {
	Lang, Title, Lead, Reference, Code, Cashier string
	Groups                                      []errorGroup
}

type errorGroup struct {
	Title string
	Rows  []errorRow
}

type errorRow struct {
	Code                         string
	Anchor                       bool // the first of its name, to which problems point
	EN, RU, CashierEN, CashierRU string
}

func errorsIn(lang string) []byte {
	list := errorList{
		Lang: lang, Title: "Errors", Reference: "Reference", Code: "Code", Cashier: "cashier",
		Lead: "Programs go by the code, people by the sentence. Codes are never changed; sentences are.",
	}
	titles := []string{"Requests and fields", "Promotions and programmes"}
	if lang == "ru" {
		list.Title, list.Reference, list.Code, list.Cashier = "Ошибки", "Справочник", "Код", "кассиру"
		list.Lead = "Программы смотрят на код, люди читают фразу. Коды не меняются никогда, фразы — бывает."
		titles = []string{"Запросы и поля", "Акции и программы"}
	}
	list.Groups = []errorGroup{{titles[0], commonRows()}, {titles[1], promotionRows()}}
	var b bytes.Buffer
	if err := errorsPage.Execute(&b, list); err != nil {
		panic("api: the page of errors: " + err.Error())
	}
	return b.Bytes()
}

func commonRows() []errorRow {
	codes := verno.Codes()
	var rows []errorRow
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		t := codes[code]
		rows = append(rows, errorRow{code, true, t.EN, t.RU, t.CashierEN, t.CashierRU})
	}
	return rows
}

func promotionRows() []errorRow {
	codes := verno.Codes()
	var rows []errorRow
	for _, t := range promo.ProblemTexts() {
		_, taken := codes[t.Code]
		rows = append(rows, errorRow{Code: t.Code, Anchor: !taken, EN: t.En, RU: t.Ru})
	}
	return rows
}
