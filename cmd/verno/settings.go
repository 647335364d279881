package main

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/server"
)

// settings are the flags that the environment can give too: --trusted-proxies is VERNO_TRUSTED_PROXIES. All else says
// what to do now, and belongs to the command line alone.
var settings = map[string]bool{}

// setting notes that a flag is one of them, and returns its name.
func setting(name string) string {
	settings[name] = true
	return name
}

// environmentName is how the environment calls a setting.
func environmentName(name string) string {
	return "VERNO_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// fromEnvironment sets what the command line left out.
func fromEnvironment(f *flag.FlagSet, env func(string) (string, bool)) error {
	given := map[string]bool{}
	f.Visit(func(one *flag.Flag) { given[one.Name] = true })
	var fault error
	f.VisitAll(func(one *flag.Flag) {
		text, there := env(environmentName(one.Name))
		if fault != nil || !settings[one.Name] || given[one.Name] || !there || text == "" {
			return
		}
		if err := f.Set(one.Name, text); err != nil {
			fault = wrong{fmt.Errorf("invalid value %q for %s: %w", text, environmentName(one.Name), err)}
		}
	})
	return fault
}

// base are the settings of every command that opens a database.
type base struct {
	db      *string
	kekFile *string
	weak    *bool
	clock   *string
	log     *logging
}

func baseFlags(f *flag.FlagSet) base {
	return base{
		db:      f.String(setting("db"), "verno.db", "SQLite `file` or postgres:// URL"),
		kekFile: f.String(setting("kek-file"), "", "`file` with the key-encryption keys; VERNO_KEK, or a file beside the database, where left out"),
		weak:    f.Bool(setting("accept-weak-durability"), false, "run on a PostgreSQL that can lose what it acknowledged: for trying out only"),
		clock:   f.String(setting("clock-file"), "", "a `file` with a duration, such as 72h, by which the clock is moved: for trying out only"),
		log:     loggingFlags(f),
	}
}

// config is what the flags say.
func (b base) config(t *term) server.Config {
	c := server.Config{DB: *b.db, KEKFile: *b.kekFile, Weak: *b.weak, Version: version, Log: b.log.logger(t)}
	if *b.clock != "" {
		c.Clock = server.ShiftedClock(*b.clock)
		c.Log.Warn("the clock is moved; this is no server for trade", "file", *b.clock)
	}
	return c
}

// logging says what is logged, and how. Everything goes to standard error.
type logging struct {
	level slog.Level
	json  bool
}

func loggingFlags(f *flag.FlagSet) *logging {
	l := &logging{level: slog.LevelWarn}
	f.Func(setting("log-level"), "least `level` that is logged: debug, info, warn or error (default warn)", func(text string) error {
		switch text {
		case "debug", "info", "warn", "error":
			return l.level.UnmarshalText([]byte(text))
		}
		return errors.New("want debug, info, warn or error")
	})
	f.Func(setting("log-format"), "`form` of the log: text or json (default text)", func(text string) error {
		if text != "text" && text != "json" {
			return errors.New("want text or json")
		}
		l.json = text == "json"
		return nil
	})
	return l
}

func (l *logging) logger(t *term) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.level}
	if l.json {
		return slog.New(slog.NewJSONHandler(t.err, options))
	}
	return slog.New(slog.NewTextHandler(t.err, options))
}

// proxies reads networks, apart by commas; an address alone is a network of one.
func proxies(text string) ([]netip.Prefix, error) {
	var list []netip.Prefix
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		network, err := netip.ParsePrefix(word)
		if address, alone := netip.ParseAddr(word); alone == nil {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%q is no network such as 10.0.0.0/8", word)
		}
		list = append(list, network.Masked())
	}
	return list, nil
}

// bounded is a flag for a duration within limits.
func bounded(f *flag.FlagSet, to *time.Duration, name string, least, most time.Duration, about string) {
	f.Func(setting(name), fmt.Sprintf("%s (default %v)", about, *to), func(text string) error {
		d, err := time.ParseDuration(text)
		if err != nil || d < least || d > most {
			return fmt.Errorf("want a duration from %v to %v, such as 10s", least, most)
		}
		*to = d
		return nil
	})
}

// counted is a flag for a number within limits.
func counted[N int | int64](f *flag.FlagSet, to *N, name string, least, most N, about string) {
	f.Func(setting(name), fmt.Sprintf("%s (default %d)", about, *to), func(text string) error {
		var n N
		if _, err := fmt.Sscanf(text, "%d", &n); err != nil || n < least || n > most || fmt.Sprint(n) != text {
			return fmt.Errorf("want a number from %d to %d", least, most)
		}
		*to = n
		return nil
	})
}
