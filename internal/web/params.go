package web

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
)

// ReadParams reads the parameters of a request into the fields of a struct that are tagged with path or query and the
// parameter's name; other fields are left alone. Limits are tags, as for Decode. Parameters that no field knows, and
// such that stand there twice, are refused like members of a body. Their names take the place of pointers.
func ReadParams(r *http.Request, into any) error {
	v := reflect.ValueOf(into).Elem()
	known := paramsOf(v.Type())
	var query url.Values
	if r.URL.RawQuery != "" {
		var err error
		if query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
			return verno.InvalidField("query", "text_invalid")
		}
	}
	d := &decoder{}
	used := 0
	for _, p := range known {
		var texts []string
		if p.inPath {
			texts = []string{r.PathValue(p.name)}
		} else if texts = query[p.name]; texts != nil {
			used++
		}
		d.param(p, texts, v.FieldByIndex(p.index))
	}
	if used < len(query) {
		for name := range query {
			if !slices.ContainsFunc(known, func(p param) bool { return !p.inPath && p.name == name }) {
				d.paramWrong(name, "unknown_field")
			}
		}
	}
	if len(d.fields) == 0 {
		return nil
	}
	slices.SortFunc(d.fields, func(a, b verno.FieldError) int { return strings.Compare(a.Pointer, b.Pointer) })
	err := verno.Invalid("invalid_request")
	err.Fields = d.fields
	return err
}

// param is one parameter of a struct.
type param struct {
	name     string
	index    []int
	inPath   bool
	required bool
	limits   limits
}

var paramPlans sync.Map

func paramsOf(t reflect.Type) []param {
	if known, ok := paramPlans.Load(t); ok {
		return known.([]param) //nolint:forcetypeassert // Nothing else is stored.
	}
	var params []param
	for _, f := range reflect.VisibleFields(t) {
		p := param{index: f.Index, limits: limitsOf(f), required: f.Tag.Get("required") == "true"}
		if p.name = f.Tag.Get("path"); p.name != "" {
			p.inPath, p.required = true, true
		} else if p.name = f.Tag.Get("query"); p.name == "" {
			continue
		}
		params = append(params, p)
	}
	paramPlans.Store(t, params)
	return params
}

// param reads one parameter. Of a list, the elements are parted by commas. A text that is empty says nothing; a number or a
// yes that is empty is wrong, as nobody should do in earnest what was meant as a dry run.
func (d *decoder) param(p param, texts []string, v reflect.Value) {
	switch {
	case len(texts) > 1:
		d.paramWrong(p.name, "duplicate")
		return
	case len(texts) == 0 || texts[0] == "" && v.Kind() != reflect.Bool && !v.CanInt():
		if p.required {
			d.paramWrong(p.name, "required")
		}
		return
	}
	text := texts[0]
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		d.paramWrong(p.name, "text_invalid")
		return
	}
	start := len(d.fields)
	if v.Kind() != reflect.Slice {
		d.paramValue(p, v, text)
	} else {
		for i, part := range strings.Split(text, ",") {
			if i == p.limits.most {
				d.wrong("too_many", "max", strconv.Itoa(p.limits.most))
				break
			}
			e := reflect.New(v.Type().Elem()).Elem()
			d.paramValue(p, e, part)
			v.Set(reflect.Append(v, e))
		}
	}
	for i := range d.fields[start:] {
		d.fields[start+i].Pointer = p.name
	}
}

func (d *decoder) paramValue(p param, v reflect.Value, text string) {
	switch {
	case reflect.PointerTo(v.Type()).Implements(textType):
		d.setText(v, text)
	case v.Kind() == reflect.String:
		if found, _ := p.limits.fault(d, text); !found {
			v.SetString(text)
		}
	case v.Kind() == reflect.Bool:
		if text != "true" && text != "false" {
			d.wrong("type", "want", "boolean")
		}
		v.SetBool(text == "true")
	case v.CanInt():
		number := &decoder{text: text}
		if ok := readInt(v.Type(), p.limits)(number, v); !ok || number.at != len(text) {
			d.wrong("number_invalid")
			return
		}
		d.fields = append(d.fields, number.fields...)
	default:
		panic(fmt.Sprintf("web: parameter %s cannot be read", p.name))
	}
}

func (d *decoder) paramWrong(name, code string) {
	d.fields = append(d.fields, verno.FieldError{Pointer: name, Code: code})
}
