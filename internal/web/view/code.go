package view

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"
)

// QR draws a text as a QR code, black on white whatever the theme, with the quiet zone that readers need.
func QR(text, label string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		svg, err := QRCode(text, label)
		if err == nil {
			_, err = io.WriteString(w, svg)
		}
		return err
	})
}

// Bars128 draws digits as Code 128, for readers of lines only, as wide as its place.
func Bars128(digits, label string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		code, err := code128.Encode(digits)
		if err != nil {
			return fmt.Errorf("draw bars: %w", err)
		}
		const quiet = 10
		wide := code.Bounds().Dx() + 2*quiet
		_, err = fmt.Fprintf(w, `<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="%d 0 %d 1" preserveAspectRatio="none" role="img" aria-label="%s" shape-rendering="crispEdges">`+
			`<path fill="#fff" d="M-%d 0h%dv1h-%dz"/><path fill="#000" d="%s"/></svg>`,
			-quiet, wide, templ.EscapeString(label), quiet, wide, wide, modules(code, code.Bounds().Dx(), 1))
		return err
	})
}

// encodingOf packs digits closely only where there is nothing else: the library's own choice takes a plus or minus among
// them for the sign of a number, and loses it.
func encodingOf(text string) qr.Encoding {
	if strings.Trim(text, "0123456789") == "" {
		return qr.Numeric
	}
	return qr.Unicode
}

// QRCode is the same as a text. It returns an error for a text that fits no code.
func QRCode(text, label string) (string, error) {
	code, err := qr.Encode(text, qr.M, encodingOf(text))
	if err != nil {
		return "", fmt.Errorf("draw a code: %w", err)
	}
	const quiet = 4
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := 0; x < size; x++ {
			from := x
			for x < size {
				if r, _, _, _ := code.At(x, y).RGBA(); r != 0 {
					break
				}
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	full := size + 2*quiet
	return fmt.Sprintf(`<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="%s"/></svg>`, full, full, templ.EscapeString(label), full, full, path.String()), nil
}
