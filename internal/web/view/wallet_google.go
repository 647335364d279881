package view

import (
	"html"
	"slices"

	"github.com/verno-loyalty/verno/internal/card"
)

// Heights of the parts of a Google card.
const (
	googleHead  = 62
	googleTitle = 44
	googleRow   = 52
	googleHero  = 114 // 1032 × 336, as wide as the card
)

// Google draws the card as Google Wallet does: the round logo and the name of the shop, the title, rows of up to three
// fields, the code, and the wide picture at the bottom. The text is dark or light as the colour asks for it; a merchant
// does not choose it there, and all cards of a template have one colour.
func (w Wallet) Google() Drawn {
	p := &pen{Wallet: &w, name: "Android"}
	f := w.Face
	ink := ReadableOn(f.Usual.Background)
	rows := p.googleRows()
	hero := f.Pictures[card.SlotHero]
	if hero == "" {
		hero = f.Pictures[card.SlotStrip]
	}
	if address, _, _ := w.Picture(hero); address == "" {
		hero = ""
	}
	height := googleHead + googleTitle + googleRow*len(rows) + p.codeHigh() + 36
	if hero != "" {
		height += googleHero
	}
	height = max(height, 360)
	p.put(`<defs><clipPath id="google-%d"><rect width="%d" height="%d" rx="24"/></clipPath><clipPath id="google-logo"><circle cx="34" cy="32" r="18"/></clipPath></defs>`, height, cardWide, height)
	p.put(`<g clip-path="url(#google-%d)"><rect width="%d" height="%d" fill="%s"/>`, height, cardWide, height, f.Usual.Background)
	p.googleHead(ink)
	y := googleHead + googleTitle
	for _, row := range rows {
		p.columns(row, cardSide, y+12, cardWide-2*cardSide, line{size: 16, fill: ink, least: 12}, ink)
		y += googleRow
	}
	foot := height
	if hero != "" {
		foot -= googleHero
		p.image(hero, 0, foot, cardWide, googleHero, "xMidYMid slice")
	}
	if high := p.codeHigh(); high > 0 {
		p.code(cardWide/2, y+(foot-y-high)/2)
	}
	p.WriteString(`</g>`)
	p.voided(height)
	return p.done(height)
}

// googleHead draws whose card it is and what it is called.
func (p *pen) googleHead(ink string) {
	f := p.Face
	p.put(`<circle cx="34" cy="32" r="18" fill="#ffffff"/><g clip-path="url(#google-logo)">`)
	logo := f.Pictures[card.SlotIcon]
	if logo == "" {
		logo = f.Pictures[card.SlotLogo]
	}
	drawn := p.image(logo, 16, 14, 36, 36, "xMidYMid slice")
	p.WriteString(`</g>`)
	if !drawn {
		p.put(`<text x="34" y="38" font-size="18" font-weight="600" text-anchor="middle" fill="#3c4043">%s</text>`, html.EscapeString(Initial(f.Merchant)))
	}
	p.write(line{x: 62, y: 37, size: 14, fill: ink, room: cardWide - 62 - cardSide, least: 12}, f.Merchant)
	p.put(`<path d="M0 %dh%d" stroke="%s" stroke-opacity="0.2"/>`, googleHead, cardWide, ink)
	p.write(line{x: cardSide, y: googleHead + 32, size: 22, fill: ink, room: cardWide - 2*cardSide, least: 16}, f.Title.In(p.Code))
}

// googleRows are the fields that stand below the title: what counts first, then the rest, three in a row.
func (p *pen) googleRows() [][]card.Field {
	f := p.Face
	fields := slices.Concat(f.Primary, f.Header, f.Secondary, f.Auxiliary)
	var rows [][]card.Field
	if len(fields) > 0 {
		first := min(len(fields), 2)
		rows = append(rows, fields[:first])
		fields = fields[first:]
	}
	for len(fields) > 0 && len(rows) < 3 {
		n := min(len(fields), 3)
		rows = append(rows, fields[:n])
		fields = fields[n:]
	}
	return rows
}
