package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/rig"
)

// errBroken says that torture found something; it has printed it.
var errBroken = errors.New("verno did not stand it")

// torture mistreats a server that it starts itself, and holds it to what it acknowledged.
func torture(ctx context.Context, t *term, args []string) error {
	f := flags(t, "torture", "--fault "+strings.Join(rig.Faults, "|")+" [flags]")
	fault := f.String("fault", "kill", strings.Join(rig.Faults, ", ")+": kill -9 of Verno, kill -9 of PostgreSQL, the power cut from the database's disk (root only), that disk full (root only), requests sent several times over connections that break, simultaneous requests for one value")
	n := f.Int("n", 100, "kills, power cuts, full disks, batches of doubles, or races")
	db := f.String("db", "", "SQLite file or postgres:// URL; one of its own, removed at the end, where left out")
	kek := f.String("kek-file", "", "file with the key-encryption keys of a database that is given")
	postgres := f.Bool("postgres", false, "its own database is a private PostgreSQL instead of a file")
	options := f.String("postgres-options", "", "settings of that PostgreSQL, such as fsync=off, to show what the right ones are for")
	clients := f.Int("clients", 16, "callers at once")
	seconds := f.Int("seconds", 0, "begin no new round after so long; 0 for no end")
	seed := f.Uint64("seed", 0, "the same seed draws the same requests; drawn where left out")
	asJSON := f.Bool("json", false, "print the verdict as JSON")
	if err := parse(f, args); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	v, err := rig.Torture{
		Program: program, Fault: *fault, Rounds: *n, Clients: *clients, Longest: time.Duration(*seconds) * time.Second,
		DB: *db, KEKFile: *kek, Postgres: *postgres, Options: strings.Fields(*options), Seed: *seed, Clock: time.Now, Say: t.progress,
	}.Run(ctx)
	if errors.Is(err, rig.ErrNoDisk) && os.Geteuid() != 0 {
		fmt.Fprintln(t.err, "skipped: not root")
		return nil
	}
	if err != nil {
		return err
	}
	if *asJSON {
		err = json.NewEncoder(t.out).Encode(v)
	} else {
		showVerdict(t, &v)
	}
	if err == nil && !v.OK {
		return errBroken
	}
	return err
}

func showVerdict(t *term, v *rig.Verdict) {
	fmt.Fprintf(t.out, "%s on %s, %d rounds in %.0f s (seed %d)\n", v.Fault, v.Engine, v.Cycles, v.Seconds, v.Seed)
	fmt.Fprintf(t.out, "sent %d, acknowledged %d, refused %d, unknown %d: by their keys %d applied, %d rejected, %d never seen\n",
		v.Sent, v.Acknowledged, v.Refused, v.Unknown, v.Resolved.Applied, v.Resolved.Rejected, v.Resolved.NeverSeen)
	fmt.Fprintf(t.out, "lost %d, doubled %d, overspent %d, wrong %d, unresolved %d, server errors %d; verify: %v\n",
		v.Lost, v.Doubled, v.Overspent, v.Wrong, v.Unresolved, v.ServerErrors, v.Verify)
	for _, promise := range v.Broken {
		fmt.Fprintln(t.out, "broken: "+promise)
	}
	for _, p := range v.Problems {
		fmt.Fprintln(t.out, "- "+p)
	}
	if v.Folder != "" {
		fmt.Fprintln(t.out, "journal, log and database are kept in "+v.Folder)
	}
}
