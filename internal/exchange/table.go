package exchange

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// table reads a file of rows with a header, parted by commas, semicolons or tabs, whichever the header has most of.
type table struct {
	lines *lines
	comma byte
	at    map[string]int // column by its name, in small letters without spaces and underscores
	width int
}

// maxJoined bounds how many lines one row may span; a quotation mark that nobody closes spoils no more than its own line.
const maxJoined = 16

// openTable reads the header. Each of wanted is a column that must be there, under one of several names parted by "|".
func openTable(in *lines, wanted ...string) (*table, error) {
	head, err := in.next()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	}
	if err != nil {
		return nil, err
	}
	t := &table{lines: in, comma: ',', at: map[string]int{}}
	for _, c := range []byte{';', '\t'} {
		if strings.Count(head.text, string(c)) > strings.Count(head.text, string(t.comma)) {
			t.comma = c
		}
	}
	names, _ := split(head.text, t.comma)
	for i, name := range names {
		plain := plainName(name)
		if _, twice := t.at[plain]; twice && plain != "" {
			return nil, fmt.Errorf("the header has the column %s twice", clip(strings.TrimSpace(name)))
		}
		t.at[plain] = i
	}
	t.width = len(names)
	for _, w := range wanted {
		known := func(name string) bool { _, ok := t.at[plainName(name)]; return ok }
		if !slices.ContainsFunc(strings.Split(w, "|"), known) {
			return nil, fmt.Errorf("the header has no column %s", strings.ReplaceAll(w, "|", " or "))
		}
	}
	return t, nil
}

func plainName(name string) string {
	return strings.NewReplacer(" ", "", "_", "").Replace(strings.ToLower(strings.TrimSpace(name)))
}

// row is one row of a table: its cells, or why it has none.
type row struct {
	table *table
	unit  unit
	end   int64 // its last line
	cells []string
	why   refusal
}

// next reads a row. It returns io.EOF after the last one.
func (t *table) next() (row, error) {
	first, err := t.lines.next()
	if err != nil {
		return row{}, err
	}
	r := row{table: t, unit: unit{line: first.number, text: first.text}, end: first.number}
	if first.long {
		r.why = refusal{code: "line_too_long"}
		return r, nil
	}
	cells, open := split(first.text, t.comma)
	if open {
		cells, err = t.join(&r)
	}
	if err != nil || r.why.code != "" {
		return r, err
	}
	r.cells = cells
	if len(cells) != t.width {
		r.why = refusal{"columns", fmt.Sprintf("%d instead of %d", len(cells), t.width)}
	}
	return r, nil
}

// join adds lines to a row until its quotation marks close.
func (t *table) join(r *row) ([]string, error) {
	var text strings.Builder
	text.WriteString(r.unit.text)
	var taken []line
	for len(taken) < maxJoined {
		more, err := t.lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		taken = append(taken, more)
		text.WriteString("\n" + more.text)
		if cells, open := split(text.String(), t.comma); !open {
			r.unit.text, r.end = text.String(), more.number
			return cells, nil
		}
	}
	for _, l := range slices.Backward(taken) {
		t.lines.unread(l)
	}
	r.why = refusal{code: "quote_open"}
	return nil, nil
}

// split parts a row into its cells. Only a quotation mark at the beginning of a cell quotes; open says that the last one
// was not closed.
func split(text string, comma byte) (cells []string, open bool) {
	for more := true; more; {
		quoted := ""
		if rest, ok := strings.CutPrefix(text, `"`); ok {
			var closed bool
			if quoted, text, closed = unquote(rest); !closed {
				return append(cells, quoted), true
			}
		}
		var plain string
		plain, text, more = strings.Cut(text, string(comma))
		cells = append(cells, quoted+plain)
	}
	return cells, false
}

// unquote reads up to the quotation mark that closes; two of them stand for one.
func unquote(text string) (cell, rest string, closed bool) {
	for {
		at := strings.IndexByte(text, '"')
		if at < 0 {
			return cell + text, "", false
		}
		if !strings.HasPrefix(text[at+1:], `"`) {
			return cell + text[:at], text[at+1:], true
		}
		cell += text[:at+1]
		text = text[at+2:]
	}
}

// cell is what stands under a column, which may have several names; empty where the table lacks it.
func (r *row) cell(names ...string) string {
	for _, name := range names {
		if i, ok := r.table.at[name]; ok {
			return strings.TrimSpace(r.cells[i])
		}
	}
	return ""
}
