package rig

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/verno-loyalty/verno/internal/web/wallet"
)

// WalletFigures are how many phones a second learn that their pass is as new as it gets, and how many which passes are.
type WalletFigures struct {
	Passes      int     `json:"passes"`
	NotModified float64 `json:"not_modified_per_second"` // GET of a pass, answered 304
	Listed      float64 `json:"listed_per_second"`       // GET of what is new, of a device
}

// BenchWallet measures Apple's web service as phones ask it, through everything that stands before it.
func BenchWallet(ctx context.Context, w *World, clients int, seconds time.Duration, say func(string, int, int)) (f WalletFigures, err error) {
	// The day's look at all cards waits: it would change them, and they would be drawn for phones that are to hear that they
	// have not.
	if err := (&wave{World: w}).hold(ctx, true, "wallet", "wallet push"); err != nil {
		return f, err
	}
	phones, err := w.phones(ctx, say)
	if err != nil {
		return f, err
	}
	tokens := make([]string, len(phones))
	for i := range phones {
		if tokens[i], err = w.Server.Passes.Token(ctx, w.Actor.Tenant, phones[i].serial); err != nil {
			return f, err
		}
	}
	f.Passes = len(phones)
	now := w.Server.Now().UTC().Format(http.TimeFormat)
	handler := w.Server.Handler()
	f.NotModified, err = w.ask(handler, clients, seconds, http.StatusNotModified, func(i int) *http.Request {
		i %= len(phones)
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, wallet.Base+"v1/passes/"+phoneTopic+"/"+phones[i].serial, http.NoBody)
		r.Header.Set("Authorization", "ApplePass "+tokens[i])
		r.Header.Set("If-Modified-Since", now)
		return r
	})
	if err != nil {
		return f, err
	}
	f.Listed, err = w.ask(handler, clients, seconds, http.StatusOK, func(i int) *http.Request {
		device := phones[i%len(phones)].device
		return httptest.NewRequestWithContext(ctx, http.MethodGet, wallet.Base+"v1/devices/"+device+"/registrations/"+phoneTopic, http.NoBody)
	})
	return f, err
}

// ask asks a handler for a while and returns how many answers a second it gives, all of one status.
func (w *World) ask(handler http.Handler, clients int, length time.Duration, want int, request func(i int) *http.Request) (float64, error) {
	var next, wrong atomic.Int64
	var group sync.WaitGroup
	start := w.Server.Now()
	end := start.Add(length)
	for range clients {
		group.Go(func() {
			for w.Server.Now().Before(end) && wrong.Load() == 0 {
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, request(int(next.Add(1))))
				if answer.Code != want {
					wrong.Store(int64(answer.Code))
				}
			}
		})
	}
	group.Wait()
	if status := wrong.Load(); status != 0 {
		return 0, errors.New("a wallet was answered " + strconv.FormatInt(status, 10))
	}
	return float64(next.Load()) / w.Server.Now().Sub(start).Seconds(), nil
}

// mostMemory is the most that this process has had in memory, in megabytes.
func mostMemory() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Maxrss >> 10
}
