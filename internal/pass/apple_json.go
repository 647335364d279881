package pass

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep objects and lists may stand in each other.
const maxDepth = 32

// parseJSON reads one JSON document strictly: no key twice, not too deep, nothing after it. Numbers stay as they are
// written.
func parseJSON(raw []byte) (any, error) {
	if !utf8.Valid(raw) {
		return nil, errors.New("is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := parseValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the document")
	}
	return v, nil
}

func parseValue(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("is no JSON: %w", err)
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("is deeper than %d", maxDepth)
	}
	switch token {
	case json.Delim('{'):
		return parseObject(d, depth)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := parseValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	return token, nil
}

func parseObject(d *json.Decoder, depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("is no JSON: %w", err)
		}
		key, _ := token.(string)
		if _, twice := object[key]; twice {
			return nil, fmt.Errorf("has the key %q twice", key)
		}
		if object[key], err = parseValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return object, err
}

// isStrings says whether a file of texts has the form that phones read, in UTF-8 or in UTF-16 with its mark.
func isStrings(raw []byte) bool {
	s := string(raw)
	if len(raw) >= 2 && len(raw)%2 == 0 && (raw[0] == 0xff && raw[1] == 0xfe || raw[0] == 0xfe && raw[1] == 0xff) {
		units := make([]uint16, 0, len(raw)/2)
		for i := 2; i < len(raw); i += 2 {
			a, b := raw[i], raw[i+1]
			if raw[0] == 0xff {
				a, b = b, a
			}
			units = append(units, uint16(a)<<8|uint16(b))
		}
		s = string(utf16.Decode(units))
	}
	if !utf8.ValidString(s) {
		return false
	}
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" {
			return true
		}
		var ok bool
		for _, after := range []string{"=", ";"} {
			if s, ok = cutQuoted(s); !ok {
				return false
			}
			if s, ok = strings.CutPrefix(strings.TrimLeft(s, " \t\r\n"), after); !ok {
				return false
			}
			s = strings.TrimLeft(s, " \t\r\n")
		}
	}
}

// cutQuoted takes a quoted text off the beginning.
func cutQuoted(s string) (rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return s, false
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[i+1:], true
		}
	}
	return "", false
}
