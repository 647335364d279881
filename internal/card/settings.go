package card

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// This file reads the settings of a template strictly, by the tags of their struct: json the name, en and ru what a form
// calls the field, form how it is asked for, required, min and max the bounds of a number, max the most characters of a text.

// Setting describes one field of the settings, for whoever makes forms of them.
type Setting struct {
	Name     string
	Title    Text
	Type     string // words (in each language), text, code, money, percent, integer, yes_or_no, date, moment, link
	Required bool
	Min, Max int64 // of a number; Max of a text its most characters; both 0 for no bounds
}

const (
	maxSettings = 64 << 10 // bytes of a template's settings
	maxWords    = 120      // characters of a setting that says no other number
	// dayForm and momentForm are how settings write a day and a moment in the programme's zone.
	dayForm    = time.DateOnly
	momentForm = "2006-01-02T15:04"
)

// describe reads the tags of a struct of settings.
func describe(t reflect.Type) []Setting {
	var list []Setting
	for _, f := range reflect.VisibleFields(t) {
		s := Setting{
			Name: settingName(f), Title: Both(f.Tag.Get("en"), f.Tag.Get("ru")), Type: typeOf(f), Required: f.Tag.Get("required") != "",
		}
		s.Min, s.Max = bound(f, "min"), bound(f, "max")
		if s.Max == 0 && (s.Type == "words" || s.Type == "text") {
			s.Max = maxWords
		}
		list = append(list, s)
	}
	return list
}

func settingName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func typeOf(f reflect.StructField) string {
	if form := f.Tag.Get("form"); form != "" {
		return form
	}
	switch f.Type {
	case reflect.TypeFor[Text]():
		return "words"
	case reflect.TypeFor[money.Percent]():
		return "percent"
	case reflect.TypeFor[money.Amount]():
		return "money"
	}
	switch f.Type.Kind() {
	case reflect.Bool:
		return "yes_or_no"
	case reflect.Int64:
		return "integer"
	default:
		return "text"
	}
}

func bound(f reflect.StructField, name string) int64 {
	n, _ := strconv.ParseInt(f.Tag.Get(name), 10, 64)
	return n
}

// readSettings reads raw into the struct that into points to and notes what is wrong with it.
func readSettings(raw json.RawMessage, into any, f *verno.Faults) {
	const at = "/settings"
	if len(raw) > maxSettings {
		f.Say(at, "text_too_long", "max", strconv.Itoa(maxSettings))
		return
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = json.RawMessage("{}")
	}
	v := reflect.ValueOf(into).Elem()
	seen := map[string]bool{}
	members(raw, at, f, func(name string, value json.RawMessage) {
		for _, field := range reflect.VisibleFields(v.Type()) {
			if settingName(field) == name {
				seen[name] = true
				readSetting(v.FieldByIndex(field.Index), field, at+"/"+name, value, f)
				return
			}
		}
		f.Say(at+"/"+escape(name), "unknown_field")
	})
	for _, field := range reflect.VisibleFields(v.Type()) {
		if name := settingName(field); field.Tag.Get("required") != "" && (!seen[name] || v.FieldByIndex(field.Index).IsZero()) {
			f.Say(at+"/"+name, "required")
		}
	}
}

// members walks the members of a JSON object, each once.
func members(raw json.RawMessage, at string, f *verno.Faults, fn func(name string, value json.RawMessage)) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') || !json.Valid(raw) {
		f.Say(at, "type", "want", "object")
		return
	}
	seen := map[string]bool{}
	for d.More() {
		key, _ := d.Token()
		name, _ := key.(string)
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return // Never, as the whole is valid.
		}
		if seen[name] {
			f.Say(at+"/"+escape(name), "duplicate")
			continue
		}
		seen[name] = true
		fn(name, value)
	}
}

// readSetting reads one value into its field.
func readSetting(v reflect.Value, field reflect.StructField, at string, raw json.RawMessage, f *verno.Faults) {
	_, special := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr())
	switch {
	case v.Kind() == reflect.Map:
		readWords(v, field, at, raw, f)
	case special, v.Kind() == reflect.String:
		readText(v, field, at, raw, f)
	case v.Kind() == reflect.Bool:
		if json.Unmarshal(raw, v.Addr().Interface()) != nil || string(raw) == "null" {
			f.Say(at, "type", "want", "true, false")
		}
	default:
		n, err := strconv.ParseInt(string(raw), 10, 64)
		least, most := bound(field, "min"), bound(field, "max")
		switch {
		case err != nil:
			f.Say(at, "number_invalid")
		case n < least || n > most:
			f.Say(at, "number_range", "min", strconv.FormatInt(least, 10), "max", strconv.FormatInt(most, 10))
		default:
			v.SetInt(n)
		}
	}
}

// readWords reads a text in its languages.
func readWords(v reflect.Value, field reflect.StructField, at string, raw json.RawMessage, f *verno.Faults) {
	words := Text{}
	members(raw, at, f, func(lang string, value json.RawMessage) {
		var s string
		if json.Unmarshal(value, &s) != nil || string(value) == "null" {
			f.Say(at+"/"+escape(lang), "type", "want", "text")
			return
		}
		words[lang] = s
	})
	most := maxWords
	if n := bound(field, "max"); n > 0 {
		most = int(n)
	}
	checkText(f, at, words, most)
	if !words.Empty() {
		v.Set(reflect.ValueOf(words))
	}
}

// readText reads a text of one line, or what is written as one: a day, a moment, an address, a percent.
func readText(v reflect.Value, field reflect.StructField, at string, raw json.RawMessage, f *verno.Faults) {
	var s string
	if json.Unmarshal(raw, &s) != nil || string(raw) == "null" {
		f.Say(at, "type", "want", "text")
		return
	}
	if p, ok := reflect.TypeAssert[*money.Percent](v.Addr()); ok {
		if err := p.UnmarshalText([]byte(s)); err != nil || *p < 0 || *p > money.Full {
			f.Say(at, "number_range", "min", "0", "max", "100")
		}
		return
	}
	if s == "" {
		return
	}
	switch form := field.Tag.Get("form"); form {
	case "date":
		checkDate(f, at, s, dayForm, "2026-12-31")
	case "moment":
		checkDate(f, at, s, momentForm, "2026-12-31T19:00")
	case "link":
		checkLink(f, at, s)
	default:
		most := maxWords
		if n := bound(field, "max"); n > 0 {
			most = int(n)
		}
		f.Text(at, s, 0, most)
	}
	v.SetString(s)
}

func checkDate(f *verno.Faults, at, s, form, shown string) {
	if _, err := time.Parse(form, s); err != nil {
		f.Say(at, "date_invalid", "form", shown)
	}
}

// moment reads a day or moment of the settings in a zone; the zero time where there is none.
func moment(s, form string, zone *time.Location) time.Time {
	t, err := time.ParseInLocation(form, s, zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// dayEnd is the last second of a day of the settings; the zero time where there is none.
func dayEnd(s string, zone *time.Location) time.Time {
	t := moment(s, dayForm, zone)
	if t.IsZero() {
		return t
	}
	return t.AddDate(0, 0, 1).Add(-time.Second)
}

// escape writes a name as a step of a JSON pointer, shortened where it is hostile.
func escape(name string) string {
	const most = 60
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "")
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
