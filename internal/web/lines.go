package web

import (
	"bytes"
	"net/http"
	"strconv"

	"github.com/verno-loyalty/verno"
)

// LinesMedia is the media type of a body that is one JSON document a line.
const LinesMedia = "application/x-ndjson"

// Line is a line of such a body, and its number as an editor counts it, from 1 on.
type Line struct {
	Number int
	Text   []byte
}

// AreLines reports whether a request says that its body is lines.
func AreLines(r *http.Request) bool {
	media := r.Header.Get("Content-Type")
	return media == LinesMedia || isMedia(media, LinesMedia)
}

// ReadLines reads a body of at most limit bytes and most lines. Empty lines are counted, but are no lines. What is wrong
// with one line is for whoever reads it to say: of the body only its size and the number of its lines are looked at.
func ReadLines(w http.ResponseWriter, r *http.Request, limit int64, most int) ([]Line, error) {
	body, err := readAll(nil, http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return nil, bodyError(r.Body, err, limit)
	}
	var lines []Line
	number := 0
	for len(body) > 0 {
		text, rest, _ := bytes.Cut(body, []byte("\n"))
		body = rest
		number++
		if len(bytes.Trim(text, " \t\r")) == 0 {
			continue
		}
		if len(lines) == most {
			return nil, verno.InvalidField("", "too_many", "max", strconv.Itoa(most))
		}
		lines = append(lines, Line{number, text})
	}
	if len(lines) == 0 {
		return nil, verno.InvalidField("", "required")
	}
	return lines, nil
}

// DecodeLine is Decode for a line, which may have at most limit bytes.
func DecodeLine(text []byte, limit int, into any) error {
	if len(text) > limit {
		return verno.TooLarge("line_too_large").With("limit", strconv.Itoa(limit))
	}
	return Decode(text, into)
}
