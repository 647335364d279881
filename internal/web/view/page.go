// Package view is what pages are made of: the document around them, fields with their faults, tables, figures, charts,
// codes. It draws what it is given and knows no use case; every face composes its pages of it.
package view

import (
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/assets"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// Page is what every page knows: who reads it, where it is and whose it is.
type Page struct {
	*words.Lang

	Title string
	Path  string     // of the request, without its query
	Query url.Values // of the request
	Brand Brand
	// Styles and Scripts are names of assets, beside those of every page.
	Styles  []string
	Scripts []string
	Body    string  // the class of the body
	Shared  *Shared // what is shown of the page where its address is sent; nil for its title alone
}

// Shared is what social networks and messengers show of a page's address.
type Shared struct {
	Title, Description string
	Address            string // absolute
	Picture            string // absolute address
	Kind               string // media type of the picture
	Width, Height      int    // of the picture
}

// locale names the language of a page as Open Graph wants it.
func locale(lang string) string { return map[string]string{"ru": "ru_RU", "en": "en_US"}[lang] }

// Brand is what a merchant looks like.
type Brand struct {
	Name    string
	Style   string // address of the style sheet with its colours; empty for Verno's own
	Picture string // address of its logo; empty where there is none
	Colour  string // #rrggbb, for what is drawn around a page, such as the bar of a browser
}

// NewPage begins the page of a request.
func NewPage(r *http.Request, title string) *Page {
	p := &Page{Lang: words.Of(r), Path: r.URL.Path, Query: r.URL.Query()}
	if title != "" {
		p.Title = p.Say(title)
	}
	return p
}

// Other is the language that the page is not in.
func (p *Page) Other() string {
	if p.Code == "ru" {
		return "en"
	}
	return "ru"
}

// With is the address of this page with one parameter of its query changed; an empty value takes it out.
func (p *Page) With(name, value string) string {
	q := maps.Clone(p.Query)
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return p.Path
	}
	return p.Path + "?" + q.Encode()
}

// Error is a sentence about an error, in the page's language.
func (p *Page) Error(err error) string {
	e := verno.AsError(err)
	if id := "problem." + e.Code; p.Has(id) {
		// What is said to programs speaks of keys, which people do not have, and calls rights and records as programs do.
		return p.Say(id, "Needed", p.rights(e.Params["needed"]))
	}
	return verno.TextOf(e.Code, p.Code, e.Params)
}

// rights are the names of permissions in the reader's own words.
func (p *Page) rights(scopes string) string {
	var all []string
	for scope := range strings.FieldsSeq(scopes) {
		all = append(all, p.Say("desk.scope."+strings.ReplaceAll(scope, ".", "_")))
	}
	return strings.Join(all, p.Say("problem.rights_between"))
}

// Form is what somebody typed, and what is wrong with it: both come back with the page, so that nothing is lost.
type Form struct {
	Values url.Values
	Faults map[string]string // by the name of the field
	Wrong  string            // about the whole
}

// Value is what was typed into a field.
func (f *Form) Value(name string) string {
	if f == nil {
		return ""
	}
	return f.Values.Get(name)
}

// On says whether a box is ticked.
func (f *Form) On(name string) bool { return f.Value(name) != "" }

// Fault is what is wrong with a field.
func (f *Form) Fault(name string) string {
	if f == nil {
		return ""
	}
	return f.Faults[name]
}

// Fail makes of an error what a form says about it. A fault is put at the field that its pointer names, or at the one
// that rename gives for it; what names no field of the form is said above it. An error that is ours to mend is reported.
func (f *Form) Fail(r *http.Request, p *Page, err error, rename map[string]string) {
	e := web.Explain(r, err)
	web.Report(r.Context(), e)
	f.Faults = map[string]string{}
	f.Wrong = p.Error(e)
	for _, fault := range e.Fields {
		name := strings.TrimPrefix(fault.Pointer, "/")
		if to, ok := rename[name]; ok {
			name = to
		}
		f.Faults[name] = verno.TextOf(fault.Code, p.Code, fault.Params)
	}
	if len(f.Faults) > 0 {
		f.Wrong = p.Say("common.wrong_fields")
	}
}

// MaxForm is how many bytes a form may have.
const MaxForm = 1 << 20

// ReadForm reads what was sent. A form that is too large is refused, not cut. One that carries a file is left unread and
// comes back empty: the page that expects a file reads it with ReadUpload.
func ReadForm(w http.ResponseWriter, r *http.Request) (*Form, error) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return &Form{Values: url.Values{}}, nil
	}
	body := r.Body
	r.Body = http.MaxBytesReader(w, body, MaxForm)
	if err := r.ParseForm(); err != nil {
		if web.BodyTooLarge(body, err) {
			return nil, verno.TooLarge("body_too_large").With("limit", strconv.Itoa(MaxForm))
		}
		return nil, verno.Malformed("malformed_json").Because(err)
	}
	return &Form{Values: r.PostForm}, nil
}

func asset(name string) string { return assets.URL(name) }
