package main

import (
	"errors"
	"flag"
	"net/url"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/server"
)

// walletFlags are the settings of cards in phones. What a merchant is known by to Apple and Google is no setting: it is
// sealed in the database.
func walletFlags(f *flag.FlagSet, c *server.Config) {
	f.Func(setting("public-url"), "`address` at which phones reach this Verno, https:// (default none: cards in phones do not change)",
		func(text string) error {
			u, err := url.Parse(text)
			if err != nil || u.Host == "" || u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
				return errors.New("it must be an address that begins with https:// and has no path")
			}
			c.PublicURL = "https://" + u.Host
			return nil
		})
	c.WalletRate.PerSecond = 200
	counted(f, &c.WalletRate.PerSecond, "wallet-rate", 1, 1_000_000, "`requests` a second of wallets from one address, ten times as many at once")
	googleFlags(f, c)
	f.StringVar(&c.Apple.PushURL, setting("apple-push-url"), "", "`address` to which notifications for iPhones go instead of Apple's")
	c.Apple.Gap = server.UsualPushGap
	bounded(f, &c.Apple.Gap, "push-gap", 0, time.Hour, "`time` at least from one notification of a card to the next: what changes meanwhile is told of at once then")
	keys := map[string]*struct{ scheme, url, key string }{
		"walletpasses": {scheme: "AndroidPass"}, "pass2u": {scheme: "Pass2U"}, "walletunion": {scheme: "WalletUnionPass"}, "walletunion-hms": {scheme: "WalletUnionHMSPass"},
	}
	for name, wallet := range keys {
		note := func(to *string) func(string) error {
			return func(text string) error {
				*to = text
				c.OtherWallet(wallet.scheme, wallet.url, wallet.key)
				return nil
			}
		}
		f.Func(setting(name+"-url"), "`address` where that wallet takes notifications (default its own, where it has published one)", note(&wallet.url))
		f.Func(setting(name+"-key"), "`key` that the wallet of that name gave out for notifications (default none: its cards change when it asks)", note(&wallet.key))
	}
}
