package server

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/api"
)

// Handler answers everything that Verno answers over HTTP.
func (s *Server) Handler() http.Handler {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	metrics.MustRegister(s.gauges()...)
	frame := &web.Frame{
		Log: s.Config.Log, Clock: s.Config.Clock, Entropy: rand.Reader, Timeout: s.Config.Timeout, Proxies: s.Config.Proxies,
		Explain: api.Explain, Observe: web.NewObserver(metrics),
	}
	return frame.Wrap(api.New(api.Deps{
		Till: s.Till, Members: s.Roll, Office: s.Office, Gate: s.Gate, Reader: s.Store.Reader(), Frame: frame,
		Clock: s.Config.Clock, Prove: s.prove, Ready: s.ready, Metrics: metrics, Limits: s.Config.Rates, Version: s.Config.Version,
	}))
}

// gauges are what the store counts.
func (s *Server) gauges() []prometheus.Collector {
	counter := func(name, help string, of func(store.Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help},
			func() float64 { return float64(of(s.Store.Stats())) })
	}
	return []prometheus.Collector{
		counter("verno_group_commits_total", "Transactions in which groups of operations were written.", func(t store.Stats) int64 { return t.Commits }),
		counter("verno_commits_total", "Other transactions.", func(t store.Stats) int64 { return t.ColdCommits }),
		counter("verno_retries_total", "Transactions that were run again after a conflict.", func(t store.Stats) int64 { return t.Retries }),
	}
}

func (s *Server) prove(ctx context.Context, tenant verno.TenantID, seq int64) ([]byte, [][]byte, store.Checkpoint, error) {
	p, err := books.Prove(ctx, s.Store.Reader(), tenant, seq)
	return p.Leaf, p.Hashes, p.Checkpoint, err
}

// ready asks the database the smallest question.
func (s *Server) ready(ctx context.Context) error {
	_, err := s.Store.Reader().Tenants(ctx)
	return err
}

// drain is how long requests that are under way may take when the server stops.
const drain = 20 * time.Second

// Serve answers on a listener until the context ends, then lets what is under way finish.
func (s *Server) Serve(ctx context.Context, on net.Listener) error {
	h := web.Server(s.Handler(), nil, s.Config.Log)
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(on) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := h.Shutdown(stop); err != nil {
		return err
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
