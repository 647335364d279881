package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/server"
)

// benchPush measures how fast phones are told of changed cards, and what sales beside it notice.
func benchPush(ctx context.Context, t *term, args []string) error {
	f := flags(t, "bench push", "[flags]")
	db := f.String("db", "", "SQLite file or postgres:// URL; a temporary SQLite file where left out")
	passes := f.Int("passes", 100_000, "cards in phones")
	seconds := f.Int("seconds", 10, "length of the sales beside it")
	rate := f.Int("rate", 500, "sales a second beside it")
	awards := f.Int("awards", 2, "events a member that are told at once")
	gap := f.Duration("gap", server.UsualPushGap, "least time from one notification of a card to the next")
	asJSON := f.Bool("json", false, "print the figures as JSON")
	profile := f.String("cpuprofile", "", "write a CPU profile of delivery: from events to phones")
	if err := parse(f, args); err != nil {
		return err
	}
	return inWorld(ctx, t, *db, *passes, func(w *rig.World) error {
		load := rig.PushLoad{Rate: *rate, Duration: time.Duration(*seconds) * time.Second, Awards: *awards, Gap: *gap, Profile: *profile}
		g, err := rig.BenchPush(ctx, w, load, t.progress)
		if err != nil {
			return err
		}
		if *asJSON {
			return json.NewEncoder(t.out).Encode(g)
		}
		fmt.Fprintf(t.out, "%d phones; a bare client tells %.0f/s\n", g.Passes, g.Bare)
		fmt.Fprintf(t.out, "a template is published: %.0f/s, %.2f of that\n", g.Published, g.PublishedShare)
		fmt.Fprintf(t.out, "points are given %d times while delivery stands still: %.2f s in the books, %.2f s sealed\n",
			g.AwardedEvents, g.AwardsSeconds, g.SealSeconds)
		fmt.Fprintf(t.out, "delivery goes on: %d events are %d notifications in %.2f s, %.0f/s, %.2f of the bare client; from the first award %.0f/s, %.2f\n",
			g.AwardedEvents, g.DeliveredTold, g.DeliverySeconds, g.Delivered, g.DeliveredShare, g.Whole, g.WholeShare)
		fmt.Fprintf(t.out, "the same while delivery goes on beside it: %.0f/s, %.2f; the phone that was told most often, %d times\n",
			g.Beside, g.BesideShare, g.MostTold)
		fmt.Fprintf(t.out, "%d sales a second: p99 %.2f ms alone, %.2f ms beside %d notifications, %.2f times as long\n",
			g.Rate, g.QuietP99, g.BesideP99, g.BesideTold, g.BesideOfQuiet)
		fmt.Fprintf(t.out, "memory: %d MB at most before, %d MB after\n", g.MemoryBefore, g.MemoryAfter)
		return nil
	})
}

// benchWallet measures how many phones a second learn that nothing is new.
func benchWallet(ctx context.Context, t *term, args []string) error {
	f := flags(t, "bench wallet", "[flags]")
	db := f.String("db", "", "SQLite file or postgres:// URL; a temporary SQLite file where left out")
	passes := f.Int("passes", 100_000, "cards in phones")
	clients := f.Int("clients", 16, "phones that ask at once")
	seconds := f.Int("seconds", 5, "length of each measurement")
	asJSON := f.Bool("json", false, "print the figures as JSON")
	if err := parse(f, args); err != nil {
		return err
	}
	return inWorld(ctx, t, *db, *passes, func(w *rig.World) error {
		g, err := rig.BenchWallet(ctx, w, *clients, time.Duration(*seconds)*time.Second, t.progress)
		if err != nil {
			return err
		}
		if *asJSON {
			return json.NewEncoder(t.out).Encode(g)
		}
		fmt.Fprintf(t.out, "%d phones: %.0f/s learn that their pass is not new, %.0f/s which passes are\n", g.Passes, g.NotModified, g.Listed)
		return nil
	})
}

// inWorld makes a world of so many members for a measurement, on a database that is given or on one that is thrown away.
func inWorld(ctx context.Context, t *term, dsn string, members int, fn func(w *rig.World) error) error {
	c := server.Config{DB: dsn, Fresh: true, Rates: server.NoRates, Log: slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	c.WalletRate.PerSecond = -1
	if dsn == "" {
		dir, err := os.MkdirTemp("", "verno-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		c.DB, c.KEKs = filepath.Join(dir, "bench.db"), rig.KEK()
	}
	s, err := server.Open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	s.Start()
	w, err := rig.Build(ctx, s, rig.Size{Members: members, Stores: 5, Promotions: 30, MostLots: 2}, t.progress)
	if err != nil {
		return err
	}
	return fn(w)
}
