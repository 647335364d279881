package web_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
)

// TestCausesOf503AreLogged: the first of a second is logged with its cause and the request's name, the others are
// counted; another code has its own count.
func TestCausesOf503AreLogged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.frame.Quiet = true
	down := func(w http.ResponseWriter, r *http.Request) {
		web.Fail(w, r, verno.Unavailable("storage_unavailable", 1).Because(errors.New("no route to the database")))
	}
	first := b.ask(down, get())
	for range 4 {
		b.ask(down, get())
	}
	b.ask(func(w http.ResponseWriter, r *http.Request) { web.Fail(w, r, verno.Unavailable("overloaded", 1)) }, get())
	b.now = b.now.Add(time.Second)
	b.ask(down, get())
	lines := strings.Split(strings.TrimSpace(b.log.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines: %s", len(lines), b.log)
	}
	for _, want := range []string{"no route to the database", first.Header().Get("X-Request-ID"), "left_out=0"} {
		if !strings.Contains(lines[0], want) {
			t.Errorf("the first line lacks %s: %s", want, lines[0])
		}
	}
	if !strings.Contains(lines[1], "overloaded") || !strings.Contains(lines[2], "left_out=4") {
		t.Errorf("%s", b.log)
	}
}

// TestQuietFrame logs no request, but what went wrong.
func TestQuietFrame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.frame.Quiet = true
	b.ask(func(w http.ResponseWriter, _ *http.Request) { web.Show(w, http.StatusOK, &struct{}{}) }, get())
	if b.log.Len() > 0 {
		t.Errorf("logged %s", b.log)
	}
	res := b.ask(func(http.ResponseWriter, *http.Request) { panic("what is this") }, get())
	for _, want := range []string{"what is this", "report_test.go", res.Header().Get("X-Request-ID")} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log of a panic lacks %s: %s", want, b.log)
		}
	}
}
