package poster

import (
	"bytes"
	"fmt"
	"image/png"

	"codeberg.org/go-pdf/fpdf"

	"github.com/verno-loyalty/verno/internal/brand"
)

// Paper is a card of paper.
type Paper struct {
	Name       string // of the business
	Title      string // what the card is called
	About      string // one line more, such as a seat or what it is worth; empty for none
	Number     string // for people
	Code       string // for scanners; empty for a card without one
	Logo       []byte // PNG; nil for none
	Background brand.Colour
	Foreground brand.Colour
}

// The measures of a sheet of A4, in millimetres: cards as plastic ones are, two beside each other, five below each other.
const (
	paperWide, paperHigh = 85.6, 54.0
	paperColumns         = 2
	paperRows            = 5
	PapersOnSheet        = paperColumns * paperRows
	paperGap             = 1.5
	cutLength            = 4.0
	paperCode            = 27.0
)

// Papers makes a PDF of cards to be cut out, as many to a sheet as it holds, with marks that show where.
func Papers(title string, cards []Paper) ([]byte, error) {
	p := newPen(papers["A4"], title)
	left := (p.w - paperColumns*paperWide - (paperColumns-1)*paperGap) / 2
	top := (p.h - paperRows*paperHigh - (paperRows-1)*paperGap) / 2
	for i := range cards {
		at := i % PapersOnSheet
		if at == 0 {
			p.AddPage()
		}
		x := left + float64(at%paperColumns)*(paperWide+paperGap)
		y := top + float64(at/paperColumns)*(paperHigh+paperGap)
		if err := p.paper(&cards[i], x, y); err != nil {
			return nil, err
		}
		p.cut(x, y, left, top)
	}
	if err := p.Error(); err != nil {
		return nil, fmt.Errorf("poster: %w", err)
	}
	return p.file()
}

// paper draws one card: the name and the logo above, the code at the right on white, the number below, large enough to be
// read out.
func (p *pen) paper(c *Paper, x, y float64) error {
	p.fill(c.Background)
	p.Rect(x, y, paperWide, paperHigh, "F")
	wide := paperWide - 10
	if c.Code != "" {
		wide -= paperCode + 5
		p.fill(paper)
		p.RoundedRect(x+paperWide-paperCode-5, y+5, paperCode, paperCode, 2, "1234", "F")
		if err := p.code(c.Code, x+paperWide-paperCode-4, y+6, paperCode-2); err != nil {
			return err
		}
	}
	head, lines := y+5, 3
	if c.Logo != nil {
		img, err := png.DecodeConfig(bytes.NewReader(c.Logo))
		if err != nil {
			return fmt.Errorf("poster: logo: %w", err)
		}
		const high = 9.0
		across := min(high*float64(img.Width)/float64(img.Height), wide)
		p.RegisterImageOptionsReader("card logo", fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(c.Logo))
		p.ImageOptions("card logo", x+5, head, across, across*float64(img.Height)/float64(img.Width), false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
		head, lines = head+high+2, 2
	}
	p.letters(c.Foreground, "B", 11)
	p.block(c.Name, x+5, head, wide, 4.6, "L", lines)
	p.letters(c.Foreground, "", 10)
	p.block(c.Title, x+5, p.GetY()+1, wide, 4.2, "L", lines-1)
	p.letters(c.Foreground, "", 9)
	p.block(c.About, x+5, y+35, paperWide-10, 4, "L", 1)
	p.letters(c.Foreground, "B", 16)
	p.block(c.Number, x+5, y+paperHigh-12, paperWide-10, 7, "L", 1)
	return nil
}

// cut marks where a card is cut out: beside the sheet's edges only, so that no mark is left on a card.
func (p *pen) cut(x, y, left, top float64) {
	p.SetDrawColor(120, 120, 120)
	p.SetLineWidth(0.1)
	for _, at := range [2]float64{x, x + paperWide} {
		p.Line(at, top-cutLength-1, at, top-1)
		p.Line(at, p.h-top+1, at, p.h-top+1+cutLength)
	}
	for _, at := range [2]float64{y, y + paperHigh} {
		p.Line(left-cutLength-1, at, left-1, at)
		p.Line(p.w-left+1, at, p.w-left+1+cutLength, at)
	}
}
