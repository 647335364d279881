package desk_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestMembers logs in, finds a member by the beginning of a name while it is typed, and reads where the points came from.
func TestMembers(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 60, Sales: 60}, nil)
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	site.Enter(tab)
	tab.Go(site.Base + "/desk/members")
	tab.See("tbody tr")
	save(t, tab, "members")
	first := tab.Text("tbody tr td")
	word, _, _ := strings.Cut(first, " ")
	tab.Type("#q", word)
	tab.Until(`new URLSearchParams(location.search).get("q") !== null`)
	tab.See("tbody tr")
	if got := tab.Text("tbody tr td"); !strings.Contains(got, word) {
		t.Errorf("found %q for %q", got, word)
	}
	tab.Click("tbody tr a")
	tab.See("#timeline")
	save(t, tab, "member")
	if strings.Contains(tab.Text("body"), "⟨") {
		t.Error("a message is missing")
	}
}

// save keeps a picture where VERNO_PICTURES says so.
func save(t *testing.T, tab *webtest.Tab, name string) {
	t.Helper()
	if dir := os.Getenv("VERNO_PICTURES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), tab.Picture(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
