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
	_ "time/tzdata" // Stores have time zones, and where this runs there may be no table of them.
)

// command is one thing that verno does.
type command struct {
	name  string
	about string
	run   func(ctx context.Context, t *term, args []string) error
}

// term is where a command speaks: results on out, everything else on err, to people in their language.
type term struct {
	out  io.Writer
	err  io.Writer
	lang string // en or ru
	told string // the last news of what takes long
}

// version is that of this build.
const version = "0.1.0"

// commands lists what verno does, in the order in which help shows it.
var commands = []command{
	{"demo", "make a believable chain with three months behind it, and serve it", demo},
	{"serve", "run the server", serve},
	{"init", "make a tenant with a programme, a store, a till, an owner and keys", found},
	{"keys", "list and rotate the keys that seal persons and secrets: keys list, rotate, rotate-kek", keys},
	{"nfc", "make, list and retire the keys of NFC readers: nfc keys", nfcKeys},
	{"certs", "import, list and make certificates for Apple passes: certs import, list, selfsign", certs},
	{"google", "say what the merchant is at Google Wallet: google import, show, check, retire", google},
	{"pass", "build, look into and check Apple passes: pass build, inspect, verify", applePasses},
	{"verify", "check that the books are sound", verify},
	{"backup", "copy a running database into a file", backup},
	{"restore", "fill an empty database from a backup, and verify it", restore},
	{"import", "take in receipts of another system: import receipts", importing},
	{"cards", "issue cards to the people of a list: cards issue", cards},
	{"export", "write the ledger for others to check: export ledger", export},
	{"bench", "measure: bench checkout, growth, pass, push, wallet", bench},
	{"torture", "kill it, double it, race it, and hold it to what it acknowledged", torture},
}

func main() { os.Exit(start()) }

func start() int {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go heed(signals, stop)
	return run(ctx, &term{out: os.Stdout, err: os.Stderr, lang: language(os.Getenv)}, os.Args[1:])
}

// heed lets the first signal end what is done in order, and the second one at once.
func heed(signals <-chan os.Signal, stop func()) {
	<-signals
	stop()
	<-signals
	fmt.Fprintln(os.Stderr, "verno: stopped at once")
	os.Exit(codeStopped)
}

// run runs a command and returns the exit code.
func run(ctx context.Context, t *term, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		help(t.out)
		return codeDone
	}
	for _, c := range commands {
		if c.name == args[0] {
			return t.tell(c.run(ctx, t, args[1:]))
		}
	}
	fmt.Fprintf(t.err, "verno: there is no command %q\n", args[0])
	help(t.err)
	return codeWords
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

// parse reads flags, and settings of the environment for those that were left out. Words that are off are told in one
// line.
func parse(f *flag.FlagSet, args []string) error {
	w, usage := f.Output(), f.Usage
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	err := f.Parse(args)
	f.SetOutput(w)
	f.Usage = usage
	switch {
	case errors.Is(err, flag.ErrHelp):
		f.Usage()
		return err
	case err != nil:
		return wrong{fmt.Errorf("%w; verno %s -h lists what there is", err, f.Name())}
	}
	return fromEnvironment(f, os.LookupEnv)
}
