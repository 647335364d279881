package exchange

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// reject is a row of the file of what was rejected. A remainder is of a line that was returned in part.
type reject struct {
	unit
	refusal
	remainder bool
}

// appendix is a CSV file that goes with a report, and how long it is.
type appendix struct {
	to    io.Writer // nil where nobody wants it
	bytes int64
}

func (a *appendix) Write(b []byte) (int, error) {
	n, err := a.to.Write(b)
	a.bytes += int64(n)
	return n, err
}

// openAppendix opens a file, going on after so many bytes; with none it begins with a header.
func openAppendix(open func(keep int64) (io.Writer, error), keep int64, header ...string) (appendix, error) {
	if open == nil {
		return appendix{bytes: keep}, nil
	}
	to, err := open(keep)
	if err != nil {
		return appendix{}, err
	}
	a := appendix{to: to, bytes: keep}
	if keep == 0 {
		err = a.rows([][]string{header})
	}
	return a, err
}

func (a *appendix) rows(rows [][]string) error {
	if a.to == nil || len(rows) == 0 {
		return nil
	}
	if err := csv.NewWriter(a).WriteAll(rows); err != nil {
		return fmt.Errorf("write beside the report: %w", err)
	}
	return nil
}

// reject counts a unit as rejected.
func (b *batch) reject(u unit, why refusal, r *Report) {
	b.rejects = append(b.rejects, reject{unit: u, refusal: why})
	r.Lines++
	r.Rejected++
	r.Reasons[why.code]++
}

// remain notes what is left over of a unit that was returned in part.
func (b *batch) remain(u unit, why refusal, r *Report) {
	b.rejects = append(b.rejects, reject{unit: u, refusal: why, remainder: true})
	r.Remainders++
	r.Reasons[why.code]++
}

// rejectAll counts all units of a document as rejected.
func (b *batch) rejectAll(d *document, why refusal, r *Report) {
	for _, u := range d.units {
		b.reject(u, why, r)
	}
}

// rejected are the rows of what a batch rejected, in the order of the file.
func (b *batch) rejected() [][]string {
	slices.SortStableFunc(b.rejects, func(x, y reject) int { return cmp.Compare(x.line, y.line) })
	rows := make([][]string, len(b.rejects))
	for i, r := range b.rejects {
		rows[i] = []string{strconv.FormatInt(r.line, 10), r.code, r.detail, r.text}
	}
	return rows
}
