package till_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// takesKeys says that the till can be typed into without touching it first: real keys come into the field, and what a
// scanner types is read.
func (s *shop) takesKeys(after string) {
	s.tb.Helper()
	s.Until(`document.querySelector("dialog[open]") === null`)
	s.Until(`document.activeElement.id === "scan"`)
	s.Keys("7")
	s.Until(`document.querySelector("#scan").value === "7"`)
	s.Keys("\b")
	s.Until(`document.querySelector("#scan").value === ""`)
	webtest.Eval[bool](s.Tab, `document.querySelector(".said").replaceChildren() ?? true`)
	k := keyboard{s.Tab, time.Now()}
	k.strike(8*time.Millisecond, append(russian("9990000000000"), enter)...)
	s.Until(`document.querySelector(".said .notice") !== null`)
	s.tb.Log("the till takes keys after ", after)
}

// TestSheetsGiveBack: whatever lay over the till, and however it was closed, the next key and the next scan find the field.
func TestSheetsGiveBack(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 1024, 768)
	s.Allow("status of 404", "status of 422")
	phone, _ := s.member("Анна", 8)
	s.open()
	s.takesKeys("the PIN of a shift that begins")
	const escape = "\u001b"
	shut := func(how string) {
		if how == "button" {
			s.Click("dialog[open] header .button, dialog.journal[open] .button")
			return
		}
		s.Keys(escape)
	}
	for _, how := range []string{"button", "escape"} {
		for _, open := range [][]string{{"#menu"}, {"#menu", "#show-scanner"}, {"#menu", "#show-journal"}, {"#menu", "#show-training"}, {"#add-item"}} {
			for _, one := range open {
				s.Click(one)
			}
			s.See("dialog[open]")
			shut(how)
			s.takesKeys(open[len(open)-1] + " by " + how)
		}
		s.enter("+7 916 000-00-0" + map[string]string{"button": "1", "escape": "2"}[how])
		s.Click("#enrol")
		s.See("#join-name")
		shut(how)
		s.takesKeys("joining by " + how)
		gift := s.issue(s.template("gift_certificate", "Подарок "+how, `{"worth":50000,"valid_days":365}`), card.Document{})
		s.enter(gift)
		s.See("#top-sum")
		shut(how)
		s.takesKeys("a gift card by " + how)
		k := keyboard{s.Tab, time.Now()}
		k.strike(8*time.Millisecond, append(russian(gift), enter)...)
		s.See("#top-sum")
		s.Click("#top-cash")
		s.See("dialog .notice.good")
		if how == "button" {
			s.Click("dialog .button.big")
		} else {
			s.Keys("\r")
		}
		s.takesKeys("a gift card that was sold, by " + how)
		s.enter(phone)
		s.See(".guest .name")
		s.Click("#top-up")
		s.See("#top-sum")
		shut(how)
		s.takesKeys("paying in by " + how)
		s.enter(phone)
		s.See(".guest .name")
		s.Click("#move")
		s.See("#move-number")
		shut(how)
		s.takesKeys("moving plastic by " + how)
	}
	s.Click("#who")
	s.Click(".pin-name:last-child")
	s.Type("#pin", pin+"\r")
	s.takesKeys("another cashier")
	s.Click("#who")
	s.Keys(escape)
	s.takesKeys("the same cashier")
	s.Click("#tab-back")
	s.Until(`document.activeElement.id === "receipt"`)
	s.Click("#tab-sale")
	s.takesKeys("the returns")
	if webtest.Eval[bool](s.Tab, `document.querySelector("dialog") !== null`) {
		t.Error("a sheet was left behind")
	}
}
