package desk

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/web"
)

// writeCSV writes what spreadsheets of the reader's language open with a double click: columns parted by semicolons and
// decimal commas in Russian, both with the mark by which they know UTF-8.
func writeCSV(ctx context.Context, w http.ResponseWriter, s *sheet, c *call) error {
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if c.Code == "ru" {
		out.Comma = ';'
	}
	record := make([]string, len(s.columns))
	for i := range s.columns {
		record[i] = plain(s.columns[i].name)
	}
	if err := out.Write(record); err != nil {
		return err
	}
	for written := 0; written < mostRows; {
		rows, err := s.more(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			for i := range row {
				record[i] = row[i].csv(c.Code)
			}
			if err := out.Write(record); err != nil {
				return err
			}
		}
		out.Flush()
		if err := out.Error(); err != nil {
			return err
		}
		written += len(rows)
	}
	return nil
}

func (v *cell) csv(language string) string {
	switch {
	case v.number != "" && language == "ru":
		return strings.Replace(v.number, ".", ",", 1)
	case v.number != "":
		return v.number
	case v.day && !v.at.IsZero():
		return v.at.Format(time.DateOnly)
	case !v.at.IsZero():
		return v.at.Format("2006-01-02 15:04:05")
	}
	return web.Harmless(plain(v.text))
}

// plain has spaces as people type them who search a table.
func plain(text string) string { return strings.ReplaceAll(text, "\u00a0", " ") }
