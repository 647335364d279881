package till_test

import (
	"encoding/json"
	"testing"

	"github.com/chromedp/cdproto/page"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestDevice: the till keeps the screen on, can be taken in as an app, and offers that in its menu where the browser does.
func TestDevice(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 768, 1024)
	s.open()
	s.Until(`"awake" in document.documentElement.dataset`)
	s.Until(`document.querySelector("link[rel=manifest]") !== null`)
	got := webtest.Send(s.Tab, page.GetAppManifest, page.GetAppManifestParams{})
	if len(got.Errors) > 0 {
		t.Errorf("the manifest has faults: %+v", got.Errors)
	}
	var m struct {
		Name, Display string
		Start         string `json:"start_url"`
		Scope         string
		Icons         []struct {
			Source string `json:"src"`
		}
	}
	if err := json.Unmarshal([]byte(got.Data), &m); err != nil {
		t.Fatal(err)
	}
	if m.Name != "Касса · Кофейня «Верно»" || m.Display != "standalone" || m.Start != "/till/" || m.Scope != "/till/" || len(m.Icons) == 0 {
		t.Errorf("the manifest says %+v", m)
	}
	if status := webtest.Eval[int](s.Tab, `fetch("`+m.Icons[0].Source+`").then((r) => r.status)`); status != 200 {
		t.Errorf("the icon: %d", status)
	}
	s.Click("#menu")
	s.See("#show-training")
	if webtest.Eval[bool](s.Tab, `document.getElementById("install") !== null`) {
		t.Error("the till is offered where it cannot be taken in")
	}
	s.Click("dialog.over header .button")
	webtest.Eval[bool](s.Tab, `(() => {
		const offer = new Event("beforeinstallprompt", { cancelable: true });
		offer.prompt = () => { window.prompted = offer.defaultPrevented; };
		return dispatchEvent(offer) === false;
	})()`)
	s.Click("#menu")
	s.Click("#install")
	s.Until(`window.prompted === true`)
}
