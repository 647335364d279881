package view_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/aztec"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// TestCodesAreRead: what stands on the picture of a pass is read back by readers that share nothing with what drew it.
func TestCodesAreRead(t *testing.T) {
	t.Parallel()
	lang := words.In("en")
	for _, c := range []struct {
		format  card.Format
		message string
		read    func(*testing.T, image.Image) string
	}{
		{card.QR, "9990000000000017", byZbar},
		{card.QR, "BEGIN:VCARD\nVERSION:3.0\nFN:Анна Ё\nEND:VCARD", byZbar},
		{card.Code128, "9990000000000017", byZbar},
		{card.Aztec, "9990000000000017", byZxing},
	} {
		w := view.Wallet{
			Lang: lang, Face: &card.Face{Code: card.Code{Format: c.format, Message: c.message}},
			Picture: func(string) (string, int, int) { return "", 0, 0 },
		}
		for name, drawn := range map[string]string{"apple": w.Apple().SVG, "google": w.Google().SVG} {
			if got := c.read(t, codeOf(t, drawn)); got != c.message {
				t.Errorf("%s, %s: read %q, want %q", name, c.format, got, c.message)
			}
		}
	}
}

// TestBarsAreRead: the bars that stand where a browser runs no script.
func TestBarsAreRead(t *testing.T) {
	t.Parallel()
	const digits = "100000000000000000000000000000000000000017"
	var drawn strings.Builder
	if err := view.Bars128(digits, "A card’s code").Render(t.Context(), &drawn); err != nil {
		t.Fatal(err)
	}
	wide := regexp.MustCompile(`viewBox="-10 0 (\d+) 1"`).FindStringSubmatch(drawn.String())
	if wide == nil {
		t.Fatal(drawn.String())
	}
	field := image.NewGray(image.Rect(0, 0, 2*number(t, wide[1]), 100))
	draw.Draw(field, field.Bounds(), image.White, image.Point{}, draw.Src)
	for _, m := range darkAt.FindAllStringSubmatch(drawn.String(), -1) {
		left, long := 2*(10+number(t, m[1])), 2*number(t, m[3])
		draw.Draw(field, image.Rect(left, 0, left+long, 100), image.Black, image.Point{}, draw.Src)
	}
	if got := byZbar(t, field); got != digits {
		t.Errorf("read %q", got)
	}
}

var (
	codeAt = regexp.MustCompile(`<svg x="[^"]*" y="[^"]*" width="(\d+)" height="(\d+)" viewBox="0 0 (\d+) (\d+)" preserveAspectRatio="(\w+)[^"]*"[^>]*><path fill="#000000" d="([^"]+)"`)
	darkAt = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1`)
)

// codeOf paints the code of a drawn card as a browser does, four pixels to a point, on the white field around it.
func codeOf(t *testing.T, drawn string) image.Image {
	t.Helper()
	const scale, margin = 4, 8
	found := codeAt.FindStringSubmatch(drawn)
	if found == nil {
		t.Fatal("no code is drawn")
	}
	wide, high := number(t, found[1])*scale, number(t, found[2])*scale
	x, y := float64(wide)/float64(number(t, found[3])), float64(high)/float64(number(t, found[4]))
	if found[5] != "none" {
		x, y = min(x, y), min(x, y)
	}
	field := image.NewGray(image.Rect(0, 0, wide+2*margin*scale, high+2*margin*scale))
	draw.Draw(field, field.Bounds(), image.White, image.Point{}, draw.Src)
	at := func(n int, each float64) int { return margin*scale + int(math.Round(float64(n)*each)) }
	for _, m := range darkAt.FindAllStringSubmatch(found[6], -1) {
		left, top, long := number(t, m[1]), number(t, m[2]), number(t, m[3])
		draw.Draw(field, image.Rect(at(left, x), at(top, y), at(left+long, x), at(top+1, y)), image.NewUniform(color.Black), image.Point{}, draw.Src)
	}
	return field
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func byZbar(t *testing.T, m image.Image) string {
	t.Helper()
	zbarimg, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Skip("zbarimg is not here")
	}
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		t.Fatal(err)
	}
	reader := exec.CommandContext(t.Context(), zbarimg, "--quiet", "--raw", "-")
	reader.Stdin = &file
	read, err := reader.Output()
	if err != nil {
		t.Fatal("the code cannot be read: ", err)
	}
	return strings.TrimSuffix(string(read), "\n")
}

func byZxing(t *testing.T, m image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(m)
	if err != nil {
		t.Fatal(err)
	}
	read, err := aztec.NewAztecReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal("the code cannot be read: ", err)
	}
	return read.GetText()
}
