package web

import (
	"encoding/csv"
	"io"
	"regexp"
	"strings"
)

// signed is a number below zero: spreadsheets take it for one and compute nothing. A phone is text: of what begins with a plus
// they make a number, which they write again as 3.75E+11.
var signed = regexp.MustCompile(`^-[0-9][0-9 ]*$`)

// Harmless is a text that no spreadsheet takes for a formula: those that begin like one begin with an apostrophe, which
// says that what follows is text (OWASP, CSV injection).
func Harmless(text string) string {
	if text == "" || signed.MatchString(text) {
		return text
	}
	if strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", []rune(text)[0]) {
		return "'" + text
	}
	return text
}

// TableMedia is what a table as CSV is called.
const TableMedia = "text/csv"

// Table writes a table as programs read it: parted by commas, in UTF-8, and harmless in spreadsheets.
type Table struct{ csv *csv.Writer }

// NewTable begins a table with its heading.
func NewTable(to io.Writer, columns []string) (*Table, error) {
	t := &Table{csv.NewWriter(to)}
	return t, t.csv.Write(columns)
}

// Write adds a row.
func (t *Table) Write(row []string) error {
	cells := make([]string, len(row))
	for i, text := range row {
		cells[i] = Harmless(text)
	}
	return t.csv.Write(cells)
}

// Close writes what is left.
func (t *Table) Close() error {
	t.csv.Flush()
	return t.csv.Error()
}
