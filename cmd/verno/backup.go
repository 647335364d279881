package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/verno-loyalty/verno/internal/server"
)

// backup copies a running database into a file.
func backup(ctx context.Context, t *term, args []string) error {
	f := flags(t, "backup", "[flags] FILE")
	b := baseFlags(f)
	keyless := keylessFlag(f)
	asJSON := f.Bool("json", false, "print what was written as JSON")
	if err := parse(f, args); err != nil {
		return err
	}
	if f.NArg() != 1 {
		f.Usage()
		return errUsage
	}
	path := f.Arg(0)
	c := b.config(t)
	c.WithoutKey = *keyless
	noted, err := server.Backup(ctx, c, path, func(done, total int64) { t.progress("copied", int(done), int(total)) })
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(t.out).Encode(map[string]any{"file": path, "bytes": info.Size(), "noted": noted})
	}
	fmt.Fprintf(t.out, "%s: %d bytes. The key-encryption key is not in it; without it nobody can read names and phones.\n", path, info.Size())
	if !noted {
		fmt.Fprintln(t.out, "The database could not be told, so that the desk does not know of this backup.")
	}
	return nil
}

// restore fills an empty database from a backup and verifies it, with the exit codes of verify.
func restore(ctx context.Context, t *term, args []string) error {
	f := flags(t, "restore", "[flags] FILE")
	b := baseFlags(f)
	keyless := keylessFlag(f)
	asJSON := f.Bool("json", false, "print the report of verify as JSON")
	if err := parse(f, args); err != nil {
		return err
	}
	if f.NArg() != 1 {
		f.Usage()
		return errUsage
	}
	c := b.config(t)
	c.WithoutKey = *keyless
	if err := server.Restore(ctx, c, f.Arg(0)); err != nil {
		return err
	}
	return verified(ctx, t, c, *asJSON)
}

// keylessFlag is of commands that read what is not sealed.
func keylessFlag(f *flag.FlagSet) *bool {
	return f.Bool("without-key", false, "do not ask for the key-encryption key, which is only tried: for auditors")
}
