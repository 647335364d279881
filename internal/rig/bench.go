package rig

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/pprof"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// Load says how a benchmark drives the till.
type Load struct {
	Clients   int
	Duration  time.Duration
	Rate      int    // sales a second, each timed from its intended start; 0 for as many as go
	Profile   string // where to write a CPU profile, empty for none
	OneMember bool   // all sales by one member
	OneStore  bool   // all sales at one store
	HTTP      bool   // through the API, client and server in this process
	Presences int    // members that take part, 100,000 where 0
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
	CPU            float64 `json:"cpu_us_per_sale"` // of this process, clients and till together
	Answered       int64   `json:"answered"`        // receipts that clients were given
	Changed        int64   `json:"totals_changed"`
	Failed         int64   `json:"failed"`
	Failure        string  `json:"failure,omitempty"` // the first one
}

// seller sells one basket to one member; it returns the error of the till.
type seller func(ctx context.Context, q *Quoted, member int, spends bool, key string) error

// presences identifies members once, so that what is measured is the sale.
func (w *World) presences(ctx context.Context, n int, identify func(context.Context, verno.MemberID) (string, error), say func(string, int, int)) ([]string, error) {
	out := make([]string, min(n, len(w.Members)))
	var group sync.WaitGroup
	var next, done atomic.Int64
	var failed atomic.Pointer[error]
	for range 64 {
		group.Go(func() {
			for i := int(next.Add(1) - 1); i < len(out) && failed.Load() == nil; i = int(next.Add(1) - 1) {
				presence, err := identify(ctx, w.Members[i])
				if err != nil {
					failed.Store(&err)
					return
				}
				out[i] = presence
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

// identifyInProcess names members to the till itself.
func (w *World) identifyInProcess(ctx context.Context, member verno.MemberID) (string, error) {
	got, err := w.Server.Till.Identify(ctx, w.Actor, checkout.Identify{Member: member, Store: w.Stores[0]})
	if err != nil {
		return "", err
	}
	return got.Presence, nil
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
	if load.Profile != "" {
		stop, err := profileTo(load.Profile)
		if err != nil {
			return Figures{}, err
		}
		defer stop()
	}
	stats, cpu := w.Server.Store.Stats(), cpuTime()
	start := w.Server.Now()
	r := &round{World: w, Load: load, baskets: baskets, members: members, sell: sell, start: start, deadline: start.Add(load.Duration)}
	var group sync.WaitGroup
	for client := range load.Clients {
		group.Go(func() { r.client(ctx, uint64(client)) })
	}
	group.Wait()
	figures := r.Figures
	figures.Seconds = w.Server.Now().Sub(start).Seconds()
	cpu = cpuTime() - cpu
	after, err := w.receipts(ctx)
	if err != nil {
		return figures, err
	}
	figures.Sales = after - before
	figures.CPU = float64(cpu.Microseconds()) / float64(max(1, figures.Sales))
	figures.PerSecond = float64(figures.Sales) / figures.Seconds
	now := w.Server.Store.Stats()
	figures.Commits = now.Commits - stats.Commits
	if figures.Commits > 0 {
		figures.SalesPerCommit = float64(figures.Sales) / float64(figures.Commits)
		figures.RoundTrips = float64(now.RoundTrips-stats.RoundTrips) / float64(figures.Commits)
	}
	figures.P50, figures.P99, figures.Max = quantiles(r.took)
	return figures, nil
}

// round is one run of a load over all of its clients.
type round struct {
	*World
	Load
	baskets         []Quoted
	members         int
	sell            seller
	start, deadline time.Time
	ticket          atomic.Int64

	mu sync.Mutex
	Figures
	took []time.Duration
}

// client sells until the time is over. Where the load has a rate, a sale is timed from when it should have begun.
func (r *round) client(ctx context.Context, number uint64) {
	draw := rand.New(rand.NewPCG(number, uint64(r.start.UnixNano())))
	took, counts := make([]time.Duration, 0, 4096), Figures{}
	for ctx.Err() == nil {
		n := r.ticket.Add(1)
		from := r.Server.Now()
		if r.Rate > 0 {
			from = r.start.Add(time.Duration(n) * time.Second / time.Duration(r.Rate))
			wait(ctx, from.Sub(r.Server.Now()))
		}
		if from.After(r.deadline) {
			break
		}
		q, member := &r.baskets[draw.IntN(len(r.baskets))], draw.IntN(r.members)
		if r.OneMember {
			member = 0
		}
		if r.OneStore {
			q = &r.baskets[0]
		}
		err := r.sell(ctx, q, member, n%5 == 0, fmt.Sprintf("b%d-%d", r.start.UnixNano(), n))
		took = append(took, r.Server.Now().Sub(from))
		counts.note(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.took = append(r.took, took...)
	r.Answered += counts.Answered
	r.Changed += counts.Changed
	r.Failed += counts.Failed
	if r.Failure == "" {
		r.Failure = counts.Failure
	}
}

// note counts how a sale ended.
func (f *Figures) note(err error) {
	switch {
	case err == nil:
		f.Answered++
	case errors.Is(err, verno.Conflict("totals_changed")):
		f.Changed++
	default:
		f.Failed++
		if f.Failure == "" {
			f.Failure = err.Error()
		}
	}
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

// profileTo writes a CPU profile until it is stopped.
func profileTo(path string) (stop func(), err error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		_ = file.Close()
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = file.Close()
	}, nil
}

// cpuTime is what this process has used of the processors so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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

// spendOfSale is how many points every fifth sale spends.
const spendOfSale money.Points = 50

// Bench runs a load in a world.
func Bench(ctx context.Context, w *World, load Load, say func(string, int, int)) (Figures, error) {
	identify := w.identifyInProcess
	var client *Client
	if load.HTTP {
		base, key, stop, err := w.serve(ctx)
		if err != nil {
			return Figures{}, err
		}
		defer stop()
		client = NewClient(base, key, load.Clients)
		identify = w.identifyOverHTTP(client)
	}
	own, err := w.identifyInProcess(ctx, w.Members[0])
	if err != nil {
		return Figures{}, err
	}
	baskets, err := w.Baskets(ctx, 64, spendOfSale, own)
	if err != nil {
		return Figures{}, err
	}
	presences, err := w.presences(ctx, most(load.Presences, 100_000), identify, say)
	if err != nil {
		return Figures{}, err
	}
	if err := w.Server.Store.Analyze(ctx); err != nil {
		return Figures{}, err
	}
	sell := w.sellInProcess(presences)
	if load.HTTP {
		over := newWires(client.Base, client.Token, load.Clients)
		defer over.close()
		if sell, err = w.sellOverHTTP(over, presences, baskets); err != nil {
			return Figures{}, err
		}
	}
	return w.drive(ctx, load, baskets, len(presences), sell)
}

func most(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}
