package member_test

import (
	"testing"

	"github.com/boombuler/barcode/ean"

	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestScanPlastic: the number of a card of another system is read by the camera of the phone, and looked at before it is
// sent. Where the camera is refused the page says what to do.
func TestScanPlastic(t *testing.T) {
	t.Parallel()
	const number = "4607001771012"
	code, err := ean.Encode(number[:12])
	check(t, err)
	p := newPocket(t, "ru", "Анна")
	_, err = p.Server.Roll.Enrol(t.Context(), p.boss, p.Server.Now(), member.Enrol{
		ExternalID: code.Content(), Person: vault.Person{Phone: "+79161110022"},
	})
	check(t, err)
	tab := webtest.Open(t, "use-fake-ui-for-media-stream", "true", "use-fake-device-for-media-stream", "device-count=1",
		"use-file-for-fake-video-capture", webtest.Film(t, code)).Tab(360, 780, "ru")
	p.open(tab)
	tab.Go(p.Base + "/c/move")
	tab.See("#scan")
	picture(t, tab, "move-ru-360")
	webtest.Eval[bool](tab, `(() => {
		const media = navigator.mediaDevices, open = media.getUserMedia;
		media.getUserMedia = async () => { media.getUserMedia = open; throw new DOMException("no", "NotAllowedError"); };
		return true;
	})()`)
	tab.Click("#scan")
	tab.Until(`document.querySelector(".camera-said")?.textContent.includes("камере запрещён")`)
	picture(t, tab, "move-refused-ru-360")
	tab.Click(".camera-tools .button:last-child")
	tab.Until(`document.activeElement.id === "scan"`)
	tab.Click("#scan")
	tab.Until(`document.querySelector(".camera-view")?.videoWidth > 0 || document.querySelector("#number").value !== ""`)
	picture(t, tab, "move-camera-ru-360")
	tab.Until(`document.querySelector("#number").value === "` + code.Content() + `" && document.activeElement.matches(".main")`)
	tab.Keys("\r")
	tab.See(`[name="prove"]+*`)
	if got := webtest.Eval[string](tab, `document.querySelector("#number").value`); got != code.Content() {
		t.Errorf("the number is %q", got)
	}
}
