package till_test

import (
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// to presses Tab until something has the focus.
func (s *shop) to(css string) {
	s.tb.Helper()
	for range 60 {
		if webtest.Eval[bool](s.Tab, `document.activeElement?.matches('`+css+`') ?? false`) {
			return
		}
		s.Keys("\t")
	}
	s.tb.Fatalf("the keys do not come to %s", css)
}

// line types a line as a person does, wherever the focus is, and breathes before Enter.
func (s *shop) line(text string) {
	s.tb.Helper()
	for _, digit := range text {
		s.Keys(string(digit))
	}
	webtest.Eval[bool](s.Tab, `new Promise((done) => setTimeout(() => done(true), 120))`)
	s.Keys("\r")
}

// TestKeyboard is a day of a cashier without a mouse, by real keys: the PIN, a guest, a sum, points, the payment, an undoing,
// the totals, and another cashier.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	s := newShop(t, "en", 1024, 768)
	phone, card := s.member("Ann", 4)
	var code struct {
		Code string `json:"code"`
	}
	s.call("POST", "/terminals/"+s.terminal+"/pairing_code", map[string]any{}, &code)
	s.Go(s.Base + "/till/")
	s.See("#code")
	s.Keys(code.Code + "\r")
	s.See(".pin-name")
	s.to(".pin-name")
	s.Keys("\r")
	s.See("#pin")
	s.Keys(pin + "\r")
	s.Until(`document.activeElement.id === "scan"`)
	s.line(phone)
	s.See(".guest .name")
	s.line("9000")
	s.See("#pay-card:not(:disabled)")
	s.to("#pay-card")
	s.Keys("\r")
	s.See(".done")
	s.Until(`document.activeElement.id === "next"`)
	s.Keys("\r")
	s.Until(`document.activeElement.id === "scan"`)

	s.line(s.live(card))
	s.See(".guest .tag.good")
	s.line("400")
	s.See("#spend-most")
	s.to("#spend-most")
	s.Keys(" ")
	s.Until(`document.querySelector("#spend-most[aria-pressed=true]") && !document.querySelector(".total.busy")`)
	s.to("#pay-cash:not(:disabled)")
	s.Keys("\r")
	s.See(".done")
	s.to("#undo")
	s.Keys("\r")
	s.See(".undone")
	s.Until(`document.activeElement.id === "next"`)
	s.Keys("\r")
	s.to("#tab-totals")
	s.Keys("\r")
	s.See(".day .to-pay")
	s.to("#who")
	s.Keys("\r")
	s.See(".pin-name")
	s.Keys("\t\r")
	s.See("#pin")
	s.Keys(pin + "\r")
	s.Until(`document.querySelector("dialog") === null && document.querySelector("#who").textContent.includes("Bartholomew")`)
	if got := s.receipts(); len(got) != 3 || got[0].Kind != "return" || got[1].Totals.Points == 0 {
		t.Errorf("sold %+v", got)
	}
}

// TestPhoneSized: on a phone another cashier is three touches away, and the line above still fits.
func TestPhoneSized(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 360, 740)
	s.open()
	s.Click("#who")
	s.Click(".pin-name:last-child")
	s.Type("#pin", pin+"\r")
	s.Until(`document.querySelector("dialog") === null && document.querySelector("#who").textContent.includes("Владислава")`)
	if webtest.Eval[bool](s.Tab, `document.documentElement.scrollWidth > 360 || document.querySelector("#till-head").offsetHeight > 80`) {
		t.Error("the line above does not fit")
	}
}
