package desk_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestSumsOfACard: what a new certificate is worth is read and written in the currency, as everywhere else at the desk, and
// not in its smallest coin.
func TestSumsOfACard(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	s, actor := site.Server, auth.Operator(site.Made.Live.Tenant)
	made, err := s.Office.CreateTemplate(t.Context(), actor, s.Now(), site.Made.Live.Programme, card.Template{Kind: "gift_certificate", Name: "Подарок"})
	if err != nil {
		t.Fatal(err)
	}
	l := &looker{enter(t, site, "ru"), t, made.ID}
	values := l.form()
	if got := values.Get("settings/worth"); got != "1000" {
		t.Errorf("a certificate of 1000 rubles is shown as %q", got)
	}
	for typed, want := range map[string]int64{"3000": 300_000, "2 500,50 ₽": 250_050} {
		values.Set("settings/worth", typed)
		if got := l.send(values); got.status != http.StatusSeeOther {
			t.Fatalf("%q: %d", typed, got.status)
		}
		now, err := s.Office.Template(t.Context(), actor, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		var set struct{ Worth int64 }
		if err := json.Unmarshal(now.Drafted.Settings, &set); err != nil || set.Worth != want {
			t.Errorf("%q is kept as %d: %v", typed, set.Worth, err)
		}
		values = l.form()
	}
	values.Set("settings/worth", "тысяча")
	if got := l.send(values); got.status != http.StatusUnprocessableEntity || !strings.Contains(string(got.body), `id="settings/worth-fault"`) {
		t.Errorf("a word for a sum: %d", got.status)
	}
}
