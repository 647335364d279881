package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/money"
)

// imported is what import prints as JSON.
type imported struct {
	server.ImportReport
	Seconds     float64 `json:"seconds"`
	PerSecond   float64 `json:"lines_per_second"`
	Rejects     string  `json:"rejects_file,omitempty"`
	Differences string  `json:"differences_file,omitempty"`
}

// importing takes in receipts of another system.
func importing(ctx context.Context, t *term, args []string) error {
	f := flags(t, "import", "receipts --preset "+strings.Join(server.ImportPresets(), "|")+" [flags] FILE")
	b := baseFlags(f)
	q := server.Import{}
	f.StringVar(&q.Preset, "preset", "", "form of the file: "+strings.Join(server.ImportPresets(), ", "))
	f.BoolVar(&q.OwnRule, "own-rule", false, "into a programme by the rule of the preset's receipts, which is made where it is not there yet (x5)")
	f.BoolVar(&q.DryRun, "dry-run", false, "say what would happen, and write nothing")
	f.BoolVar(&q.Again, "again", false, "begin at the first line although the file was imported before; what was sold is not sold again")
	f.StringVar(&q.Rejects, "rejects", "", "CSV file for rejected lines with their reasons; NAME.rejected.csv here where left out")
	f.StringVar(&q.Differences, "differences", "", "CSV file for points that differ from those given; NAME.differences.csv here where left out")
	f.TextVar(&q.Store, "store", verno.StoreID{}, "store of receipts that name none; the programme's first where left out")
	whoseFlags(f, &q.Whose)
	asJSON := f.Bool("json", false, "print the report as JSON")
	files, err := parseAround(f, args)
	if err != nil {
		return err
	}
	if len(files) != 2 || files[0] != "receipts" || !slices.Contains(server.ImportPresets(), q.Preset) {
		f.Usage()
		return errUsage
	}
	q.Path = files[1]
	beside(&q)
	c := b.config(t)
	c.Till.ReplayDays = server.HistoryDays
	s, err := server.Open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	s.Start()
	began := time.Now()
	show := t.gauge(*asJSON)
	q.Progress = func(p server.ImportProgress) { show("lines", p.Lines, p.Bytes, p.Of) }
	report, err := s.Import(ctx, q)
	if err != nil {
		if ctx.Err() != nil && !q.DryRun {
			err = errors.New("interrupted; the same command goes on where it stopped")
		}
		return err
	}
	out := imported{ImportReport: report, Seconds: time.Since(began).Seconds()}
	if !report.Before {
		out.PerSecond = float64(report.Lines) / max(out.Seconds, 0.001)
		out.Rejects, out.Differences = kept(q.Rejects), kept(q.Differences)
	}
	if *asJSON {
		return json.NewEncoder(t.out).Encode(out)
	}
	t.printImport(&out)
	return nil
}

// beside names the files beside the report where nobody has: in the folder where the command runs, as that of the data may
// not be writable.
func beside(q *server.Import) {
	name := strings.TrimSuffix(filepath.Base(q.Path), ".gz")
	name = strings.TrimSuffix(name, filepath.Ext(name))
	if q.Rejects == "" {
		q.Rejects = name + ".rejected.csv"
	}
	if q.Differences == "" && q.Preset == "x5" {
		q.Differences = name + ".differences.csv"
	}
}

// kept is the path of a file beside the report; a file that holds no more than its header is removed.
func kept(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	rows := bufio.NewReader(file)
	_, err = rows.ReadString('\n')
	if _, end := rows.ReadByte(); err == nil && end == nil {
		return path
	}
	_ = os.Remove(path)
	return ""
}

func (t *term) printImport(r *imported) {
	if r.Before {
		fmt.Fprintln(t.out, "This file was imported before; nothing was done. --again begins at its first line.")
	}
	verb := "ended as"
	if r.DryRun {
		verb = "would end as"
	}
	fmt.Fprintf(t.out, "%d lines %s: %d sold, %d returned, %d rejected\n", r.Lines, verb, r.Sold, r.Returned, r.Rejected)
	if r.Already > 0 {
		fmt.Fprintf(t.out, "  %d of them had been imported before\n", r.Already)
	}
	if r.Remainders > 0 {
		fmt.Fprintf(t.out, "  %d of the returned lines left a remainder\n", r.Remainders)
	}
	reasons := make([]string, 0, len(r.Reasons))
	for reason := range r.Reasons {
		reasons = append(reasons, reason)
	}
	slices.Sort(reasons)
	for _, reason := range reasons {
		fmt.Fprintf(t.out, "  %-24s %d\n", reason, r.Reasons[reason])
	}
	points := func(n money.Points) string { return n.Format(r.Scale) }
	fmt.Fprintf(t.out, "%d receipts for %s %s, %d returns for %s %s\n", r.Receipts, r.Currency.Format(r.Gross), r.Currency,
		r.Returns, r.Currency.Format(r.Refunded), r.Currency)
	if !r.DryRun {
		fmt.Fprintf(t.out, "%d new members, %d new stores; %s points earned, %s taken back, %s given back\n",
			r.Members, r.Places, points(r.Earned), points(r.Taken), points(r.Back))
	}
	if r.Given != nil {
		fmt.Fprintf(t.out, "points as really given on %d of %d receipts; the other %d: %s\n", r.Given.Equal, r.Given.Receipts, r.Given.Different, r.Differences)
	}
	if r.Rejects != "" {
		fmt.Fprintf(t.out, "rejected lines: %s\n", r.Rejects)
	}
	if !r.Before {
		fmt.Fprintf(t.out, "%.1f s, %.0f lines a second\n", r.Seconds, r.PerSecond)
	}
}

// whoseFlags are the flags that say of which tenant and programme something is.
func whoseFlags(f *flag.FlagSet, w *server.Whose) {
	f.TextVar(&w.Tenant, "tenant", verno.TenantID{}, "tenant; the only one where left out")
	f.TextVar(&w.Programme, "programme", verno.ProgrammeID{}, "programme; the only one where left out")
	f.BoolVar(&w.Test, "test", false, "in the tenant's test twin")
}

// parseAround reads flags before, between and after the other words, and returns these.
func parseAround(f *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := parse(f, args); err != nil {
			return nil, err
		}
		if f.NArg() == 0 {
			return words, nil
		}
		words = append(words, f.Arg(0))
		args = f.Args()[1:]
	}
}
