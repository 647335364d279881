package rig

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/apnstest"
	"github.com/verno-loyalty/verno/internal/store"
)

// PushFigures are what telling phones of changed cards reaches: from events to notifications that an APNs on this machine
// took, against a bare HTTP/2 client against the same one; and what sales beside it notice.
type PushFigures struct {
	Passes int     `json:"passes"`
	Bare   float64 `json:"bare_per_second"`

	Published      float64 `json:"published_per_second"` // a template is published, and all of its cards change
	PublishedShare float64 `json:"published_of_bare"`
	Awarded        float64 `json:"awarded_per_second"` // each member is given points, several times
	AwardedEvents  int     `json:"awarded_events"`
	AwardedShare   float64 `json:"awarded_of_bare"`
	MostTold       int     `json:"most_told"` // how often the phone was told that was told most often: once a campaign

	Rate          int     `json:"sales_per_second"`
	QuietP99      float64 `json:"quiet_p99_ms"`
	BesideP99     float64 `json:"beside_p99_ms"`
	BesideOfQuiet float64 `json:"beside_of_quiet"`
	BesideTold    int64   `json:"told_beside"` // while the sales went on

	MemoryBefore int64 `json:"memory_before_mb"` // the most that the process had in memory
	MemoryAfter  int64 `json:"memory_after_mb"`
}

// PushLoad says how telling phones is measured.
type PushLoad struct {
	Rate     int           // sales a second beside it
	Duration time.Duration // of the sales
	Awards   int           // events a member
}

// BenchPush measures it in a world whose members all have their cards in phones.
func BenchPush(ctx context.Context, w *World, load PushLoad, say func(string, int, int)) (PushFigures, error) {
	f := PushFigures{Passes: len(w.Members), Rate: load.Rate, MemoryBefore: mostMemory()}
	apple, err := apnstest.New()
	if err != nil {
		return f, err
	}
	defer apple.Close()
	certificate, err := apnstest.NewCertificate("Pass Type ID: " + phoneTopic)
	if err != nil {
		return f, err
	}
	w.Server.Passes.Apple.PushURL, w.Server.Passes.Apple.PushRoots = apple.URL, apple.Roots
	w.Server.Passes.Credential = func(context.Context, verno.TenantID, string) (*pass.PushCredential, error) {
		return &pass.PushCredential{ID: "rig", Certificate: &certificate}, nil
	}
	phones, err := w.phones(ctx, say)
	if err != nil {
		return f, err
	}
	c := &wave{World: w, apple: apple, say: say}
	if err := c.drain(ctx); err != nil {
		return f, err
	}
	if f.Bare, err = bare(ctx, w, apple, certificate, len(phones)); err != nil {
		return f, err
	}
	if f.Published, err = c.run(ctx, "told of a template", len(phones), func() error { return c.publish(ctx, phones[0]) }); err != nil {
		return f, err
	}
	f.AwardedEvents = load.Awards * len(phones)
	if f.Awarded, err = c.run(ctx, "told of points", len(phones), func() error { return c.award(ctx, phones, load.Awards) }); err != nil {
		return f, err
	}
	f.MostTold, _ = apple.Most()
	f.PublishedShare, f.AwardedShare = f.Published/f.Bare, f.Awarded/f.Bare
	if err := c.beside(ctx, load, phones[0], &f); err != nil {
		return f, err
	}
	if err := c.drain(ctx); err != nil {
		return f, err
	}
	f.MemoryAfter = mostMemory()
	if faults := apple.Faults(); len(faults) > 0 {
		return f, fmt.Errorf("a notification was not as Apple wants it: %s", faults[0])
	}
	return f, nil
}

// wave changes the cards of a world and has the phones told.
type wave struct {
	*World
	apple *apnstest.APNs
	say   func(string, int, int)
}

// run measures how many phones are told a second, from before what changes their cards to when the last knows.
func (c *wave) run(ctx context.Context, what string, phones int, change func() error) (float64, error) {
	began, start := c.apple.Total(), c.Server.Now()
	if err := change(); err != nil {
		return 0, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var followers sync.WaitGroup
	defer followers.Wait()
	var failed atomic.Pointer[error]
	note := func(err error) {
		if err != nil && ctx.Err() == nil {
			failed.Store(&err)
			stop()
		}
	}
	followers.Go(func() { note(c.Server.Passes.Follow(ctx)) })
	for ctx.Err() == nil && c.apple.Total()-began < int64(phones) {
		note(c.Server.Passes.Push(ctx))
		c.say(what, int(c.apple.Total()-began), phones)
		wait(ctx, time.Millisecond)
	}
	took := c.Server.Now().Sub(start)
	followers.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(phones) / took.Seconds(), ctx.Err()
}

// publish tells the log that the template of all cards was published.
func (c *wave) publish(ctx context.Context, one phone) error {
	template, err := c.Server.Store.Reader().TemplateOf(ctx, c.Actor.Tenant, one.card)
	if err != nil {
		return err
	}
	return c.happens(ctx, []verno.Event{{Kind: verno.EventConfigPublished, Subject: template.String()}})
}

// award tells the log that each member was given points, so often.
func (c *wave) award(ctx context.Context, phones []phone, times int) error {
	const chunk = 1_000
	for range times {
		for from := 0; from < len(phones); from += chunk {
			some := phones[from:min(from+chunk, len(phones))]
			events := make([]verno.Event, len(some))
			for i := range some {
				events[i] = verno.Event{Kind: verno.EventPointsAwarded, Owner: some[i].owner, Actor: "rig"}
			}
			if err := c.happens(ctx, events); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *wave) happens(ctx context.Context, events []verno.Event) error {
	for i := range events {
		events[i].Tenant = c.Actor.Tenant
	}
	now := c.Server.Now()
	if err := c.Server.Store.Write(ctx, func(tx *store.Tx) error { return books.Record(ctx, tx, now, rand.Reader, events...) }); err != nil {
		return err
	}
	_, err := c.Server.Sealer.Seal(ctx, c.Server.Config.Clock)
	return err
}

// beside measures sales alone, and sales while a campaign goes out.
func (c *wave) beside(ctx context.Context, load PushLoad, one phone, f *PushFigures) error {
	sales := Load{Clients: 64, Duration: load.Duration, Rate: load.Rate, Presences: 10_000}
	quiet, err := Bench(ctx, c.World, sales, c.say)
	if err != nil {
		return err
	}
	if err := c.drain(ctx); err != nil {
		return err
	}
	if err := c.publish(ctx, one); err != nil {
		return err
	}
	began := c.apple.Total()
	background, stop := context.WithCancel(ctx)
	var pushing sync.WaitGroup
	pushing.Go(func() {
		for background.Err() == nil {
			_ = c.Server.Passes.Follow(background)
			wait(background, 100*time.Millisecond)
		}
	})
	pushing.Go(func() {
		for background.Err() == nil {
			_ = c.Server.Passes.Push(background)
			wait(background, 100*time.Millisecond)
		}
	})
	loud, err := Bench(ctx, c.World, sales, c.say)
	f.BesideTold = c.apple.Total() - began
	stop()
	pushing.Wait()
	if err != nil {
		return err
	}
	if quiet.Failed+loud.Failed > 0 {
		return errors.New("a sale failed: " + quiet.Failure + loud.Failure)
	}
	f.QuietP99, f.BesideP99 = quiet.P99, loud.P99
	f.BesideOfQuiet = loud.P99 / quiet.P99
	return nil
}

// drain has everybody know what happened so far.
func (c *wave) drain(ctx context.Context) error {
	for quiet := 0; quiet < 2 && ctx.Err() == nil; {
		if _, err := c.Server.Sealer.Seal(ctx, c.Server.Config.Clock); err != nil {
			return err
		}
		if err := errors.Join(c.Server.Passes.Follow(ctx), c.Server.Passes.Push(ctx)); err != nil {
			return err
		}
		state, err := c.Server.Passes.Progress(ctx, c.Actor.Tenant)
		if err != nil {
			return err
		}
		quiet++
		if state.Waiting > 0 || state.Marking {
			quiet = 0
		}
		wait(ctx, 100*time.Millisecond)
	}
	return ctx.Err()
}

// bare is how many notifications a second Go's own HTTP/2 client sends, with nothing behind it: the better of two ways.
func bare(ctx context.Context, w *World, apple *apnstest.APNs, certificate tls.Certificate, n int) (best float64, err error) {
	for _, callers := range []int{64, 500} {
		only := &http.Protocols{}
		only.SetHTTP2(true)
		transport := &http.Transport{
			Protocols: only, MaxConnsPerHost: 1,
			TLSClientConfig: &tls.Config{RootCAs: apple.Roots, Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		}
		client := &http.Client{Transport: transport}
		var next atomic.Int64
		var failed atomic.Pointer[error]
		var group sync.WaitGroup
		start := w.Server.Now()
		for range callers {
			group.Go(func() {
				for i := next.Add(1); i <= int64(n) && failed.Load() == nil; i = next.Add(1) {
					if err := notify(ctx, client, fmt.Sprintf("%s/3/device/bare%d", apple.URL, i)); err != nil {
						failed.Store(&err)
					}
				}
			})
		}
		group.Wait()
		took := w.Server.Now().Sub(start)
		transport.CloseIdleConnections()
		if err := failed.Load(); err != nil {
			return 0, *err
		}
		best = max(best, float64(n)/took.Seconds())
	}
	return best, nil
}

func notify(ctx context.Context, client *http.Client, to string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader("{}"))
	if err != nil {
		return err
	}
	r.Header.Set("Apns-Topic", phoneTopic)
	r.Header.Set("Apns-Push-Type", "background")
	r.Header.Set("Apns-Priority", "5")
	r.Header.Set("Apns-Expiration", "0")
	got, err := client.Do(r)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	_, err = io.Copy(io.Discard, got.Body)
	if err == nil && got.StatusCode != http.StatusOK {
		err = errors.New(got.Status)
	}
	return err
}
