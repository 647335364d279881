package webtest

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// engine is a running Chromium. Those that are started with the same flags are one and the same for all tests of a
// package, as a start takes longer than most tests; each test has a profile of its own in it, with its own cookies,
// storage and workers.
type engine struct {
	ctx   context.Context //nolint:containedctx // It is the browser, as the library has it.
	stop  func()
	users int
}

var (
	engines   = map[string]*engine{}
	enginesMu sync.Mutex
)

// use gives the engine with these flags to one more test; the last one that leaves stops it.
func use(tb testing.TB, key string, flags []string) *engine {
	tb.Helper()
	enginesMu.Lock()
	defer enginesMu.Unlock()
	e := engines[key]
	if e == nil {
		e = start(tb, flags)
		engines[key] = e
	}
	e.users++
	tb.Cleanup(func() {
		enginesMu.Lock()
		defer enginesMu.Unlock()
		if e.users--; e.users == 0 {
			delete(engines, key)
			e.stop()
		}
	})
	return e
}

// start starts a Chromium with more flags than those that keep it quiet, as names and values by turns.
func start(tb testing.TB, flags []string) *engine {
	tb.Helper()
	dir, err := os.MkdirTemp("", "verno-browser-") //nolint:usetesting // It outlives the test that has started it.
	if err != nil {
		tb.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.DisableGPU, chromedp.NoSandbox, chromedp.UserDataDir(dir), chromedp.WSURLReadTimeout(Patience),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	for i := 0; i+1 < len(flags); i += 2 {
		options = append(options, chromedp.Flag(flags[i], flags[i+1]))
	}
	ctx, stopIt := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeIt := chromedp.NewContext(ctx)
	stop := func() {
		closeIt()
		stopIt()
		_ = os.RemoveAll(dir)
	}
	if err := chromedp.Do(ctx); err != nil {
		stop()
		tb.Fatal("no browser: ", err)
	}
	return &engine{ctx: ctx, stop: stop}
}
