package exchange

import (
	"errors"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// onlineRetail reads the UCI data set Online Retail: the sales and returns of a British web shop. An invoice is a receipt.
// One whose number begins with C returns goods, by customer, goods and price; other letters are corrections of the
// accounts and no trade. Postage, fees and the like are goods too, as the customer has paid for them.
type onlineRetail struct {
	setting
	last string // the time that was read last, as most lines repeat it
	at   time.Time
}

// webShop is the one store of the data set.
var webShop = Place{Store: "online-retail", Name: "Online Retail", Zone: "Europe/London"}

func openOnlineRetail(in *lines, set setting) (format, error) {
	t, err := openTable(in, "invoiceno|invoice", "stockcode", "quantity", "invoicedate", "unitprice|price", "customerid")
	if err != nil {
		return nil, err
	}
	return &rowFormat{table: t, read: (&onlineRetail{setting: set}).read}, nil
}

func (f *onlineRetail) read(r *row) part {
	number := strings.ToUpper(r.cell("invoiceno", "invoice"))
	returned := strings.HasPrefix(number, "C")
	p := part{key: number}
	if number == "" {
		p.why = refusal{code: "receipt_missing"}
		return p
	}
	if !returned && !digits(number[:1]) {
		p.why = refusal{"adjustment", "invoice " + number}
		return p
	}
	var l verno.Line
	if l, p.why = f.line(r, returned); p.why.code != "" {
		return p
	}
	if text := r.cell("invoicedate"); text != f.last {
		at, ok := timeOf(text, f.zone)
		if !ok {
			p.why = refusal{"date_invalid", text}
			return p
		}
		f.last, f.at = text, at
	}
	customer, _, _ := strings.Cut(r.cell("customerid"), ".")
	if !nameable(customer) {
		p.why = refusal{code: "name_invalid"}
		return p
	}
	if returned && customer == "" {
		p.why = refusal{"no_purchase", "the customer is not known"}
		return p
	}
	p.doc = &document{
		kind: verno.ReceiptSale, place: webShop, identity: identify(number), number: number, member: customer, at: f.at,
		lines: []verno.Line{l},
	}
	if returned {
		p.doc.kind = verno.ReceiptReturn
	}
	if country := r.cell("country"); customer != "" && country != "" {
		p.doc.about = map[string]string{"country": country}
	}
	return p
}

// line reads goods, quantity and price, which must be of the sign that the kind of invoice asks for.
func (f *onlineRetail) line(r *row, returned bool) (verno.Line, refusal) {
	l := verno.Line{SKU: clip(r.cell("stockcode")), Name: clip(r.cell("description")), Fixed: true}
	quantity, err := quantityOf(r.cell("quantity"))
	if err != nil {
		return l, refusal{"number_invalid", "quantity: " + err.Error()}
	}
	price, err := amountOf(r.cell("unitprice", "price"), f.currency)
	if errors.Is(err, errPrecision) {
		return l, refusal{"price_precision", r.cell("unitprice", "price")}
	}
	if err != nil {
		return l, refusal{"number_invalid", "price: " + err.Error()}
	}
	if returned {
		quantity = -quantity
	}
	switch {
	case l.SKU == "":
		return l, refusal{code: "goods_missing"}
	case price < 0:
		return l, refusal{code: "price_negative"}
	case quantity == 0:
		return l, refusal{code: "quantity_zero"}
	case quantity < 0 && returned:
		return l, refusal{code: "return_not_negative"}
	case quantity < 0:
		return l, refusal{code: "quantity_negative"}
	case price == 0:
		return l, refusal{code: "price_zero"}
	case quantity > money.MaxQuantity || !price.Valid():
		return l, refusal{code: "number_range"}
	}
	l.Quantity, l.Price = quantity, price
	l.Sum = quantity.Times(price)
	if !l.Sum.Valid() {
		return l, refusal{code: "number_range"}
	}
	return l, refusal{}
}
