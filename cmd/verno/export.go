package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/verno-loyalty/verno/internal/server"
)

// export writes the ledger for others to check.
func export(ctx context.Context, t *term, args []string) (err error) {
	f := flags(t, "export", "ledger [flags]")
	b := baseFlags(f)
	var whose server.Whose
	whoseFlags(f, &whose)
	keyless := keylessFlag(f)
	path := f.String("out", "", "file to write; standard output where left out")
	asJSON := f.Bool("json", false, "with --out: print what was written as JSON")
	words, err := parseAround(f, args)
	if err != nil {
		return err
	}
	if len(words) != 1 || words[0] != "ledger" {
		f.Usage()
		return errUsage
	}
	c := b.config(t)
	c.WithoutKey = *keyless
	out := t.out
	if *path != "" {
		file, err := os.Create(*path)
		if err != nil {
			return err
		}
		defer file.Close()
		out = file
	}
	w := bufio.NewWriter(out)
	show := t.gauge(*path == "" || *asJSON)
	events, err := server.ExportLedger(ctx, c, whose, w, func(done, of int64) { show("events", done, done, of) })
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	switch {
	case *path == "":
		return nil
	case *asJSON:
		return json.NewEncoder(t.out).Encode(map[string]any{"file": *path, "events": events})
	}
	fmt.Fprintf(t.out, "%s: %d events. docs/guide/ledger-format.md says how to check them.\n", *path, events)
	return nil
}
