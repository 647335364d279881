package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/money"
)

// demo makes a small chain, runs a day of trade through the API, tells what happened and where to look, and serves.
func demo(ctx context.Context, t *term, args []string) error {
	f := flags(t, "demo", "[flags]")
	listen := f.String("listen", "127.0.0.1:8080", "`address` to answer on; another port is taken where this one is not free")
	language := f.String("language", t.lang, "ru or en")
	guests := f.Int("guests", 200, "members of the programme")
	sales := f.Int("sales", 1000, "receipts of the day")
	seed := f.Uint64("seed", 1, "the same seed makes the same day")
	dir := f.String("dir", "", "`folder` for the database; a temporary one, removed at the end, where left out")
	once := f.Bool("once", false, "stop after the day instead of serving")
	if err := parse(f, args); err != nil {
		return err
	}
	if *language != "ru" && *language != "en" || *guests < 1 || *sales < 1 {
		return wrong{errors.New("want --language ru or en, and at least one guest and one sale")}
	}
	on, err := listenNear(ctx, *listen)
	if err != nil {
		return err
	}
	c := server.Config{Fresh: true, Alone: true, Version: version, Rates: server.NoRates, Log: (&logging{level: slog.LevelWarn}).logger(t)}
	c.Till.LookupsPerHour = 1_000_000
	d := demonstration{term: t, base: "http://" + on.Addr().String(), language: *language, kept: *dir}
	if *dir == "" {
		if *dir, err = os.MkdirTemp("", "verno-demo-"); err != nil {
			return errors.Join(err, on.Close())
		}
		defer os.RemoveAll(*dir)
		c.KEKs = rig.KEK()
	} else if err := os.MkdirAll(*dir, 0o700); err != nil {
		return errors.Join(err, on.Close())
	}
	c.DB = filepath.Join(*dir, "demo.db")
	if d.server, err = server.Open(ctx, c); err != nil {
		return errors.Join(err, on.Close())
	}
	defer d.server.Close()
	d.server.Start()
	served := make(chan error, 1)
	serving, stop := context.WithCancel(ctx)
	defer stop()
	go func() { served <- d.server.Serve(serving, on) }()
	if err := d.play(ctx, *guests, *sales, *seed); err != nil {
		stop()
		return errors.Join(err, <-served)
	}
	if *once {
		stop()
	}
	return <-served
}

// listenNear listens on an address, or on a free port of the same host.
func listenNear(ctx context.Context, address string) (net.Listener, error) {
	on, err := server.Listen(ctx, address)
	if err == nil {
		return on, nil
	}
	host, _, cut := net.SplitHostPort(address)
	if cut != nil {
		return nil, err
	}
	return server.Listen(ctx, net.JoinHostPort(host, "0"))
}

type demonstration struct {
	*term
	server   *server.Server
	base     string
	language string
	kept     string // the folder that stays, empty for none
}

func (d *demonstration) play(ctx context.Context, guests, sales int, seed uint64) error {
	began := time.Now()
	words := demoWords[d.language]
	made, err := d.server.Found(ctx, server.Founding{
		Name: words.name, Language: d.language, Currency: "RUB", TimeZone: "Europe/Moscow", Store: words.shops[0] + " (1)",
		Login: "demo", Password: words.password,
	})
	if err != nil {
		return err
	}
	owner := rig.NewClient(d.base, made.Live.APIKey, 16)
	chain, err := rig.OpenChain(ctx, owner, made.Live.Programme.String(), d.language, words.shops, seed)
	if err != nil {
		return err
	}
	if err := chain.Enrol(ctx, guests, func(_ string, done, of int) { d.progress(words.members, done, of) }); err != nil {
		return err
	}
	day, err := chain.Trade(ctx, sales, func(_ string, done, of int) { d.progress(words.sales, done, of) })
	if err != nil {
		return err
	}
	rub := func(n int64) string { return roubles(n, d.language) }
	fmt.Fprintf(d.out, words.day, words.name, time.Since(began).Seconds(), day.Sales, day.Anonymous, day.Returns,
		rub(day.Gross), rub(day.Discount), rub(day.Gross-day.Discount-day.Payable), rub(day.Payable), day.Earned, day.Spent)
	fmt.Fprintf(d.out, words.look, d.base, d.base, words.password, made.Live.APIKey)
	auth := "-H \"Authorization: Bearer " + made.Live.APIKey + "\""
	fmt.Fprintf(d.out, words.ask,
		fmt.Sprintf("curl %s %s/api/v1/members/%s/timeline", auth, d.base, day.LastMember),
		fmt.Sprintf("curl %s %s/api/v1/receipts/%s/recompute", auth, d.base, day.LastReceipt))
	switch {
	case d.kept != "":
		fmt.Fprintf(d.out, words.kept, filepath.Join(d.kept, "demo.db"))
	default:
		fmt.Fprint(d.out, words.gone)
	}
	return nil
}

// roubles is an amount as people write it.
func roubles(n int64, language string) string {
	whole, cents, _ := strings.Cut(money.Currency("RUB").Format(money.Amount(n)), ".")
	space, point := ",", "."
	if language == "ru" {
		space, point = "\u00a0", ","
	}
	for at := len(whole) - 3; at > 0 && whole[at-1] != '-'; at -= 3 {
		whole = whole[:at] + space + whole[at:]
	}
	return whole + point + cents + "\u00a0₽"
}

// demoWords are what the demo says.
var demoWords = map[string]struct {
	name, password string
	shops          []string
	members, sales string
	day, look, ask string
	kept, gone     string
}{
	"en": {
		name: "Verno Coffee", password: "garden street 12 opens", shops: []string{"Garden Street", "Station", "Riverside"},
		members: "members enrolled", sales: "receipts sold",
		day: `
%s: a day of trade in %.0f s, all of it through the API.

  %d sales, %d of them to guests without a card, and %d returns
  %s before discounts − %s discounts − %s paid with points = %s paid
  %d points earned, %d spent

`,
		look: `Open in a browser, while this runs:

  %s/docs          the API reference
  %s/openapi.json  the same, for programs

Log in (POST /api/v1/sessions) as "demo" with %q, or use the API key
  %s

`,
		ask: `What one guest has seen, and how one receipt was priced:

  %s

  %s

`,
		kept: "The database stays in %s. Stop with Ctrl-C.\n",
		gone: "Stop with Ctrl-C; nothing is kept. To begin for real: verno init -h\n",
	},
	"ru": {
		name: "Кофейня «Верно»", password: "садовая 12 открыта", shops: []string{"Садовая, 12", "Вокзал", "Набережная"},
		members: "участников заведено", sales: "чеков пробито",
		day: `
%s: день торговли за %.0f с, целиком через API.

  %d продаж, из них %d гостям без карты, и %d возвратов
  %s до скидок − %s скидок − %s баллами = %s оплачено
  начислено баллов: %d, списано: %d

`,
		look: `Откройте в браузере, пока программа работает:

  %s/docs          справочник API
  %s/openapi.json  то же для программ

Вход (POST /api/v1/sessions): имя «demo», пароль %q; или ключ API
  %s

`,
		ask: `Что видел один гость и как был посчитан один чек:

  %s

  %s

`,
		kept: "База осталась в %s. Остановить: Ctrl-C.\n",
		gone: "Остановить: Ctrl-C; ничего не сохраняется. Начать всерьёз: verno init -h\n",
	},
}
