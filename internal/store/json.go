package store

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// These append JSON as receipts are stored: members after the first, and only those that say something.

func appendOpen(b []byte, i int, first, next string) []byte {
	if i == 0 {
		return append(b, first...)
	}
	return append(b, next...)
}

func appendInt(b []byte, name string, n int64) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendInt(appendName(b, name), n, 10)
}

func appendBool(b []byte, name string, v bool) []byte {
	if !v {
		return b
	}
	return append(appendName(b, name), "true"...)
}

func appendText(b []byte, name, s string) []byte {
	if s == "" {
		return b
	}
	return appendString(appendName(b, name), s)
}

func appendAny(b []byte, name string, v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		panic("store: a receipt cannot be written: " + err.Error())
	}
	return append(appendName(b, name), out...)
}

func appendName(b []byte, name string) []byte {
	b = append(b, ',', '"')
	b = append(b, name...)
	return append(b, '"', ':')
}

// appendString writes a JSON string; what needs escapes is left to encoding/json.
func appendString(b []byte, s string) []byte {
	high := false
	for i := range len(s) {
		c := s[i]
		if c < 0x20 || c == '"' || c == '\\' {
			return escape(b, s)
		}
		high = high || c >= utf8.RuneSelf
	}
	if high && !utf8.ValidString(s) {
		return escape(b, s)
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// escape writes a JSON string with escapes; each byte that is no UTF-8 becomes U+FFFD.
func escape(b []byte, s string) []byte {
	out, err := json.Marshal(s)
	if err != nil {
		panic("store: a text cannot be written: " + err.Error())
	}
	return append(b, out...)
}
