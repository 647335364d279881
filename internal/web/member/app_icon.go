package member

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	_ "image/png" // what logos are kept as

	"github.com/verno-loyalty/verno/internal/brand"
)

// The sides of icons: what browsers ask for, and what iPhones do.
var iconSides = []int{192, 512}

const touchSide = 180

// colour is the merchant's.
func (s *seat) colour() brand.Colour {
	if c, ok := brand.Parse(s.Brand.Colour); ok {
		return c
	}
	return brand.Own
}

// logo is the merchant's; nil where there is none.
func (f *Face) logo(s *seat) (image.Image, error) {
	if s.Brand.Picture == "" {
		return nil, nil //nolint:nilnil // No logo is no fault.
	}
	body, err := f.Reader.Logo(s.r.Context(), s.session.Tenant)
	if err != nil {
		return nil, err
	}
	logo, _, err := image.Decode(bytes.NewReader(body))
	return logo, err
}

// drawIcon puts the merchant's logo on white, or Verno's mark on the merchant's colour. What matters lies in the middle:
// phones cut circles and drops out of icons.
func drawIcon(side int, c brand.Colour, logo image.Image) image.Image {
	icon := image.NewRGBA(image.Rect(0, 0, side, side))
	if logo == nil {
		drawMark(icon, color.RGBA{c.R, c.G, c.B, 255})
		return icon
	}
	draw.Draw(icon, icon.Bounds(), image.White, image.Point{}, draw.Src)
	size := logo.Bounds().Size()
	room := side * 5 / 8
	long := max(size.X, size.Y)
	wide, high := max(1, size.X*room/long), max(1, size.Y*room/long)
	left, top := (side-wide)/2, (side-high)/2
	for y := range high {
		for x := range wide {
			at := mean(logo, image.Rect(x*size.X/wide, y*size.Y/high, (x+1)*size.X/wide, (y+1)*size.Y/high))
			draw.Draw(icon, image.Rect(left+x, top+y, left+x+1, top+y+1), image.NewUniform(at), image.Point{}, draw.Over)
		}
	}
	return icon
}

// mean is the colour of an area; of one that is smaller than a pixel that of the pixel.
func mean(of image.Image, area image.Rectangle) color.Color {
	area.Max.X, area.Max.Y = max(area.Max.X, area.Min.X+1), max(area.Max.Y, area.Min.Y+1)
	area = area.Add(of.Bounds().Min)
	var r, g, b, a, n uint32
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			pr, pg, pb, pa := of.At(x, y).RGBA()
			r, g, b, a, n = r+pr>>8, g+pg>>8, b+pb>>8, a+pa>>8, n+1
		}
	}
	return color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), uint8(a / n)}
}

// drawMark draws the tick of Verno's mark, white on a colour: a line with round ends, measured in 256ths of a side.
func drawMark(icon *image.RGBA, ground color.RGBA) {
	line := [...]image.Point{{88, 128}, {120, 160}, {176, 94}}
	const half = 11
	side := icon.Bounds().Dx()
	const fine = 4 // measurements of a pixel in each direction, for smooth edges
	for y := range side {
		for x := range side {
			inside := 0
			for i := range fine * fine {
				if 4*y < side || 3*y > 2*side+side/8 {
					break
				}
				p := image.Pt((x*fine+i%fine)*256/fine/side, (y*fine+i/fine)*256/fine/side)
				if near(p, line[0], line[1], half) || near(p, line[1], line[2], half) {
					inside++
				}
			}
			mix := func(c uint8) uint8 { return uint8((int(c)*(fine*fine-inside) + 255*inside) / (fine * fine)) }
			icon.SetRGBA(x, y, color.RGBA{mix(ground.R), mix(ground.G), mix(ground.B), 255})
		}
	}
}

// near says whether a point lies within half of a line from a to b.
func near(p, a, b image.Point, half int) bool {
	d, q := b.Sub(a), p.Sub(a)
	along, length := q.X*d.X+q.Y*d.Y, d.X*d.X+d.Y*d.Y
	switch {
	case along < 0:
		return q.X*q.X+q.Y*q.Y <= half*half
	case along > length:
		q = p.Sub(b)
		return q.X*q.X+q.Y*q.Y <= half*half
	}
	across := q.X*d.Y - q.Y*d.X
	return across*across <= half*half*length
}
