package main_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestStopsInOrder stops a server under load: /readyz says so first, what was begun is answered, nobody is let in after
// that, and the exit code is 0.
func TestStopsInOrder(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		made := s.found()
		v := s.serve("--no-rate-limits", "--stop-notice", "300ms", "--stop-timeout", "10s")
		chain := v.chain(made, 10)
		host := strings.TrimPrefix(v.base, "http://")
		slow, err := net.Dial("tcp", host) // begins a request and ends it when the server has begun to stop
		if err != nil {
			s.t.Fatal(err)
		}
		defer slow.Close()
		_, _ = io.WriteString(slow, "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{")
		ctx, cancel := context.WithCancel(s.t.Context())
		defer cancel()
		var selling sync.WaitGroup
		selling.Go(func() { _, _ = chain.Trade(ctx, 100_000, func(string, int, int) {}) }) // until it is refused
		if err := v.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			s.t.Fatal(err)
		}
		unready := false
		for !unready {
			answer, err := http.Get(v.base + "/readyz")
			if err != nil {
				break
			}
			body, _ := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if unready = answer.StatusCode == http.StatusServiceUnavailable; unready && !strings.Contains(string(body), `"code":"stopping"`) {
				s.t.Errorf("/readyz says %s", body)
			}
		}
		if !unready {
			s.t.Error("/readyz never said that it stops")
		}
		for refused := false; !refused; {
			conn, err := net.Dial("tcp", host)
			if refused = err != nil; !refused {
				_ = conn.Close()
			}
		}
		_, _ = io.WriteString(slow, "}")
		_ = slow.SetReadDeadline(time.Now().Add(20 * time.Second))
		if answer, err := io.ReadAll(slow); !strings.HasPrefix(string(answer), "HTTP/1.1 4") {
			s.t.Errorf("a request under way got %q, %v", answer, err)
		}
		if code := v.code(); code != 0 {
			s.t.Errorf("exit code %d: %s", code, v.log)
		}
		selling.Wait()
		s.does("verify")
	})
}

// TestSecondSignal stops at once, although a request is under way.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		s.found()
		v := s.serve("--stop-notice", "1m")
		for range 2 {
			if err := v.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				s.t.Fatal(err)
			}
			for !strings.Contains(v.log.String(), "stop") {
				select {
				case <-v.log.grown:
				case <-v.ended:
				}
			}
		}
		if code := v.code(); code != 130 {
			s.t.Errorf("exit code %d: %s", code, v.log)
		}
		s.does("verify")
	})
}
