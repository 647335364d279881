package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/server"
)

// benches lists what can be measured.
var benches = []command{
	{"checkout", "sales at the till", benchCheckout},
	{"growth", "the till with few members against the till with many", benchGrowth},
	{"pass", "Apple passes against the bare signature that each costs", benchPass},
	{"push", "phones that are told of changed cards, and what sales notice of it", benchPush},
	{"wallet", "phones that ask whether their cards have changed", benchWallet},
}

// bench measures a part of Verno.
func bench(ctx context.Context, t *term, args []string) error {
	names := make([]string, len(benches))
	for i, b := range benches {
		if names[i] = b.name; len(args) > 0 && args[0] == b.name {
			return b.run(ctx, t, args[1:])
		}
	}
	flags(t, "bench", strings.Join(names, "|")+" [flags]").Usage()
	return errUsage
}

// benchCheckout measures the till on a database of its own, or one that is given, and verifies that the books are sound
// which that leaves. Its exit codes are those of verify.
func benchCheckout(ctx context.Context, t *term, args []string) error {
	f := flags(t, "bench checkout", "[flags]")
	db := f.String("db", "", "SQLite file or postgres:// URL; a temporary SQLite file where left out")
	clients := f.Int("clients", 256, "callers at once")
	seconds := f.Int("seconds", 10, "length of each measurement")
	members := f.Int("members", 100_000, "members, each with 1 to 20 lots")
	promotions := f.Int("promotions", 30, "promotions in force, of which three apply")
	http := f.Bool("http", false, "through the API, client and server in this process")
	rate := f.Int("rate", 0, "sales a second, timed from their intended start; 0 for as many as go")
	single := f.Int("single", 0, "one sale a transaction, over so many connections; 0 for groups")
	one := f.String("all", "", `"member" or "store": all sales by one member or at one store`)
	asJSON := f.Bool("json", false, "print the figures as JSON")
	profile := f.String("cpuprofile", "", "write a CPU profile of the measurement")
	if err := parse(f, args); err != nil {
		return err
	}
	dsn, kek := *db, ""
	if dsn == "" {
		kek = rig.KEK()
		dir, err := os.MkdirTemp("", "verno-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		dsn = filepath.Join(dir, "bench.db")
	}
	c := server.Config{DB: dsn, KEKs: kek}
	if *single > 0 {
		c.Lanes, c.Books.Group = *single, 1
	}
	w, stop, err := benchWorld(ctx, t, c, rig.Size{Members: *members, Stores: 20, Promotions: *promotions, MostLots: 20})
	if err != nil {
		return err
	}
	defer stop()
	load := rig.Load{
		Clients: *clients, Duration: time.Duration(*seconds) * time.Second, Rate: *rate,
		Profile: *profile, HTTP: *http, OneMember: *one == "member", OneStore: *one == "store",
	}
	g, err := rig.Bench(ctx, w, load, t.progress)
	if err != nil {
		return err
	}
	report, err := w.Server.Verify(ctx, func(done, total int64) { t.progress("verified", int(done), int(total)) })
	if err != nil {
		return unchecked{err}
	}
	if *asJSON {
		err = json.NewEncoder(t.out).Encode(measured{g, report})
	} else {
		showFigures(t, &g)
		showReport(t, &report)
	}
	if err == nil && (!report.OK || g.Answered > g.Sales) {
		return errUnsound
	}
	return err
}

// measured is what a benchmark found: its figures, and whether the books are sound that it leaves.
type measured struct {
	rig.Figures
	Verify server.Report `json:"verify"`
}

func showFigures(t *term, g *rig.Figures) {
	fmt.Fprintf(t.out, "%d sales in %.1f s: %.0f/s, median %.2f ms, p99 %.2f ms, longest %.1f ms\n", g.Sales, g.Seconds, g.PerSecond, g.P50, g.P99, g.Max)
	fmt.Fprintf(t.out, "%d commits, %.1f sales a commit, %.2f round trips a commit; %d answered, %d totals_changed, %d failed %s\n",
		g.Commits, g.SalesPerCommit, g.RoundTrips, g.Answered, g.Changed, g.Failed, g.Failure)
	if g.Answered > g.Sales {
		fmt.Fprintf(t.out, "LOST %d receipts were answered and are not there\n", g.Answered-g.Sales)
	}
}

// progress tells on err how far something is.
func (t *term) progress(what string, done, of int) {
	between := "of"
	if t.lang == "ru" {
		between = "из"
	}
	if !t.due(what, done, of) {
		return
	}
	if !t.live() {
		fmt.Fprintf(t.err, "%s: %d %s %d\n", what, done, between, of)
		return
	}
	fmt.Fprintf(t.err, "\r%s: %d %s %d", what, done, between, of)
	if done == of {
		fmt.Fprintln(t.err)
	}
}

// due says whether there is enough news to be told: a hundredth of the whole on a terminal, a tenth in a log.
func (t *term) due(what string, done, of int) bool {
	steps := 10
	if t.live() {
		steps = 100
	}
	told := what + ":" + strconv.Itoa(done*steps/max(of, 1))
	if told == t.told && done != of {
		return false
	}
	t.told = told
	return true
}

// live says whether err is a terminal, on which a line can be written over.
func (t *term) live() bool {
	f, ok := t.err.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
