package brand

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
)

// Limits of a picture of a card.
const (
	// MaxPixels is the most pixels of a picture as it is sent: one that unpacks to more is a mistake or a trap.
	MaxPixels = 20_000_000
	// PictureSide is the most pixels that a picture keeps in each direction: a strip of a phone at three times its size.
	PictureSide = 1536
)

// Picture is a picture that is safe to serve: made anew from its pixels, so that nothing else that was in the file is left.
type Picture struct {
	PNG           []byte
	Width, Height int
}

// ReadPicture reads a PNG or JPEG, and makes it no larger than PictureSide. Its size is looked at before its pixels are.
// Errors: ErrFormat, ErrTooLarge.
func ReadPicture(raw []byte) (Picture, error) {
	if len(raw) > MaxBytes {
		return Picture{}, ErrTooLarge
	}
	head, format, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || format != "png" && format != "jpeg" || head.Width < 1 || head.Height < 1 {
		return Picture{}, ErrFormat
	}
	if head.Width > MaxPixels/head.Height {
		return Picture{}, ErrTooLarge
	}
	full, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return Picture{}, ErrFormat
	}
	small := shrink(full, PictureSide)
	var b bytes.Buffer
	if err := png.Encode(&b, small); err != nil {
		return Picture{}, fmt.Errorf("encode a picture: %w", err)
	}
	return Picture{PNG: b.Bytes(), Width: small.Rect.Dx(), Height: small.Rect.Dy()}, nil
}
