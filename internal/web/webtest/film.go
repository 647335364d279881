package webtest

import (
	"bufio"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/boombuler/barcode"
)

// Film makes a film of a code that is held before a camera, of either kind, and gives its file: raw pictures, 640 by 480, as
// Chromium's false camera shows them under the flag use-file-for-fake-video-capture.
func Film(tb testing.TB, code barcode.Barcode) string {
	tb.Helper()
	const width, height = 640, 480
	side := code.Bounds().Dx()
	module, tall := min(9, (width-80)/side), code.Bounds().Dy()
	if tall == 1 {
		tall = height / 2 / module // Lines say the same all the way down.
	}
	left, top := (width-side*module)/2, (height-tall*module)/2
	name := filepath.Join(tb.TempDir(), "code.y4m")
	f, err := os.Create(name)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n", width, height)
	for range 3 {
		fmt.Fprint(w, "FRAME\n")
		for y := range height {
			for x := range width {
				shade, at, on := byte(225), (x-left)/module, (y-top)/module
				if x >= left && y >= top && at < side && on < tall && color.GrayModel.Convert(code.At(at, on%code.Bounds().Dy())) == (color.Gray{}) {
					shade = 30
				}
				_ = w.WriteByte(shade)
			}
		}
		_, _ = w.WriteString(strings.Repeat("\x80", width*height/2))
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return name
}
