package web

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// reader reads one value of a type.
type reader func(d *decoder, v reflect.Value) bool

// readers keeps the reader of each type that Decode has met.
var readers sync.Map

func readerOf(t reflect.Type) reader {
	if r, ok := readers.Load(t); ok {
		return r.(reader) //nolint:forcetypeassert // Nothing else is stored.
	}
	r := compile(t, limits{})
	readers.Store(t, r)
	return r
}

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

// isRaw reports whether a type is JSON that somebody else reads: json.RawMessage or a type like it.
func isRaw(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && t.Name() != ""
}

// limits are what the tags of a field say about its value, or of a list, about its elements.
type limits struct {
	nullable      bool
	min, max      *int64
	shortest      int
	longest       int // 0 for no limit of its own
	least, most   int // elements of a list or members of a map; most 0 for no limit of its own
	enum          []string
	known         string // the enum, for people
	elementsApart bool
}

// limitsOf reads the tags. They are written by hand and constant, so that a wrong one panics.
func limitsOf(f reflect.StructField) limits {
	number := func(tag string) *int64 {
		text, ok := f.Tag.Lookup(tag)
		if !ok {
			return nil
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			panic(fmt.Sprintf("web: %s of field %s: %v", tag, f.Name, err))
		}
		return &n
	}
	count := func(tag string) int {
		if n := number(tag); n != nil {
			return int(*n)
		}
		return 0
	}
	l := limits{
		nullable: f.Tag.Get("nullable") == "true",
		min:      number("minimum"),
		max:      number("maximum"),
		shortest: count("minLength"),
		longest:  count("maxLength"),
		least:    max(count("minItems"), count("minProperties")),
		most:     max(count("maxItems"), count("maxProperties")),
	}
	if enum := f.Tag.Get("enum"); enum != "" {
		l.enum = strings.Split(enum, ",")
		l.known = strings.Join(l.enum, ", ")
	}
	l.elementsApart = f.Tag.Get("uniqueItems") == "true"
	return l
}

// compile makes the reader of a type. It panics on a type that Decode has no strict reading for, such as a float.
func compile(t reflect.Type, l limits) reader {
	switch {
	case isRaw(t):
		return readRaw
	case t.Kind() == reflect.Pointer:
		return readPointer(t, l)
	case reflect.PointerTo(t).Implements(textType):
		return readText(l)
	}
	switch t.Kind() {
	case reflect.String:
		return readString(l)
	case reflect.Bool:
		return readBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return readInt(t, l)
	case reflect.Slice:
		return readSlice(t, l)
	case reflect.Map:
		return readMap(t, l)
	case reflect.Struct:
		return readStruct(t)
	default:
		panic(fmt.Sprintf("web: %s cannot be read strictly", t))
	}
}

// member is a field of a struct as JSON sees it.
type member struct {
	name  string
	index []int
	read  reader
}

// jsonField is a field of a struct, or of one that is embedded in it, by its JSON name.
type jsonField struct {
	reflect.StructField
	name    string
	options string
}

// jsonFields lists the fields of a struct that JSON sees. It panics on a field without a JSON name, and on a name that
// stands there twice.
func jsonFields(t reflect.Type) []jsonField {
	var fields []jsonField
	names := map[string]bool{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || f.Name == "_" || f.Anonymous {
			continue
		}
		if name == "" || !f.IsExported() || names[name] {
			panic(fmt.Sprintf("web: field %s of %s needs a JSON name of its own", f.Name, t))
		}
		names[name] = true
		fields = append(fields, jsonField{f, name, options})
	}
	return fields
}

// omits reports whether a field may be left out.
func (f *jsonField) omits() bool {
	return strings.Contains(f.options, "omitempty") || strings.Contains(f.options, "omitzero")
}

// membersOf lists the members of a struct and those that must be there, as bits.
func membersOf(t reflect.Type) (members []member, required uint64) {
	for _, f := range jsonFields(t) {
		if len(members) == 64 {
			panic(fmt.Sprintf("web: %s has more than 64 fields", t))
		}
		needed := !f.omits()
		if tag, ok := f.Tag.Lookup("required"); ok {
			needed = tag == "true"
		}
		if needed {
			required |= 1 << len(members)
		}
		members = append(members, member{name: f.name, index: f.Index, read: compile(f.Type, limitsOf(f.StructField))})
	}
	return members, required
}
