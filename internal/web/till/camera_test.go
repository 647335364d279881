package till_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/boombuler/barcode/qr"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestCamera: a code that is held before the camera finds its guest, read by a reader of our own, under the page's policy.
func TestCamera(t *testing.T) {
	t.Parallel()
	const phone = "+79164440011"
	code, err := qr.Encode(phone, qr.M, qr.Unicode)
	if err != nil {
		t.Fatal(err)
	}
	c := stand(t, "ru", "use-fake-ui-for-media-stream", "true", "use-fake-device-for-media-stream", "device-count=1",
		"use-file-for-fake-video-capture", webtest.Film(t, code))
	c.api(http.MethodPost, "/members", map[string]any{"phone": phone, "first_name": "Ирина"}, nil)
	c.begin()
	c.tab.Click(`.field-row [aria-label="Сканировать камерой"]`)
	c.tab.See("dialog.camera")
	c.tab.Until(`document.querySelector(".camera-view")?.videoWidth > 0 || document.querySelector(".guest .name") !== null`)
	save(t, c.tab, "camera")
	c.tab.See(".guest .name")
	if got := c.tab.Text(".guest"); !strings.Contains(got, "11") || webtest.Eval[bool](c.tab, `document.querySelector("dialog") !== null`) {
		t.Errorf("the guest is %q", got)
	}
}

// TestNoCamera: a till without a camera says so, and goes on.
func TestNoCamera(t *testing.T) {
	t.Parallel()
	c := stand(t, "en", "use-fake-ui-for-media-stream", "true")
	c.begin()
	c.tab.Click(`.field-row [aria-label="Scan with the camera"]`)
	c.tab.Until(`document.querySelector(".camera-said")?.textContent.includes("No camera")`)
	save(t, c.tab, "no-camera")
	c.tab.Keys("\x1b")
	c.sell("", "90")
}
