package view

import (
	"slices"

	"github.com/verno-loyalty/verno/internal/card"
)

// Heights of the parts of a card in a browser.
const (
	webHead = 132
	webRow  = 34
	webRows = 7
)

// Web draws the card as the page shows it that any phone can open: who and how much on the card's colour, the code as
// large as it can be, and the rest as a list.
func (w Wallet) Web() Drawn {
	p := &pen{Wallet: &w, name: w.Say("view.web_card")}
	f := w.Face
	rows := p.webRows()
	high := p.codeHigh()
	height := max(webHead+high+webRow*len(rows)+48, 400)
	p.put(`<defs><clipPath id="web-%d"><rect width="%d" height="%d" rx="18"/></clipPath></defs>`, height, cardWide, height)
	p.put(`<g clip-path="url(#web-%d)"><rect width="%d" height="%d" fill="#ffffff"/>`, height, cardWide, height)
	p.put(`<rect width="%d" height="%d" fill="%s"/>`, cardWide, webHead, f.Colours.Background)
	if p.image(f.Pictures[card.SlotStrip], 0, 0, cardWide, webHead, "xMidYMid slice") {
		p.put(`<rect width="%d" height="%d" fill="%s" fill-opacity="0.45"/>`, cardWide, webHead, f.Colours.Background)
	}
	x := cardSide
	if p.image(f.Pictures[card.SlotLogo], x, 14, 36, 30, "xMinYMid meet") {
		x += 44
	}
	p.write(line{x: x, y: 35, size: 15, bold: true, fill: f.Colours.Foreground, room: cardWide - x - cardSide, least: 12}, f.Merchant)
	if len(f.Primary) > 0 {
		p.write(line{x: cardSide, y: 88, size: 36, bold: true, fill: f.Colours.Foreground, room: cardWide - 2*cardSide, least: 20}, ValueText(p.Lang, &f.Primary[0].Value))
		p.write(line{x: cardSide, y: 112, size: 13, fill: f.Colours.Label, room: cardWide - 2*cardSide, least: 11}, f.Primary[0].Label.In(p.Code))
	} else {
		p.write(line{x: cardSide, y: 92, size: 24, bold: true, fill: f.Colours.Foreground, room: cardWide - 2*cardSide, least: 16}, f.Title.In(p.Code))
	}
	y := webHead + 12
	p.code(cardWide/2, y)
	y += high + 8
	for i := range rows {
		p.webField(&rows[i], y)
		y += webRow
	}
	p.put(`</g><rect x="0.5" y="0.5" width="%d" height="%d" rx="18" fill="none" stroke="#00000022"/>`, cardWide-1, height-1)
	p.voided(height)
	return p.done(height)
}

// webRows are the fields of the list.
func (p *pen) webRows() []card.Field {
	f := p.Face
	rows := slices.Concat(f.Header, f.Secondary, f.Auxiliary, f.Back)
	rows = slices.DeleteFunc(rows, func(f card.Field) bool { return f.Key == "state" })
	return rows[:min(len(rows), webRows)]
}

// webField is one line: what it is at the left, what it says at the right.
func (p *pen) webField(f *card.Field, y int) {
	const half = (cardWide - 2*cardSide) / 2
	p.write(line{x: cardSide, y: y + 20, size: 13, fill: "#5b6670", room: half - 8, least: 11}, f.Label.In(p.Code))
	p.write(line{x: cardWide - cardSide, y: y + 20, size: 14, fill: "#1b2025", end: true, room: half, least: 12}, ValueText(p.Lang, &f.Value))
	p.put(`<path d="M%d %dh%d" stroke="#0000001a"/>`, cardSide, y+webRow-3, cardWide-2*cardSide)
}
