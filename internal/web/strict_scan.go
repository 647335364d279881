package web

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// space skips what JSON takes for white space.
func (d *decoder) space() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return
		}
	}
}

// peek is the next byte, 0 at the end. A zero byte in the text is no beginning of anything either.
func (d *decoder) peek() byte {
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

// take skips a byte if it is the next one.
func (d *decoder) take(c byte) bool {
	if d.peek() != c || d.at == len(d.text) {
		return false
	}
	d.at++
	return true
}

// literal skips a word if it stands next.
func (d *decoder) literal(word string) bool {
	if !strings.HasPrefix(d.text[d.at:], word) {
		return false
	}
	d.at += len(word)
	return true
}

// kind names what begins at the next byte, in the words of JSON; empty for nothing that JSON knows.
func (d *decoder) kind() string {
	switch c := d.peek(); {
	case c == '"':
		return "string"
	case c == '{':
		return "object"
	case c == '[':
		return "array"
	case c == 't', c == 'f':
		return "boolean"
	case c == 'n':
		return "null"
	case c == '-', c >= '0' && c <= '9':
		return "number"
	default:
		return ""
	}
}

// str reads a string. It answers a part of the text wherever it can. clean is false where the string holds a control
// character, which JSON allows and people do not need.
func (d *decoder) str() (s string, clean, ok bool) {
	d.at++
	start := d.at
	for d.at < len(d.text) {
		switch c := d.text[d.at]; {
		case c == '"':
			s = d.text[start:d.at]
			d.at++
			return s, true, true
		case c == '\\':
			return d.escaped(start)
		case c < ' ':
			return "", false, d.broken("a bare control character in a string")
		}
		d.at++
	}
	return "", false, d.broken("a string without an end")
}

// escaped reads a string on from its first backslash.
func (d *decoder) escaped(start int) (s string, clean, ok bool) {
	b := append(make([]byte, 0, d.at-start+32), d.text[start:d.at]...)
	clean = true
	for d.at < len(d.text) {
		switch c := d.text[d.at]; {
		case c == '"':
			d.at++
			return string(b), clean, true
		case c < ' ':
			return "", false, d.broken("a bare control character in a string")
		case c != '\\':
			b = append(b, c)
			d.at++
		default:
			r, ok := d.escape()
			if !ok {
				return "", false, d.broken("an escape that JSON does not know")
			}
			if r < ' ' && r != '\t' && r != '\n' && r != '\r' {
				clean = false
			}
			b = utf8.AppendRune(b, r)
		}
	}
	return "", false, d.broken("a string without an end")
}

// escape reads a backslash and what it stands for. A surrogate without its other half stands for nothing.
func (d *decoder) escape() (rune, bool) {
	if d.at+1 >= len(d.text) {
		return 0, false
	}
	c := d.text[d.at+1]
	if c != 'u' {
		i := strings.IndexByte(`"\/bfnrt`, c)
		if i < 0 {
			return 0, false
		}
		d.at += 2
		return rune("\"\\/\b\f\n\r\t"[i]), true
	}
	r, ok := d.hex(d.at + 2)
	if !ok {
		return 0, false
	}
	if !utf16.IsSurrogate(r) {
		d.at += 6
		return r, true
	}
	if !strings.HasPrefix(d.text[d.at+6:], `\u`) {
		return 0, false
	}
	low, ok := d.hex(d.at + 8)
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, false
	}
	d.at += 12
	return r, true
}

// hex reads four hexadecimal digits at a place.
func (d *decoder) hex(at int) (rune, bool) {
	if at+4 > len(d.text) {
		return 0, false
	}
	r := rune(0)
	for _, c := range []byte(d.text[at : at+4]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// number reads a number as it is written.
func (d *decoder) number() (string, bool) {
	start := d.at
	d.take('-')
	if !d.take('0') && !d.digits() {
		return "", d.brokenNumber()
	}
	if d.take('.') && !d.digits() {
		return "", d.brokenNumber()
	}
	if d.take('e') || d.take('E') {
		if !d.take('+') {
			d.take('-')
		}
		if !d.digits() {
			return "", d.brokenNumber()
		}
	}
	if c := d.peek(); c >= '0' && c <= '9' || c == '.' || c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= utf8.RuneSelf {
		return "", d.brokenNumber()
	}
	return d.text[start:d.at], true
}

func (d *decoder) digits() bool {
	start := d.at
	for d.at < len(d.text) && d.text[d.at] >= '0' && d.text[d.at] <= '9' {
		d.at++
	}
	return d.at > start
}

// skip reads a value of any kind and forgets it: one that is not wanted, or one whose type is known later.
func (d *decoder) skip() bool {
	switch d.kind() {
	case "string":
		_, clean, ok := d.str()
		return ok && (clean || d.wrong("text_invalid"))
	case "number":
		_, ok := d.number()
		return ok
	case "object":
		seen := map[string]bool{}
		return d.object(func(name string) bool {
			if seen[name] && !d.wrong("duplicate") {
				return false
			}
			seen[name] = true
			return d.skip()
		})
	case "array":
		return d.array(func(int) bool { return d.skip() })
	default:
		if d.literal("true") || d.literal("false") || d.literal("null") {
			return true
		}
		return d.broken("no value")
	}
}

// object reads an object and gives each member to the function, which reads its value.
func (d *decoder) object(member func(name string) bool) bool {
	d.at++
	if d.space(); d.take('}') {
		return true
	}
	for {
		if d.peek() != '"' {
			return d.broken("no name of a member")
		}
		name, _, ok := d.str()
		if !ok || !d.enter(step{name, -1}) {
			return false
		}
		d.space()
		if !d.take(':') {
			return d.broken("no colon after a name")
		}
		d.space()
		if !member(name) {
			return false
		}
		d.space()
		if d.peek() != ',' && d.peek() != '}' {
			return d.broken("neither a comma nor the end of the object")
		}
		if d.take('}') {
			d.leave()
			return true
		}
		d.at++
		d.space()
		if d.peek() != '"' {
			return d.broken("no name of a member")
		}
		d.leave()
	}
}

// array reads an array and gives each element to the function, which reads it.
func (d *decoder) array(element func(i int) bool) bool {
	d.at++
	if d.space(); d.take(']') {
		return true
	}
	for i := 0; ; i++ {
		if !d.enter(step{"", i}) {
			return false
		}
		if !element(i) {
			return false
		}
		d.space()
		if d.peek() != ',' && d.peek() != ']' {
			return d.broken("neither a comma nor the end of the array")
		}
		d.leave()
		if d.take(']') {
			return true
		}
		d.at++
		d.space()
	}
}
