package rig

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// Load says how a benchmark drives the till.
type Load struct {
	Clients   int
	Duration  time.Duration
	Rate      int  // sales a second, each timed from its intended start; 0 for as many as go
	OneMember bool // all sales by one member
	OneStore  bool // all sales at one store
}

// Figures are what a benchmark measured. Sales are counted by what the database holds afterwards.
type Figures struct {
	Sales          int64   `json:"sales"`
	Seconds        float64 `json:"seconds"`
	PerSecond      float64 `json:"sales_per_second"`
	P50            float64 `json:"p50_ms"`
	P99            float64 `json:"p99_ms"`
	Max            float64 `json:"max_ms"`
	Commits        int64   `json:"commits"`
	SalesPerCommit float64 `json:"sales_per_commit"`
	RoundTrips     float64 `json:"round_trips_per_commit"`
	Answered       int64   `json:"answered"` // receipts that clients were given
	Changed        int64   `json:"totals_changed"`
	Failed         int64   `json:"failed"`
	Failure        string  `json:"failure,omitempty"` // the first one
}

// seller sells one basket to one member; it returns the error of the till.
type seller func(ctx context.Context, q *Quoted, member int, spends bool, key string) error

// presences identifies every member once, so that what is measured is the sale.
func (w *World) presences(ctx context.Context, n int, say func(string, int, int)) ([]string, error) {
	out := make([]string, min(n, len(w.Members)))
	var group sync.WaitGroup
	var next, done atomic.Int64
	var failed atomic.Pointer[error]
	for range 64 {
		group.Go(func() {
			for {
				i := int(next.Add(1) - 1)
				if i >= len(out) || failed.Load() != nil {
					return
				}
				got, err := w.Server.Till.Identify(ctx, w.Actor, checkout.Identify{Member: w.Members[i], Store: w.Stores[0]})
				if err != nil {
					failed.Store(&err)
					return
				}
				out[i] = got.Presence
				if d := done.Add(1); d%5000 == 0 || int(d) == len(out) {
					say("presences", int(d), len(out))
				}
			}
		})
	}
	group.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	return out, nil
}

// sellInProcess sells through the till itself.
func (w *World) sellInProcess(presences []string) seller {
	return func(ctx context.Context, q *Quoted, member int, spends bool, key string) error {
		c := checkout.Commit{
			Key: key, CheckoutID: key, Number: key, Totals: q.Plain,
			Sale: checkout.Sale{Presence: presences[member%len(presences)], Basket: q.Basket, Store: q.Store},
		}
		if spends {
			c.Totals, c.Sale.Spend = q.Spends, q.Spend
		}
		c.Tenders = []verno.Tender{{Kind: verno.TenderCard, Amount: c.Totals.Payable}}
		c.Sale.Basket.Lines = slices.Clone(q.Basket.Lines)
		_, _, err := w.Server.Till.Commit(ctx, w.Actor, c)
		return err
	}
}

// drive runs a load and measures it.
func (w *World) drive(ctx context.Context, load Load, baskets []Quoted, members int, sell seller) (Figures, error) {
	before, err := w.receipts(ctx)
	if err != nil {
		return Figures{}, err
	}
	stats := w.Server.Store.Stats()
	var figures Figures
	var mu sync.Mutex
	var all []time.Duration
	var ticket atomic.Int64
	start := w.Server.Now()
	deadline := start.Add(load.Duration)
	run := fmt.Sprintf("b%d", start.UnixNano())
	var group sync.WaitGroup
	for client := range load.Clients {
		group.Go(func() {
			draw := rand.New(rand.NewPCG(uint64(client), uint64(start.UnixNano())))
			took := make([]time.Duration, 0, 4096)
			answered, changed, failed, failure := int64(0), int64(0), int64(0), ""
			for {
				n := ticket.Add(1)
				from := w.Server.Now()
				if load.Rate > 0 {
					from = start.Add(time.Duration(n) * time.Second / time.Duration(load.Rate))
					if from.After(deadline) {
						break
					}
					wait(ctx, from.Sub(w.Server.Now()))
				}
				if from.After(deadline) || ctx.Err() != nil {
					break
				}
				q, member := &baskets[draw.IntN(len(baskets))], draw.IntN(members)
				if load.OneMember {
					member = 0
				}
				if load.OneStore {
					q = &baskets[0]
				}
				err := sell(ctx, q, member, n%5 == 0, fmt.Sprintf("%s-%d", run, n))
				took = append(took, w.Server.Now().Sub(from))
				switch {
				case err == nil:
					answered++
				case errors.Is(err, verno.Conflict("totals_changed")):
					changed++
				default:
					failed++
					if failure == "" {
						failure = err.Error()
					}
				}
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
			figures.Answered += answered
			figures.Changed += changed
			figures.Failed += failed
			if figures.Failure == "" {
				figures.Failure = failure
			}
		})
	}
	group.Wait()
	figures.Seconds = w.Server.Now().Sub(start).Seconds()
	after, err := w.receipts(ctx)
	if err != nil {
		return figures, err
	}
	figures.Sales = after - before
	figures.PerSecond = float64(figures.Sales) / figures.Seconds
	now := w.Server.Store.Stats()
	figures.Commits = now.Commits - stats.Commits
	if figures.Commits > 0 {
		figures.SalesPerCommit = float64(figures.Sales) / float64(figures.Commits)
		figures.RoundTrips = float64(now.RoundTrips-stats.RoundTrips) / float64(figures.Commits)
	}
	figures.P50, figures.P99, figures.Max = quantiles(all)
	return figures, nil
}

func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// quantiles are the median, the 99th percentile and the longest, in milliseconds.
func quantiles(all []time.Duration) (p50, p99, most float64) {
	if len(all) == 0 {
		return 0, 0, 0
	}
	slices.Sort(all)
	ms := func(at int) float64 { return float64(all[at].Microseconds()) / 1000 }
	return ms(len(all) / 2), ms(len(all) * 99 / 100), ms(len(all) - 1)
}

// receipts counts what the database holds.
func (w *World) receipts(ctx context.Context) (int64, error) {
	return w.Server.Store.Reader().CountReceipts(ctx, w.Actor.Tenant)
}

// Bench builds a world and runs loads in it, one after the other.
func Bench(ctx context.Context, w *World, loads []Load, say func(string, int, int)) ([]Figures, error) {
	presences, err := w.presences(ctx, 200_000, say)
	if err != nil {
		return nil, fmt.Errorf("identify: %w", err)
	}
	const spend money.Points = 50
	baskets, err := w.Baskets(ctx, 64, spend, presences[0])
	if err != nil {
		return nil, err
	}
	var out []Figures
	for _, load := range loads {
		f, err := w.drive(ctx, load, baskets, len(presences), w.sellInProcess(presences))
		if err != nil {
			return out, err
		}
		out = append(out, f)
	}
	return out, nil
}
