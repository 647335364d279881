package setup_test

import (
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestWhatGoesWrong looks at the pages that nobody hopes for, in both languages: an address that was guessed, a form with a
// fault, and the setup without its database. Each says in words what to do.
func TestWhatGoesWrong(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ru", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			site := webtest.Start(t, nil)
			path, err := site.Server.SetupPath(t.Context())
			must(t, err)
			tab := webtest.Open(t).Tab(1280, 900, lang)
			tab.Allow("status of 401", "status of 403", "status of 404", "status of 422", "status of 5")
			look := func(name string) {
				t.Helper()
				tab.See("main h1")
				save(t, tab, name+"-"+lang)
				if text := tab.Text("main"); strings.Contains(text, "⟨") {
					t.Errorf("%s says %q", name, text)
				}
			}
			tab.Go(site.Base + "/setup/guessed")
			look("guessed")
			tab.Go(site.Base + path)
			tab.Click("main form .main")
			tab.See("#name")
			tab.Type("#name", " ")
			tab.Click("form .main")
			tab.See("#name-fault")
			look("wrong")
			site.Break(t)
			tab.Go(site.Base + "/setup/at/business")
			look("broken")
		})
	}
}
