package view

import (
	"slices"

	"github.com/verno-loyalty/verno/internal/card"
)

// Heights of the parts of a card in a browser.
const (
	webBar   = 46 // with the shop's name, above the card
	webHead  = 44
	webFirst = 64
	webRow   = 34
	webRows  = 7
	webStrip = (cardWide - 2*webEdge) * 144 / 375 // a wide picture, as it stands in Apple Wallet
	webEdge  = 8                                  // beside the card, as the page has it
)

// Web draws the card as the page shows it that any phone can open: whose it is, the head of the card in its colour, the
// code as large as it can be on white, how much, and the rest as a list.
func (w Wallet) Web() Drawn {
	p := &pen{Wallet: &w, name: w.Say("view.web_card")}
	f := w.Face
	rows, first := p.webRows()
	high := p.codeHigh()
	strip := p.wide()
	height := webBar + webHead + high + webFirst + webRow*len(rows) + 40
	if strip != "" {
		height += webStrip
	}
	height = max(height, 400)
	p.put(`<defs><clipPath id="web-%d"><rect width="%d" height="%d" rx="18"/></clipPath></defs>`, height, cardWide, height)
	p.put(`<g clip-path="url(#web-%d)"><rect width="%d" height="%d" fill="#f5f6f7"/>`, height, cardWide, height)
	x := cardSide
	if p.Mark != "" {
		p.imageAt(p.Mark, x, 8, 36, 30, "xMinYMid meet")
		x += 44
	}
	p.write(line{x: x, y: 29, size: 15, bold: true, fill: "#1b2025", room: cardWide - x - cardSide, least: 12}, f.Merchant)
	y := webBar
	p.put(`<path d="M8 %dv-30a14 14 0 0 1 14 -14H318a14 14 0 0 1 14 14v30z" fill="%s"/>`, y+webHead, f.Colours.Background)
	p.webHead(y)
	if strip != "" {
		p.image(strip, webEdge, y+webHead, cardWide-2*webEdge, webStrip, "xMidYMid slice")
		y += webStrip
	}
	p.put(`<path d="M8 %dH332v%da14 14 0 0 1 -14 14H22a14 14 0 0 1 -14 -14z" fill="#ffffff"/>`, y+webHead, high)
	y += webHead
	p.code(cardWide/2, y+6)
	y += high + 24
	if first != nil {
		p.write(line{x: cardSide, y: y + 16, size: 13, fill: "#5b6670", room: cardWide - 2*cardSide, least: 11}, first.Label.In(p.Code))
		p.write(line{x: cardSide, y: y + 46, size: 30, bold: true, fill: "#1b2025", room: cardWide - 2*cardSide, least: 18, wraps: true}, ValueText(p.Lang, &first.Value))
		y += webFirst
	}
	for i := range rows {
		p.webField(&rows[i], y)
		y += webRow
	}
	p.put(`</g><rect x="0.5" y="0.5" width="%d" height="%d" rx="18" fill="none" stroke="#00000022"/>`, cardWide-1, height-1)
	p.voided(height)
	return p.done(height)
}

// wide is the wide picture that can be shown; empty for none.
func (p *pen) wide() string {
	for _, slot := range []card.Slot{card.SlotStrip, card.SlotHero} {
		if address, _, _ := p.Picture(p.Face.Pictures[slot]); address != "" {
			return p.Face.Pictures[slot]
		}
	}
	return ""
}

// webHead is what the card is called, and what stands in its corner.
func (p *pen) webHead(y int) {
	f, ink := p.Face, ReadableOn(p.Face.Colours.Background)
	room := cardWide - 2*24
	if len(f.Header) > 0 {
		const corner = 120
		p.write(line{x: cardWide - 24, y: y + 28, size: 14, bold: true, fill: ink, end: true, room: corner, least: 11}, ValueText(p.Lang, &f.Header[0].Value))
		room -= corner + 8
	}
	p.write(line{x: 24, y: y + 28, size: 15, bold: true, fill: ink, room: room, least: 12}, f.Title.In(p.Code))
}

// webRows are the fields of the list, and what stands large above it: what wallets have large, or, where they have nothing
// so, the balance wherever they have it; nil on a card that has neither.
func (p *pen) webRows() (rows []card.Field, first *card.Field) {
	f := p.Face
	all := slices.Concat(f.Header, f.Primary, f.Secondary, f.Auxiliary, f.Back)
	nothing := func(f card.Field) bool { return f.Value.Text.In(p.Code) == card.Nothing } // What says nothing is not on the page.
	if i := slices.IndexFunc(all, func(f card.Field) bool { return f.Key == "balance" }); i >= 0 {
		first = &all[i]
	}
	if len(f.Primary) > 0 && !nothing(f.Primary[0]) {
		first = &f.Primary[0]
	}
	rows = slices.Clone(all[min(len(f.Header), 1):])
	rows = slices.DeleteFunc(rows, func(f card.Field) bool { return f.Key == "state" || nothing(f) || first != nil && f.Key == first.Key })
	return rows[:min(len(rows), webRows)], first
}

// webField is one line: what it is at the left, what it says at the right.
func (p *pen) webField(f *card.Field, y int) {
	const half = (cardWide - 2*cardSide) / 2
	p.write(line{x: cardSide, y: y + 20, size: 13, fill: "#5b6670", room: half - 8, least: 11, wraps: true}, f.Label.In(p.Code))
	p.write(line{x: cardWide - cardSide, y: y + 20, size: 14, fill: "#1b2025", end: true, room: half, least: 12, wraps: true}, ValueText(p.Lang, &f.Value))
	p.put(`<path d="M%d %dh%d" stroke="#0000001a"/>`, cardSide, y+webRow-3, cardWide-2*cardSide)
}
