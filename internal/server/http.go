package server

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/api"
	"github.com/verno-loyalty/verno/internal/web/desk"
	"github.com/verno-loyalty/verno/internal/web/hooks"
	memberface "github.com/verno-loyalty/verno/internal/web/member"
	"github.com/verno-loyalty/verno/internal/web/setup"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/till"
	"github.com/verno-loyalty/verno/internal/web/wallet"
)

// Handler answers everything that Verno answers over HTTP.
func (s *Server) Handler() http.Handler {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	metrics.MustRegister(s.gauges()...)
	metrics.MustRegister(s.walletGauges()...)
	frame := &web.Frame{
		Log: s.Config.Log, Clock: s.Config.Clock, Entropy: rand.Reader, Timeout: s.Config.Timeout, Proxies: s.Config.Proxies,
		Base:    func() string { return s.Passes.Base },
		Explain: api.Explain, Observe: web.NewObserver(metrics), Quiet: !s.Config.Access,
	}
	mux := http.NewServeMux()
	site.Routes(mux)
	site.BrandRoutes(mux, s.Store.Reader())
	if s.Doors != nil {
		mux.Handle("/demo/", s.Doors)
	}
	mux.Handle(desk.Base+"/", desk.New(desk.Deps{
		Till: s.Till, Members: s.Roll, Office: s.Office, Gate: s.Gate, Passes: s.Passes, Reader: s.Store.Reader(), Frame: frame,
		Clock: s.Config.Clock,
	}))
	own := memberface.New(memberface.Deps{Till: s.Till, Members: s.Roll, Reader: s.Store.Reader(), Passes: s.Passes, Frame: frame, Clock: s.Config.Clock, Rate: s.Config.Rates.Public})
	mux.Handle(memberface.JoinBase, own)
	mux.Handle(memberface.CardBase, own)
	public := api.New(api.Deps{
		Till: s.Till, Members: s.Roll, Office: s.Office, Gate: s.Gate, Reader: s.Store.Reader(), Frame: frame,
		Clock: s.Config.Clock, Prove: s.prove, ProveGrowth: s.proveGrowth, Ready: s.ready, Metrics: metrics, Limits: s.Config.Rates, Version: s.Config.Version,
	})
	mux.Handle(till.Base+"/", till.New(till.Deps{
		API: public, Till: s.Till, Gate: s.Gate, Reader: s.Store.Reader(), Frame: frame, Clock: s.Config.Clock, Sends: s.Roll.Ways,
	}))
	mux.Handle(setup.Base+"/", setup.New(setup.Deps{
		Office: s.Office, Gate: s.Gate, Members: s.Roll, Till: s.Till, Reader: s.Store.Reader(), Frame: frame, Clock: s.Config.Clock,
		Establish: s.establish, Changed: s.Till.Forget,
	}))
	phones := s.wallets(frame)
	mux.Handle(wallet.Base, phones)
	mux.Handle(pass.DownloadPath, phones)
	mux.Handle(pass.PicturePath, phones)
	mux.Handle(hooks.Base, s.hooks(frame))
	mux.Handle("GET /{$}", front(public))
	mux.Handle("/", public)
	return frame.Wrap(wallet.Clean(web.Legible(mux)))
}

// front shows whoever types nothing but the name of the machine into a browser to the desk, which asks who it is; a program
// is told that nothing is there.
func front(public http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept")
		if web.AsksForPage(r) {
			http.Redirect(w, r, desk.Base+"/", http.StatusSeeOther)
			return
		}
		public.ServeHTTP(w, r)
	})
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
	if s.stopping.Load() {
		return verno.Unavailable("stopping", 1).Because(errStopping)
	}
	_, err := s.Store.Reader().Tenants(ctx)
	return err
}

var errStopping = errors.New("verno stops")

// Listen takes the address that the server will answer on.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	on, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case err == nil:
		return on, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, refuse("port_in_use", err, "address", address)
	}
	return nil, refuse("address_invalid", err, "address", address)
}

// Serve answers on a listener until the context ends. Then /readyz says so for a moment, in which balancers look
// elsewhere; then nobody is let in any more, and what is under way has until Config.Drain to finish.
func (s *Server) Serve(ctx context.Context, on net.Listener) error {
	h := web.Server(s.Handler(), nil, s.Config.Log)
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(on) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	s.Config.Log.Warn("verno stops when what is under way is done; a second signal stops it at once")
	select {
	case err := <-failed:
		return err
	case <-time.After(s.Config.Notice):
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Config.Drain)
	defer cancel()
	if err := h.Shutdown(drain); err != nil {
		s.Config.Log.Warn("requests were cut off, as they took too long to finish", "waited", s.Config.Drain)
		_ = h.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (s *Server) proveGrowth(ctx context.Context, tenant verno.TenantID, from, to int64) ([][]byte, error) {
	return books.ProveGrowth(ctx, s.Store.Reader(), tenant, from, to)
}
