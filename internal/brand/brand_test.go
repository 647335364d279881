package brand_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"testing"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno/internal/brand"
)

func picture(w, h int, c color.Color) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(w/4, h/4, w*3/4, h*3/4), image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

func packed(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestAnyColourCanBeRead: whatever a merchant chooses, links, buttons and the text on them can be read, light and dark.
func TestAnyColourCanBeRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := brand.Colour{R: rapid.Byte().Draw(t, "r"), G: rapid.Byte().Draw(t, "g"), B: rapid.Byte().Draw(t, "b")}
		s := brand.ShadesOf(c)
		for _, pair := range [][2]brand.Colour{
			{s.Light.Accent, {R: 0xff, G: 0xff, B: 0xff}},
			{s.Light.Accent, {R: 0xf5, G: 0xf6, B: 0xf7}},
			{s.Light.Accent, s.Light.On},
			{s.Dark.Accent, {R: 0x15, G: 0x18, B: 0x1b}},
			{s.Dark.Accent, {R: 0x22, G: 0x27, B: 0x2c}},
			{s.Dark.Accent, s.Dark.On},
		} {
			if got := brand.Contrast(pair[0], pair[1]); got < brand.Readable {
				t.Fatalf("%s of %s on %s: %.2f", pair[0], c, pair[1], got)
			}
		}
	})
}

// TestReadableColourStays: a colour that can be read is the merchant's own, to the bit.
func TestReadableColourStays(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"#0b6b4f", "#8a1f4c", "#1b4b9b"} {
		c, ok := brand.Parse(text)
		if s := brand.ShadesOf(c); !ok || s.Altered(c) {
			t.Errorf("%s became %s", c, s.Light.Accent)
		}
	}
}

// TestLogo: a large picture becomes a small one, with the colour that it is about and nothing that was beside the pixels.
func TestLogo(t *testing.T) {
	t.Parallel()
	red := color.NRGBA{0xc0, 0x30, 0x20, 0xff}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, picture(900, 600, red), nil); err != nil {
		t.Fatal(err)
	}
	secret := []byte("GPS 59.93, 30.31")
	for name, raw := range map[string][]byte{
		"png": append(packed(t, picture(1200, 800, red)), secret...), "jpeg": append(photo.Bytes(), secret...),
	} {
		logo, err := brand.ReadLogo(raw)
		if err != nil {
			t.Fatal(name, err)
		}
		if got := logo.Image.Bounds().Size(); got.X != 512 || got.Y != 341 {
			t.Errorf("%s: %v", name, got)
		}
		if len(logo.Palette) == 0 || brand.Contrast(logo.Palette[0], brand.Colour{R: 0xc0, G: 0x30, B: 0x20}) > 1.1 {
			t.Errorf("%s: %v", name, logo.Palette)
		}
		if bytes.Contains(logo.PNG, []byte("GPS")) {
			t.Errorf("%s keeps what was beside the picture", name)
		}
	}
}

// TestBadLogos: what is no picture, or too much of one, is refused before its pixels are unpacked.
func TestBadLogos(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"nothing":       {nil, brand.ErrFormat},
		"a script":      {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), brand.ErrFormat},
		"cut short":     {packed(t, picture(64, 64, color.Black))[:80], brand.ErrFormat},
		"too wide":      {packed(t, image.NewGray(image.Rect(0, 0, 5000, 2))), brand.ErrTooLarge},
		"too many":      {make([]byte, brand.MaxBytes+1), brand.ErrTooLarge},
		"a gif in name": {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), brand.ErrFormat},
	} {
		if _, err := brand.ReadLogo(c.raw); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func Example() {
	yellow, _ := brand.Parse("#ffd400")
	s := brand.ShadesOf(yellow)
	fmt.Println(brand.Contrast(yellow, brand.Colour{R: 255, G: 255, B: 255}) < brand.Readable)
	fmt.Println(brand.Contrast(s.Light.Accent, brand.Colour{R: 255, G: 255, B: 255}) >= brand.Readable)
	// Output:
	// true
	// true
}
