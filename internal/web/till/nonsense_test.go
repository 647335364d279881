package till_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// nonsense is what nobody expects in a field, as scripts that make it: it would be a long way to the browser.
var nonsense = []struct{ what, script string }{
	{"emoji", `"🦄👩\u200d👩\u200d👧 ☕"`},
	{"backwards", `"\u202e0001"`},
	{"a script", `'<script>window.hit = 1</script><img src=x onerror="window.hit = 1">'`},
	{"300 letters", `"Щ".repeat(300)`},
	{"10 MB", `"x".repeat(10 << 20)`},
	{"controls", `"a\u0000b\u0007c"`},
	{"below zero", `"-1"`},
	{"far too much", `"9".repeat(40)`},
	{"other digits", `"١٢٣٤"`},
}

// paste puts what a script makes into a field, past its limit on letters.
func (s *shop) paste(css, script string) {
	s.tb.Helper()
	s.See(css)
	webtest.Eval[bool](s.Tab, fmt.Sprintf(`(() => {
		const field = document.querySelector(%q);
		field.value = %s;
		field.focus();
		return field.dispatchEvent(new Event("input", { bubbles: true }));
	})()`, css, script))
}

// sound sees that the page still is what it was: nothing ran, nothing pushed it wider than the screen, and what it says
// is in words.
func (s *shop) sound(what string) {
	s.tb.Helper()
	if webtest.Eval[bool](s.Tab, `"hit" in window || document.querySelector("main img[src='x'], dialog img[src='x']") !== null`) {
		s.tb.Errorf("%s was run", what)
	}
	if webtest.Eval[bool](s.Tab, `document.documentElement.scrollWidth > document.documentElement.clientWidth`) {
		s.tb.Errorf("%s makes the page wider than the screen", what)
	}
	if webtest.Eval[bool](s.Tab, `/⟨|undefined|NaN|\[object/.test(document.body.innerText)`) {
		s.tb.Errorf("%s is answered with no sentence", what)
	}
}

// TestFieldsBadInput types into the field of a top-up, that of a return, the till's one field and the PIN what nobody
// expects: each says in words what is wrong or offers nothing, runs nothing, and works at once for what is right.
func TestFieldsBadInput(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 768, 1024)
	s.Allow("status of 400", "status of 401", "status of 404", "status of 413", "status of 422", "status of 429")
	_, card := s.member("Мария", 7)
	s.open()
	s.enter(s.live(card))
	s.See(".guest .name")
	s.badTopUps()
	s.Click("#tab-back")
	s.badReturns()
	s.Click("#tab-sale")
	s.badScans()
	s.badPINs()
	for path, field := range map[string]string{"cashier_sessions": "pin", "top_ups": "presence", "receipts/search": "number", "identifications": "scan"} {
		big := `fetch("/till/api/` + path + `", {method: "POST", headers: {"Content-Type": "application/json", "Idempotency-Key": "big"}, body: JSON.stringify({` + field + `: "x".repeat(10 << 20)})}).then((r) => r.status)`
		if status := webtest.Eval[int](s.Tab, big); status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s with 10 MB: %d", path, status)
		}
	}
	if got := s.receipts(); len(got) != 0 {
		t.Errorf("nonsense was sold: %+v", got)
	}
}

// badTopUps tries the sum of a top-up: no button can be touched while it is none.
func (s *shop) badTopUps() {
	s.tb.Helper()
	s.Click(".guest-notes .button")
	for _, x := range nonsense {
		s.paste("#top-sum", x.script)
		if webtest.Eval[int](s.Tab, `document.querySelectorAll("#top-card:disabled, #top-cash:disabled").length`) != 2 {
			s.tb.Errorf("%s can be paid in", x.what)
		}
		s.sound("top-up: " + x.what)
	}
	s.paste("#top-sum", `"500"`)
	s.Click("#top-cash:not(:disabled)")
	s.See("dialog .notice.good")
	s.Click("dialog .button.big")
}

// badReturns tries the number of a receipt: it is not found, or refused with a reason, and can be typed anew.
func (s *shop) badReturns() {
	s.tb.Helper()
	s.See("#receipt")
	for _, x := range nonsense {
		s.paste("#receipt", x.script)
		webtest.Eval[bool](s.Tab, `(document.querySelector(".said").replaceChildren(), true)`)
		s.Keys("\r")
		s.See(".said .notice strong")
		s.sound("return: " + x.what)
	}
}

// badScans tries the one field of the till.
func (s *shop) badScans() {
	s.tb.Helper()
	for _, x := range nonsense {
		s.paste("#scan", x.script)
		s.sound("sale: " + x.what)
		if x.what == "below zero" || x.what == "far too much" || x.what == "other digits" {
			continue // A sum or a guest that is not typed to its end yet.
		}
		webtest.Eval[bool](s.Tab, `(document.querySelector(".said").replaceChildren(), true)`)
		s.Keys("\r")
		s.See(".said .notice")
		s.sound("sale: " + x.what)
	}
	s.paste("#scan", `""`)
}

// badPINs tries the PIN of the second cashier: a wrong one is said to be wrong, and is gone from the field.
func (s *shop) badPINs() {
	s.tb.Helper()
	s.Click("#who")
	s.Click(".pin-name:last-child")
	for _, x := range nonsense {
		s.paste("#pin", x.script)
		s.Keys("\r")
		s.Until(`document.querySelector(".pin .bad").textContent !== "" && !document.querySelector(".pin-keys .main").disabled`)
		s.sound("PIN: " + x.what)
		if !webtest.Eval[bool](s.Tab, `document.activeElement.id === "pin"`) {
			s.tb.Errorf("after %s the PIN has to be looked for", x.what)
		}
	}
}
