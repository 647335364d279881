package store

import (
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Lines are most of a receipt, and two receipts on a page of the database cost half of what one does. So a line leaves
// out what it has in common with most lines: an identifier that is its number, one piece, the sum of quantity and price,
// the VAT of the line before it, and a net sum of which points may pay all.

type lineJSON struct {
	ID       *string          `json:"id"`
	SKU      string           `json:"s"`
	Name     string           `json:"n"`
	Category string           `json:"c"`
	Class    verno.GoodsClass `json:"k"`
	Quantity *int64           `json:"q"`
	Price    money.Amount     `json:"p"`
	Sum      *money.Amount    `json:"t"`
	MinPrice money.Amount     `json:"min"`
	VAT      *int64           `json:"v"`
	NoVAT    bool             `json:"nv"`
	Fixed    bool             `json:"f"`
	Partner  verno.PartnerID  `json:"pa"`
}

func appendLine(b []byte, lines []verno.Line, at int) []byte {
	l := &lines[at]
	b = append(b, '{')
	before := len(b)
	if l.ID != strconv.Itoa(at+1) {
		b = appendString(appendName(b, "id"), l.ID)
	}
	b = appendText(b, "s", l.SKU)
	b = appendText(b, "n", l.Name)
	b = appendText(b, "c", l.Category)
	b = appendText(b, "k", string(l.Class))
	if l.Quantity != money.One {
		b = strconv.AppendInt(appendName(b, "q"), int64(l.Quantity), 10)
	}
	b = appendInt(b, "p", int64(l.Price))
	if l.Sum != sumOf(l.Quantity, l.Price) {
		b = strconv.AppendInt(appendName(b, "t"), int64(l.Sum), 10)
	}
	b = appendInt(b, "min", int64(l.MinPrice))
	if l.VAT != vatBefore(lines, at) {
		b = strconv.AppendInt(appendName(b, "v"), int64(l.VAT), 10)
	}
	b = appendBool(b, "nv", l.NoVAT)
	b = appendBool(b, "f", l.Fixed)
	b = appendText(b, "pa", l.Partner.String())
	if len(b) > before { // The first member has no comma before it.
		b = append(b[:before], b[before+1:]...)
	}
	return append(b, '}')
}

// line is what was written as the line of a number, after those before it.
func (j *lineJSON) line(lines []verno.Line, at int) verno.Line {
	l := verno.Line{
		ID: strconv.Itoa(at + 1), SKU: j.SKU, Name: j.Name, Category: j.Category, Class: j.Class, Quantity: money.One,
		Price: j.Price, MinPrice: j.MinPrice, VAT: vatBefore(lines, at), NoVAT: j.NoVAT, Fixed: j.Fixed, Partner: j.Partner,
	}
	if j.ID != nil {
		l.ID = *j.ID
	}
	if j.Quantity != nil {
		l.Quantity = money.Quantity(*j.Quantity)
	}
	if l.Sum = sumOf(l.Quantity, l.Price); j.Sum != nil {
		l.Sum = *j.Sum
	}
	if j.VAT != nil {
		l.VAT = money.Percent(*j.VAT)
	}
	return l
}

// sumOf is what quantity and price come to; nothing where they are none of a sale, which have their sum written.
func sumOf(q money.Quantity, price money.Amount) money.Amount {
	if q <= 0 || q > money.MaxQuantity || !price.Valid() {
		return 0
	}
	return q.Times(price)
}

func vatBefore(lines []verno.Line, at int) money.Percent {
	if at == 0 {
		return 0
	}
	return lines[at-1].VAT
}

type lineOutcomeJSON struct {
	Discounts [][2]int64       `json:"d"`
	Net       money.Amount     `json:"n"`
	Redeemed  money.Amount     `json:"r"`
	MaxPoints *money.Amount    `json:"m"`
	Earn      money.Points     `json:"e"`
	Excluded  verno.GoodsClass `json:"x"`
}

func appendLineOutcome(b []byte, l *verno.LineOutcome, number func(verno.PromotionID) int64) []byte {
	b = append(b, `{"n":`...)
	b = strconv.AppendInt(b, int64(l.Net), 10)
	for i, d := range l.Discounts {
		b = appendOpen(b, i, `,"d":[[`, `,[`)
		b = strconv.AppendInt(b, number(d.Promotion), 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, int64(d.Amount), 10)
		b = append(b, ']')
	}
	if len(l.Discounts) > 0 {
		b = append(b, ']')
	}
	b = appendInt(b, "r", int64(l.Redeemed))
	if l.MaxPoints != l.Net {
		b = strconv.AppendInt(appendName(b, "m"), int64(l.MaxPoints), 10)
	}
	b = appendInt(b, "e", int64(l.Earn))
	b = appendText(b, "x", string(l.Excluded))
	return append(b, '}')
}

// outcome is what was written, without the discounts, which name promotions by number.
func (j *lineOutcomeJSON) outcome() verno.LineOutcome {
	l := verno.LineOutcome{Net: j.Net, Redeemed: j.Redeemed, MaxPoints: j.Net, Earn: j.Earn, Excluded: j.Excluded}
	if j.MaxPoints != nil {
		l.MaxPoints = *j.MaxPoints
	}
	return l
}
