package verno

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Faults gathers what is wrong with the fields of a request, so that the caller hears of all of them at once.
type Faults struct{ fields []FieldError }

// maxFaults bounds an answer about a hostile request.
const maxFaults = 100

// Say notes a fault; params are names and values by turns.
func (f *Faults) Say(pointer, code string, params ...string) {
	if len(f.fields) < maxFaults {
		f.fields = append(f.fields, InvalidField(pointer, code, params...).Fields...)
	}
}

// Add notes the fields of an error under another pointer. An error without fields is returned as it is.
func (f *Faults) Add(under string, err error) error {
	e := AsError(err)
	if e == nil || len(e.Fields) == 0 {
		return err
	}
	for _, field := range e.Fields {
		if len(f.fields) < maxFaults {
			field.Pointer = under + field.Pointer
			f.fields = append(f.fields, field)
		}
	}
	return nil
}

// Text sees that a text has from least to most characters, none of them a control character or one that turns the
// direction of writing, and, where there must be any, one that can be seen.
func (f *Faults) Text(pointer, s string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case least > 0 && !strings.ContainsFunc(s, seen):
		f.Say(pointer, "required")
	case n < least:
		f.Say(pointer, "text_too_short", "min", strconv.Itoa(least))
	case n > most:
		f.Say(pointer, "text_too_long", "max", strconv.Itoa(most))
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unseemly):
		f.Say(pointer, "text_invalid")
	}
}

// Single is a name as it is kept: single spaces, and those between words only.
func Single(text string) string { return strings.Join(strings.Fields(text), " ") }

// seen tells what can be seen from spaces and joiners.
func seen(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r)
}

// unseemly are characters that no name has, and that show another text than the one that is stored: control characters,
// separators of lines, marks of byte order, and what turns or embeds a direction of writing.
func unseemly(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r >= '\u202a' && r <= '\u202e' ||
		r >= '\u2066' && r <= '\u2069'
}

// OneOf sees that a text is one of those known.
func (f *Faults) OneOf(pointer, s string, known ...string) {
	if !slices.Contains(known, s) {
		f.Say(pointer, "unknown_value", "known", strings.Join(known, ", "))
	}
}

// Err is the invalid request with all faults, nil where there are none.
func (f *Faults) Err() error {
	if len(f.fields) == 0 {
		return nil
	}
	e := Invalid("invalid_request")
	e.Fields = f.fields
	return e
}
