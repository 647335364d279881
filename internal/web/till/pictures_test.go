package till_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestPictures walks through all that the till shows, in both languages. No screen has a serious fault for whoever does not
// see it well, in the light and in the dark; where VERNO_PICTURES names a folder, it keeps what the till looks like on a
// phone, a tablet and a desk.
func TestPictures(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ru", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, lang, 768, 1024)
			// The code that is shown a second time is one that was used, or, after so many pictures, none any more.
			s.Allow("status of 404", "status of 403", "status of 409", "status of 422")
			s.look()
		})
	}
}

func (s *shop) look() {
	long := map[string]string{"ru": "Александра-Константиновна", "en": "Wilhelmina-Alexandrina"}[s.lang]
	phone, card := s.member(long, 9)
	s.Go(s.Base + "/till/")
	s.See("#code")
	s.picture("pair")
	s.open()
	s.picture("empty")
	s.Click("#menu")
	s.See("dialog.over")
	s.picture("menu")
	s.Click("#show-scanner")
	s.See("#scanner-prefix")
	s.picture("scanner")
	s.Click("dialog.over header .button")
	s.Click("#menu")
	s.Click("#show-journal")
	s.See("dialog.journal")
	s.picture("journal")
	s.Click("dialog.journal .button")
	s.Click("#who")
	s.See(".pin-name")
	s.picture("cashiers")
	s.Click(".pin-name")
	s.See("#pin")
	s.picture("pin")
	s.Type("#pin", pin+"\r")
	s.Until(`document.querySelector("dialog") === null`)
	s.enter("+7 916 000-00-00")
	s.See("#enrol")
	s.picture("unknown")
	s.Click("#enrol")
	s.See("#join-name")
	s.picture("join")
	s.Click("dialog.over header .button")
	s.Click("#tab-back")
	s.See(".recent p")
	s.picture("return-nothing")
	s.Click("#tab-totals")
	s.See(".day .empty")
	s.picture("totals-nothing")
	s.Click("#tab-sale")
	s.item()
	s.enter(phone)
	s.See(".guest .name")
	s.picture("guest-by-phone")
	s.enter("12345,50")
	s.See(".earn strong")
	s.picture("pay")
	s.Click("#pay-card:not(:disabled)")
	s.See(".done")
	s.picture("done")
	s.Click(".done .row .button:last-child")
	s.See(".slip-code")
	s.picture("slip")
	s.Click("dialog.over header .button")
	s.Click("#next")
	code := s.live(card)
	s.enter(code)
	s.See(".guest .tag.good")
	s.Click(".guest-notes .button")
	s.Type("#top-sum", "1500")
	s.picture("top-up")
	s.Click("#top-cash")
	s.See("dialog .notice.good")
	s.Click("dialog .button.big")
	s.spend(code)
}

// item sells goods by their name.
func (s *shop) item() {
	s.Click("#add-item")
	s.Type("#item-name", map[string]string{"ru": "Пирог с лисичками и сыром «Российский», кусок", "en": "Chanterelle and farmhouse cheddar pie, a slice"}[s.lang])
	s.Type("#item-price", "249,90")
	s.put("#item-count", "2")
	s.picture("item")
	s.Click("#item-do")
	s.See("#line-0")
	s.Click("#pay-cash:not(:disabled)")
	s.See(".done")
	s.Click("#next")
}

// spend goes on where points and money can be spent.
func (s *shop) spend(code string) {
	s.enter("990")
	s.See("#spend-half")
	s.Click("#spend-half")
	s.Until(`document.querySelector("#spend-half[aria-pressed=true]") !== null && document.querySelector(".total.busy") === null`)
	s.picture("spend")
	s.Click("#spend-own")
	s.See("#own-points")
	s.Type("#own-points", "9999999")
	s.picture("spend-own")
	s.Click("dialog.over header .button")
	s.discount()
	s.Click("#pay-cash:not(:disabled)")
	s.See("#accept")
	s.picture("changed")
	s.Click("#accept")
	s.See(".done")
	s.Click("#undo")
	s.See(".undone")
	s.picture("undone")
	s.Click("#next")
	s.enter(code)
	s.See(".said .notice.bad")
	s.picture("code-used")
	s.Click("#tab-back")
	s.See(".button.receipt")
	s.picture("return")
	s.Click("li:last-child .button.receipt")
	s.See(".return-lines .what")
	s.Click("#all")
	s.See("#return")
	s.picture("return-chosen")
	s.Click("#return")
	s.See(".done")
	s.picture("returned")
	s.Click("#tab-totals")
	s.See(".day .to-pay")
	s.picture("totals")
}

// picture keeps a screen in all its sizes and both themes.
func (s *shop) picture(name string) {
	s.Until(`document.getAnimations().every((a) => a.playState !== "running")`)
	for _, dark := range []bool{true, false} {
		s.Dark(dark)
		s.Accessible()
	}
	if os.Getenv("VERNO_PICTURES") == "" {
		return
	}
	for _, size := range [][2]int64{{360, 740}, {800, 1280}, {1280, 800}} {
		s.resize(size[0], size[1])
		for _, theme := range []string{"light", "dark"} {
			s.Dark(theme == "dark")
			s.Until(`document.getAnimations().every((a) => a.playState !== "running")`)
			if wide := webtest.Eval[bool](s.Tab, `document.documentElement.scrollWidth > document.documentElement.clientWidth`); wide {
				s.tb.Errorf("%s is wider than %d pixels", name, size[0])
			}
			file := filepath.Join(os.Getenv("VERNO_PICTURES"), fmt.Sprintf("till-%s-%s-%d-%s.png", name, s.lang, size[0], theme))
			if err := os.WriteFile(file, s.Picture(), 0o600); err != nil {
				s.tb.Fatal(err)
			}
		}
	}
	s.Dark(false)
	s.resize(768, 1024)
}

func (s *shop) resize(width, height int64) {
	webtest.Send(s.Tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
}
