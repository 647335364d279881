package notify_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/notify"
)

// posted is one request as a gateway gets it.
type posted struct {
	header http.Header
	body   map[string]string
}

// gateway answers with the statuses that it is given, one after the other, and then with 200.
func gateway(t *testing.T, statuses ...int) (url string, got chan posted) {
	t.Helper()
	got = make(chan posted, 20)
	var mu sync.Mutex
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := posted{header: r.Header}
		if err := json.NewDecoder(r.Body).Decode(&p.body); err != nil {
			t.Error(err)
		}
		mu.Lock()
		status := http.StatusOK
		if len(statuses) > 0 {
			status, statuses = statuses[0], statuses[1:]
		}
		mu.Unlock()
		w.WriteHeader(status)
		got <- p
	}))
	t.Cleanup(s.Close)
	return s.URL, got
}

// hook runs a hook for an address, and returns what it logs.
func hook(t *testing.T, url string) (*notify.TextHook, func() string) {
	t.Helper()
	var log bytes.Buffer
	h := notify.NewTextHook(url, "secret", rand.Reader, slog.New(slog.NewTextHandler(&log, nil)))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		h.Run(ctx)
		close(ended)
	}()
	finish := sync.OnceFunc(func() {
		stop()
		<-ended
	})
	t.Cleanup(finish)
	return h, func() string {
		finish()
		return log.String()
	}
}

func next(t *testing.T, got chan posted) posted {
	t.Helper()
	select {
	case p := <-got:
		return p
	case <-time.After(time.Minute):
		t.Fatal("nothing was posted")
		return posted{}
	}
}

// TestTextHook is the contract with whoever writes a gateway's adapter: one POST a text, with its number, the same one
// where the adapter stumbled.
func TestTextHook(t *testing.T) {
	t.Parallel()
	url, got := gateway(t, 503, 200)
	h, _ := hook(t, url)
	h.Send("+79161234567", "123456 is your code")
	first, second := next(t, got), next(t, got)
	if first.body["to"] != "+79161234567" || first.body["text"] != "123456 is your code" || len(first.body) != 3 {
		t.Errorf("posted %v", first.body)
	}
	if first.header.Get("Content-Type") != "application/json" || first.header.Get("Authorization") != "Bearer secret" {
		t.Errorf("with %v", first.header)
	}
	if id := first.body["id"]; len(id) != 32 || first.header.Get("Idempotency-Key") != id || second.body["id"] != id {
		t.Errorf("numbers %q, %q, %q", id, first.header.Get("Idempotency-Key"), second.body["id"])
	}
}

// TestTextHookGivesUp where the gateway refuses a text, and the log tells neither text nor phone.
func TestTextHookGivesUp(t *testing.T) {
	t.Parallel()
	url, got := gateway(t, 400, 302)
	h, log := hook(t, url)
	h.Send("+79161234567", "123456 is your code")
	h.Send("+79161234568", "654321 is your code")
	next(t, got)
	next(t, got)
	// Both workers write their line before they stop.
	said := log()
	if len(got) != 0 || strings.Contains(said, "7916") || strings.Contains(said, "code") {
		t.Errorf("said %q", said)
	}
}

// TestTextHookNeverWaits for a gateway that hangs.
func TestTextHookNeverWaits(t *testing.T) {
	t.Parallel()
	h := notify.NewTextHook("http://127.0.0.1:1", "", rand.Reader, slog.New(slog.DiscardHandler))
	for range 1100 {
		h.Send("+79161234567", "x")
	}
}
