package view

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/aztec"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/pdf417"
	"github.com/boombuler/barcode/qr"

	"github.com/verno-loyalty/verno/internal/card"
)

// Places of a code on a card.
const (
	squareSide = 128
	broadWide  = 248
	broadHigh  = 76
)

// symbol encodes a code; nil for one that fits no symbol.
func symbol(c *card.Code) barcode.Barcode {
	var made barcode.Barcode
	var err error
	switch c.Format {
	case card.QR:
		made, err = qr.Encode(c.Message, qr.M, encodingOf(c.Message))
	case card.Aztec:
		made, err = aztec.Encode([]byte(c.Message), 23, 0)
	case card.PDF417:
		made, err = pdf417.Encode(c.Message, 2)
	case card.Code128:
		made, err = code128.Encode(c.Message)
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	return made
}

// broad says whether a code is a strip rather than a square.
func broad(f card.Format) bool { return f == card.PDF417 || f == card.Code128 }

// codeHigh is how high the white field of a code is; 0 where there is none.
func (p *pen) codeHigh() int {
	switch c := &p.Face.Code; {
	case c.Format == card.NoCode || c.Message == "":
		return 0
	case broad(c.Format):
		return broadHigh + 34
	default:
		return squareSide + 34
	}
}

// code draws the code of a card on its white field, with the digits below it.
func (p *pen) code(middle, top int) {
	c := &p.Face.Code
	high := p.codeHigh()
	if high == 0 {
		return
	}
	w, h := squareSide, squareSide
	if broad(c.Format) {
		w, h = broadWide, broadHigh
	}
	p.put(`<rect x="%d" y="%d" width="%d" height="%d" rx="8" fill="#ffffff"/>`, middle-w/2-10, top, w+20, high)
	if made := symbol(c); made != nil {
		across, down := made.Bounds().Dx(), made.Bounds().Dy()
		if c.Format == card.Code128 {
			down = 1
		}
		p.put(`<svg x="%d" y="%d" width="%d" height="%d" viewBox="0 0 %d %d" preserveAspectRatio="%s" shape-rendering="crispEdges"><path fill="#000000" d="%s"/></svg>`,
			middle-w/2, top+8, w, h, across, down, stretch(c.Format), modules(made, across, down))
	}
	p.write(line{x: middle, y: top + h + 24, size: 11, fill: "#1d1d1f", middle: true, room: w, least: 9}, c.Alt)
}

// stretch lets the bars of a linear code fill its place, and keeps the squares of others square.
func stretch(f card.Format) string {
	if f == card.Code128 {
		return "none"
	}
	return "xMidYMid meet"
}

// modules are the dark parts of a code as a path.
func modules(code barcode.Barcode, across, down int) string {
	var path strings.Builder
	for y := range down {
		for x := 0; x < across; x++ {
			from := x
			for x < across {
				if r, _, _, _ := code.At(x, y).RGBA(); r != 0 {
					break
				}
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	return path.String()
}
