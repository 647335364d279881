package exchange

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// x5 reads real receipts of a chain of supermarkets: a line of the file is a member with all its receipts, in JSON, and
// after a tab the next purchase, which is what a forecasting contest asked for and no receipt. What is counted as a line
// is a receipt. The file has no prices, only each receipt's sum: it is shared out over the pieces by largest remainder,
// exact to the kopeck, and lines have a sum and no price. Weighed goods of under half a unit stand there with a quantity
// of 0, and count as one. Times are in UTC, which shows in the hours of trade. Points that were spent are not taken from
// anybody, as what they had before is not in the file.
type x5 struct {
	setting
	lines *lines
	home  *time.Location // of the shops
}

func openX5(in *lines, set setting) (format, error) {
	home, err := time.LoadLocation("Europe/Moscow")
	return &x5{setting: set, lines: in, home: home}, err
}

type x5Client struct {
	ID      string            `json:"client_id"`
	History []json.RawMessage `json:"transaction_history"`
}

type x5Receipt struct {
	At           string      `json:"datetime"`
	Store        string      `json:"store_id"`
	Sum          json.Number `json:"purchase_sum"`
	Regular      json.Number `json:"regular_points_received"`
	Express      json.Number `json:"express_points_received"`
	RegularSpent json.Number `json:"regular_points_spent"`
	ExpressSpent json.Number `json:"express_points_spent"`
	Products     []x5Product `json:"products"`
}

type x5Product struct {
	ID       string      `json:"product_id"`
	Quantity json.Number `json:"quantity"`
}

func (f *x5) next() (record, error) {
	l, err := f.lines.next()
	if err != nil {
		return record{}, err
	}
	out := record{end: l.number}
	client, why := readClient(&l)
	if why.code != "" {
		out.parts = []part{{unit: unit{l.number, l.text}, why: why}}
		return out, nil
	}
	var sold []part
	seen := map[string]int{}
	for _, raw := range client.History {
		p := f.receipt(client.ID, raw, seen)
		p.unit = unit{l.number, string(raw)}
		if p.doc == nil {
			out.parts = append(out.parts, p)
			continue
		}
		p.doc.units = []unit{p.unit}
		sold = append(sold, p)
	}
	slices.SortStableFunc(sold, func(a, b part) int { return a.doc.at.Compare(b.doc.at) })
	out.parts = append(out.parts, sold...)
	return out, nil
}

// readClient reads the first column of a line.
func readClient(l *line) (client x5Client, why refusal) {
	text, _, _ := strings.Cut(l.text, "\t")
	switch {
	case l.long:
		l.text = clip(l.text)
		return client, refusal{code: "line_too_long"}
	case json.Unmarshal([]byte(text), &client) != nil:
		return client, refusal{code: "json_invalid"}
	case client.ID == "" || !nameable(client.ID):
		return client, refusal{code: "name_invalid"}
	}
	return client, refusal{}
}

// receipt reads one receipt of a member. Receipts have no number, so that member, store, time and contents name them.
func (f *x5) receipt(client string, raw json.RawMessage, seen map[string]int) part {
	var r x5Receipt
	if json.Unmarshal(raw, &r) != nil {
		return part{why: refusal{code: "json_invalid"}}
	}
	at, ok := timeOf(r.At, f.zone)
	if !ok {
		return part{why: refusal{"date_invalid", r.At}}
	}
	sum, err := amountOf(r.Sum.String(), f.currency)
	switch {
	case err != nil:
		return part{why: refusal{"number_invalid", "purchase_sum: " + err.Error()}}
	case !sum.Valid():
		return part{why: refusal{"number_range", "purchase_sum"}}
	case r.Store == "" || !nameable(r.Store):
		return part{why: refusal{code: "name_invalid"}}
	case len(r.Products) == 0 || len(r.Products) > verno.MaxLines:
		return part{why: refusal{"goods_missing", strconv.Itoa(len(r.Products)) + " products"}}
	}
	d := &document{
		kind: verno.ReceiptSale, place: Place{Store: r.Store, Name: r.Store, Zone: f.home.String()},
		member: client, at: at.In(f.home),
	}
	var why refusal
	if d.lines, why = x5Lines(r.Products, sum); why.code != "" {
		return part{why: why}
	}
	if d.given, why = f.givenBy(&r); why.code != "" {
		return part{why: why}
	}
	hash := d.hash()
	d.identity = identify(client, at.UTC().Format("20060102T150405"), d.place.Store, strconv.FormatUint(uint64(hash[0])<<8|uint64(hash[1]), 16))
	seen[d.identity]++
	if n := seen[d.identity]; n > 1 {
		d.identity += ":" + strconv.Itoa(n)
	}
	return part{key: d.identity, doc: d}
}

// x5Lines shares a receipt's sum out over its pieces.
func x5Lines(products []x5Product, sum money.Amount) ([]verno.Line, refusal) {
	out := make([]verno.Line, len(products))
	weights := make([]int64, len(products))
	for i, p := range products {
		q, err := quantityOf(p.Quantity.String())
		if err != nil || q < 0 || q > money.MaxQuantity {
			return nil, refusal{"quantity_invalid", p.Quantity.String()}
		}
		if q == 0 {
			q = money.One
		}
		out[i] = verno.Line{SKU: clip(p.ID), Quantity: q, Fixed: true}
		weights[i] = int64(q)
	}
	for i, share := range money.Allocate(nil, int64(sum), weights) {
		out[i].Sum = money.Amount(share)
	}
	return out, refusal{}
}

// givenBy reads the points that the chain gave for a receipt: the ordinary ones and those of partners' offers.
func (f *x5) givenBy(r *x5Receipt) (*given, refusal) {
	g := &given{sum: r.Sum.String(), spent: []string{r.RegularSpent.String(), r.ExpressSpent.String()}}
	for _, n := range []json.Number{r.Regular, r.Express} {
		points, err := decimal(n.String(), givenPlaces)
		if err != nil {
			return nil, refusal{"number_invalid", "points: " + n.String()}
		}
		g.received = append(g.received, n.String())
		g.points += points
	}
	return g, refusal{}
}

// x5Rule is how most of these points were given: a tenth of a point for each full 20 ₽ of a receipt below 555 ₽, and for
// each full 10 ₽ from 555 ₽ on. A point is worth a rouble.
var x5Rule = Rule{
	Currency: "RUB", Zone: "Europe/Moscow", Scale: 1, Value: money.Ratio{Num: 10, Den: 1},
	Promotion: verno.Promotion{
		Name: "0.1 per 20 ₽, from 555 ₽ per 10 ₽", Type: "points_by_amount", Active: true,
		Settings: json.RawMessage(`{"thresholds":[{"from":0,"points":1,"step":2000},{"from":55500,"points":1,"step":1000}]}`),
	},
}
