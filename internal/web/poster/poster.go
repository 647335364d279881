// Package poster draws what is printed: the sheet that hangs beside a till with the code of the page by which people join, and
// sheets of paper cards to be cut out; and what messengers show of that page's address. What is printed is vector all over, so
// that it is sharp at any size. It knows nothing of whose it is but what it is given.
package poster

import (
	"bytes"
	_ "embed" // the letters
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/qr"

	"github.com/verno-loyalty/verno/internal/brand"
)

//go:embed fonts/DejaVuSansCondensed.ttf
var regular []byte

//go:embed fonts/DejaVuSansCondensed-Bold.ttf
var bold []byte

// Sheet is what a poster says.
type Sheet struct {
	Size    string // "A4" or "A6"
	Address string // of the page by which people join
	Name    string // of the business
	Logo    []byte // PNG; nil for none
	Accent  brand.Colour
	Title   string
	Does    string // what to do with the code
	Gains   []string
}

// widths and heights of paper, in millimetres.
var papers = map[string][2]float64{"A4": {210, 297}, "A6": {105, 148}}

// Draw makes a PDF of one page.
func Draw(s Sheet) ([]byte, error) {
	paper, ok := papers[s.Size]
	if !ok {
		return nil, fmt.Errorf("poster: no paper %q", s.Size)
	}
	p := newPen(paper, s.Name)
	p.AddPage()
	if err := p.all(s); err != nil {
		return nil, err
	}
	return p.file()
}

func newPen(paper [2]float64, title string) *pen {
	p := &pen{Fpdf: fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: paper[0], Ht: paper[1]}}), w: paper[0], h: paper[1], k: paper[0] / 210}
	p.SetTitle(title, true)
	p.SetMargins(0, 0, 0)
	p.SetAutoPageBreak(false, 0)
	p.AddUTF8FontFromBytes("sans", "", regular)
	p.AddUTF8FontFromBytes("sans", "B", bold)
	return p
}

func (p *pen) file() ([]byte, error) {
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		return nil, fmt.Errorf("poster: %w", err)
	}
	return b.Bytes(), nil
}

// pen draws in the measures of A4; k turns them into those of the paper.
type pen struct {
	*fpdf.Fpdf
	w, h, k float64
}

var ink, paper = brand.Colour{R: 0x1b, G: 0x20, B: 0x25}, brand.Colour{R: 255, G: 255, B: 255}

func (p *pen) all(s Sheet) error {
	shade := brand.ShadesOf(s.Accent).Light
	p.fill(shade.Accent)
	p.Rect(0, 0, p.w, 112*p.k, "F")
	if err := p.head(s, shade.On); err != nil {
		return err
	}
	p.letters(shade.On, "B", 34)
	p.block(s.Title, 18, 50, 174, 12.5, "L", 2)
	const side, top = 112, 92
	p.fill(paper)
	p.RoundedRect((210-side-16)/2*p.k, (top-8)*p.k, (side+16)*p.k, (side+16)*p.k, 6*p.k, "1234", "F")
	if err := p.code(s.Address, (210-side)/2, top, side); err != nil {
		return err
	}
	p.letters(ink, "B", 19)
	p.block(s.Does, 22, top+side+16, 166, 8, "C", 2)
	p.letters(ink, "", 16)
	y := top + side + 36.0
	for _, line := range s.Gains {
		p.block(line, 22, y, 166, 7, "C", 1)
		y += 9
	}
	p.letters(brand.Colour{R: 0x3a, G: 0x43, B: 0x4b}, "", 17) // Who has no camera types it: it must be read on A6, too.
	p.block(strings.TrimPrefix(strings.TrimPrefix(s.Address, "https://"), "http://"), 15, 280, 180, 7, "C", 1)
	return p.Error()
}

// head is the logo and the name.
func (p *pen) head(s Sheet, on brand.Colour) error {
	x := 18.0
	if s.Logo != nil {
		img, err := png.DecodeConfig(bytes.NewReader(s.Logo))
		if err != nil {
			return fmt.Errorf("poster: logo: %w", err)
		}
		const high = 20.0
		wide := high * float64(img.Width) / float64(img.Height)
		if wide > 60 {
			wide = 60
		}
		p.RegisterImageOptionsReader("logo", fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(s.Logo))
		p.ImageOptions("logo", x*p.k, 17*p.k, wide*p.k, wide*float64(img.Height)/float64(img.Width)*p.k, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
		x += wide + 7
	}
	p.letters(on, "B", 22)
	p.block(s.Name, x, 21, 192-x, 9, "L", 2)
	return nil
}

// block sets a text in at most so many lines, in smaller letters where it would need more.
func (p *pen) block(text string, x, y, wide, high float64, align string, lines int) {
	size, _ := p.GetFontSize()
	for try := 0; try < 12 && len(p.SplitText(text, wide*p.k)) > lines; try++ {
		size *= 0.93
		high *= 0.93
		p.SetFontSize(size)
	}
	p.SetXY(x*p.k, y*p.k)
	p.MultiCell(wide*p.k, high*p.k, text, "", align, false)
}

func (p *pen) letters(c brand.Colour, style string, points float64) {
	p.SetFont("sans", style, points*p.k)
	p.SetTextColor(int(c.R), int(c.G), int(c.B))
}

func (p *pen) fill(c brand.Colour) { p.SetFillColor(int(c.R), int(c.G), int(c.B)) }

// code draws an address as a QR code, with the quiet zone that readers need inside its side.
func (p *pen) code(text string, x, y, side float64) error {
	code, err := qr.Encode(text, qr.M, qr.Unicode) // The library's own choice loses a plus among digits.
	if err != nil {
		return fmt.Errorf("poster: code: %w", err)
	}
	const quiet = 2 // modules; the white around it is wider
	n := code.Bounds().Dx()
	module := side / float64(n+2*quiet)
	p.fill(brand.Colour{})
	for row := range n {
		for from := 0; from < n; from++ {
			to := from
			for to < n && dark(code, to, row) {
				to++
			}
			if to > from {
				p.Rect((x+float64(from+quiet)*module)*p.k, (y+float64(row+quiet)*module)*p.k, float64(to-from)*module*p.k, module*p.k, "F")
				from = to
			}
		}
	}
	return nil
}

func dark(code image.Image, x, y int) bool {
	return color.GrayModel.Convert(code.At(x, y)) == color.Gray{Y: 0}
}
