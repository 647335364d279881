package main_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
)

// TestDemo makes a small chain of the demo and opens the addresses that it prints, as a browser does: each one logs in,
// and none does without the key of this run.
func TestDemo(t *testing.T) {
	t.Parallel()
	s := newShop(t, store.SQLite)
	cmd := s.command(context.WithoutCancel(t.Context()), "demo", "--kind", "pharmacy", "--language", "en", "--days", "4", "--guests", "30", "--sales", "25", "--listen", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Signal(syscall.SIGTERM) }()
	doors := map[string]string{}
	sound, lines := false, bufio.NewScanner(out)
	for len(doors) < 4 && lines.Scan() {
		sound = sound || strings.Contains(lines.Text(), "its books are sound")
		if m := address.FindStringSubmatch(lines.Text()); m != nil {
			doors[m[1]] = m[2]
		}
	}
	if !sound || len(doors) != 4 {
		t.Fatalf("the demo says %v, sound: %v", doors, sound)
	}
	for name, want := range map[string]string{"Desk": "/desk/", "Till": "/till/", "Card": "/c/", "API": "/docs"} {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		status, path := visit(t, &http.Client{Jar: jar}, doors[name])
		if status != http.StatusOK || path != want {
			t.Errorf("%s: %d at %s", name, status, path)
		}
		if closed, _, keyed := strings.Cut(doors[name], "?key="); keyed {
			if status, _ := visit(t, http.DefaultClient, closed+"?key=guessed"); status != http.StatusNotFound {
				t.Errorf("%s opens without its key: %d", name, status)
			}
		}
	}
}

var address = regexp.MustCompile(`^\s+(Desk|Till|Card|API)\s+(http://\S+)`)

// visit follows an address to where it leads.
func visit(t *testing.T, client *http.Client, to string) (status int, path string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, answer.Request.URL.Path
}
