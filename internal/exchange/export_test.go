package exchange

import (
	"bytes"
	"errors"
	"io"

	"github.com/verno-loyalty/verno"
)

// Decimal reads a number as files have it.
func Decimal(s string, places int) (int64, error) { return decimal(s, places) }

// Read reads a file as an import does, and says what it found: how many records there are, how many units in them, and of
// these the rejected ones. Each document is handed to check.
func Read(preset string, file []byte, check func(lines []verno.Line, member, identity string)) (records, units, rejected int, err error) {
	p, err := presetNamed(preset)
	if err != nil {
		return 0, 0, 0, err
	}
	programme := &verno.Programme{Currency: p.currency, TimeZone: "Europe/Moscow"}
	if programme.Currency == "" {
		programme.Currency = "RUB"
	}
	_, f, err := p.start(bytes.NewReader(file), programme)
	if err != nil {
		return 0, 0, 0, err
	}
	for end := int64(0); ; records++ {
		rec, err := f.next()
		if errors.Is(err, io.EOF) {
			return records, units, rejected, nil
		}
		if err != nil {
			return records, units, rejected, err
		}
		if rec.end <= end {
			return records, units, rejected, errors.New("a record ends before the one that it follows")
		}
		end = rec.end
		for _, part := range rec.parts {
			units++
			if part.doc == nil {
				rejected++
				if part.why.code == "" {
					return records, units, rejected, errors.New("a rejected unit has no reason")
				}
				continue
			}
			check(part.doc.lines, part.doc.member, part.doc.identity)
		}
	}
}
