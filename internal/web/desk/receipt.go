package desk

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/money"
)

// receiptList is what the list of receipts shows.
type receiptList struct {
	form   *view.Form // the address, and what is wrong with it
	filter store.SoldFilter
	guest  string // whose receipts alone are listed; empty for everybody's
	shops  []verno.Store
	rows   []soldRow
	next   string
	narrow bool      // something is left out
	part   bool      // the page takes only the list of the answer, so that what is wrong must be said there
	since  time.Time // a number was sought from this day on, as the address names none; zero where all are looked at
}

// soldRow is a receipt in words.
type soldRow struct {
	store.Sold

	at    time.Time // where the store is
	shop  string
	guest string
	scale int
}

// receipts lists what was sold and what came back, newest first.
func (d *Desk) receipts(c *call) error {
	l, err := d.sought(c)
	if err != nil {
		return err
	}
	after, err := soldAfter(c)
	if err != nil {
		return err
	}
	if len(l.form.Faults) == 0 {
		rows, err := d.Reader.Sold(c.r.Context(), c.actor.Tenant, l.filter, after, pageSize+1)
		if err != nil {
			return err
		}
		rows, more := web.Cut(rows, pageSize)
		if more {
			l.next = soldCursor(rows[pageSize-1].Place())
		}
		if l.rows, err = d.inWords(c, rows); err != nil {
			return err
		}
	}
	c.Styles = append(c.Styles, "desk_report.css")
	return c.show(c.Say("desk.receipts"), receiptsPage(c, l))
}

// sought reads from the address what is looked for. Somebody who belongs to a store sees that store's receipts.
func (d *Desk) sought(c *call) (*receiptList, error) {
	l := &receiptList{form: &view.Form{Values: c.Query, Faults: map[string]string{}}, part: c.r.Header.Get("Hx-Request") != ""}
	f := &l.filter
	f.First, f.Last = l.date(c, "from"), l.date(c, "to")
	if f.Last != 0 && f.First > f.Last {
		l.form.Faults["to"] = c.Say("desk.receipt.wrong_span")
	}
	in, err := d.currency(c)
	if err != nil {
		return nil, err
	}
	f.Least, f.Most = l.sum(c, "least", in), l.sum(c, "most", in)
	if kind := verno.ReceiptKind(c.Query.Get("kind")); kind == verno.ReceiptSale || kind == verno.ReceiptReturn {
		f.Kind = kind
	}
	if cards := c.Query.Get("cards"); cards == "with" || cards == "without" {
		f.Cards = cards
	}
	if f.Number = strings.TrimSpace(c.Query.Get("number")); len(f.Number) > 4*verno.MaxTextLength {
		f.Number = f.Number[:4*verno.MaxTextLength]
	}
	if f.Number != "" && f.First == 0 {
		l.bound(c)
	}
	if l.shops, err = d.Reader.Places(c.r.Context(), c.actor.Tenant, verno.StoreID{}, 500); err != nil {
		return nil, err
	}
	if f.Store, err = verno.ParseID[verno.StoreID](c.Query.Get("store")); err != nil {
		f.Store = verno.StoreID{}
	}
	if own := c.actor.Store; !own.IsZero() {
		f.Store, l.shops = own, nil
	}
	if err := d.soughtMember(c, l); err != nil {
		return nil, err
	}
	l.narrow = *f != store.SoldFilter{Store: c.actor.Store}
	return l, nil
}

// recent is how many days back a number is sought where the address names no day: the list is in the order of days, so that
// a number that is not there would be sought among all receipts that there ever were.
const recent = 92

func (l *receiptList) bound(c *call) {
	until := c.now.In(c.zone)
	if l.filter.Last != 0 {
		until = time.Date(int(l.filter.Last/10000), time.Month(l.filter.Last/100%100), int(l.filter.Last%100), 0, 0, 0, 0, c.zone)
	}
	l.since = until.AddDate(0, 0, -recent)
	l.filter.First = int32(l.since.Year()*10000 + int(l.since.Month())*100 + l.since.Day())
}

// soughtMember narrows the list to one member's receipts.
func (d *Desk) soughtMember(c *call, l *receiptList) error {
	id, err := verno.ParseID[verno.MemberID](c.Query.Get("member"))
	if err != nil || id.IsZero() {
		return nil //nolint:nilerr // What names nobody narrows nothing.
	}
	l.filter.Member, l.guest = id, id.String()
	if !c.actor.May.Has(verno.MayReadMembers) {
		return nil
	}
	v, err := d.Members.Read(c.r.Context(), c.actor, id)
	if err != nil {
		return err
	}
	l.filter.Member, l.guest = v.ID, fullName(c, &v) // whom it was merged into
	return nil
}

// currency is that of the first programme, in which sums are typed.
func (d *Desk) currency(c *call) (money.Currency, error) {
	list, err := d.Reader.Programmes(c.r.Context(), c.actor.Tenant, verno.ProgrammeID{}, 1)
	if err != nil || len(list) == 0 {
		return "RUB", err
	}
	return list[0].Draft.Currency, nil
}

func (l *receiptList) date(c *call, name string) int32 {
	text := strings.TrimSpace(c.Query.Get(name))
	if text == "" {
		return 0
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() < 1970 {
		l.form.Faults[name] = c.Say("desk.receipt.wrong_date")
		return 0
	}
	return verno.Moment{At: day}.Day()
}

func (l *receiptList) sum(c *call, name string, in money.Currency) money.Amount {
	text := strings.NewReplacer(" ", "", "\u00a0", "", ",", ".").Replace(c.Query.Get(name))
	if text == "" {
		return 0
	}
	sum, err := in.ParseAmount(text)
	if err != nil || !sum.Valid() {
		l.form.Faults[name] = c.Say("desk.receipt.wrong_sum")
		return 0
	}
	return sum
}

// inWords finds what identifiers stand for.
func (d *Desk) inWords(c *call, rows []store.Sold) ([]soldRow, error) {
	names, zones, guests := d.naming(c), map[string]*time.Location{}, map[verno.MemberID]string{}
	out := make([]soldRow, len(rows))
	for i := range rows {
		r := &rows[i]
		zone := zones[r.TimeZone]
		if zone == nil {
			zone = zoneOf(r.TimeZone)
			zones[r.TimeZone] = zone
		}
		out[i] = soldRow{Sold: *r, at: verno.FromMicros(r.OccurredAt).In(zone), scale: d.Till.Scale(c.r.Context(), c.actor.Tenant, r.Programme)}
		var err error
		if out[i].shop, err = names.store(r.Store); err != nil {
			return nil, err
		}
		if out[i].guest, err = d.guest(c, r.Member, guests); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// guest is what a member is called, for whoever may know; else that there was one.
func (d *Desk) guest(c *call, id verno.MemberID, known map[verno.MemberID]string) (string, error) {
	if id.IsZero() {
		return "", nil
	}
	if !c.actor.May.Has(verno.MayReadMembers) {
		return c.Say("desk.receipt.somebody"), nil
	}
	if name, ok := known[id]; ok {
		return name, nil
	}
	v, err := d.Members.Read(c.r.Context(), c.actor, id)
	if err != nil {
		return "", err
	}
	known[id] = fullName(c, &v)
	return known[id], nil
}

func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// soldCursor is where the list goes on, as the address says it.
func soldCursor(p store.SoldPlace) string {
	return fmt.Sprintf("%d.%d.%x", p.Date, p.At, p.ID[:])
}

func soldAfter(c *call) (p store.SoldPlace, err error) {
	text := c.Query.Get("after")
	if text == "" {
		return p, nil
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return p, verno.Malformed("malformed_cursor")
	}
	date, err := strconv.ParseInt(parts[0], 10, 32)
	if err == nil {
		p.At, err = strconv.ParseInt(parts[1], 10, 64)
	}
	raw, wrong := hex.DecodeString(parts[2])
	if err != nil || wrong != nil || len(raw) != len(p.ID) {
		return store.SoldPlace{}, verno.Malformed("malformed_cursor")
	}
	p.Date, p.ID = int32(date), verno.ReceiptID(raw)
	return p, nil
}

// payable is a sum as the till's drawer saw it: a return takes out.
func (r *soldRow) payable() money.Amount {
	if r.Kind == verno.ReceiptReturn {
		return -r.Totals.Payable
	}
	return r.Totals.Payable
}

// name is what a receipt is called in a list: a return by the number of what was sold.
func (r *soldRow) name(c *call) string {
	switch {
	case r.SaleNumber != "":
		return c.Say("desk.receipt.back_to", "Number", r.SaleNumber)
	case r.Number != "":
		return c.Say("desk.receipt.no", "Number", r.Number)
	}
	return c.Say("desk.receipt.open")
}

// points are what a receipt gave a member and what it took, in that order; of a return the other way round.
func (r *soldRow) points() (gained, lost money.Points) {
	if r.Kind == verno.ReceiptReturn {
		return r.Totals.Points, r.Totals.Earn
	}
	return r.Totals.Earn, r.Totals.Points
}
