package desk

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
)

// writeXLSX writes a spreadsheet with a heading that stays, numbers that can be added up, and moments that can be sorted.
// Its texts are texts: none is ever a formula.
func writeXLSX(ctx context.Context, w http.ResponseWriter, s *sheet, _ *call) error {
	book := excelize.NewFile()
	defer book.Close() // It takes away what was too large for memory.
	name := []rune(s.title)
	if err := book.SetSheetName("Sheet1", string(name[:min(len(name), excelize.MaxSheetNameLength)])); err != nil {
		return err
	}
	out, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return err
	}
	styles, err := sheetStyles(book)
	if err != nil {
		return err
	}
	if err := heading(out, s, styles.heading); err != nil {
		return err
	}
	for row := 2; row-2 < mostRows; {
		rows, err := s.more(ctx)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		for _, cells := range rows {
			if err := out.SetRow("A"+strconv.Itoa(row), styles.values(cells)); err != nil {
				return err
			}
			row++
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}

// looks are the styles of a spreadsheet's cells.
type looks struct{ heading, moment, day int }

func sheetStyles(book *excelize.File) (l looks, err error) {
	if l.heading, err = book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return l, err
	}
	moment, day := "yyyy-mm-dd hh:mm", "yyyy-mm-dd"
	if l.moment, err = book.NewStyle(&excelize.Style{CustomNumFmt: &moment}); err != nil {
		return l, err
	}
	l.day, err = book.NewStyle(&excelize.Style{CustomNumFmt: &day})
	return l, err
}

func heading(out *excelize.StreamWriter, s *sheet, style int) error {
	names := make([]any, len(s.columns))
	for i := range s.columns {
		names[i] = excelize.Cell{StyleID: style, Value: s.columns[i].name}
		if err := out.SetColWidth(i+1, i+1, float64(s.columns[i].wide)); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return out.SetRow("A1", names)
}

// values are cells as the library takes them. Spreadsheets count in binary fractions, so that a number becomes one here,
// where nothing is computed any more; one with more digits than they keep stays a text.
func (l *looks) values(cells []cell) []any {
	const kept = 15
	out := make([]any, len(cells))
	for i := range cells {
		switch v := &cells[i]; {
		case v.number != "" && len(v.number) <= kept:
			if n, err := strconv.ParseFloat(v.number, 64); err == nil {
				out[i] = n
			}
		case v.number != "":
			out[i] = v.number
		case v.at.IsZero():
			out[i] = plain(v.text)
		case v.day:
			out[i] = excelize.Cell{StyleID: l.day, Value: clockFace(v.at)}
		default:
			out[i] = excelize.Cell{StyleID: l.moment, Value: clockFace(v.at)}
		}
	}
	return out
}

// clockFace is what a clock on the wall showed at a moment; spreadsheets know no time zones.
func clockFace(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}
