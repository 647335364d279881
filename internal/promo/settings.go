package promo

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno/money"
)

// This file reads settings strictly: a merchant who misspells a field or writes 1e9 must hear of it, and where. The tags
// of a settings struct say what is allowed: json the name, required, min and max the bounds (of a percent in percent,
// else in smallest units), enum the texts, items the longest list, doc what a form says; unit, way, when and fine tell a form how to ask (see Field).

// settings reads raw into the struct that into points to, which holds the defaults.
func (c *check) settings(raw json.RawMessage, into any) {
	const at = "/settings"
	if len(raw) > maxSettings {
		c.say(at, "too_long", "max", strconv.Itoa(maxSettings))
		return
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = json.RawMessage("{}")
	}
	if !json.Valid(raw) {
		c.say(at, "bad_json")
		return
	}
	r := reader{check: c, tokens: json.NewDecoder(bytes.NewReader(raw))}
	r.tokens.UseNumber()
	r.value(reflect.ValueOf(into).Elem(), at, "")
}

// reader walks the tokens of a valid JSON text, so that no token fails.
type reader struct {
	*check
	tokens *json.Decoder
}

func (r reader) token() json.Token {
	t, _ := r.tokens.Token()
	return t
}

var unmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

// value reads the next value into v, or skips it and says what is wrong.
func (r reader) value(v reflect.Value, at string, tag reflect.StructTag) {
	t := r.token()
	if v.Kind() == reflect.Pointer {
		if t == nil { // What is not to be said is left out.
			r.say(at, "wrong_type", "want", wanted(v.Type()))
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch t := t.(type) {
	case json.Delim:
		switch {
		case t == '{' && v.Kind() == reflect.Struct:
			r.object(v, at)
		case t == '[' && v.Kind() == reflect.Slice:
			r.list(v, at, tag)
		default:
			r.skip(t)
			r.say(at, "wrong_type", "want", wanted(v.Type()))
		}
	case string:
		r.text(v, at, tag, t)
	case json.Number:
		r.integer(v, at, tag, t)
	case bool:
		if v.Kind() != reflect.Bool {
			r.say(at, "wrong_type", "want", wanted(v.Type()))
			return
		}
		v.SetBool(t)
	default:
		r.say(at, "wrong_type", "want", wanted(v.Type()))
	}
}

func (r reader) object(v reflect.Value, at string) {
	fields := fieldsOf(v.Type())
	seen := map[string]bool{}
	for r.tokens.More() {
		name, _ := r.token().(string)
		inside := at + "/" + escape(name)
		f, known := fields[name]
		switch {
		case !known:
			r.say(inside, "unknown_field")
		case seen[name]:
			r.say(inside, "duplicate")
		}
		if !known || seen[name] {
			r.skip(r.token())
			continue
		}
		seen[name] = true
		r.value(v.FieldByIndex(f.Index), inside, f.Tag)
	}
	r.token()
	for _, f := range reflect.VisibleFields(v.Type()) {
		if name := jsonName(f); f.Tag.Get("required") != "" && !seen[name] {
			r.say(at+"/"+name, "required")
		}
	}
}

func (r reader) list(v reflect.Value, at string, tag reflect.StructTag) {
	most, _ := strconv.Atoi(tag.Get("items"))
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	tooMany := false
	for r.tokens.More() {
		if v.Len() == most {
			tooMany = true
			r.skip(r.token())
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		r.value(item, at+"/"+strconv.Itoa(v.Len()), tag)
		v.Set(reflect.Append(v, item))
	}
	r.token()
	if tooMany {
		r.say(at, "too_many", "max", strconv.Itoa(most))
	}
}

func (r reader) text(v reflect.Value, at string, tag reflect.StructTag, s string) {
	if u, special := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); special {
		err := u.UnmarshalText([]byte(s))
		switch {
		case errors.Is(err, money.ErrRange) || err == nil && outOf(v, tag):
			r.outOfRange(at, tag)
		case err != nil || s == "":
			r.say(at, "bad_value")
		}
		return
	}
	if v.Kind() != reflect.String {
		r.say(at, "wrong_type", "want", wanted(v.Type()))
		return
	}
	if enum := tag.Get("enum"); enum != "" && !contains(enum, s) {
		r.say(at, "not_one_of", "values", strings.ReplaceAll(enum, ",", ", "))
		return
	}
	r.check.text(at, s, maxShort, false)
	v.SetString(s)
}

// integer reads a whole number written plainly: no point, no exponent.
func (r reader) integer(v reflect.Value, at string, tag reflect.StructTag, n json.Number) {
	if v.Kind() != reflect.Int64 || v.Addr().Type().Implements(unmarshaler) {
		r.say(at, "wrong_type", "want", wanted(v.Type()))
		return
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	switch {
	case errors.Is(err, strconv.ErrSyntax) || n == "-0":
		r.say(at, "wrong_type", "want", wanted(v.Type()))
		return
	case err != nil:
		r.outOfRange(at, tag)
		return
	}
	v.SetInt(i)
	if outOf(v, tag) {
		r.outOfRange(at, tag)
	}
}

func (r reader) outOfRange(at string, tag reflect.StructTag) {
	r.say(at, "out_of_range", "min", tag.Get("min"), "max", tag.Get("max"))
}

// skip reads to the end of the value that begins with t.
func (r reader) skip(t json.Token) {
	depth := 0
	for {
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return
		}
		t = r.token()
	}
}

// outOf reports whether a number lies outside the bounds of its tag.
func outOf(v reflect.Value, tag reflect.StructTag) bool {
	if v.Kind() != reflect.Int64 {
		return false
	}
	least, hasLeast := bound(v.Type(), tag.Get("min"))
	most, hasMost := bound(v.Type(), tag.Get("max"))
	return hasLeast && v.Int() < least || hasMost && v.Int() > most
}

// bound reads a bound as the field's own type is read, so that a percent's is written in percent.
func bound(t reflect.Type, text string) (n int64, ok bool) {
	if text == "" {
		return 0, false
	}
	v := reflect.New(t)
	if u, special := reflect.TypeAssert[encoding.TextUnmarshaler](v); special {
		if err := u.UnmarshalText([]byte(text)); err != nil {
			return 0, false
		}
		return v.Elem().Int(), true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

func fieldsOf(t reflect.Type) map[string]reflect.StructField {
	fields := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(t) {
		if name := jsonName(f); name != "" {
			fields[name] = f
		}
	}
	return fields
}

// jsonName is the field's name in settings; empty for an embedded struct.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func contains(enum, s string) bool {
	for one := range strings.SplitSeq(enum, ",") {
		if one == s {
			return true
		}
	}
	return false
}

// wanted names a Go type as people who write JSON would.
func wanted(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Pointer:
		return wanted(t.Elem())
	case reflect.PointerTo(t).Implements(unmarshaler) || t.Kind() == reflect.String:
		return "text"
	case t.Kind() == reflect.Slice:
		return "list"
	case t.Kind() == reflect.Struct:
		return "object"
	case t.Kind() == reflect.Bool:
		return "yes_or_no"
	default:
		return "integer"
	}
}

// escape writes a name as a step of a JSON pointer, shortened where it is hostile.
func escape(name string) string {
	const most = 60
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "")
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
