package poster_test

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/color"
	"image/draw"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/web/poster"
)

const address = "https://loyalty.example.ru/j/k7m2p9xw"

// TestPosterIsRead draws every sheet, in both languages, with long names and short ones, and reads its code back from the
// shapes of the PDF.
func TestPosterIsRead(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]poster.Sheet{
		"a4-ru": {
			Size: "A4", Name: "Сеть кофеен «Корица и другие пряности Гончаровых-Михайловских»", Title: "Карта гостя\u00a0— прямо в\u00a0телефоне",
			Does: "Наведите камеру телефона на код", Gains: []string{"5 % от каждой покупки возвращаем баллами", "100 баллов в подарок за вступление"},
		},
		"a6-en": {Size: "A6", Name: "Bean", Title: "Your card, right in your phone", Does: "Point your phone's camera at the code", Gains: []string{"5% of each purchase comes back in points"}},
		"a4-en": {Size: "A4", Name: "Cinnamon", Title: "Your card, right in your phone", Does: "Point your phone's camera at the code"},
		"a6-ru": {Size: "A6", Name: "Аптека «Ромашка»", Title: "Карта гостя\u00a0— прямо в\u00a0телефоне", Does: "Наведите камеру телефона на код"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Address = address
			s.Accent, _ = brand.Parse("#8a4b2a")
			pdf, err := poster.Draw(s)
			if err != nil {
				t.Fatal(err)
			}
			if dir := os.Getenv("VERNO_PICTURES"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, "poster-"+name+".pdf"), pdf, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if got := read(t, pdf); got != address {
				t.Errorf("the code says %q", got)
			}
		})
	}
}

// TestPlusIsKept: a plus among digits is part of what a code says, and not the sign of a number.
func TestPlusIsKept(t *testing.T) {
	t.Parallel()
	const number = "+79161234567"
	pdf, err := poster.Draw(poster.Sheet{Size: "A4", Name: "Bean", Title: "Call us", Does: "Point your camera at the code", Address: number, Accent: brand.Own})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, pdf); got != number {
		t.Errorf("the code says %q", got)
	}
}

// TestPapersAreRead draws sheets of paper cards, and reads the code of one that stands alone; eleven of them need two sheets,
// in the size of plastic, and a card without a code, as one that is blocked, is drawn all the same.
func TestPapersAreRead(t *testing.T) {
	t.Parallel()
	one := poster.Paper{
		Name: "Сеть кофеен «Корица и другие пряности Гончаровых-Михайловских»", Title: "Карта гостя", About: "Анна", Number: "4000 1234 1234 1238",
		Code: "123456712345671234567123456712345671234567", Background: brand.Colour{R: 0x6b, G: 0x2d, B: 0x5c}, Foreground: brand.Colour{R: 255, G: 255, B: 255},
	}
	pdf, err := poster.Papers("Корица", []poster.Paper{one})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, pdf); got != one.Code {
		t.Errorf("the code says %q", got)
	}
	bare := one
	bare.Code, bare.About = "", ""
	many := []poster.Paper{bare, one, one, one, one, one, one, one, one, one, one}
	pdf, err = poster.Papers("Корица", many)
	if err != nil {
		t.Fatal(err)
	}
	if pages := bytes.Count(pdf, []byte("/Type /Page\n")); pages != 2 {
		t.Errorf("eleven cards are on %d sheets", pages)
	}
	if dir := os.Getenv("VERNO_PICTURES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "papers.pdf"), pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	stream = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	shape  = regexp.MustCompile(`([\d.]+) ([\d.]+) ([\d.]+) (-?[\d.]+) re f|([\d.]+) (?:([\d.]+) ([\d.]+) rg|g)\b`)
)

// read paints the black rectangles of a page and decodes what they show.
func read(t *testing.T, pdf []byte) string {
	t.Helper()
	const scale = 2
	img := image.NewGray(image.Rect(0, 0, 600*scale, 850*scale))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for _, m := range stream.FindAllSubmatch(pdf, -1) {
		r, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			continue
		}
		text, err := io.ReadAll(r)
		if err != nil || !bytes.Contains(text, []byte(" re f")) {
			continue
		}
		black := false
		for _, op := range shape.FindAllSubmatch(text, -1) {
			if op[5] != nil {
				black = number(op[5]) == 0 && (op[6] == nil || number(op[6]) == 0 && number(op[7]) == 0)
				continue
			}
			if x, y, w, h := number(op[1]), number(op[2]), number(op[3]), number(op[4]); black {
				area := image.Rect(int(x*scale+.5), int((842-y)*scale+.5), int((x+w)*scale+.5), int((842-y-h)*scale+.5)).Canon()
				draw.Draw(img, area, image.NewUniform(color.Black), image.Point{}, draw.Src)
			}
		}
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	found, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatal("no code can be read: ", err)
	}
	return found.GetText()
}

func number(text []byte) float64 {
	n, _ := strconv.ParseFloat(string(text), 64)
	return n
}
