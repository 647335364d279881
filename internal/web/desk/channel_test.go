package desk_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestChannels publishes the texts, makes a link, reads its code back from the screen, joins by it, and sees it counted.
func TestChannels(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	site.Server.Roll.Courier.Aloud = true
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	site.Enter(tab)
	tab.Go(site.Base + "/desk/channels")
	tab.See(".empty")
	savePages(t, tab, "channels-none")
	for _, purpose := range []string{"terms", "personal_data", "advertising"} {
		tab.Go(site.Base + "/desk/legal/" + purpose + "/ru")
		tab.See("#body")
		if purpose == "terms" {
			savePages(t, tab, "legal-template")
			tab.Click("[name=preview]")
			tab.See("article h2")
			savePages(t, tab, "legal-preview")
		}
		tab.Click("main form .main")
		tab.See(".texts")
	}
	savePages(t, tab, "legal")
	tab.Go(site.Base + "/desk/channels/new")
	savePages(t, tab, "channel-new")
	tab.Type("#name", "Плакат у кассы")
	tab.Click("main form .main")
	tab.See("svg.qr")
	address := webtest.Eval[string](tab, `document.querySelector("input[readonly]").value`)
	if got := tab.ReadCode("svg.qr"); got != address || !strings.HasPrefix(address, site.Base+"/j/") {
		t.Errorf("the code says %q, the address is %q", got, address)
	}
	page := webtest.Eval[string](tab, `location.pathname`)
	for _, phone := range []string{"8 916 123-45-67", "8 916 123-45-68"} {
		tab.Go(address + "?utm_source=vk")
		tab.Type("#phone", phone)
		tab.Type("#name", "Анна")
		tab.Click("#terms")
		tab.Click("#personal_data")
		tab.Click("form .main")
		tab.See("#code")
		tab.Type("#code", tab.Text(".demo strong"))
		tab.See(".welcome")
	}
	tab.Go(address)
	tab.Go(site.Base + page)
	savePages(t, tab, "channel")
	if got := tab.Text("tbody tr"); !strings.Contains(got, "vk") || !strings.Contains(got, "2 100 %") {
		t.Errorf("the first source is %q", got)
	}
	tab.Click(".button.risky")
	tab.See("form .button.main")
	tab.Go(site.Base + "/desk/channels")
	savePages(t, tab, "channels")
	tab.Click(`button[name="to"][value="en"]`)
	tab.Until(`document.documentElement.lang === "en"`)
	for name, address := range map[string]string{"channel": page, "channels": "/desk/channels", "legal": "/desk/legal", "legal-text": "/desk/legal/terms/en", "channel-new": "/desk/channels/new"} {
		tab.Go(site.Base + address)
		savePages(t, tab, name+"-en")
		if strings.Contains(tab.Text("main"), "⟨") {
			t.Error("a message is missing: ", address)
		}
	}
}

// savePages sees that a page has no serious fault for whoever cannot see it well, in light and in dark, and keeps
// pictures of it in all sizes where VERNO_PICTURES says so.
func savePages(t *testing.T, tab *webtest.Tab, name string) {
	t.Helper()
	for _, dark := range []bool{true, false} {
		tab.Dark(dark)
		tab.Accessible()
	}
	if os.Getenv("VERNO_PICTURES") == "" {
		return
	}
	for _, width := range []int64{360, 768, 1440} {
		webtest.Send(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 700})
		for mode, dark := range map[string]bool{"light": false, "dark": true} {
			tab.Dark(dark)
			save(t, tab, fmt.Sprintf("%s-%d-%s", name, width, mode))
		}
	}
	tab.Dark(false)
}
