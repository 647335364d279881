package view

import (
	"cmp"
	"strings"

	"github.com/verno-loyalty/verno/internal/card"
)

// Heights of the parts of an Apple pass.
const (
	appleHead     = 56
	appleStrip    = 131 // 375 × 144 points, as wide as the card
	appleBand     = 89  // 375 × 98, of a ticket
	appleRow      = 52
	appleThumb    = 82
	appleCodeFoot = 22
)

// Apple draws the card as Apple Wallet lays out its style: the header at the right of the top, the strip with the primary
// field over it, the rows of secondary and auxiliary fields, and the code at the bottom.
func (w Wallet) Apple() Drawn {
	p := &pen{Wallet: &w, name: "iPhone"}
	f := w.Face
	height := p.appleHeight()
	p.put(`<defs><clipPath id="apple-%s-%d"><path d="%s"/></clipPath></defs><g clip-path="url(#apple-%s-%d)">`, f.Style, height, outline(f.Style, height), f.Style, height)
	p.put(`<rect width="%d" height="%d" fill="%s"/>`, cardWide, height, f.Colours.Background)
	if f.Style == card.StyleEventTicket && f.Pictures[card.SlotStrip] == "" && p.image(f.Pictures[card.SlotBackdrop], 0, 0, cardWide, height, "xMidYMid slice") {
		p.put(`<rect width="%d" height="%d" fill="%s" fill-opacity="0.55"/>`, cardWide, height, f.Colours.Background)
	}
	p.appleHead()
	y := p.applePrimary()
	for _, row := range p.appleRows() {
		p.columns(row, cardSide, y+14, cardWide-2*cardSide, line{size: 16, fill: f.Colours.Foreground, least: 12}, f.Colours.Label)
		y += appleRow
	}
	if high := p.codeHigh(); high > 0 {
		p.code(cardWide/2, height-high-appleCodeFoot)
	}
	p.WriteString(`</g>`)
	p.voided(height)
	return p.done(height)
}

// appleRows are the fields below the primary one. A card of a shop and a coupon have one row of them, others two.
func (p *pen) appleRows() [][]card.Field {
	f := p.Face
	var rows [][]card.Field
	if f.Style == card.StyleStoreCard || f.Style == card.StyleCoupon {
		both := append(append([]card.Field{}, f.Secondary...), f.Auxiliary...)
		if len(both) > 0 {
			rows = append(rows, both[:min(len(both), 4)])
		}
		return rows
	}
	for _, row := range [][]card.Field{f.Secondary, f.Auxiliary} {
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

func (p *pen) appleHeight() int {
	return max(430, appleHead+p.primaryHigh()+2*appleRow+p.codeHigh()+appleCodeFoot+16)
}

func (p *pen) primaryHigh() int {
	switch p.Face.Style {
	case card.StyleStoreCard, card.StyleCoupon:
		return appleStrip
	case card.StyleEventTicket:
		return appleBand
	default:
		return appleThumb + 14
	}
}

// appleHead draws the logo, the text beside it, and the fields at the right.
func (p *pen) appleHead() {
	f := p.Face
	x := cardSide
	if address, w, h := p.Picture(f.Pictures[card.SlotLogo]); address != "" && w > 0 && h > 0 {
		wide := min(120, 36*w/h)
		p.image(f.Pictures[card.SlotLogo], x, 10, wide, 36, "xMinYMid meet")
		x += wide + 8
	}
	const room = 84
	right := cardWide - cardSide
	for i := len(f.Header) - 1; i >= 0; i-- {
		p.column(&f.Header[i], line{x: right, y: 20, size: 16, fill: f.Colours.Foreground, end: true, room: room, least: 12}, f.Colours.Label)
		right -= room + 8
	}
	name := f.LogoText.In(p.Code)
	if f.Pictures[card.SlotLogo] == "" {
		name = cmp.Or(name, f.Merchant)
	}
	if right > x {
		p.write(line{x: x, y: 34, size: 17, bold: true, fill: f.Colours.Foreground, room: right - x, least: 13}, name)
	}
}

// applePrimary draws the strip or the thumbnail with the primary field, and says where what follows begins.
func (p *pen) applePrimary() int {
	f, high := p.Face, p.primaryHigh()
	room := cardWide - 2*cardSide
	var at line
	switch f.Style {
	case card.StyleStoreCard, card.StyleCoupon:
		p.image(f.Pictures[card.SlotStrip], 0, appleHead, cardWide, high, "xMidYMid slice")
		at = line{y: appleHead + 66, size: 44, room: room, least: 22}
	case card.StyleEventTicket:
		if !p.image(f.Pictures[card.SlotStrip], 0, appleHead, cardWide, high, "xMidYMid slice") &&
			p.image(f.Pictures[card.SlotThumbnail], cardWide-cardSide-appleThumb, appleHead+2, appleThumb, appleThumb, "xMidYMid slice") {
			room -= appleThumb + 10
		}
		at = line{y: appleHead + 46, size: 28, room: room, least: 18}
	default:
		if p.image(f.Pictures[card.SlotThumbnail], cardWide-cardSide-appleThumb, appleHead+2, appleThumb, appleThumb, "xMidYMid slice") {
			room -= appleThumb + 10
		}
		at = line{y: appleHead + 46, size: 28, room: room, least: 18}
	}
	at.x, at.fill = cardSide, f.Colours.Foreground
	if len(f.Primary) > 0 {
		one := &f.Primary[0]
		label := line{x: cardSide, y: at.y + 22, size: 13, fill: f.Colours.Label, room: room, least: 10}
		if f.Style == card.StyleGeneric || f.Style == card.StyleEventTicket {
			label.y = at.y - 30
			label.size = 11
		}
		p.write(at, ValueText(p.Lang, &one.Value))
		p.write(label, one.Label.In(p.Code))
	}
	return appleHead + high + 8
}

// outline is the edge of a style: a ticket is notched at the top, a coupon is torn off at the top and the bottom.
func outline(style card.Style, height int) string {
	const r = 14
	round := func(from string) string {
		return from + "V" + number(height-r) + "a14 14 0 0 1 -14 14H14a14 14 0 0 1 -14 -14V14a14 14 0 0 1 14 -14z"
	}
	switch style {
	case card.StyleEventTicket:
		return round("M14 0H146a24 14 0 0 0 48 0H326a14 14 0 0 1 14 14")
	case card.StyleCoupon:
		const teeth = 34
		return "M0 6" + strings.Repeat("l5 -6l5 6", teeth) + "V" + number(height-6) + strings.Repeat("l-5 6l-5 -6", teeth) + "z"
	default:
		return round("M14 0H326a14 14 0 0 1 14 14")
	}
}

// voided greys a card that says nothing to a till any more.
func (p *pen) voided(height int) {
	if !p.Face.Voided {
		return
	}
	p.put(`<rect width="%d" height="%d" rx="14" fill="#ffffff" fill-opacity="0.55"/>`, cardWide, height)
	if len(p.Face.Back) > 0 && p.Face.Back[0].Key == "state" {
		p.put(`<rect x="40" y="%d" width="260" height="40" rx="20" fill="#1d1d1f"/>`, height/2-20)
		p.write(line{x: cardWide / 2, y: height/2 + 6, size: 16, bold: true, fill: "#ffffff", middle: true, room: 240, least: 11},
			ValueText(p.Lang, &p.Face.Back[0].Value))
	}
}
