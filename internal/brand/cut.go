package brand

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
)

// Shape is the size that a picture is wanted in, in pixels.
type Shape struct{ Width, Height int }

// Area is a part of a picture.
type Area struct{ X, Y, Width, Height int }

// High is how high a part of a width is in this shape, one pixel at least.
func (s Shape) High(width int) int { return max(width*s.Height/s.Width, 1) }

// Within is the largest area of the shape in a picture, in its middle.
func (s Shape) Within(width, height int) Area {
	a := Area{Width: width, Height: s.High(width)}
	if a.Height > height {
		a.Width = max(height*s.Width/s.Height, 1)
		a.Height = min(s.High(a.Width), height)
	}
	a.X, a.Y = (width-a.Width)/2, (height-a.Height)/2
	return a
}

// In says whether an area lies in a picture.
func (a Area) In(width, height int) bool {
	return a.X >= 0 && a.Y >= 0 && a.Width >= 1 && a.Height >= 1 && a.Width <= width && a.Height <= height &&
		a.X <= width-a.Width && a.Y <= height-a.Height
}

// Cut makes of an area of a picture one that is no larger than a shape. Errors: ErrFormat, for what is no picture or has
// no such area.
func Cut(raw []byte, a Area, s Shape) ([]byte, error) {
	full, err := png.Decode(bytes.NewReader(raw))
	if err != nil || !a.In(full.Bounds().Dx(), full.Bounds().Dy()) {
		return nil, ErrFormat
	}
	at := full.Bounds().Min.Add(image.Pt(a.X, a.Y))
	part := image.NewNRGBA(image.Rect(0, 0, a.Width, a.Height))
	for y := range a.Height {
		for x := range a.Width {
			part.Set(x, y, full.At(at.X+x, at.Y+y))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, shrink(part, max(s.Width, s.Height))); err != nil {
		return nil, fmt.Errorf("encode a picture: %w", err)
	}
	return b.Bytes(), nil
}
