package web

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Append writes what v points to as JSON. It is the twin of Decode: the same tags, the same types, no floats, and for
// one value always the same bytes. A member that may be left out (omitempty, omitzero) is, where it is zero or empty;
// a nil list is [], a nil map {}.
func Append(b []byte, v any) []byte {
	e := reflect.ValueOf(v).Elem()
	return writerOf(e.Type(), false)(b, e)
}

// Canonical writes what v points to so that two requests that ask for the same give the same bytes, whatever the order
// of their members, their white space and their escapes: names in order, and nothing that is zero. A member that is
// added to the type later does not change the bytes of old requests.
func Canonical(b []byte, v any) []byte {
	e := reflect.ValueOf(v).Elem()
	return writerOf(e.Type(), true)(b, e)
}

type writer func(b []byte, v reflect.Value) []byte

// writers keeps the writers of the types that were met: plain at 0, canonical at 1.
var writers [2]sync.Map

func writerOf(t reflect.Type, canonical bool) writer {
	known := &writers[0]
	if canonical {
		known = &writers[1]
	}
	if w, ok := known.Load(t); ok {
		return w.(writer) //nolint:forcetypeassert // Nothing else is stored.
	}
	w := compileWriter(t, canonical)
	known.Store(t, w)
	return w
}

var (
	timeType     = reflect.TypeFor[time.Time]()
	marshalType  = reflect.TypeFor[encoding.TextMarshaler]()
	appenderType = reflect.TypeFor[appender]()
)

// appender is what identifiers have: a text without an allocation, of letters that need no escape.
type appender interface{ AppendBytes(b []byte) []byte }

// compileWriter panics on a type that has no strict writing, such as a float.
func compileWriter(t reflect.Type, canonical bool) writer {
	switch {
	case isRaw(t):
		return writeRaw
	case t == timeType:
		return writeTime
	case t.Kind() == reflect.Pointer:
		return writePointer(t, canonical)
	case t.Implements(appenderType):
		return writeAppender
	case t.Implements(marshalType) && (!canonical || t.Kind() != reflect.Int64): // A quantity is its number already.
		return writeText
	}
	switch t.Kind() {
	case reflect.String:
		return func(b []byte, v reflect.Value) []byte { return appendString(b, v.String()) }
	case reflect.Bool:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendBool(b, v.Bool()) }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendInt(b, v.Int(), 10) }
	case reflect.Slice:
		return writeSlice(t, canonical)
	case reflect.Map:
		return writeMap(t, canonical)
	case reflect.Struct:
		return writeStruct(t, canonical)
	default:
		panic(fmt.Sprintf("web: %s cannot be written strictly", t))
	}
}

func writeRaw(b []byte, v reflect.Value) []byte {
	if v.Len() == 0 {
		return append(b, "null"...)
	}
	return append(b, v.Bytes()...)
}

// writeTime writes RFC 3339 in UTC, with as many places of a second as there are, but no more than the database keeps.
func writeTime(b []byte, v reflect.Value) []byte {
	t := v.Interface().(time.Time) //nolint:forcetypeassert // compileWriter saw to it.
	b = append(b, '"')
	b = t.UTC().Truncate(time.Microsecond).AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

func writePointer(t reflect.Type, canonical bool) writer {
	write := compileWriter(t.Elem(), canonical)
	return func(b []byte, v reflect.Value) []byte {
		if v.IsNil() {
			return append(b, "null"...)
		}
		return write(b, v.Elem())
	}
}

func writeAppender(b []byte, v reflect.Value) []byte {
	b = append(b, '"')
	if v.CanAddr() {
		v = v.Addr()
	}
	b = v.Interface().(appender).AppendBytes(b) //nolint:forcetypeassert // compileWriter saw to it.
	return append(b, '"')
}

func writeText(b []byte, v reflect.Value) []byte {
	if v.CanAddr() {
		v = v.Addr()
	}
	text, err := v.Interface().(encoding.TextMarshaler).MarshalText() //nolint:forcetypeassert // compileWriter saw to it.
	if err != nil {
		panic(fmt.Sprintf("web: %s has no text: %v", v.Type(), err))
	}
	return appendString(b, string(text))
}

func writeSlice(t reflect.Type, canonical bool) writer {
	write := compileWriter(t.Elem(), canonical)
	return func(b []byte, v reflect.Value) []byte {
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = write(b, v.Index(i))
		}
		return append(b, ']')
	}
}

func writeMap(t reflect.Type, canonical bool) writer {
	if t.Key().Kind() != reflect.String {
		panic(fmt.Sprintf("web: %s cannot be written strictly", t))
	}
	write := compileWriter(t.Elem(), canonical)
	return func(b []byte, v reflect.Value) []byte {
		names := v.MapKeys()
		slices.SortFunc(names, func(x, y reflect.Value) int { return strings.Compare(x.String(), y.String()) })
		b = append(b, '{')
		for i, name := range names {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, name.String()), ':')
			b = write(b, v.MapIndex(name))
		}
		return append(b, '}')
	}
}

// written is a field of a struct as it is written.
type written struct {
	name  string
	lead  string // the name in quotes, and a colon
	index []int
	omit  bool // where it is zero
	list  bool // zero where it is empty
	write writer
}

func writeStruct(t reflect.Type, canonical bool) writer {
	var fields []written
	for _, f := range jsonFields(t) {
		kind := f.Type.Kind()
		fields = append(fields, written{
			name:  f.name,
			lead:  string(appendString(nil, f.name)) + ":",
			index: f.Index,
			omit:  canonical || f.omits(),
			list:  kind == reflect.Slice || kind == reflect.Map,
			write: compileWriter(f.Type, canonical),
		})
	}
	if canonical {
		slices.SortFunc(fields, func(x, y written) int { return strings.Compare(x.name, y.name) })
	}
	return func(b []byte, v reflect.Value) []byte {
		b = append(b, '{')
		start := len(b)
		for i := range fields {
			f := &fields[i]
			value := v.FieldByIndex(f.index)
			if f.omit && (value.IsZero() || f.list && value.Len() == 0) {
				continue
			}
			if len(b) > start {
				b = append(b, ',')
			}
			b = f.write(append(b, f.lead...), value)
		}
		return append(b, '}')
	}
}

const hexDigits = "0123456789abcdef"

// appendString writes a string as JSON. What is not UTF-8 becomes U+FFFD; the two line ends of Unicode that JavaScript
// took for its own are escaped.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = appendEscape(append(b, s[from:i]...), c)
			i++
			from = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[from:i]...), "\ufffd"...)
			from = i + size
		case r == '\u2028', r == '\u2029':
			b = append(append(b, s[from:i]...), `\u202`...)
			b = append(b, hexDigits[r&0xf])
			from = i + size
		}
		i += size
	}
	return append(append(b, s[from:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	default:
		return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
	}
}
