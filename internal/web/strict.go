package web

import (
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
)

// Limits of what Decode reads, beside those that the tags of a type say.
const (
	maxDepth  = 32 // levels of arrays and objects
	maxFaults = 32 // fields that one answer names
)

// Decode reads a JSON document into what into points to, and takes nothing on trust. The type says what may stand
// where: its json names are matched exactly, and its tags required, nullable, minimum, maximum, minLength, maxLength,
// minItems, maxItems, maxProperties and enum are the limits, the same that the OpenAPI document is made from.
//
// What is not JSON (trailing data, lone surrogates, invalid UTF-8, a byte order mark, more than 32 levels) is
// KindMalformed. What is JSON but not what the type wants (duplicate and unknown names, fractions, exponents and −0
// where integers belong, numbers out of range, null), and what is written for a number and is none (NaN, 01, digits of
// another script), is KindInvalid and names up to 32 fields by JSON pointer.
func Decode(body []byte, into any) error {
	v := reflect.ValueOf(into).Elem()
	d := &decoder{text: string(body)}
	if !utf8.Valid(body) {
		return malformed("invalid UTF-8", "")
	}
	if strings.HasPrefix(d.text, "\ufeff") {
		return malformed("a byte order mark", "")
	}
	d.space()
	if read := readerOf(v.Type()); read(d, v) {
		d.space()
		if d.at != len(d.text) && d.fault == nil {
			d.broken("more after the end")
		}
	}
	switch {
	case d.fault != nil:
		return d.fault
	case len(d.fields) > 0:
		err := verno.Invalid("invalid_request")
		err.Fields = d.fields
		return err
	default:
		return nil
	}
}

// decoder is one reading of a document. Its methods and the readers answer false where it cannot go on: the document is
// broken, or so much is wrong with it that the rest does not matter.
type decoder struct {
	text   string
	at     int
	path   []step // to the value that is being read
	fields []verno.FieldError
	fault  *verno.Error // not JSON
}

// step is one part of a path: the name of a member, or where name is empty and index is not negative, an element.
type step struct {
	name  string
	index int
}

func (d *decoder) enter(s step) bool {
	if len(d.path) >= maxDepth {
		return d.broken("nested more than " + strconv.Itoa(maxDepth) + " levels deep")
	}
	d.path = append(d.path, s)
	return true
}

func (d *decoder) leave() { d.path = d.path[:len(d.path)-1] }

// pointer is the JSON pointer (RFC 6901) of the value that is being read.
func (d *decoder) pointer() string {
	var b strings.Builder
	for _, s := range d.path {
		b.WriteByte('/')
		if s.index >= 0 {
			b.WriteString(strconv.Itoa(s.index))
			continue
		}
		b.WriteString(escapePointer(s.name))
	}
	return b.String()
}

func escapePointer(name string) string {
	if !strings.ContainsAny(name, "~/") {
		return name
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// wrong notes that the value at hand, though JSON, is not what is wanted.
func (d *decoder) wrong(code string, params ...string) bool {
	var p map[string]string
	for i := 0; i+1 < len(params); i += 2 {
		if p == nil {
			p = map[string]string{}
		}
		p[params[i]] = params[i+1]
	}
	d.fields = append(d.fields, verno.FieldError{Pointer: d.pointer(), Code: code, Params: p})
	return len(d.fields) < maxFaults
}

// wrongAt is wrong for a member of the object at hand.
func (d *decoder) wrongAt(name, code string, params ...string) bool {
	if !d.enter(step{name, -1}) {
		return false
	}
	defer d.leave()
	return d.wrong(code, params...)
}

// broken says that this is not JSON. It answers false.
func (d *decoder) broken(reason string) bool {
	d.fault = malformed(reason+" at byte "+strconv.Itoa(d.at), d.pointer())
	return false
}

// brokenNumber notes what is no number where one was wanted, such as NaN, and goes no further, as it is no JSON either.
func (d *decoder) brokenNumber() bool {
	d.wrong("number_invalid")
	return false
}

func malformed(reason, pointer string) *verno.Error {
	return verno.Malformed("malformed_json").With("reason", reason).At(pointer, "malformed_json", "reason", reason)
}
