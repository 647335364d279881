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

// verify reads the whole database and checks that the books are sound: exit code 0 says that they are.
func verify(ctx context.Context, t *term, args []string) error {
	f := flags(t, "verify", "[flags]")
	b := baseFlags(f)
	asJSON := f.Bool("json", false, "print the report as JSON")
	if err := parse(f, args); err != nil {
		return err
	}
	s, err := server.Open(ctx, b.config(t))
	if err != nil {
		return err
	}
	defer s.Close()
	report, err := s.Verify(ctx, func(done, total int64) { t.progress("verified", int(done), int(total)) })
	if err != nil {
		return err
	}
	if *asJSON {
		if err := json.NewEncoder(t.out).Encode(report); err != nil {
			return err
		}
	} else {
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
	if !report.OK {
		return errUnsound
	}
	return nil
}
