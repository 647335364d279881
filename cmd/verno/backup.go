package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/verno-loyalty/verno/internal/server"
)

// backup copies a running database into a file.
func backup(ctx context.Context, t *term, args []string) error {
	f := flags(t, "backup", "[flags] FILE")
	b := baseFlags(f)
	asJSON := f.Bool("json", false, "print what was written as JSON")
	if err := parse(f, args); err != nil {
		return err
	}
	if f.NArg() != 1 {
		f.Usage()
		return errUsage
	}
	path := f.Arg(0)
	if err := server.Backup(ctx, b.config(t), path, func(done, total int64) { t.progress("copied", int(done), int(total)) }); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(t.out).Encode(map[string]any{"file": path, "bytes": info.Size()})
	}
	fmt.Fprintf(t.out, "%s: %d bytes. The key-encryption key is not in it; without it nobody can read names and phones.\n", path, info.Size())
	return nil
}

// restore fills an empty database from a backup and verifies it.
func restore(ctx context.Context, t *term, args []string) error {
	f := flags(t, "restore", "[flags] FILE")
	b := baseFlags(f)
	asJSON := f.Bool("json", false, "print the report of verify as JSON")
	if err := parse(f, args); err != nil {
		return err
	}
	if f.NArg() != 1 {
		f.Usage()
		return errUsage
	}
	if err := server.Restore(ctx, b.config(t), f.Arg(0)); err != nil {
		return err
	}
	again := []string{"-db", *b.db}
	if *b.kekFile != "" {
		again = append(again, "-kek-file", *b.kekFile)
	}
	if *asJSON {
		again = append(again, "-json")
	}
	return verify(ctx, t, again)
}
