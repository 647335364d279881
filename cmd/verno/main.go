// Command verno runs Verno: the server, and the tools around it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// command is one thing that verno does.
type command struct {
	name  string
	about string
	run   func(ctx context.Context, t *term, args []string) error
}

// term is where a command speaks: results on out, everything else on err.
type term struct {
	out io.Writer
	err io.Writer
}

// version is that of this build.
const version = "0.1.0"

// commands lists what verno does, in the order in which help shows it.
var commands = []command{
	{"demo", "make a small chain, run a day of trade, and serve it", demo},
	{"serve", "run the server", serve},
	{"init", "make a tenant with a programme, a store, a till, an owner and keys", found},
	{"verify", "check that the books are sound", verify},
	{"backup", "copy a running database into a file", backup},
	{"restore", "fill an empty database from a backup, and verify it", restore},
	{"import", "take in receipts of another system: import receipts", importing},
	{"export", "write the ledger for others to check: export ledger", export},
	{"bench", "measure: bench checkout", bench},
	{"torture", "kill it, double it, race it, and hold it to what it acknowledged", torture},
}

// errUsage ends a command whose words were off; the flag package has said why.
var errUsage = errors.New("usage")

func main() { os.Exit(start()) }

func start() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, &term{out: os.Stdout, err: os.Stderr}, os.Args[1:])
}

// run runs a command and returns the exit code: 0 done, 1 failed, 2 the words were off.
func run(ctx context.Context, t *term, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		help(t.out)
		return 0
	}
	for _, c := range commands {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, t, args[1:])
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			return 2
		default:
			fmt.Fprintln(t.err, "verno: "+err.Error())
			return 1
		}
	}
	fmt.Fprintf(t.err, "verno: there is no command %q\n", args[0])
	help(t.err)
	return 2
}

func help(w io.Writer) {
	fmt.Fprint(w, "Verno runs a loyalty programme and a closed-loop wallet.\n\nCommands (each with -h):\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.about)
	}
}

// flags are a command's flags; usage is the line after its name.
func flags(t *term, name, usage string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(t.err)
	f.Usage = func() {
		fmt.Fprintf(t.err, "usage: verno %s %s\n", name, usage)
		f.PrintDefaults()
	}
	return f
}

// parse reads flags; what is wrong has been said when it returns errUsage.
func parse(f *flag.FlagSet, args []string) error {
	err := f.Parse(args)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		return errUsage
	}
	return err
}
