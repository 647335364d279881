package exchange

import (
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// given is what a file says of the points that were really given for a receipt.
type given struct {
	points   int64    // in 10^-givenPlaces
	sum      string   // as the file has it
	received []string // ordinary, express
	spent    []string
}

// givenPlaces is how many decimal places are compared: as many as a programme's points can have.
const givenPlaces = 3

var differenceHeader = []string{
	"line", "member", "occurred_at", "store", "sum", "verno_points", "given_points", "difference", "regular_received",
	"express_received", "regular_spent", "express_spent",
}

// compare sets the points that the rules gave beside those that were really given.
func (r *run) compare(d *document, receipt *verno.Receipt) {
	if d.given == nil || receipt == nil {
		return
	}
	if r.report.Given == nil {
		r.report.Given = &Given{}
	}
	g := r.report.Given
	g.Receipts++
	ours := int64(receipt.Totals.Earn)
	for range givenPlaces - r.report.Scale {
		ours *= 10
	}
	if ours == d.given.points {
		g.Equal++
		return
	}
	g.Different++
	show := func(n int64) string { return money.Points(n).Format(givenPlaces) }
	row := []string{
		strconv.FormatInt(d.units[0].line, 10), d.member, d.at.Format(time.RFC3339), d.place.Store, d.given.sum,
		show(ours), show(d.given.points), show(ours - d.given.points),
	}
	r.differences = append(r.differences, append(append(row, d.given.received...), d.given.spent...))
}
