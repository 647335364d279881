package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/money"
)

// service are the settings of serve beside those of every command.
type service struct {
	config   server.Config // where the flags put what they say
	listen   *string
	access   *bool
	rateless *bool
	rates    [5]int
}

func serviceFlags(f *flag.FlagSet) *service {
	s := &service{}
	c := &s.config
	c.Timeout, c.Drain, c.Notice, c.Adjusting, c.Cooling = 15*time.Second, 20*time.Second, time.Second, server.Bounded, 48*time.Hour
	c.Till.LookupsPerHour, c.Till.MissesPerHour, c.Till.OpenLife, c.Till.NFCWindow, c.Till.ReplayDays = 600, 60, 15*time.Minute, 2*time.Minute, 3660
	s.listen = f.String(setting("listen"), "127.0.0.1:8080", "`address` to answer on")
	s.access = f.Bool(setting("access-log"), false, "log a line for each request")
	s.rateless = f.Bool(setting("no-rate-limits"), false, "let every caller ask as often as it likes: for benchmarks only")
	f.Func(setting("trusted-proxies"), "`networks`, apart by commas, whose X-Forwarded-For is believed (default none: it is believed to nobody)",
		func(text string) (err error) {
			c.Proxies, err = proxies(text)
			return err
		})
	f.StringVar(&c.Region, setting("region"), "RU", "`country` of phone numbers that name none")
	bounded(f, &c.Timeout, "request-timeout", time.Second, 55*time.Second, "`duration` after which a request is answered with 503")
	bounded(f, &c.Notice, "stop-notice", 0, time.Minute, "`duration` for which /readyz says that Verno stops before it lets nobody in any more")
	bounded(f, &c.Drain, "stop-timeout", time.Second, 5*time.Minute, "`duration` for which requests under way may go on after that")
	counted(f, &c.Pool, "read-connections", 0, 200, "`number` of connections that read; 0 for 6 on SQLite, 16 on PostgreSQL")
	counted(f, &c.Lanes, "lanes", 0, 64, "`number` of groups that PostgreSQL writes at once; 0 for 2")
	counted(f, &c.Books.Queue, "queue", 0, 1<<20, "`number` of sales that may wait in a lane before 503; 0 for 4096")
	s.rates = [5]int{50, 500, 50, 20, 1}
	for i, class := range []string{"till", "key", "staff", "public", "login"} {
		counted(f, &s.rates[i], class+"-rate", 1, 1_000_000, rateTexts[class])
	}
	counted(f, &c.Till.LookupsPerHour, "lookups-per-hour", 1, 1_000_000, "`number` of members that a cashier or a till looks up in an hour")
	counted(f, &c.Till.MissesPerHour, "misses-per-hour", 1, 1_000_000, "`number` of codes that nobody has, from one till in an hour")
	counted(f, &c.Till.ReplayDays, "replay-days", 1, 36_600, "`days` ago that a receipt handed in later may have occurred")
	bounded(f, &c.Till.OpenLife, "open-life", time.Minute, 24*time.Hour, "`duration` for which a checkout stays open")
	bounded(f, &c.Till.NFCWindow, "nfc-window", 10*time.Second, 30*time.Minute, "`duration` by which the clock of a phone may be off that is held to a reader")
	hookFlag(f, &c.TextURL, "sms-url", "`address` to which texts for phones are posted as JSON, such as one-time codes and links to cards (default none: nobody can prove a phone)")
	f.StringVar(&c.TextToken, setting("sms-token"), "", "`secret` that is shown there as a bearer's token")
	hookFlag(f, &c.MailURL, "mail-url", "`address` to which mail is posted as JSON, such as links to cards (default none: no mail is sent)")
	f.StringVar(&c.MailToken, setting("mail-token"), "", "`secret` that is shown there as a bearer's token")
	walletFlags(f, c)
	bounded(f, &c.Cooling, "phone-cooling", -time.Second, 720*time.Hour, "`duration` for which nothing is spent after staff changed a member's phone; below zero for none")
	boundsFlags(f, &c.Adjusting)
	return s
}

// hookFlag is a flag for the address of a gateway.
func hookFlag(f *flag.FlagSet, to *string, name, about string) {
	f.Func(setting(name), about, func(text string) error {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return errors.New("it must be an address that begins with https:// or http://")
		}
		*to = text
		return nil
	})
}

var rateTexts = map[string]string{
	"till":   "`requests` a second from a till, four times as many at once",
	"key":    "`requests` a second with an API key, four times as many at once",
	"staff":  "`requests` a second from a person, four times as many at once",
	"public": "`requests` a second without a credential from one address, five times as many at once",
	"login":  "`attempts` a second to log in or pair from one address, ten times as many at once",
}

// boundsFlags are how many whole points one person adjusts without a second one.
func boundsFlags(f *flag.FlagSet, b *server.Bounds) {
	for _, one := range []struct {
		to         *money.Points
		name, text string
	}{
		{&b.Once, "adjust-once", "`points` that support adjusts at once without a second person"},
		{&b.Daily, "adjust-daily", "`points` that support adjusts in a day"},
		{&b.AnyOnce, "adjust-any-once", "`points` that owners and admins adjust at once without a second person"},
		{&b.AnyDaily, "adjust-any-daily", "`points` that owners and admins adjust in a day without a second person"},
	} {
		f.Func(setting(one.name), fmt.Sprintf("%s (default %d)", one.text, *one.to), func(text string) (err error) {
			*one.to, err = money.ParsePoints(text, 0)
			return err
		})
	}
}

// on adds what every command is told.
func (s *service) on(t *term, b base) server.Config {
	if *s.access {
		b.log.level = min(b.log.level, slog.LevelInfo)
	}
	c, from := s.config, b.config(t)
	c.DB, c.KEKFile, c.Weak, c.Version, c.Log, c.Clock = from.DB, from.KEKFile, from.Weak, from.Version, from.Log, from.Clock
	c.Access, c.Fresh, c.Alone = *s.access, true, true
	r := &c.Rates
	r.Till.PerSecond, r.Server.PerSecond, r.Staff.PerSecond, r.Public.PerSecond, r.Login.PerSecond = s.rates[0], s.rates[1], s.rates[2], s.rates[3], s.rates[4]
	r.Till.Burst, r.Server.Burst, r.Staff.Burst, r.Public.Burst, r.Login.Burst = 4*s.rates[0], 4*s.rates[1], 4*s.rates[2], 5*s.rates[3], 10*s.rates[4]
	c.WalletRate.Burst = 10 * c.WalletRate.PerSecond
	if *s.rateless {
		c.Rates, c.Adjusting, c.WalletRate.PerSecond = server.NoRates, server.Unbounded, -1
	}
	return c
}

// serve runs the server until it is told to stop. The address is taken before the database is touched, so that a server
// that cannot answer leaves nothing behind.
func serve(ctx context.Context, t *term, args []string) error {
	f := flags(t, "serve", "[flags]\n\nEach flag can be given by the environment too: --trusted-proxies is VERNO_TRUSTED_PROXIES.\nThe key-encryption key itself is given by --kek-file or VERNO_KEK.\n")
	b := baseFlags(f)
	own := serviceFlags(f)
	if err := parse(f, args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return wrong{fmt.Errorf("serve takes flags only, not %q", f.Arg(0))}
	}
	c := own.on(t, b)
	on, err := server.Listen(ctx, *own.listen)
	if err != nil {
		return err
	}
	s, err := server.Open(ctx, c)
	if err != nil {
		_ = on.Close()
		return err
	}
	err = answer(ctx, t, s, on)
	return errors.Join(err, s.Close())
}

// answer starts the jobs and serves until the context ends.
func answer(ctx context.Context, t *term, s *server.Server, on net.Listener) error {
	path, err := s.SetupPath(ctx)
	if err != nil {
		return err
	}
	s.Start()
	fmt.Fprintf(t.err, "verno answers on http://%s  (desk: /desk/, till: /till/, API reference: /docs)\n", on.Addr())
	if path != "" {
		fmt.Fprintf(t.err, setupWords[t.lang], on.Addr(), path)
	}
	return s.Serve(ctx, on)
}

// setupWords lead whoever has started Verno for the first time to the beginning.
var setupWords = map[string]string{
	"en": "\nNobody owns this Verno yet. Set it up within a day; the address is good once:\n\n  http://%s%s\n\n",
	"ru": "\nУ этого Verno ещё нет владельца. Настройте его в течение суток; адрес открывается один раз:\n\n  http://%s%s\n\n",
}
