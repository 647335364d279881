package member_test

import (
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestPINPage: a member sets a PIN with a code from her phone, hears why one is refused, and takes it away again; the page
// never gives back what was typed.
func TestPINPage(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ru", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := newPocket(t, lang, "Анна")
			tab := webtest.Open(t).Tab(360, 780, lang)
			tab.Allow("422")
			p.open(tab)
			tab.Go(p.Base + "/c/settings")
			tab.Click("#set-pin")
			tab.See("#pin")
			picture(t, tab, "pin-"+lang+"-360")
			code := tab.Text("#aloud strong")
			tab.Type("#code", code)
			tab.Type("#pin", "4567\r") // the end of her phone
			tab.See("#pin-fault")
			picture(t, tab, "pin-guessable-"+lang+"-360")
			if webtest.Eval[string](tab, `document.getElementById("pin").value`) != "" {
				t.Error("the page gives the PIN back")
			}
			wrong := "000000"
			if code == wrong {
				wrong = "000001"
			}
			tab.Fill("#code", wrong)
			tab.Type("#pin", "7390\r")
			tab.See("#code-fault")
			tab.Fill("#code", code)
			tab.Type("#pin", "7390\r")
			tab.See("#drop-pin")
			picture(t, tab, "settings-pin-"+lang+"-360")
			known, err := p.Server.Roll.PIN(t.Context(), p.boss, p.guest.ID)
			check(t, err)
			if !known.Set || known.Locked {
				t.Errorf("known of the PIN is %+v", known)
			}
			tab.Click("#drop-pin")
			tab.Until(`!document.getElementById("drop-pin")`)
			if known, err = p.Server.Roll.PIN(t.Context(), p.boss, p.guest.ID); err != nil || known.Set {
				t.Errorf("after it %+v, %v", known, err)
			}
			if said := tab.Text("body"); strings.Contains(said, "⟨") {
				t.Error("a message is missing: ", said)
			}
			p.Server.Roll.Courier = member.Courier{}
			tab.Go(p.Base + "/c/pin")
			tab.See(".notice.warn")
			picture(t, tab, "pin-no-phone-"+lang+"-360")
		})
	}
}
