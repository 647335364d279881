package brand

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // a format that logos come in
	"image/png"
)

// Limits of a logo as it is sent.
const (
	MaxBytes = 5 << 20
	MaxSide  = 4096
	// Side is the most pixels that a logo keeps in each direction.
	Side = 512
)

// What is wrong with a logo.
var (
	ErrFormat   = errors.New("brand: neither PNG nor JPEG, or damaged")
	ErrTooLarge = errors.New("brand: too many bytes or pixels")
)

// Logo is a picture that is safe to serve: made anew from its pixels, so that nothing else that was in the file is left.
type Logo struct {
	PNG     []byte
	Image   *image.NRGBA
	Palette []Colour // what it speaks of, the most fitting first; empty for black and white
}

// ReadLogo reads a PNG or JPEG, and makes it no larger than Side. Its size is looked at before its pixels are. Errors:
// ErrFormat, ErrTooLarge.
func ReadLogo(raw []byte) (Logo, error) {
	if len(raw) > MaxBytes {
		return Logo{}, ErrTooLarge
	}
	head, format, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || format != "png" && format != "jpeg" || head.Width < 1 || head.Height < 1 {
		return Logo{}, ErrFormat
	}
	if head.Width > MaxSide || head.Height > MaxSide {
		return Logo{}, ErrTooLarge
	}
	full, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return Logo{}, ErrFormat
	}
	small := shrink(full, Side)
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, small); err != nil {
		return Logo{}, fmt.Errorf("encode a logo: %w", err)
	}
	return Logo{PNG: b.Bytes(), Image: small, Palette: paletteOf(small)}, nil
}

// shrink makes a picture no larger than a side, each pixel the mean of those that it stands for. A small one stays as it is.
func shrink(full image.Image, side int) *image.NRGBA {
	from := image.NewRGBA(image.Rect(0, 0, full.Bounds().Dx(), full.Bounds().Dy()))
	draw.Draw(from, from.Bounds(), full, full.Bounds().Min, draw.Src)
	w, h := from.Rect.Dx(), from.Rect.Dy()
	long := max(w, h, side)
	tw, th := max(1, w*side/long), max(1, h*side/long)
	if long == side {
		tw, th = w, h
	}
	to := image.NewNRGBA(image.Rect(0, 0, tw, th))
	for y := range th {
		top, bottom := y*h/th, max((y+1)*h/th, y*h/th+1)
		for x := range tw {
			left, right := x*w/tw, max((x+1)*w/tw, x*w/tw+1)
			to.Set(x, y, mean(from, image.Rect(left, top, right, bottom)))
		}
	}
	return to
}

func mean(from *image.RGBA, area image.Rectangle) color.Color {
	var sum [4]int
	for y := area.Min.Y; y < area.Max.Y; y++ {
		row := from.Pix[from.PixOffset(area.Min.X, y):from.PixOffset(area.Max.X, y)]
		for i, v := range row {
			sum[i%4] += int(v)
		}
	}
	n := area.Dx() * area.Dy()
	return color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), uint8(sum[3] / n)}
}
