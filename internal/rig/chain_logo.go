package rig

import (
	"bytes"
	"image"
	"image/color"
	"image/png"

	"github.com/verno-loyalty/verno/internal/brand"
)

// logo draws the sign of a made-up chain: white on its colour, each pixel from sixteen points.
func (k *Kind) logo() ([]byte, error) {
	const side, fine = 256, 4
	ground, _ := brand.Parse(k.Accent)
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			hits := 0
			for i := range fine * fine {
				if k.glyph((float64(x)+float64(i%fine)/fine)/side, (float64(y)+float64(i/fine)/fine)/side) {
					hits++
				}
			}
			mix := func(c uint8) uint8 { return uint8((int(c)*(fine*fine-hits) + 255*hits) / (fine * fine)) }
			img.SetNRGBA(x, y, color.NRGBA{mix(ground.R), mix(ground.G), mix(ground.B), 255})
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}
