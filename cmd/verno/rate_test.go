package main_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
)

// TestWalletsAreServed: phones get through to a server as it is started, with the rate that its flag says and without one,
// and no more of them than that at once.
func TestWalletsAreServed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words []string
		burst int // 0 for no limit
	}{{nil, 2000}, {[]string{"--wallet-rate", "3"}, 30}, {[]string{"--no-rate-limits"}, 0}} {
		s := newShop(t, store.SQLite)
		s.found()
		v := s.serve(c.words...)
		answer, err := http.Get(v.base + "/wallet/v1/passes/pass.example/none")
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		limit, _ := strconv.Atoi(answer.Header.Get("Ratelimit-Limit"))
		if answer.StatusCode != http.StatusUnauthorized || limit != c.burst {
			t.Errorf("%v: %d, at most %d at once", c.words, answer.StatusCode, limit)
		}
		v.stop()
	}
}
