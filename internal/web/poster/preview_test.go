package poster_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/web/poster"
)

// TestPreviewIsDrawn draws what messengers show of an address, with short words, with long ones, with none, and with
// signs that no letters have: always a picture of the one size, small enough to be sent on, with something written on it.
func TestPreviewIsDrawn(t *testing.T) {
	t.Parallel()
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 300, 120))); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]poster.Preview{
		"short": {Name: "Чайка", Title: "Получить карту", Gain: "+100 баллов за вступление", Accent: brand.Own, Logo: logo.Bytes()},
		"long": {
			Name: strings.Repeat("Достопримечательная кофейня ", 4), Title: strings.Repeat("Высокопревосходительство ", 4), Gain: strings.Repeat("миллион ", 40),
			Accent: brand.Colour{R: 0xff, G: 0xd4}, Logo: logo.Bytes(),
		},
		"one word":   {Name: strings.Repeat("Ж", 100), Title: strings.Repeat("W", 60), Accent: brand.Colour{B: 0x80}},
		"no letters": {Name: "🦄👩‍👧", Title: "☕ Карта 🎁", Accent: brand.Colour{R: 0x80}},
		"nothing":    {Accent: brand.Own},
	} {
		raw, err := poster.DrawPreview(p)
		if err != nil {
			t.Fatal(name, err)
		}
		if dir := os.Getenv("VERNO_PICTURES"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, "preview-"+strings.ReplaceAll(name, " ", "-")+".png"), raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil || img.Bounds().Size() != image.Pt(1200, 630) || len(raw) > poster.MaxPhoto {
			t.Fatal(name, err, len(raw))
		}
		on := brand.ShadesOf(p.Accent).Light.On
		if got := count(img, on); (got > 2_000) != (p.Title != "") {
			t.Errorf("%s: %d points of writing", name, got)
		}
		for y := range 630 { // What is too long would run over the edge.
			if is(img, 2, y, on) || is(img, 1197, y, on) {
				t.Fatalf("%s: something is cut off at %d", name, y)
			}
		}
	}
	if _, err := poster.DrawPreview(poster.Preview{Logo: []byte("no picture")}); err == nil {
		t.Error("a logo that is none was drawn")
	}
}

// TestPhotoIsCut makes of any kept picture one that messengers show: the middle of it, and no heavier than they take.
func TestPhotoIsCut(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1536, 1024}, {1024, 1536}, {1200, 630}, {40, 21}, {1, 1536}} {
		img := image.NewNRGBA(image.Rect(0, 0, size.X, size.Y))
		chance := rand.New(rand.NewPCG(1, 2))
		for i := range img.Pix {
			img.Pix[i] = uint8(chance.UintN(256)) // The worst that there is to be made small.
		}
		var kept bytes.Buffer
		if err := png.Encode(&kept, img); err != nil {
			t.Fatal(err)
		}
		raw, err := poster.Photo(kept.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		made, err := jpeg.Decode(bytes.NewReader(raw))
		if err != nil || made.Bounds().Size() != image.Pt(1200, 630) {
			t.Fatal(size, err)
		}
		if len(raw) > 2*poster.MaxPhoto {
			t.Errorf("%s is %s bytes", size, strconv.Itoa(len(raw)))
		}
	}
	if _, err := poster.Photo([]byte("GIF89a")); err == nil {
		t.Error("what is no picture was cut")
	}
}

func is(img image.Image, x, y int, c brand.Colour) bool {
	return color.RGBAModel.Convert(img.At(x, y)) == color.RGBA{c.R, c.G, c.B, 255}
}

func count(img image.Image, c brand.Colour) (n int) {
	for y := range 630 {
		for x := range 1200 {
			if is(img, x, y, c) {
				n++
			}
		}
	}
	return n
}
