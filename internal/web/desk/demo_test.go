package desk_test

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestDemo opens the shop and the pharmacy of the demo in a browser, which finds nothing to complain about: the overview,
// a promotion and a receipt.
func TestDemo(t *testing.T) {
	t.Parallel()
	for kind, lang := range map[string]string{"shop": "en", "pharmacy": "ru"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			site := told(t, rig.Telling{Kind: rig.Kinds[kind], Language: lang, Days: 8, Members: 30, Receipts: 20})
			tab := webtest.Open(t).Tab(1440, 900, lang)
			site.Enter(tab)
			tab.See(".figures .figure")
			complete(t, tab)
			save(t, tab, "demo-"+kind)
			for _, to := range []struct{ list, one, shows string }{
				{"/desk/promotions", ".offers a", "#rules"},
				{"/desk/receipts", "#list tbody tr a", ".slip tbody tr"},
				{"/desk/members", "tbody tr a", "#timeline"},
			} {
				tab.Go(site.Base + to.list)
				tab.Click(to.one)
				tab.See(to.shows)
				complete(t, tab)
			}
		})
	}
}

// told serves a chain of the demo that has traded for some days.
func told(tb testing.TB, story rig.Telling) *webtest.Site {
	tb.Helper()
	site := &webtest.Site{Login: "demo", Password: "garden street 12 opens"}
	c := server.Config{
		DB: filepath.Join(tb.TempDir(), "demo.db"), KEKs: rig.KEK(), Fresh: true, Rates: server.NoRates, Log: slog.New(slog.DiscardHandler),
		Clock: time.Now,
	}
	story.Login, story.Password, story.Seed, story.Say = site.Login, site.Password, 3, func(string, int, int) {}
	if _, err := rig.Tell(tb.Context(), c, story); err != nil {
		tb.Fatal(err)
	}
	var err error
	if site.Server, err = server.Open(tb.Context(), c); err != nil {
		tb.Fatal(err)
	}
	on, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	site.Base = "http://" + on.Addr().String()
	serving, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- site.Server.Serve(serving, on) }()
	tb.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			tb.Error(err)
		}
		if err := site.Server.Close(); err != nil {
			tb.Error(err)
		}
	})
	return site
}
