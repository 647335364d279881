package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/server"
)

// growth is what rounds with few and with many members came to, in turn, so that what else the machine does meets both.
type growth struct {
	Few   []rig.Figures `json:"few"`
	Many  []rig.Figures `json:"many"`
	Ratio float64       `json:"ratio"` // of the medians of sales a second, many to few
}

// benchGrowth measures how much slower the till is with many members than with few.
func benchGrowth(ctx context.Context, t *term, args []string) error {
	f := flags(t, "bench growth", "[flags]")
	few := f.Int("few", 10_000, "members in the one database")
	many := f.Int("many", 1_000_000, "members in the other")
	fewDB := f.String("few-db", "", "SQLite file or postgres:// URL; a temporary SQLite file where left out")
	manyDB := f.String("many-db", "", "the same of the other")
	lots := f.Int("lots", 9, "most lots that a member has")
	rounds := f.Int("rounds", 5, "rounds, each of both")
	clients := f.Int("clients", 256, "callers at once")
	seconds := f.Int("seconds", 10, "length of a round")
	asJSON := f.Bool("json", false, "print the figures as JSON")
	if err := parse(f, args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "verno-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	load := rig.Load{Clients: *clients, Duration: time.Duration(*seconds) * time.Second}
	var g growth
	var worlds []*rig.World
	for _, one := range []struct {
		db, file string
		members  int
	}{{*fewDB, "few.db", *few}, {*manyDB, "many.db", *many}} {
		dsn, kek := one.db, ""
		if dsn == "" {
			dsn, kek = filepath.Join(dir, one.file), rig.KEK()
		}
		w, stop, err := benchWorld(ctx, t, server.Config{DB: dsn, KEKs: kek}, rig.Size{Members: one.members, Stores: 20, Promotions: 30, MostLots: *lots})
		if err != nil {
			return err
		}
		defer stop()
		worlds = append(worlds, w)
	}
	for range *rounds {
		for i, figures := range []*[]rig.Figures{&g.Few, &g.Many} {
			worlds[i].Shuffle()
			got, err := rig.Bench(ctx, worlds[i], load, t.progress)
			if err != nil {
				return err
			}
			*figures = append(*figures, got)
		}
	}
	g.Ratio = medianRate(g.Many) / medianRate(g.Few)
	if *asJSON {
		return json.NewEncoder(t.out).Encode(g)
	}
	for i := range g.Few {
		fmt.Fprintf(t.out, "round %d: %d members %.0f/s, %d members %.0f/s\n", i+1, *few, g.Few[i].PerSecond, *many, g.Many[i].PerSecond)
	}
	fmt.Fprintf(t.out, "medians: %.0f/s and %.0f/s, %.2f of it\n", medianRate(g.Few), medianRate(g.Many), g.Ratio)
	return nil
}

// benchWorld opens a database and makes a world in it.
func benchWorld(ctx context.Context, t *term, c server.Config, size rig.Size) (*rig.World, func(), error) {
	c.Fresh, c.Rates = true, server.NoRates
	c.Log = slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := server.Open(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	s.Start()
	w, err := rig.Build(ctx, s, size, t.progress)
	if err != nil {
		s.Close()
		return nil, nil, err
	}
	return w, func() { s.Close() }, nil
}

func medianRate(all []rig.Figures) float64 {
	rates := make([]float64, len(all))
	for i := range all {
		rates[i] = all[i].PerSecond
	}
	slices.Sort(rates)
	return rates[len(rates)/2]
}
