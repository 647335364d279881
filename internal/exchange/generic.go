package exchange

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// generic reads a table with a column for each thing that Verno wants to know; docs/guide/import.en.md describes it. Rows of
// one store, terminal, day and receipt number are one receipt. Prices are what was charged, so that no promotion lowers
// them again.
type generic struct{ setting }

func openGeneric(in *lines, set setting) (format, error) {
	t, err := openTable(in, "receipt_number", "occurred_at", "sku|name", "price|sum")
	if err != nil {
		return nil, err
	}
	return &rowFormat{table: t, read: (&generic{set}).read}, nil
}

func (f *generic) read(r *row) part {
	number := r.cell("receiptnumber")
	if number == "" {
		return part{why: refusal{code: "receipt_missing"}}
	}
	d := &document{
		kind: verno.ReceiptKind(strings.ToLower(r.cell("kind"))), number: clip(number), member: r.cell("member"),
		place: Place{Store: r.cell("store"), Name: r.cell("store"), Terminal: r.cell("terminal"), Zone: f.zone.String()},
	}
	if d.kind == "" {
		d.kind = verno.ReceiptSale
	}
	if !nameable(d.member) || !nameable(d.place.Store) || !nameable(d.place.Terminal) {
		return part{why: refusal{code: "name_invalid"}}
	}
	at, ok := timeOf(r.cell("occurredat"), f.zone)
	if !ok {
		return part{why: refusal{"date_invalid", r.cell("occurredat")}}
	}
	d.at = at
	if text := r.cell("enrolledat"); text != "" {
		if d.joined, ok = timeOf(text, f.zone); !ok {
			return part{why: refusal{"date_invalid", "enrolled_at"}}
		}
	}
	d.identity = genericIdentity(d.kind, d.place, d.date(), number)
	p := part{key: d.identity}
	if d.kind != verno.ReceiptSale && d.kind != verno.ReceiptReturn {
		p.why = refusal{"kind_unknown", string(d.kind)}
		return p
	}
	if p.why = f.fill(d, r); p.why.code == "" {
		p.doc = d
	}
	return p
}

func genericIdentity(kind verno.ReceiptKind, place Place, date int32, number string) string {
	return identify(string(kind), place.Store, place.Terminal, strconv.Itoa(int(date)), number)
}

// fill reads what is in the rest of the row.
func (f *generic) fill(d *document, r *row) refusal {
	if text := r.cell("pointsspent"); text != "" {
		n, err := decimal(point(text), f.scale)
		if err != nil || n < 0 || !money.Points(n).Valid() {
			return refusal{"number_invalid", "points_spent"}
		}
		d.spend = money.Points(n)
	}
	if d.kind == verno.ReceiptSale {
		l, why := f.saleLine(r)
		d.lines = []verno.Line{l}
		if why.code == "" && d.spend > 0 && d.member == "" {
			why = refusal{code: "spend_needs_member"}
		}
		return why
	}
	var why refusal
	if d.parent, why = f.parent(d, r); why.code != "" {
		return why
	}
	l, why := f.returnLine(r, d.parent.number != "")
	d.lines = []verno.Line{l}
	if why.code == "" && d.parent.number == "" && d.member == "" {
		why = refusal{"no_purchase", "neither the receipt nor the member is known"}
	}
	return why
}

// parent reads of which receipt something is returned: by its number, and its day where that is not the return's.
func (f *generic) parent(d *document, r *row) (parent, refusal) {
	number := r.cell("parentnumber")
	if number == "" {
		return parent{}, refusal{}
	}
	day := d.at
	if text := r.cell("parentdate"); text != "" {
		var ok bool
		if day, ok = timeOf(text, f.zone); !ok {
			return parent{}, refusal{"date_invalid", "parent_date"}
		}
	}
	return parent{number, genericIdentity(verno.ReceiptSale, d.place, verno.Moment{At: day}.Day(), number)}, refusal{}
}

// line reads what a row of either kind says of goods.
func (f *generic) line(r *row) (l verno.Line, why refusal) {
	l = verno.Line{
		SKU: clip(r.cell("sku")), Name: clip(r.cell("name")), Category: clip(r.cell("category")),
		Class: verno.GoodsClass(r.cell("class")), Quantity: money.One, Fixed: true,
	}
	if l.SKU == "" && l.Name == "" {
		return l, refusal{code: "goods_missing"}
	}
	if !l.Class.Valid() {
		return l, refusal{"class_unknown", string(l.Class)}
	}
	if text := r.cell("quantity"); text != "" {
		q, err := quantityOf(point(text))
		if err != nil {
			return l, refusal{"number_invalid", "quantity: " + err.Error()}
		}
		l.Quantity = q
	}
	for _, n := range []struct {
		name string
		into *money.Amount
	}{{"price", &l.Price}, {"sum", &l.Sum}} {
		text := r.cell(n.name)
		if text == "" {
			continue
		}
		amount, err := amountOf(point(text), f.currency)
		if err != nil {
			return l, refusal{"number_invalid", fmt.Sprintf("%s: %v", n.name, err)}
		}
		*n.into = amount
	}
	return l, refusal{}
}

func (f *generic) saleLine(r *row) (verno.Line, refusal) {
	l, why := f.line(r)
	if why.code != "" {
		return l, why
	}
	switch {
	case l.Quantity <= 0:
		return l, refusal{code: "quantity_negative"}
	case r.cell("price") == "" && r.cell("sum") == "":
		return l, refusal{code: "price_missing"}
	case l.Price < 0 || l.Sum < 0:
		return l, refusal{code: "price_negative"}
	case l.Quantity > money.MaxQuantity || !l.Price.Valid() || !l.Sum.Valid():
		return l, refusal{code: "number_range"}
	}
	l.ID = clip(r.cell("line"))
	if r.cell("sum") == "" {
		l.Sum = l.Quantity.Times(l.Price)
	}
	if text := r.cell("discountgiven"); text != "" {
		off, err := amountOf(point(text), f.currency)
		if err != nil || off < 0 || off > l.Sum {
			return l, refusal{"number_invalid", "discount_given"}
		}
		l.Sum -= off
	}
	if !l.Sum.Valid() {
		return l, refusal{code: "number_range"}
	}
	if l.Sum == 0 {
		l.Price = 0 // What came for nothing has no price either, or the till would reckon the sum anew.
	}
	return l, refusal{}
}

// returnLine reads what comes back: a line of the receipt by its number in it, or goods by name and price. A quantity may
// be written with a minus.
func (f *generic) returnLine(r *row, named bool) (verno.Line, refusal) {
	l, why := f.line(r)
	if why.code != "" {
		return l, why
	}
	if named {
		l.ID = clip(r.cell("line"))
	}
	if l.Quantity < 0 {
		l.Quantity = -l.Quantity
	}
	switch {
	case l.Quantity == 0:
		return l, refusal{code: "quantity_zero"}
	case l.Quantity > money.MaxQuantity || !l.Price.Valid():
		return l, refusal{code: "number_range"}
	case l.ID == "" && r.cell("price") == "":
		return l, refusal{code: "price_missing"}
	}
	return l, refusal{}
}

// point reads the comma of a decimal fraction as the point that it stands for.
func point(s string) string {
	if strings.Count(s, ",") == 1 && !strings.Contains(s, ".") {
		return strings.Replace(s, ",", ".", 1)
	}
	return s
}
