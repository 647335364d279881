package desk

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/report"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/money"
)

// lookBacks are how many days can be looked at, first the one where the address names none.
var lookBacks = []int{30, 7, 90}

// glance is what the first page shows.
type glance struct {
	*report.Overview

	days       int
	programmes []store.Programme // where there are several, to choose from
	figures    []figure
	waiting    []chore
	steps      []chore   // what is to be done first, until something was sold
	backedUp   time.Time // when the database was copied, where that is not long ago
	sales      bool      // whether the reader may see what was sold
}

// figure is a number with what it is, what it was before, and where its receipts are.
type figure struct {
	name, value string
	than        string // compared with the period before
	rising      int    // above zero for better, below for worse
	more        []string
	path        string // of the list behind it; empty for none
}

// tight says how small the letters of a long number are, so that it fits its box: long from a million with its currency,
// longer from a hundred millions.
func (f *figure) tight() string {
	switch n := utf8.RuneCountInString(f.value); {
	case n > 13:
		return "longer"
	case n > 9:
		return "long"
	}
	return ""
}

// chore is something to be done, and where.
type chore struct {
	text string
	path string // empty where the reader cannot go there
	done bool
}

// overview is the first page: how it goes, and what waits for somebody.
func (d *Desk) overview(c *call) error {
	g := glance{days: lookBacks[0], sales: c.actor.May.Has(verno.MayReadReceipts)}
	for _, days := range lookBacks {
		if c.Query.Get("days") == strconv.Itoa(days) {
			g.days = days
		}
	}
	q, err := d.looking(c, &g)
	if err != nil {
		return err
	}
	begun, err := d.Reader.Begun(c.r.Context(), c.actor.Tenant)
	if err != nil {
		return err
	}
	if !begun.Sold {
		d.begin(c, &g, begun)
	}
	if q.Programme.IsZero() {
		return c.show(c.Say("desk.overview"), overviewPage(c, &g))
	}
	if g.Overview, err = report.Read(c.r.Context(), d.Reader, q, c.now); err != nil {
		return err
	}
	if err := d.chores(c, &g, q); err != nil {
		return err
	}
	c.figures(&g)
	c.Styles = append(c.Styles, "desk_report.css")
	return c.show(c.Say("desk.overview"), overviewPage(c, &g))
}

// looking chooses the programme: the one that the address names, else the first.
func (d *Desk) looking(c *call, g *glance) (report.Query, error) {
	q := report.Query{Tenant: c.actor.Tenant, Store: c.actor.Store, Days: g.days}
	list, err := d.Reader.Programmes(c.r.Context(), c.actor.Tenant, verno.ProgrammeID{}, pageSize)
	if err != nil || len(list) == 0 {
		return q, err
	}
	q.Programme = list[0].Draft.ID
	for i := range list {
		if list[i].Draft.ID.String() == c.Query.Get("programme") {
			q.Programme = list[i].Draft.ID
		}
	}
	if len(list) > 1 {
		g.programmes = list
	}
	return q, nil
}

// figures are the five numbers of the page.
func (c *call) figures(g *glance) {
	now, before := &g.Now, &g.Before
	sells := before.Sales > 0
	in, scale := g.Programme.Currency, g.Programme.Points.Scale
	span := "/receipts?from=" + g.From.Format("2006-01-02") + "&to=" + g.Until.Format("2006-01-02")
	sold := figure{name: c.Say("desk.figure.sold"), value: c.Money(now.Sold, in), path: span}
	sold.compare(c, int64(now.Sold), int64(before.Sold), sells)
	sold.more = []string{c.Say("desk.figure.share", "Share", c.share(now.Share()), "Sum", c.Money(now.SoldWithCard, in))}
	receipt := figure{name: c.Say("desk.figure.average"), value: c.Money(now.Average(), in), path: span + "&cards=with"}
	receipt.compare(c, int64(now.Average()), int64(before.Average()), sells)
	receipt.more = []string{c.Say("desk.figure.without", "Sum", c.Money(now.AverageWithout(), in))}
	active := figure{name: c.Say("desk.figure.active"), value: c.Number(now.Buyers)}
	active.compare(c, now.Buyers, before.Buyers, sells)
	active.more = []string{c.Say("desk.figure.again", "Share", c.share(now.Returning()))}
	earned := figure{name: c.Say("desk.figure.earned"), value: c.Points(now.Earned, scale)}
	earned.compare(c, int64(now.Earned), int64(before.Earned), sells)
	earned.rising = 0 // More points given is neither good nor bad.
	earned.more = []string{c.Say("desk.figure.spent", "Points", c.Points(now.Spent, scale))}
	g.figures = []figure{sold, receipt, active, earned}
	if !c.actor.Store.IsZero() {
		return
	}
	owed := figure{name: c.Say("desk.figure.owed"), value: c.Points(g.Owed.Points, scale)}
	owed.than = c.Say("desk.figure.worth", "Sum", c.Money(g.Owed.Worth, in))
	if g.Owed.Stored != 0 {
		owed.more = []string{c.Say("desk.figure.stored", "Sum", c.Money(g.Owed.Stored, in))}
	}
	if g.Owed.Cashback != 0 {
		owed.more = append(owed.more, c.Say("desk.figure.cashback", "Sum", c.Money(g.Owed.Cashback, in)))
	}
	g.figures = append(g.figures, owed)
}

// compare says by how much a figure has changed since the period before, where anything was sold in it.
func (f *figure) compare(c *call, now, before int64, sold bool) {
	p, ok := report.Change(now, before)
	switch {
	case !ok && !sold:
		// It is said once below the figures, not in each of them.
	case !ok:
		f.than = c.Say("desk.figure.no_before")
	case p > 10*money.Full:
		f.than, f.rising = c.Say("desk.figure.many_times"), 1
	case c.share(p) == c.share(0):
		f.than = c.Say("desk.figure.same")
	case p > 0:
		f.than, f.rising = c.Say("desk.figure.up", "Share", c.share(p)), 1
	default:
		f.than, f.rising = c.Say("desk.figure.down", "Share", c.share(-p)), -1
	}
}

// share is a percent without its fractions, which nobody reads at a glance.
func (c *call) share(p money.Percent) string {
	const whole = money.Percent(100) // 1 %
	return c.Percent(money.Percent(money.MulDiv(int64(p), 1, int64(whole), money.HalfUp)) * whole)
}

// sum says a sum of the chart's scale.
func (g *glance) sum(c *call) func(int64) string {
	return func(n int64) string { return c.Money(money.Amount(n), g.Programme.Currency) }
}

// bars are the days of the chart.
func (g *glance) bars(c *call) []view.Bar {
	list := make([]view.Bar, len(g.Days))
	for i, d := range g.Days {
		label := c.Day(d.Date)
		if g.days == 7 {
			label = c.Weekday(d.Date) + ", " + label
		}
		list[i] = view.Bar{Label: label, Value: max(int64(d.Sold), 0), Text: c.Money(d.Sold, g.Programme.Currency)}
	}
	return list
}
