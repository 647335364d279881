package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/money"
)

// demo makes a small chain, runs a day of trade through the API, tells what happened and where to look, and serves.
func demo(ctx context.Context, t *term, args []string) error {
	f := flags(t, "demo", "[flags]")
	listen := f.String("listen", "127.0.0.1:8080", "address to answer on; another port is taken where this one is not free")
	language := f.String("language", "ru", "ru or en")
	guests := f.Int("guests", 200, "members of the programme")
	sales := f.Int("sales", 1000, "receipts of the day")
	seed := f.Uint64("seed", 1, "the same seed makes the same day")
	dir := f.String("dir", "", "folder for the database; a temporary one, removed at the end, where left out")
	once := f.Bool("once", false, "stop after the day instead of serving")
	if err := parse(f, args); err != nil {
		return err
	}
	if *dir == "" {
		made, err := os.MkdirTemp("", "verno-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		*dir = made
	}
	none := ""
	weak := false
	db := filepath.Join(*dir, "demo.db")
	c := base{db: &db, kekFile: &none, weak: &weak, clock: &none, verbose: &weak}.config(t)
	c.Rates = server.NoRates
	c.Till.LookupsPerHour = 1_000_000
	s, err := server.Open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	on, err := listenNear(ctx, *listen)
	if err != nil {
		return err
	}
	s.Start()
	served := make(chan error, 1)
	serving, stop := context.WithCancel(ctx)
	defer stop()
	go func() { served <- s.Serve(serving, on) }()
	d := demonstration{term: t, server: s, base: "http://" + on.Addr().String(), language: *language}
	if err := d.play(ctx, *guests, *sales, *seed); err != nil {
		return err
	}
	if *once {
		stop()
	}
	return <-served
}

// listenNear listens on an address, or on a free port of the same host.
func listenNear(ctx context.Context, address string) (net.Listener, error) {
	var l net.ListenConfig
	on, err := l.Listen(ctx, "tcp", address)
	if err == nil {
		return on, nil
	}
	host, _, cut := net.SplitHostPort(address)
	if cut != nil {
		return nil, err
	}
	return l.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
}

type demonstration struct {
	*term
	server   *server.Server
	base     string
	language string
}

func (d *demonstration) play(ctx context.Context, guests, sales int, seed uint64) error {
	began := time.Now()
	name, shops, password := "Кофейня «Верно»", []string{"Садовая, 12", "Вокзал", "Набережная"}, "верно-демо-2026"
	if d.language != "ru" {
		name, shops, password = "Verno Coffee", []string{"Garden Street", "Station", "Riverside"}, "verno-demo-2026"
	}
	made, err := d.server.Found(ctx, server.Founding{
		Name: name, Language: d.language, Currency: "RUB", TimeZone: "Europe/Moscow", Store: shops[0] + " (1)",
		Login: "demo", Password: password,
	})
	if err != nil {
		return said(err)
	}
	owner := rig.NewClient(d.base, made.Live.APIKey, 16)
	chain, err := rig.OpenChain(ctx, owner, made.Live.Programme.String(), d.language, shops, seed)
	if err != nil {
		return err
	}
	if err := chain.Enrol(ctx, guests, d.progress); err != nil {
		return err
	}
	day, err := chain.Trade(ctx, sales, d.progress)
	if err != nil {
		return err
	}
	rub := func(n int64) string { return money.Currency("RUB").Format(money.Amount(n)) + " ₽" }
	fmt.Fprintf(d.out, `
%s: a day of trade in %.0f s, all of it through the API.

  %d sales (%d to guests without a card), %d returns
  %s before discounts, %s discounts, %s paid
  %d points earned, %d spent

Look around (stop with Ctrl-C; nothing is kept):

  API reference      %s/docs
  OpenAPI document   %s/openapi.json
  owner              log-in "demo", password %q  (POST /api/v1/sessions)
  API key            %s

  curl -H "Authorization: Bearer %s" %s/api/v1/members/%s/timeline
  curl -H "Authorization: Bearer %s" %s/api/v1/receipts/%s/recompute
`, name, time.Since(began).Seconds(), day.Sales, day.Anonymous, day.Returns, rub(day.Gross), rub(day.Discount), rub(day.Payable),
		day.Earned, day.Spent, d.base, d.base, password, made.Live.APIKey,
		made.Live.APIKey, d.base, day.LastMember, made.Live.APIKey, d.base, day.LastReceipt)
	return nil
}
