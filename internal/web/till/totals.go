package till

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/money"
)

// Totals are what was done at a till on one day of its store.
type Totals struct {
	Day      string         `json:"day"` // YYYY-MM-DD
	Sales    Side           `json:"sales"`
	Returns  Side           `json:"returns"`
	TopUps   Side           `json:"top_ups"`
	Tenders  []TenderTotal  `json:"tenders"`
	Earned   money.Points   `json:"earned"` // by members, less what returns took back
	Spent    money.Points   `json:"spent"`  // by members, less what returns gave back
	Cashback Cashback       `json:"cashback"`
	Members  int64          `json:"members"`
	Cashiers []CashierTotal `json:"cashiers"`
	Partial  bool           `json:"partial"` // more was done than one look adds up
}

// Cashback is what promotions gave members as money, and what of it has paid: a part of the stored money. Both less what
// returns took back and gave back.
type Cashback struct {
	Earned money.Amount `json:"earned"`
	Spent  money.Amount `json:"spent"`
}

// Side is how many receipts there were and what they came to.
type Side struct {
	Count  int64        `json:"count"`
	Amount money.Amount `json:"amount"`
}

// TenderTotal is what came in by one kind of tender, less what went out.
type TenderTotal struct {
	Kind   verno.TenderKind `json:"kind"`
	Amount money.Amount     `json:"amount"`
}

// CashierTotal is what one person sold.
type CashierTotal struct {
	Name  string `json:"name"` // empty where nobody had said who works
	Sales Side   `json:"sales"`
}

// The bounds of one look: pages of a day.
const (
	pageSize = 200
	maxPages = 25
)

func (t *Till) totals(w http.ResponseWriter, r *http.Request) {
	a, err := t.who(r)
	if err == nil {
		web.Attribute(r.Context(), a.Name())
		err = a.Require(verno.MayReadReceipts)
	}
	var sum *Totals
	if err == nil {
		sum, err = t.day(r.Context(), a)
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	web.Show(w, http.StatusOK, sum)
}

// day adds up what the till has done since midnight where it stands.
func (t *Till) day(ctx context.Context, a verno.Actor) (*Totals, error) {
	place, err := t.Reader.Place(ctx, a.Tenant, a.Store)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(place.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	now := t.Clock().In(zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	sum := &Totals{Day: now.Format(time.DateOnly)}
	add := &adder{sum: sum, tenders: map[verno.TenderKind]money.Amount{}, cashiers: map[verno.StaffID]*Side{}}
	var before verno.ReceiptID
	if err := t.paidIn(ctx, a, midnight, add); err != nil {
		return nil, err
	}
	for range maxPages {
		rows, err := t.Reader.Receipts(ctx, a.Tenant, store.ReceiptFilter{Terminal: a.Terminal, From: verno.Micros(midnight)}, before, pageSize)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			add.receipt(&row.Receipt)
			before = row.ID
		}
		if len(rows) < pageSize {
			return sum, t.show(ctx, a, add)
		}
	}
	sum.Partial = true
	return sum, t.show(ctx, a, add)
}

// paidIn adds what was put on guests' cards: it lies in the same drawer.
func (t *Till) paidIn(ctx context.Context, a verno.Actor, since time.Time, d *adder) error {
	list, err := t.Till.PaidIn(ctx, a, a.Terminal, since, pageSize*maxPages)
	for _, p := range list {
		d.sum.TopUps.Count++
		d.sum.TopUps.Amount += p.Amount
		d.tenders[p.Tender] += p.Amount
	}
	d.sum.Partial = len(list) == pageSize*maxPages
	return err
}

// adder gathers receipts.
type adder struct {
	sum      *Totals
	tenders  map[verno.TenderKind]money.Amount
	cashiers map[verno.StaffID]*Side
}

func (d *adder) receipt(r *verno.Receipt) {
	if r.Return != nil {
		d.sum.Returns.Count++
		d.sum.Returns.Amount += r.Return.Refund + r.Return.MoneyBack
		d.sum.Earned -= r.Return.PointsTaken
		d.sum.Spent -= r.Return.PointsBack
		d.sum.Cashback.Earned -= r.Return.CashbackTaken
		d.sum.Cashback.Spent -= r.Return.CashbackBack
		for _, tender := range r.Return.Tenders {
			d.tenders[tender.Kind] -= tender.Amount
		}
		return
	}
	d.sum.Sales.Count++
	d.sum.Sales.Amount += r.Totals.Payable
	d.sum.Earned += r.Totals.Earn
	d.sum.Spent += r.Totals.Points
	d.sum.Cashback.Earned += r.Totals.Cashback
	d.sum.Cashback.Spent += r.Outcome.CashbackUsed
	if !r.Member.IsZero() {
		d.sum.Members++
	}
	for _, tender := range r.Tenders {
		d.tenders[tender.Kind] += tender.Amount
	}
	own := d.cashiers[r.Cashier]
	if own == nil {
		own = &Side{}
		d.cashiers[r.Cashier] = own
	}
	own.Count++
	own.Amount += r.Totals.Payable
}

// show puts the sums in the order in which they are read, with the names of who sold.
func (t *Till) show(ctx context.Context, a verno.Actor, d *adder) error {
	for _, kind := range []verno.TenderKind{verno.TenderCash, verno.TenderCard, verno.TenderOther, verno.TenderStored, verno.TenderCertificate} {
		if amount, there := d.tenders[kind]; there {
			d.sum.Tenders = append(d.sum.Tenders, TenderTotal{kind, amount})
		}
	}
	known, err := t.Gate.Cashiers(ctx, a)
	if err != nil {
		return err
	}
	names := map[verno.StaffID]string{}
	for _, c := range known {
		names[c.ID] = c.Name
	}
	for id, side := range d.cashiers {
		d.sum.Cashiers = append(d.sum.Cashiers, CashierTotal{names[id], *side})
	}
	slices.SortFunc(d.sum.Cashiers, func(x, y CashierTotal) int { return strings.Compare(x.Name, y.Name) })
	return nil
}
