package webtest

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/server"
)

// Site is a running Verno with a small chain in it, and everything that is needed to go in.
type Site struct {
	Server   *server.Server
	Base     string // http://127.0.0.1:port
	Made     server.Founded
	Chain    *rig.Chain
	Login    string
	Password string

	broken bool
}

// Size is how much has happened at a site before the test.
type Size struct{ Guests, Sales int }

// Serve starts a Verno of the test's own with a chain in it. The clock is the real one, moved by shift.
func Serve(tb testing.TB, lang string, size Size, shift func(time.Time) time.Time) *Site {
	tb.Helper()
	return ServeOn(tb, filepath.Join(tb.TempDir(), "verno.db"), lang, size, shift)
}

// ServeOn is Serve on a database that is given, in which nothing is.
func ServeOn(tb testing.TB, db, lang string, size Size, shift func(time.Time) time.Time) *Site {
	tb.Helper()
	site := startOn(tb, db, shift)
	site.found(tb, lang, size)
	return site
}

// Start starts a Verno in which nothing is yet.
func Start(tb testing.TB, shift func(time.Time) time.Time) *Site {
	tb.Helper()
	return startOn(tb, filepath.Join(tb.TempDir(), "verno.db"), shift)
}

func startOn(tb testing.TB, db string, shift func(time.Time) time.Time) *Site {
	tb.Helper()
	ctx := tb.Context()
	clock := time.Now //nolint:forbidigo // A server under test has the clock of a server.
	if shift != nil {
		clock = func() time.Time { return shift(time.Now()) } //nolint:forbidigo // As above.
	}
	c := server.Config{
		DB: db, KEKFile: filepath.Join(tb.TempDir(), "verno.kek"), Fresh: true, Clock: clock, Rates: server.NoRates, Log: slog.New(slog.DiscardHandler),
		Fleeting: true, Hashing: auth.Hashing{Memory: 64, Passes: 1, Parallel: 2}, Timeout: Patience,
	}
	if os.Getenv("VERNO_PICTURES") != "" {
		c.Till.PresenceLife = time.Hour // Drawing a screen in all its sizes takes longer than a guest would stand there.
	}
	s, err := server.Open(ctx, c)
	if err != nil {
		tb.Fatal(err)
	}
	on, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s.Start()
	serving, stop := context.WithCancel(context.Background())
	site := &Site{Server: s, Base: "http://" + on.Addr().String(), Login: "boss", Password: "a long sentence 2026"}
	done := make(chan error, 1)
	go func() { done <- s.Serve(serving, on) }()
	tb.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			tb.Error(err)
		}
		if err := s.Close(); err != nil && !site.broken {
			tb.Error(err)
		}
	})
	return site
}

// Break takes the database away under the running server.
func (s *Site) Break(tb testing.TB) {
	tb.Helper()
	s.broken = true
	if err := s.Server.Store.Close(); err != nil {
		tb.Fatal(err)
	}
}

func (s *Site) found(tb testing.TB, lang string, size Size) {
	tb.Helper()
	ctx := tb.Context()
	name, shops := "Кофейня «Верно»", []string{"Садовая, 12", "Вокзал", "Набережная"}
	if lang != "ru" {
		name, shops = "Verno Coffee", []string{"Garden Street", "Station", "Riverside"}
	}
	made, err := s.Server.Found(ctx, server.Founding{
		Name: name, Language: lang, Currency: "RUB", TimeZone: "Europe/Moscow", Store: shops[0] + " (1)",
		Login: s.Login, Password: s.Password,
	})
	if err != nil {
		tb.Fatal(err)
	}
	s.Made = made
	if s.Chain, err = rig.OpenChain(ctx, rig.NewClient(s.Base, made.Live.APIKey, 16), made.Live.Programme.String(), lang, shops, 1); err != nil {
		tb.Fatal(err)
	}
	quiet := func(string, int, int) {}
	if err := s.Chain.Enrol(ctx, size.Guests, quiet); err != nil {
		tb.Fatal(err)
	}
	if size.Sales == 0 {
		return
	}
	if _, err := s.Chain.Trade(ctx, size.Sales, quiet); err != nil {
		tb.Fatal(err)
	}
}
