package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/store"
)

// TestGoogleByCommand: an account at Google is taken in, shown without its key, tried, and ended; what is wrong is said.
func TestGoogleByCommand(t *testing.T) {
	t.Parallel()
	s := newShop(t, store.SQLite)
	s.does("init", "--json")
	google := googletest.New(t, time.Now)
	file := filepath.Join(s.dir, "key.json")
	if err := os.WriteFile(file, google.ServiceAccount(), 0o600); err != nil {
		t.Fatal(err)
	}
	where := []string{"--google-api-url", google.URL, "--google-token-url", google.URL + "/token"}
	if got := s.does("google", "show"); !strings.Contains(got.out, "no account") {
		t.Errorf("before: %s", got.out)
	}
	if got := s.verno("google", "import", "--issuer", "verno", file); got.code == 0 || !strings.Contains(got.err, "issuer ID is a number") {
		t.Errorf("a name for a number: %d %s", got.code, got.err)
	}
	if got := s.does("google", "import", "--issuer", google.Issuer, file); !strings.Contains(got.out, google.Email) || strings.Contains(got.out+got.err, "PRIVATE") {
		t.Errorf("import prints %s %s", got.out, got.err)
	}
	s.does(append([]string{"google", "check"}, where...)...)
	google.Fail(googletest.Fault{Match: "GET issuer", Status: http.StatusForbidden, Reason: "permissionDenied"})
	if got := s.verno(append([]string{"google", "check"}, where...)...); got.code == 0 || !strings.Contains(got.err, "permissionDenied") {
		t.Errorf("an account that is not let in: %d %s", got.code, got.err)
	}
	s.does("google", "retire")
	if got := s.does("google", "show", "--json"); !strings.Contains(got.out, `{"account":null}`) {
		t.Errorf("after: %s", got.out)
	}
}
