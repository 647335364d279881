package web

import (
	"encoding"
	"errors"
	"math"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// mismatch notes that something else than the wanted kind of value stands there, and skips it.
func (d *decoder) mismatch(want string) bool {
	if d.kind() == "" && (want == "integer" || want == "number") {
		return d.brokenNumber()
	}
	if d.literal("NaN") || d.literal("Infinity") { // Some programs write them, and JSON has neither.
		return d.wrong("type", "want", want)
	}
	return d.wrong("type", "want", want) && d.skip()
}

func readStruct(t reflect.Type) reader {
	members, required := membersOf(t)
	byName := make(map[string]int, len(members))
	for i, m := range members {
		byName[m.name] = i
	}
	return func(d *decoder, v reflect.Value) bool {
		if d.peek() != '{' {
			return d.mismatch("object")
		}
		seen, next := uint64(0), 0
		ok := d.object(func(name string) bool {
			i := next // Most clients write members in one order, often this one.
			if i >= len(members) || members[i].name != name {
				other, known := byName[name]
				if !known {
					return d.wrong("unknown_field") && d.skip()
				}
				i = other
			}
			next = i + 1
			if seen&(1<<i) != 0 {
				return d.wrong("duplicate") && d.skip()
			}
			seen |= 1 << i
			return members[i].read(d, v.FieldByIndex(members[i].index))
		})
		if !ok {
			return false
		}
		for missing := required &^ seen; missing != 0; missing &= missing - 1 {
			if !d.wrongAt(members[bits.TrailingZeros64(missing)].name, "required") {
				return false
			}
		}
		return true
	}
}

func readPointer(t reflect.Type, l limits) reader {
	read := compile(t.Elem(), l)
	return func(d *decoder, v reflect.Value) bool {
		if l.nullable && d.literal("null") {
			return true
		}
		target := reflect.New(t.Elem())
		v.Set(target)
		return read(d, target.Elem())
	}
}

func readRaw(d *decoder, v reflect.Value) bool {
	start := d.at
	if !d.skip() {
		return false
	}
	v.SetBytes([]byte(d.text[start:d.at]))
	return true
}

func readBool(d *decoder, v reflect.Value) bool {
	switch {
	case d.literal("true"):
		v.SetBool(true)
		return true
	case d.literal("false"):
		v.SetBool(false)
		return true
	default:
		return d.mismatch("boolean")
	}
}

func readInt(t reflect.Type, l limits) reader {
	least, most := int64(math.MinInt64)>>(64-t.Bits()), int64(math.MaxInt64)>>(64-t.Bits())
	if l.min != nil {
		least = *l.min
	}
	if l.max != nil {
		most = *l.max
	}
	from, to := strconv.FormatInt(least, 10), strconv.FormatInt(most, 10)
	return func(d *decoder, v reflect.Value) bool {
		if d.kind() != "number" {
			return d.mismatch("integer")
		}
		text, ok := d.number()
		if !ok {
			return false
		}
		n, err := strconv.ParseInt(text, 10, 64)
		switch {
		case errors.Is(err, strconv.ErrRange), err == nil && (n < least || n > most):
			return d.wrong("number_range", "min", from, "max", to)
		case err != nil, text == "-0":
			return d.wrong("number_invalid")
		}
		v.SetInt(n)
		return true
	}
}

// want reads a string that keeps the limits; done where the value needs no more looking at, be it for its faults.
func (l *limits) want(d *decoder) (s string, done, ok bool) {
	if d.peek() != '"' {
		return "", true, d.mismatch("string")
	}
	s, clean, ok := d.str()
	switch {
	case !ok:
		return "", true, false
	case !clean:
		return "", true, d.wrong("text_invalid")
	default:
		done, ok = l.fault(d, s)
		return s, done, ok
	}
}

// fault notes where a text is too long, too short or none of the known ones.
func (l *limits) fault(d *decoder, s string) (found, ok bool) {
	switch {
	case l.longest > 0 && len(s) > l.longest && utf8.RuneCountInString(s) > l.longest:
		return true, d.wrong("text_too_long", "max", strconv.Itoa(l.longest))
	case l.shortest > 0 && len(s) < 4*l.shortest && utf8.RuneCountInString(s) < l.shortest:
		return true, d.wrong("text_too_short", "min", strconv.Itoa(l.shortest))
	case l.enum != nil && !slices.Contains(l.enum, s):
		return true, d.wrong("unknown_value", "known", l.known)
	default:
		return false, true
	}
}

func readString(l limits) reader {
	return func(d *decoder, v reflect.Value) bool {
		s, done, ok := l.want(d)
		if !done {
			v.SetString(s)
		}
		return ok
	}
}

// readText reads what writes itself as text: identifiers, quantities, dates. The empty text, which many of them take
// for nothing, is not taken: who has nothing to say leaves the member out.
func readText(l limits) reader {
	return func(d *decoder, v reflect.Value) bool {
		s, done, ok := l.want(d)
		if done {
			return ok
		}
		return d.setText(v, s)
	}
}

func (d *decoder) setText(v reflect.Value, s string) bool {
	if s == "" {
		return d.wrong("required")
	}
	err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)) //nolint:forcetypeassert // The plan saw to it.
	if v.Type() == percentType && s[0] == '-' {
		err = money.ErrSyntax // It parses as zero, but nobody means that.
	}
	if err == nil {
		return true
	}
	v.SetZero()
	if v.Type() == quantityType {
		return d.wrong("quantity_invalid")
	}
	code, params := textFault(err)
	return d.wrong(code, params...)
}

var (
	quantityType = reflect.TypeFor[money.Quantity]()
	percentType  = reflect.TypeFor[money.Percent]()
)

// textFault is the code of the field for what UnmarshalText returned. A type that wants its own returns a verno.Error.
func textFault(err error) (code string, params []string) {
	if own, ok := errors.AsType[*verno.Error](err); ok {
		for name, value := range own.Params {
			params = append(params, name, value)
		}
		return own.Code, params
	}
	switch {
	case errors.Is(err, verno.ErrID):
		return "id_invalid", nil
	case errors.Is(err, money.ErrSyntax), errors.Is(err, money.ErrRange):
		return "number_invalid", nil
	default:
		return "text_invalid", nil
	}
}

func readSlice(t reflect.Type, l limits) reader {
	each := l
	each.nullable = false
	read := compile(t.Elem(), each)
	if t.Elem().Kind() == reflect.Uint8 {
		panic("web: bytes are written as text, so give them a type that reads itself")
	}
	return func(d *decoder, v reflect.Value) bool {
		if d.peek() != '[' {
			return d.mismatch("array")
		}
		v.Set(reflect.MakeSlice(t, 0, 8))
		n := 0
		ok := d.array(func(i int) bool {
			if l.most > 0 && i == l.most {
				d.leave()
				d.wrong("too_many", "max", strconv.Itoa(l.most))
				return false // What else is wrong with so many does not matter.
			}
			if i == v.Cap() {
				v.Grow(i)
			}
			v.SetLen(i + 1)
			n = i + 1
			return read(d, v.Index(i))
		})
		if !ok {
			return false
		}
		if n < l.least {
			return d.wrong("required")
		}
		return !l.elementsApart || d.apart(v)
	}
}

// apart notes the elements that stand in a list twice.
func (d *decoder) apart(v reflect.Value) bool {
	seen := make(map[any]bool, v.Len())
	for i := range v.Len() {
		e := v.Index(i).Interface()
		if seen[e] {
			if !d.enter(step{"", i}) {
				return false
			}
			ok := d.wrong("duplicate")
			d.leave()
			if !ok {
				return false
			}
		}
		seen[e] = true
	}
	return true
}

func readMap(t reflect.Type, l limits) reader {
	if t.Key().Kind() != reflect.String {
		panic("web: the names of a map are text")
	}
	var read reader // of what is no text
	if t.Elem().Kind() != reflect.String {
		read = compile(t.Elem(), limits{})
	}
	return func(d *decoder, v reflect.Value) bool {
		if d.peek() != '{' {
			return d.mismatch("object")
		}
		all := reflect.MakeMap(t)
		v.Set(all)
		return d.object(func(name string) bool {
			key := reflect.ValueOf(name).Convert(t.Key())
			switch {
			case all.MapIndex(key).IsValid():
				return d.wrong("duplicate") && d.skip()
			case len(name) > maxMapKey || name == "":
				return d.wrong("text_too_long", "max", strconv.Itoa(maxMapKey)) && d.skip()
			case l.most > 0 && all.Len() == l.most:
				return d.wrong("too_many", "max", strconv.Itoa(l.most)) && d.skip()
			}
			if read != nil {
				one := reflect.New(t.Elem()).Elem()
				ok := read(d, one)
				all.SetMapIndex(key, one)
				return ok
			}
			s, done, ok := l.want(d)
			if !done {
				all.SetMapIndex(key, reflect.ValueOf(s).Convert(t.Elem()))
			}
			return ok
		})
	}
}

// maxMapKey is how many bytes the name of a member may have where names are the client's own.
const maxMapKey = 64
