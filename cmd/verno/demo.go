package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/server"
)

// demo makes a believable chain with three months behind it, checks its books, tells where to look, and serves it.
func demo(ctx context.Context, t *term, args []string) error {
	f := flags(t, "demo", "[flags]")
	d := demoFlags(f, t)
	listen := f.String("listen", "127.0.0.1:8080", "`address` to answer on; another port is taken where this one is not free")
	dir := f.String("dir", "", "`folder` for the database; a temporary one, removed at the end, where left out")
	once := f.Bool("once", false, "stop when the chain is made instead of serving it")
	if err := parse(f, args); err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	on, err := listenNear(ctx, *listen)
	if err != nil {
		return err
	}
	c := server.Config{Fresh: true, Alone: true, Version: version, Rates: server.NoRates, Log: (&logging{level: slog.LevelWarn}).logger(t), Clock: time.Now}
	d.base, d.kept = "http://"+on.Addr().String(), *dir
	if *dir == "" {
		if *dir, err = os.MkdirTemp("", "verno-demo-"); err != nil {
			return errors.Join(err, on.Close())
		}
		defer os.RemoveAll(*dir)
		c.KEKs = rig.KEK()
	} else if err := os.MkdirAll(*dir, 0o700); err != nil {
		return errors.Join(err, on.Close())
	}
	c.DB = filepath.Join(*dir, "demo.db")
	if err := d.play(ctx, c); err != nil {
		return errors.Join(err, on.Close())
	}
	if *once {
		return on.Close()
	}
	return d.open(ctx, c, on)
}

// listenNear listens on an address, or on a free port of the same host.
func listenNear(ctx context.Context, address string) (net.Listener, error) {
	on, err := server.Listen(ctx, address)
	if err == nil {
		return on, nil
	}
	host, _, cut := net.SplitHostPort(address)
	if cut != nil {
		return nil, err
	}
	return server.Listen(ctx, net.JoinHostPort(host, "0"))
}

// demonstration is one run of the demo.
type demonstration struct {
	*term
	rig.Telling
	kind string
	base string
	kept string // the folder that stays, empty for none
	told rig.Told
}

func demoFlags(f *flag.FlagSet, t *term) *demonstration {
	d := &demonstration{term: t, Telling: rig.Telling{Login: "demo", Password: rand.Text()}}
	f.StringVar(&d.kind, "kind", "cafe", "what the chain is: cafe, shop or pharmacy")
	f.StringVar(&d.Language, "language", t.lang, "ru or en")
	f.IntVar(&d.Days, "days", 91, "how long it has traded")
	f.IntVar(&d.Members, "guests", 0, "members that join in that time; 0 for as many as such a chain has")
	f.IntVar(&d.Receipts, "sales", 0, "receipts on an ordinary day, in all stores; 0 for as many as such a chain has")
	f.Uint64Var(&d.Seed, "seed", 1, "the same seed makes the same chain")
	return d
}

func (d *demonstration) check() error {
	d.Kind = rig.Kinds[d.kind]
	d.lang = d.Language
	switch {
	case d.Language != "ru" && d.Language != "en":
		return wrong{errors.New("want --language ru or en")}
	case d.Kind == nil:
		return wrong{errors.New("want --kind cafe, shop or pharmacy")}
	case d.Days < 1 || d.Days > 400 || d.Members < 0 || d.Receipts < 0:
		return wrong{errors.New("want from 1 to 400 days, and numbers that are not negative")}
	}
	return nil
}

// play makes the chain and verifies its books.
func (d *demonstration) play(ctx context.Context, c server.Config) (err error) {
	began, words := time.Now(), demoWords[d.Language]
	d.Say = func(what string, done, of int) {
		if what == "days" {
			d.progress(words.days, done, of)
		}
	}
	if d.told, err = rig.Tell(ctx, c, d.Telling); err != nil {
		return err
	}
	report, err := server.Verify(ctx, c, func(int64, int64) {})
	if err != nil {
		return err
	}
	if !report.OK {
		return fmt.Errorf("the books of the demo are not sound: %v", report.Problems)
	}
	s := &d.told
	fmt.Fprintf(d.out, words.made, d.Kind.Title(d.Language), time.Since(began).Seconds(), s.Joined, s.Sales, s.Anonymous, s.Returns,
		roubles(int64(s.Gross), d.Language), roubles(int64(s.Discount), d.Language), roubles(int64(s.Gross-s.Discount-s.Payable), d.Language),
		roubles(int64(s.Payable), d.Language), s.Earned, s.Spent)
	return nil
}

// open serves the chain, with doors that log visitors in.
func (d *demonstration) open(ctx context.Context, c server.Config, on net.Listener) error {
	s, err := server.Open(ctx, c)
	if err != nil {
		return errors.Join(err, on.Close())
	}
	defer s.Close()
	made := &rig.Doors{Server: s, Told: d.told, Key: rand.Text(), Login: d.Login, Password: d.Password}
	s.Doors = made
	s.Start()
	words := demoWords[d.Language]
	fmt.Fprintf(d.out, words.look, made.Address(d.base, "desk"), made.Address(d.base, "till"), d.told.PIN, made.Address(d.base, "card"), d.base)
	if d.kept != "" {
		fmt.Fprintf(d.out, words.kept, filepath.Join(d.kept, "demo.db"))
	} else {
		fmt.Fprint(d.out, words.gone)
	}
	return s.Serve(ctx, on)
}
