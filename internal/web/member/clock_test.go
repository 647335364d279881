package member_test

import (
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/page"

	"github.com/verno-loyalty/verno/internal/web/assets"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestWrongClock: a phone whose clock went an hour wrong after the card had come into it shows codes that a till takes, as
// soon as the server has told the time, and then without a network, too.
func TestWrongClock(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	tab := webtest.Open(t).Tab(360, 780, "ru")
	tab.Allow("ERR_INTERNET_DISCONNECTED", "Failed to load resource")
	p.open(tab)
	var last string
	takes := func(when string) {
		t.Helper()
		tab.Until(`document.getElementById("show")?.dataset.code > "" && document.getElementById("show").dataset.code !== ` + strconv.Quote(last))
		last = shown(tab)
		if who, err := p.scan(last); err != nil || !who.Strong {
			t.Errorf("%s: %+v, %v", when, who, err)
		}
	}
	webtest.Send(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `{ const now = Date.now.bind(Date); Date.now = () => now() + 3600_000; }`,
	})
	tab.Reload()
	// What is on the screen may be an hour off until the first answer of the server.
	tab.Until(`import("` + assets.URL("card/keep.js") + `").then((all) => all.recall()).then((card) => Math.abs(card.skew + 3600_000) < 60_000)`)
	last = shown(tab)
	takes("a clock an hour ahead")
	offline(tab, true)
	takes("the same without a network")
}
