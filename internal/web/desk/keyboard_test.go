package desk_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// reach presses Tab until the focus stands on an element, as who has no mouse does.
func reach(t *testing.T, tab *webtest.Tab, css string) {
	t.Helper()
	for range 150 {
		tab.Keys(kb.Tab)
		if webtest.Eval[bool](tab, fmt.Sprintf(`!!document.activeElement?.matches(%q)`, css)) {
			return
		}
	}
	t.Fatalf("the keyboard never comes to %s on %s", css, webtest.Eval[string](tab, "location.pathname"))
}

// press goes to an element and presses Enter on it, and waits for the page that it leads to.
func press(t *testing.T, tab *webtest.Tab, css, then string) {
	t.Helper()
	reach(t, tab, css)
	tab.Keys(kb.Enter)
	tab.Until(fmt.Sprintf(`document.readyState === "complete" && document.querySelector(%q) !== null`, then))
}

// TestKeyboard logs in, finds a member, gives points, and makes and publishes a promotion, with the keys alone.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 6}, nil)
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	tab.Go(site.Base + "/desk/login")
	tab.Until(`document.activeElement?.id === "login"`)
	tab.Keys(site.Login + kb.Tab + site.Password + kb.Enter)
	tab.See(".desk main h1")

	press(t, tab, `.menu a[href$="/members"]`, "#q")
	reach(t, tab, "#q")
	tab.Keys("+7900")
	reach(t, tab, `tbody a`)
	tab.Keys(kb.Enter)
	tab.See("#timeline")
	press(t, tab, `main a[href$="/points"]`, "#points")
	reach(t, tab, "#points")
	tab.Keys("50")
	reach(t, tab, "#reason")
	tab.Keys(kb.ArrowDown)
	press(t, tab, "main button.main", ".notice.good, #timeline")
	var member struct {
		Available int64 `json:"available"`
	}
	id := webtest.Eval[string](tab, `location.pathname.match(/mem_[0-9a-z]+/)[0]`)
	if err := site.Chain.Owner.Call(t.Context(), http.MethodGet, "/api/v1/members/"+id+"/points", "", nil, &member); err != nil {
		t.Fatal(err)
	}
	if member.Available < 50 {
		t.Errorf("%d points were given", member.Available)
	}

	press(t, tab, `.menu a[href$="/promotions"]`, `a[href*="/promotions/new"]`)
	press(t, tab, `main a[href*="/promotions/new"]`, `a[href*="kind="]`)
	press(t, tab, `a[href*="kind=percent_discount"]`, "#example")
	reach(t, tab, `[name="settings/percent"]`)
	tab.Keys("7")
	press(t, tab, "[form=rules].button.main", ".notice.good a")
	press(t, tab, ".notice.good a", "#changes")
	press(t, tab, "main form button.main", ".notice.good")
}
