package rig

import (
	"context"
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
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/apnstest"
)

// PushFigures are what telling phones of changed cards reaches: from events to notifications that an APNs on this machine
// took, against a bare HTTP/2 client against the same one; and what sales beside it notice.
type PushFigures struct {
	Passes int     `json:"passes"`
	Bare   float64 `json:"bare_per_second"`

	Published      float64 `json:"published_per_second"` // a template is published, and all of its cards change
	PublishedShare float64 `json:"published_of_bare"`

	// Each member is given points, several times, while delivery stands still; then it goes on.
	AwardedEvents   int     `json:"awarded_events"`
	AwardsSeconds   float64 `json:"awards_seconds"`       // from the first award until all are in the books
	SealSeconds     float64 `json:"seal_seconds"`         // from then until all are sealed
	DeliverySeconds float64 `json:"delivery_seconds"`     // from then, as delivery begins, until the last phone has answered
	Delivered       float64 `json:"delivered_per_second"` // phones, in that time
	DeliveredShare  float64 `json:"delivered_of_bare"`
	DeliveredTold   int64   `json:"delivered_told"`   // notifications: as many as phones, as many changes of a card are told once
	Whole           float64 `json:"whole_per_second"` // phones, from the first award until the last has answered
	WholeShare      float64 `json:"whole_of_bare"`

	// The same while delivery goes on beside it, as it does every day.
	Beside      float64 `json:"awarded_per_second"` // phones, from the first award until all have been told
	BesideShare float64 `json:"awarded_of_bare"`
	MostTold    int     `json:"most_told"` // how often the phone was told that was told most often

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
	Gap      time.Duration // from one notification of a card to the next
	Profile  string        // where to write a CPU profile of delivery, empty for none
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
	w.Server.Passes.Apple.Gap = load.Gap
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
	if err := c.phases(ctx, phones, load, &f); err != nil {
		return f, err
	}
	if f.Beside, err = c.run(ctx, "told of points", len(phones), func() error { return c.award(ctx, phones, load.Awards, true) }); err != nil {
		return f, err
	}
	f.MostTold, _ = apple.Most()
	f.PublishedShare, f.BesideShare = f.Published/f.Bare, f.Beside/f.Bare
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
