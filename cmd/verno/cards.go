package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/server"
)

// issuedCards is what cards issue prints as JSON.
type issuedCards struct {
	server.IssueReport
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"lines_per_second"`
	Result    string  `json:"result_file"`
}

// cards issues cards to the people of a list.
func cards(ctx context.Context, t *term, args []string) error {
	f := flags(t, "cards", "issue [flags] FILE\n\nFILE is a table with a header: phone, email, first_name, last_name, birthday, external_id, number, template, consents.\n")
	b := baseFlags(f)
	q := server.IssueList{Language: t.lang}
	f.TextVar(&q.Template, "template", verno.TemplateID{}, "template of the cards; the standard card where left out")
	f.StringVar(&q.Link, "link", "", "send each new card to its member's phone: `sms`, email or any; none where left out")
	f.StringVar(&q.Channel, "channel", "", "by which they joined; import where left out")
	f.StringVar(&q.Result, "result", "", "CSV `file` for what came of each line; NAME.result.csv here where left out")
	whoseFlags(f, &q.Whose)
	asJSON := f.Bool("json", false, "print the report as JSON")
	words, err := parseAround(f, args)
	if err != nil {
		return err
	}
	if len(words) != 2 || words[0] != "issue" {
		f.Usage()
		return errUsage
	}
	if q.Path = words[1]; q.Result == "" {
		name := strings.TrimSuffix(filepath.Base(q.Path), ".gz")
		q.Result = strings.TrimSuffix(name, filepath.Ext(name)) + ".result.csv"
	}
	s, err := server.Open(ctx, b.config(t))
	if err != nil {
		return err
	}
	defer s.Close()
	began := time.Now()
	show := t.gauge(*asJSON)
	q.Progress = func(done, total int64) { show("lines", done, done, total) }
	report, err := s.IssueCards(ctx, q)
	if err != nil {
		if ctx.Err() != nil {
			err = errors.New("interrupted; the same command goes on where it stopped")
		}
		return err
	}
	out := issuedCards{IssueReport: report, Seconds: time.Since(began).Seconds(), Result: q.Result}
	out.PerSecond = float64(report.Lines) / max(out.Seconds, 0.001)
	if *asJSON {
		return json.NewEncoder(t.out).Encode(out)
	}
	if report.Before {
		fmt.Fprintln(t.out, "This list was issued before; nothing was done.")
	}
	fmt.Fprintf(t.out, "%d lines: %d cards issued, %d had one already, %d rejected; %s says what came of each\n",
		report.Lines, report.Issued, report.Had, report.Rejected, q.Result)
	if !report.Before {
		fmt.Fprintf(t.out, "%.1f s, %.0f lines a second\n", out.Seconds, out.PerSecond)
	}
	return nil
}
