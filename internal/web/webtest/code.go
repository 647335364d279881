package webtest

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os/exec"
	"strconv"
	"strings"
)

// codeMargin is how much around a code is held before the reader with it, in pixels of the page.
const codeMargin = 16

// ReadCode reads the QR code that an element shows, as whoever scans it holds a camera there: by zbarimg, which has
// nothing in common with what has drawn it.
func (tab *Tab) ReadCode(css string) string {
	tab.tb.Helper()
	zbarimg, err := exec.LookPath("zbarimg")
	if err != nil {
		tab.tb.Skip("zbarimg is not here")
	}
	tab.See(css)
	box := Eval[[]float64](tab, `(() => { const r = document.querySelector(`+strconv.Quote(css)+`).getBoundingClientRect();
		return [r.left + scrollX, r.top + scrollY, r.right + scrollX, r.bottom + scrollY, document.documentElement.scrollWidth]; })()`)
	page, err := png.Decode(bytes.NewReader(tab.Picture()))
	if err != nil {
		tab.tb.Fatal(err)
	}
	scale := float64(page.Bounds().Dx()) / box[4]
	at := func(i int, more float64) int { return int((box[i] + more) * scale) }
	part := image.Rect(at(0, -codeMargin), at(1, -codeMargin), at(2, codeMargin), at(3, codeMargin)).Intersect(page.Bounds())
	code := image.NewRGBA(image.Rectangle{Max: part.Size()})
	draw.Draw(code, code.Bounds(), page, part.Min, draw.Src)
	var file bytes.Buffer
	if err := png.Encode(&file, code); err != nil {
		tab.tb.Fatal(err)
	}
	reader := exec.CommandContext(tab.ctx, zbarimg, "--quiet", "--raw", "-")
	reader.Stdin = &file
	read, err := reader.Output()
	if err != nil {
		tab.tb.Fatal("the code cannot be read: ", err)
	}
	return strings.TrimSpace(string(read))
}
