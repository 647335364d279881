package report

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Query says what is to be looked at: a programme over so many days up to today, in one store or in all.
type Query struct {
	Tenant    verno.TenantID
	Programme verno.ProgrammeID
	Store     verno.StoreID // zero for all
	Days      int           // 1 to MaxDays
}

// MaxDays bounds a period.
const MaxDays = 366

// Overview is a period beside the one before it.
type Overview struct {
	Programme   verno.Programme // as it is in force, or drafted where nothing is in force yet
	From, Until time.Time       // the first and the last day, in the programme's time zone
	Now, Before Figures
	Days        []Day // every day of the period, those without a sale too
	// What is owed to members as of now, in the whole chain; zero where one store is looked at.
	Owed Liability
}

// Figures are what a period came to. Returns are subtracted from what was sold, earned and spent, on the day on which
// they happened.
type Figures struct {
	Sold, SoldWithCard   money.Amount // what was to be paid, less what was given back
	Sales, SalesWithCard int64        // receipts
	paid, paidWithCard   money.Amount // by those receipts, before any return
	Earned, Spent        money.Points
	Buyers, Again        int64 // members who bought, and who of them more than once
}

// Day is one day's sales, less its returns.
type Day struct {
	Date           time.Time
	Sold, WithCard money.Amount
	Sales          int64
}

// Liability is what a programme owes its members.
type Liability struct {
	Points money.Points
	Worth  money.Amount // what the points stand for
	Stored money.Amount // money that members have paid in

	Cashback money.Amount // that promotions gave
}

// Read adds up a period and the one before it. It returns store.ErrNotFound where there is no such programme.
func Read(ctx context.Context, r *store.Reader, q Query, now time.Time) (*Overview, error) {
	o := &Overview{}
	if err := o.programme(ctx, r, q); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(o.Programme.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	y, m, d := now.In(zone).Date()
	days := min(max(q.Days, 1), MaxDays)
	o.Until = time.Date(y, m, d, 0, 0, 0, 0, zone)
	o.From = o.Until.AddDate(0, 0, 1-days)
	span := store.Span{Tenant: q.Tenant, Programme: q.Programme, Store: q.Store, First: Date(o.From), Last: Date(o.Until)}
	before := span
	before.First, before.Last = Date(o.From.AddDate(0, 0, -days)), Date(o.From.AddDate(0, 0, -1))
	for _, part := range []struct {
		of   *Figures
		span store.Span
	}{{&o.Before, before}, {&o.Now, span}} {
		totals, err := totals(ctx, r, part.span)
		if err != nil {
			return nil, err
		}
		for i := range totals {
			part.of.add(&totals[i])
		}
		if part.of.Buyers, part.of.Again, err = r.Buyers(ctx, part.span); err != nil {
			return nil, err
		}
		if part.of == &o.Now {
			o.Days = spread(totals, o.From, days)
		}
	}
	if !q.Store.IsZero() {
		return o, nil
	}
	return o, o.owed(ctx, r, q)
}

// totals are the sales and the returns of a span, by date.
func totals(ctx context.Context, r *store.Reader, s store.Span) ([]store.DayTotal, error) {
	sales, err := r.DayTotals(ctx, s, verno.ReceiptSale)
	if err != nil {
		return nil, err
	}
	returns, err := r.DayTotals(ctx, s, verno.ReceiptReturn)
	return append(sales, returns...), err
}

// programme reads the terms in force, or the draft of a programme that was never published.
func (o *Overview) programme(ctx context.Context, r *store.Reader, q Query) error {
	v, err := r.PublishedVersion(ctx, q.Tenant, q.Programme)
	if err == nil {
		o.Programme = v.Programme
		return nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	p, err := r.Programme(ctx, q.Tenant, q.Programme)
	o.Programme = p.Draft
	return err
}

func (f *Figures) add(d *store.DayTotal) {
	sign := money.Amount(1)
	if d.Kind == verno.ReceiptReturn {
		sign = -1
	}
	f.Sold += sign * d.Payable
	f.Earned += money.Points(sign) * d.Earned
	f.Spent += money.Points(sign) * d.Points
	f.SoldWithCard += sign * d.PayableCarded
	if sign < 0 {
		return
	}
	f.Sales += d.Count
	f.paid += d.Payable
	f.SalesWithCard += d.Carded
	f.paidWithCard += d.PayableCarded
}

// Share is how much of what was sold went over a card.
func (f *Figures) Share() money.Percent {
	return share(max(int64(f.SoldWithCard), 0), max(int64(f.Sold), 0))
}

// Average is what a receipt with a card comes to, before returns.
func (f *Figures) Average() money.Amount { return average(f.paidWithCard, f.SalesWithCard) }

// AverageWithout is what a receipt without a card comes to.
func (f *Figures) AverageWithout() money.Amount {
	return average(f.paid-f.paidWithCard, f.Sales-f.SalesWithCard)
}

// Returning is how many of those who bought did so more than once.
func (f *Figures) Returning() money.Percent { return share(f.Again, f.Buyers) }

func average(sum money.Amount, of int64) money.Amount {
	if of <= 0 {
		return 0
	}
	return money.Amount(money.MulDiv(int64(sum), 1, of, money.HalfUp))
}

func share(part, of int64) money.Percent {
	if of <= 0 {
		return 0
	}
	return money.Percent(money.MulDiv(int64(money.Full), part, of, money.HalfUp))
}

// Change is by how much a figure has risen, or fallen below zero; ok is false where there was nothing before to compare
// it with.
func Change(now, before int64) (p money.Percent, ok bool) {
	const most = 1 << 40 // beyond it a percent says nothing, and would not fit
	if before <= 0 || now > most || now < -most {
		return 0, false
	}
	if now < before {
		return -share(before-now, before), true
	}
	return share(now-before, before), true
}

// spread puts totals on the days of a period.
func spread(totals []store.DayTotal, from time.Time, days int) []Day {
	list := make([]Day, days)
	at := make(map[int32]*Day, days)
	for i := range list {
		list[i].Date = from.AddDate(0, 0, i)
		at[Date(list[i].Date)] = &list[i]
	}
	for i := range totals {
		t := &totals[i]
		day := at[t.Date]
		if day == nil {
			continue
		}
		if t.Kind == verno.ReceiptReturn {
			day.Sold -= t.Payable
			day.WithCard -= t.PayableCarded
			continue
		}
		day.Sales += t.Count
		day.Sold += t.Payable
		day.WithCard += t.PayableCarded
	}
	return list
}

// Date is a day as receipts have it: YYYYMMDD.
func Date(t time.Time) int32 { return verno.Moment{At: t}.Day() }

// owed finds what is owed now. Points and money are never added up.
func (o *Overview) owed(ctx context.Context, r *store.Reader, q Query) error {
	issued, err := r.Issued(ctx, q.Tenant, verno.ProgrammeOwner(q.Programme))
	if err != nil {
		return err
	}
	o.Owed.Points = money.Points(issued[verno.PointsUnit(q.Programme)])
	o.Owed.Cashback = money.Amount(issued[verno.CashbackUnit(q.Programme)])
	if value := o.Programme.Points.Value; value.Valid() {
		o.Owed.Worth = money.Amount(value.Of(int64(o.Owed.Points), money.HalfUp))
	}
	units, err := r.Units(ctx, q.Tenant)
	if err != nil {
		return err
	}
	if issued, err = r.Issued(ctx, q.Tenant, verno.IssuerOwner(o.Programme.Issuer)); err != nil {
		return err
	}
	for _, u := range units {
		if u.Kind == verno.UnitMoney && u.Issuer == o.Programme.Issuer && u.Currency == o.Programme.Currency {
			o.Owed.Stored += money.Amount(issued[u.ID])
		}
	}
	return nil
}
