package poster

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"sync"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"github.com/verno-loyalty/verno/internal/brand"
)

// PreviewShape is the size of a preview, and of the picture above a form: what social networks and messengers show of an
// address at its largest.
var PreviewShape = brand.Shape{Width: 1200, Height: 630}

// Preview is what is shown of an address where somebody sends it on and it has no picture.
type Preview struct {
	Name   string // of the business
	Logo   []byte // PNG; nil for none
	Accent brand.Colour
	Title  string
	Gain   string // what whoever follows it is given; empty for nothing
}

// DrawPreview makes a PNG. What matters stands in the middle: some messengers show the square in it only.
func DrawPreview(p Preview) ([]byte, error) {
	shade := brand.ShadesOf(p.Accent).Light
	b := &board{RGBA: image.NewRGBA(image.Rect(0, 0, PreviewShape.Width, PreviewShape.Height))}
	draw.Draw(b, b.Rect, image.NewUniform(shade.Accent), image.Point{}, draw.Src)
	b.round(image.Rect(990, 400, 1450, 860), 230, tint(shade.On, 0x14))
	b.round(image.Rect(-210, -210, 210, 210), 210, tint(shade.On, 0x10))
	y := 70
	if p.Logo != nil {
		logo, err := png.Decode(bytes.NewReader(p.Logo))
		if err != nil {
			return nil, fmt.Errorf("poster: logo: %w", err)
		}
		const side, rim = 132, 14
		left := (PreviewShape.Width - side) / 2
		b.round(image.Rect(left, y, left+side, y+side), 30, color.White)
		draw.CatmullRom.Scale(b, inside(logo.Bounds(), image.Rect(left+rim, y+rim, left+side-rim, y+side-rim)), logo, logo.Bounds(), draw.Over, nil)
		y += side
	}
	title := paragraph{text: p.Title, size: 84, least: 44, wide: 1040, most: 2}
	name := paragraph{text: p.Name, size: 46, least: 28, wide: 900, most: 2}
	gain := paragraph{text: p.Gain, size: 44, least: 26, wide: 960, most: 1}
	for _, one := range []*paragraph{&title, &name, &gain} {
		if err := one.set(); err != nil {
			return nil, err
		}
	}
	const gap, rim = 34, 26
	high := name.high() + gap + title.high()
	if p.Gain != "" {
		high += gap + gain.high() + 2*rim
	}
	y += max((PreviewShape.Height-y-high)/2, 20)
	y = b.write(&name, y, shade.On) + gap
	y = b.write(&title, y, shade.On) + gap
	if p.Gain != "" {
		half := gain.widest()/2 + 2*rim
		middle := PreviewShape.Width / 2
		b.round(image.Rect(middle-half, y, middle+half, y+gain.high()+2*rim), gain.high()/2+rim, shade.On)
		b.write(&gain, y+rim, shade.Accent)
	}
	var out bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, b.RGBA)
	return out.Bytes(), err
}

// MaxPhoto is how many bytes a photo of a preview has: messengers pass over what is larger.
const MaxPhoto = 300 << 10

// Photo makes of a kept picture a JPEG in the shape of a preview: of one that is not of it, the middle.
func Photo(kept []byte) ([]byte, error) {
	full, err := png.Decode(bytes.NewReader(kept))
	if err != nil {
		return nil, fmt.Errorf("poster: picture: %w", err)
	}
	a := PreviewShape.Within(full.Bounds().Dx(), full.Bounds().Dy())
	part := image.Rect(a.X, a.Y, a.X+a.Width, a.Y+a.Height).Add(full.Bounds().Min)
	img := image.NewRGBA(image.Rect(0, 0, PreviewShape.Width, PreviewShape.Height))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(img, img.Rect, full, part, draw.Over, nil)
	for quality := 88; ; quality -= 12 {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
			return nil, fmt.Errorf("poster: picture: %w", err)
		}
		if out.Len() <= MaxPhoto || quality < 30 {
			return out.Bytes(), nil
		}
	}
}

// inside is the largest area of a picture's shape in the middle of another.
func inside(of, in image.Rectangle) image.Rectangle {
	long := max(of.Dx(), of.Dy())
	w, h := max(of.Dx()*in.Dx()/long, 1), max(of.Dy()*in.Dy()/long, 1)
	at := in.Min.Add(image.Pt((in.Dx()-w)/2, (in.Dy()-h)/2))
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))}
}

// tint is so much of a colour, of 255 parts.
func tint(c brand.Colour, alpha uint8) color.Color { return color.NRGBA{c.R, c.G, c.B, alpha} }

// board is what a preview is drawn on.
type board struct{ *image.RGBA }

// round fills an area with round corners.
func (b *board) round(area image.Rectangle, radius int, c color.Color) {
	z := vector.NewRasterizer(b.Rect.Dx(), b.Rect.Dy())
	left, top, right, bottom := float32(area.Min.X), float32(area.Min.Y), float32(area.Max.X), float32(area.Max.Y)
	r := float32(min(radius, area.Dx()/2, area.Dy()/2))
	const bend = 0.4477 // how far the handles of a quarter of a circle stand from its corner
	z.MoveTo(left+r, top)
	z.LineTo(right-r, top)
	z.CubeTo(right-r*bend, top, right, top+r*bend, right, top+r)
	z.LineTo(right, bottom-r)
	z.CubeTo(right, bottom-r*bend, right-r*bend, bottom, right-r, bottom)
	z.LineTo(left+r, bottom)
	z.CubeTo(left+r*bend, bottom, left, bottom-r*bend, left, bottom-r)
	z.LineTo(left, top+r)
	z.CubeTo(left, top+r*bend, left+r*bend, top, left+r, top)
	z.ClosePath()
	z.Draw(b.RGBA, b.Rect, image.NewUniform(c), image.Point{})
}

// write puts lines below each other, in the middle, from a height on. It returns where they end.
func (b *board) write(p *paragraph, y int, c brand.Colour) int {
	m := p.face.Metrics()
	for _, line := range p.lines {
		wide := font.MeasureString(p.face, line)
		d := font.Drawer{
			Dst: b, Src: image.NewUniform(c), Face: p.face,
			Dot: fixed.Point26_6{X: (fixed.I(PreviewShape.Width) - wide) / 2, Y: fixed.I(y) + m.Ascent},
		}
		d.DrawString(line)
		y += p.line()
	}
	return y
}

// paragraph is a text that is to stand in so many lines of a width, in letters as large as go.
type paragraph struct {
	text        string
	size, least int
	wide, most  int
	face        font.Face
	lines       []string
}

var letters = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(bold) })

// set breaks the text into its lines, in smaller letters where it needs to be, and cuts what has no room even so.
func (p *paragraph) set() error {
	f, err := letters()
	if err != nil {
		return fmt.Errorf("poster: letters: %w", err)
	}
	text := strings.Map(func(r rune) rune {
		if i, err := f.GlyphIndex(nil, r); err != nil || i == 0 {
			return -1 // A box would stand for it.
		}
		return r
	}, p.text)
	for size := p.size; ; size -= 4 {
		if p.face, err = opentype.NewFace(f, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingNone}); err != nil {
			return fmt.Errorf("poster: letters: %w", err)
		}
		p.lines = p.broken(text)
		if len(p.lines) <= p.most && p.widest() <= p.wide {
			return nil
		}
		if size-4 < p.least {
			p.shorten()
			return nil
		}
	}
}

// broken is the text in lines that are no wider than the paragraph, where its words let them.
func (p *paragraph) broken(text string) (lines []string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' }) {
		last := len(lines) - 1
		if last >= 0 && font.MeasureString(p.face, lines[last]+" "+word).Ceil() <= p.wide {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

// shorten cuts what has no room, with a sign that it was.
func (p *paragraph) shorten() {
	if len(p.lines) > p.most {
		p.lines = p.lines[:p.most]
		p.lines[p.most-1] += "…"
	}
	for i, line := range p.lines {
		all := []rune(strings.TrimSuffix(line, "…"))
		for len(all) > 1 && font.MeasureString(p.face, p.lines[i]).Ceil() > p.wide {
			all = all[:len(all)-1]
			p.lines[i] = string(all) + "…"
		}
	}
}

func (p *paragraph) widest() (most int) {
	for _, line := range p.lines {
		most = max(most, font.MeasureString(p.face, line).Ceil())
	}
	return most
}

func (p *paragraph) line() int { return p.face.Metrics().Height.Ceil() }

func (p *paragraph) high() int { return p.line() * len(p.lines) }
