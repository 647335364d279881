package api

import (
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Line is one line of a basket.
type Line struct {
	ID       string           `json:"id" minLength:"1" maxLength:"64" example:"1" doc:"The till's own name for the line, unique in the basket."`
	SKU      string           `json:"sku,omitempty" maxLength:"64" example:"4600000000017" doc:"The merchant's number of the goods."`
	Name     string           `json:"name,omitempty" maxLength:"200" example:"Milk 3.2 % 1 l" doc:"For people."`
	Category string           `json:"category,omitempty" maxLength:"200" example:"dairy/milk" doc:"In the merchant's own tree, levels parted by /."`
	Class    verno.GoodsClass `json:"class,omitempty" maxLength:"20" enum:"tobacco,prescription,alcohol,baby_formula,gift_card" doc:"Goods that the law treats apart; left out for all others."`
	Quantity money.Quantity   `json:"quantity" maxLength:"12" example:"1.5" doc:"Pieces or kilograms, a decimal with up to three places."`
	Price    Money            `json:"price" doc:"Of one unit, before Verno's discounts."`
	Sum      *Money           `json:"sum,omitempty" doc:"Of the line, before Verno's discounts; price × quantity, rounded half up, where it is left out."`
	MinPrice *Money           `json:"min_price,omitempty" doc:"The least that one unit may cost."`
	VAT      *money.Percent   `json:"vat,omitempty" maxLength:"7" example:"20" doc:"Rate of value added tax in percent; left out for goods without it."`
	Fixed    bool             `json:"fixed,omitempty" doc:"The till has given its own discount: no more discounts on this line."`
	Partner  verno.PartnerID  `json:"partner_id,omitzero" doc:"Who funds what is given on this line; the merchant where it is left out."`
}

// faults gathers what is wrong with a body that is right by form. What the rules of the trade say about it is left to
// the use cases; what only the API's form can get wrong, such as a second currency, is found here.
type faults struct{ verno.Faults }

// elementAt points at a field of an element of a list.
func elementAt(list string, i int, field string) string {
	return list + "/" + strconv.Itoa(i) + "/" + field
}

// amount is what an amount of a line is worth in the basket's currency.
func (f *faults) amount(m Money, want money.Currency, line int, field string) money.Amount {
	if m.Currency != want {
		f.Say(elementAt("/lines", line, field+"/currency"), "currency_invalid", "want", string(want))
	}
	return m.Amount
}

func (f *faults) basket(currency money.Currency, lines []Line, coupons []string) verno.Basket {
	b := verno.Basket{Currency: currency, Lines: make([]verno.Line, len(lines)), Coupons: coupons}
	for i := range lines {
		b.Lines[i] = f.line(&lines[i], currency, i)
	}
	return b
}

func (f *faults) line(l *Line, currency money.Currency, i int) verno.Line {
	line := verno.Line{
		ID: l.ID, SKU: l.SKU, Name: l.Name, Category: l.Category, Class: l.Class, Quantity: l.Quantity,
		Price: f.amount(l.Price, currency, i, "price"), Fixed: l.Fixed, Partner: l.Partner, NoVAT: l.VAT == nil,
	}
	if l.VAT != nil {
		line.VAT = *l.VAT
	}
	if l.MinPrice != nil {
		line.MinPrice = f.amount(*l.MinPrice, currency, i, "min_price")
	}
	if l.Sum != nil {
		line.Sum = f.amount(*l.Sum, currency, i, "sum")
	}
	return line
}

// showLine is a line as it was given; the caller has room for what it points to.
func showLine(l *verno.Line, sum *Money, currency money.Currency) Line {
	line := Line{
		ID: l.ID, SKU: l.SKU, Name: l.Name, Category: l.Category, Class: l.Class, Quantity: l.Quantity,
		Price: Money{l.Price, currency}, Sum: sum, Fixed: l.Fixed, Partner: l.Partner,
	}
	if !l.NoVAT {
		line.VAT = &l.VAT
	}
	if l.MinPrice != 0 {
		line.MinPrice = &Money{l.MinPrice, currency}
	}
	return line
}
