package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/money"
)

// base are the flags of every command that opens a database.
type base struct {
	db      *string
	kekFile *string
	weak    *bool
	clock   *string
	verbose *bool
}

func baseFlags(f *flag.FlagSet) base {
	return base{
		db:      f.String("db", "verno.db", "SQLite file or postgres:// URL"),
		kekFile: f.String("kek-file", "", "file with the key-encryption keys; VERNO_KEK or a file beside the database where left out"),
		weak:    f.Bool("accept-weak-durability", false, "run on a PostgreSQL that can lose what it acknowledged"),
		clock:   f.String("clock-file", "", `a file with a duration, such as "72h", by which the clock is moved: for trying out only`),
		verbose: f.Bool("verbose", false, "log every request"),
	}
}

// config is what the flags say.
func (b base) config(t *term) server.Config {
	level := slog.LevelWarn
	if *b.verbose {
		level = slog.LevelInfo
	}
	c := server.Config{
		DB: *b.db, KEKFile: *b.kekFile, Weak: *b.weak, Version: version,
		Log: slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: level})),
	}
	if *b.clock != "" {
		c.Clock = server.ShiftedClock(*b.clock)
		c.Log.Warn("the clock is moved; this is no server for trade", "file", *b.clock)
	}
	return c
}

// serve runs the server until it is told to stop.
func serve(ctx context.Context, t *term, args []string) error {
	f := flags(t, "serve", "[flags]")
	b := baseFlags(f)
	listen := f.String("listen", "127.0.0.1:8080", "address to answer on")
	rateless := f.Bool("no-rate-limits", false, "let every caller ask as often as it likes: for benchmarks only")
	bounds := boundsFlags(f)
	cooling := f.Duration("phone-cooling", 48*time.Hour, "nothing is spent for so long after staff changed a member's phone; below zero at once")
	if err := parse(f, args); err != nil {
		return err
	}
	c := b.config(t)
	c.Adjusting, c.Cooling = *bounds, *cooling
	if *rateless {
		c.Rates, c.Adjusting = server.NoRates, server.Unbounded
	}
	s, err := server.Open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	return answer(ctx, t, s, *listen)
}

// boundsFlags are how many whole points one person adjusts without a second one.
func boundsFlags(f *flag.FlagSet) *server.Bounds {
	b := server.Bounded
	for _, one := range []struct {
		to         *money.Points
		name, text string
	}{
		{&b.Once, "adjust-once", "points that support adjusts at once without a second person"},
		{&b.Daily, "adjust-daily", "points that support adjusts in a day"},
		{&b.AnyOnce, "adjust-any-once", "points that owners and admins adjust at once without a second person"},
		{&b.AnyDaily, "adjust-any-daily", "points that owners and admins adjust in a day without a second person"},
	} {
		f.Func(one.name, fmt.Sprintf("%s (default %d)", one.text, *one.to), func(text string) (err error) {
			*one.to, err = money.ParsePoints(text, 0)
			return err
		})
	}
	return &b
}

// answer starts the jobs and serves until the context ends.
func answer(ctx context.Context, t *term, s *server.Server, listen string) error {
	on, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	s.Start()
	fmt.Fprintf(t.err, "verno answers on http://%s  (API reference: /docs, OpenAPI: /openapi.json)\n", on.Addr())
	return s.Serve(ctx, on)
}
