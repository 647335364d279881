package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/verno-loyalty/verno/internal/server"
)

// errUnsound says that verify found problems; it has printed them.
var errUnsound = errors.New("the books are not sound")

// verify reads the whole database, changes nothing, and checks that the books are sound. Exit code 0 says that they are,
// 1 that there are problems, 2 that they could not be checked.
func verify(ctx context.Context, t *term, args []string) error {
	f := flags(t, "verify", "[flags]\n\nExit code 0: sound. 1: problems were found. 2: it could not be checked.\n")
	b := baseFlags(f)
	keyless := keylessFlag(f)
	asJSON := f.Bool("json", false, "print the report as JSON")
	if err := parse(f, args); err != nil {
		return err
	}
	c := b.config(t)
	c.WithoutKey = *keyless
	return verified(ctx, t, c, *asJSON)
}

func verified(ctx context.Context, t *term, c server.Config, asJSON bool) error {
	report, err := server.Verify(ctx, c, func(done, total int64) { t.progress("verified", int(done), int(total)) })
	if err != nil {
		return unchecked{err}
	}
	if asJSON {
		if err := json.NewEncoder(t.out).Encode(report); err != nil {
			return unchecked{err}
		}
	} else {
		showReport(t, &report)
	}
	if !report.OK {
		return errUnsound
	}
	return nil
}

func showReport(t *term, report *server.Report) {
	fmt.Fprintf(t.out, "%d receipts, %d entries, %d postings, %d accounts, %d lots, %d operations\n",
		report.Receipts, report.Entries, report.Postings, report.Accounts, report.Lots, report.Operations)
	fmt.Fprintf(t.out, "%d events, %d of them not sealed yet, %d checkpoints\n", report.Events, report.UnsealedTail, report.Checkpoints)
	for _, p := range report.Problems {
		fmt.Fprintf(t.out, "PROBLEM %s, %s: %s\n", p.Code, p.Subject, p.Detail)
	}
	if report.OK {
		fmt.Fprintln(t.out, "sound")
	}
}
