// Package webtest is for tests of pages: a real server on loopback with a chain in it, and Debian's Chromium, which
// must find nothing to complain about: no error on the console, no breach of the content policy, no request that leaves
// this machine.
package webtest

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Patience is how long a page may take for anything that a test asks of it.
const Patience = 60 * time.Second

// Browser is a Chromium as one test has it: with a profile of its own.
type Browser struct {
	tb  testing.TB
	ctx context.Context //nolint:containedctx // It is the browser, as the library has it.
}

// Tab is one page of a browser. What it complains about fails the test.
type Tab struct {
	tb  testing.TB
	ctx context.Context //nolint:containedctx // It is the browser, as the library has it.

	mu         sync.Mutex
	complaints []string
	allowed    []string
}

// Open gives the test a browser, with more flags than those that keep it quiet, as names and values by turns. Its tabs
// share their cookies with each other and with no other test's.
func Open(tb testing.TB, flags ...string) *Browser {
	tb.Helper()
	e := use(tb, strings.Join(flags, " "), flags)
	ctx, closeIt := chromedp.NewContext(e.ctx, chromedp.WithNewBrowserContext())
	tb.Cleanup(closeIt)
	if err := chromedp.Do(ctx); err != nil {
		tb.Fatal("no profile: ", err)
	}
	return &Browser{tb: tb, ctx: ctx}
}

// Tab opens a page of the size of a screen, in a language, "ru" or "en".
func (b *Browser) Tab(width, height int64, lang string) *Tab {
	b.tb.Helper()
	tab := &Tab{tb: b.tb}
	ctx, closeTab := chromedp.NewContext(b.ctx, chromedp.WithListener(tab.listen))
	tab.ctx = ctx
	b.tb.Cleanup(func() {
		closeTab()
		tab.judge()
	})
	if err := chromedp.Do(ctx); err != nil {
		b.tb.Fatal(err)
	}
	Send(tab, network.Enable, network.EnableParams{})
	Send(tab, log.Enable, cdp.Empty{})
	Send(tab, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": lang}})
	Send(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 700,
	})
	return tab
}

// Send sends a command of the protocol to the page.
func Send[P, R any](tab *Tab, command cdp.Command[P, R], params P) R {
	tab.tb.Helper()
	return run(tab, command.Method, func(ctx context.Context) (R, error) { return chromedp.Call(ctx, command, params) })
}

// Eval is the value of a script, or of what it promises.
func Eval[T any](tab *Tab, script string) T {
	tab.tb.Helper()
	return run(tab, script, func(ctx context.Context) (T, error) {
		return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	})
}

func run[T any](tab *Tab, what string, do func(context.Context) (T, error)) T {
	tab.tb.Helper()
	ctx, stop := context.WithTimeout(tab.ctx, Patience)
	defer stop()
	v, err := do(ctx)
	for replaced(err) && ctx.Err() == nil {
		v, err = do(ctx)
	}
	if err != nil {
		tab.tb.Fatalf("%s: %v\n%s", what, err, tab.whole())
	}
	return v
}

// replaced reports whether the page went on to another, or drew itself anew, between finding an element and using it.
func replaced(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "No node with given id found") ||
		strings.Contains(err.Error(), "Could not find node with given id") || strings.Contains(err.Error(), "Cannot find context with specified id"))
}

func (tab *Tab) do(what string, a chromedp.Action[chromedp.Void]) {
	tab.tb.Helper()
	run(tab, what, func(ctx context.Context) (chromedp.Void, error) { return chromedp.Run(ctx, a) })
}

// Go opens an address and waits until it is loaded.
func (tab *Tab) Go(address string) {
	tab.tb.Helper()
	tab.do("go to "+address, chromedp.Navigate(address))
}

// Reload loads the page again.
func (tab *Tab) Reload() { tab.tb.Helper(); tab.do("reload", chromedp.Reload()) }

// See waits until an element can be seen.
func (tab *Tab) See(css string) {
	tab.tb.Helper()
	tab.do("see "+css, chromedp.WaitVisible(chromedp.CSS(css)))
}

// Click clicks on an element as soon as it can be seen.
func (tab *Tab) Click(css string) {
	tab.tb.Helper()
	tab.do("click "+css, chromedp.Click(chromedp.CSS(css)))
}

// Type types into an element what people type, key by key.
func (tab *Tab) Type(css, text string) {
	tab.tb.Helper()
	tab.do("type into "+css, chromedp.SendKeys(chromedp.CSS(css), text))
}

// Fill puts a value into an element in place of what is there.
func (tab *Tab) Fill(css, text string) {
	tab.tb.Helper()
	tab.do("fill "+css, chromedp.SetValue(chromedp.CSS(css), text))
}

// Keys presses keys wherever the focus is.
func (tab *Tab) Keys(keys string) { tab.tb.Helper(); tab.do("press keys", chromedp.KeyEvent(keys)) }

// Until waits until a script's value is true.
func (tab *Tab) Until(script string) {
	tab.tb.Helper()
	run(tab, "wait until "+script, func(ctx context.Context) (bool, error) {
		for {
			is, err := chromedp.Run(ctx, chromedp.Poll[bool](script, chromedp.WithPollingTimeout(Patience)))
			// A page that is left while it is asked cannot answer; the next one can.
			if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "(-32000)") {
				return is, err
			}
		}
	})
}

// Text is what an element says, with single spaces.
func (tab *Tab) Text(css string) string {
	tab.tb.Helper()
	text := run(tab, "read "+css, func(ctx context.Context) (string, error) { return chromedp.Run(ctx, chromedp.Text(chromedp.CSS(css))) })
	return strings.Join(strings.Fields(text), " ")
}

// Picture takes a picture of the whole page.
func (tab *Tab) Picture() []byte {
	tab.tb.Helper()
	return run(tab, "take a picture", func(ctx context.Context) ([]byte, error) { return chromedp.Run(ctx, chromedp.FullScreenshot(100)) })
}

// Dark draws the page as for a reader who has chosen dark, or light again.
func (tab *Tab) Dark(dark bool) {
	tab.tb.Helper()
	value := "light"
	if dark {
		value = "dark"
	}
	Send(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}}})
}

// Allow lets the page say on the console what has one of these texts in it, such as the status of an answer that the
// test provokes.
func (tab *Tab) Allow(texts ...string) { tab.allowed = append(tab.allowed, texts...) }

// whole is the page's text, for the message of a failed test.
func (tab *Tab) whole() string {
	ctx, stop := context.WithTimeout(tab.ctx, 5*time.Second)
	defer stop()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText.slice(0, 2000)`))
	return text
}

func (tab *Tab) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		tab.complain("exception: " + e.ExceptionDetails.Text + fmt.Sprint(e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" {
			var said []string
			for _, a := range e.Args {
				said = append(said, string(a.Value), a.Description)
			}
			tab.complain("console: " + strings.Join(said, " "))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			tab.complain(fmt.Sprintf("log: %s %s", e.Entry.Text, e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost" {
			tab.complain("a request left this machine: " + e.Request.URL)
		}
	}
}

func (tab *Tab) complain(text string) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.complaints = append(tab.complaints, text)
}

func (tab *Tab) judge() {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	for _, c := range tab.complaints {
		fine := false
		for _, text := range tab.allowed {
			fine = fine || strings.Contains(c, text)
		}
		if !fine {
			tab.tb.Errorf("the browser complains: %s", c)
		}
	}
}
