package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestJoinAddress: what is printed for guests leads to where phones reach this Verno, and not to where the office does; and
// while nobody can join for want of texts, the page of the link says so.
func TestJoinAddress(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{}, nil)
	w := enter(t, site, "en")
	if made := w.send(&shown{action: "/desk/channels"}, url.Values{"name": {"Poster"}, "proof": {"none"}}); made.status != http.StatusSeeOther {
		t.Fatalf("%d %.2000s", made.status, made.body)
	}
	channels, err := site.Server.Store.Reader().Channels(t.Context(), site.Made.Live.Tenant, verno.ChannelID{}, 1)
	if err != nil || len(channels) != 1 {
		t.Fatal(channels, err)
	}
	page := func() string { return string(w.get("/desk/channels/" + channels[0].ID.String()).body) }
	if text := page(); !strings.Contains(text, site.Base+"/j/"+channels[0].Code) || !strings.Contains(text, "Nobody can sign up") {
		t.Errorf("the page keeps that nobody can join: %.2000s", text)
	}
	site.Server.Passes.Base = "https://cards.example"
	if text := page(); !strings.Contains(text, "https://cards.example/j/"+channels[0].Code) || strings.Contains(text, site.Base+"/j/") {
		t.Errorf("phones are led to the office's own address: %.2000s", text)
	}
}
