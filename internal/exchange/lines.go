package exchange

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// counter counts the bytes that are read through it.
type counter struct {
	in io.Reader
	n  int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	c.n += int64(n)
	return n, err
}

// lines reads a text line by line, whatever its length: compressed or not, with a byte order mark or without.
type lines struct {
	in       *bufio.Reader
	end      byte             // of a line: a line feed, or a carriage return in files of old that have no other
	most     int              // bytes of a line that are kept
	fallback *charmap.Charmap // of lines that are not UTF-8
	number   int64            // of the last line that was read
	back     []line           // lines that were given back
}

// line is one line without its end.
type line struct {
	number int64
	text   string
	long   bool // it was longer than allowed, and text is its beginning
}

// errUTF16 is said at once, as in such a file every single line would be wrong.
var errUTF16 = errors.New("the file is in UTF-16; save it as UTF-8")

// openLines finds out by its first bytes what a source is.
func openLines(in io.Reader, most int, fallback *charmap.Charmap) (*lines, error) {
	b := bufio.NewReaderSize(in, 1<<16)
	if magic, _ := b.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("open the compressed file: %w", err)
		}
		b = bufio.NewReaderSize(z, 1<<16)
	}
	mark, _ := b.Peek(3)
	switch {
	case bytes.Equal(mark, []byte("\uFEFF")):
		_, _ = b.Discard(3)
	case bytes.HasPrefix(mark, []byte{0xff, 0xfe}), bytes.HasPrefix(mark, []byte{0xfe, 0xff}):
		return nil, errUTF16
	}
	l := &lines{in: b, end: '\n', most: most, fallback: fallback}
	if begin, _ := b.Peek(b.Size()); bytes.IndexByte(begin, '\n') < 0 && bytes.IndexByte(begin, '\r') >= 0 {
		l.end = '\r'
	}
	return l, nil
}

// next reads a line. It returns io.EOF after the last one.
func (l *lines) next() (line, error) {
	if n := len(l.back); n > 0 {
		next := l.back[n-1]
		l.back = l.back[:n-1]
		return next, nil
	}
	var text []byte
	long := false
	for {
		part, err := l.in.ReadSlice(l.end)
		if room := l.most - len(text); len(part) > room {
			part, long = part[:max(0, room)], true
		}
		text = append(text, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == nil, errors.Is(err, io.EOF) && (len(text) > 0 || long):
		case errors.Is(err, io.EOF):
			return line{}, io.EOF
		default:
			return line{}, fmt.Errorf("read line %d: %w", l.number+1, err)
		}
		break
	}
	l.number++
	text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	return line{number: l.number, text: l.decode(text), long: long}, nil
}

// unread gives a line back, so that it is read again.
func (l *lines) unread(back line) { l.back = append(l.back, back) }

// skip passes over lines up to a number.
func (l *lines) skip(until int64) error {
	for l.number < until {
		if _, err := l.next(); err != nil {
			return fmt.Errorf("go on after line %d: %w", until, err)
		}
	}
	return nil
}

// decode takes each line for UTF-8 that can be. Text of another encoding with a letter beyond ASCII hardly ever can.
func (l *lines) decode(text []byte) string {
	if utf8.Valid(text) {
		return string(text)
	}
	if l.fallback == nil {
		return strings.ToValidUTF8(string(text), "\uFFFD")
	}
	out, err := l.fallback.NewDecoder().Bytes(text)
	if err != nil {
		return strings.ToValidUTF8(string(text), "\uFFFD")
	}
	return string(out)
}
