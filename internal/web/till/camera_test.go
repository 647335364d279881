package till_test

import (
	"bufio"
	"fmt"
	"image/color"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/boombuler/barcode/qr"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// film makes a film of a QR code that is held before a camera: raw pictures, 640 by 480, as Chromium's false camera shows them.
func film(t *testing.T, text string) string {
	t.Helper()
	const width, height, module, left, top = 640, 480, 9, 150, 90
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "code.y4m")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n", width, height)
	side := code.Bounds().Dx()
	for range 3 {
		fmt.Fprint(w, "FRAME\n")
		for y := range height {
			for x := range width {
				shade := byte(225)
				if at, on := (x-left)/module, (y-top)/module; x >= left && y >= top && at < side && on < side && color.GrayModel.Convert(code.At(at, on)) == (color.Gray{}) {
					shade = 30
				}
				_ = w.WriteByte(shade)
			}
		}
		_, _ = w.WriteString(strings.Repeat("\x80", width*height/2))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestCamera: a code that is held before the camera finds its guest, read by a reader of our own, under the page's policy.
func TestCamera(t *testing.T) {
	t.Parallel()
	const phone = "+79164440011"
	c := stand(t, "ru", "use-fake-ui-for-media-stream", "true", "use-fake-device-for-media-stream", "device-count=1",
		"use-file-for-fake-video-capture", film(t, phone))
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
	c.tab.Until(`document.querySelector(".camera-said")?.textContent.includes("no camera")`)
	save(t, c.tab, "no-camera")
	c.tab.Keys("\x1b")
	c.sell("", "90")
}
