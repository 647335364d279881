package desk

import (
	"context"
	"fmt"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// receiptSheet is the list of receipts, narrowed as the page is.
func (d *Desk) receiptSheet(c *call) (*sheet, error) {
	l, err := d.sought(c)
	if err != nil {
		return nil, err
	}
	for name := range l.form.Faults {
		return nil, verno.InvalidField("/"+name, "unknown_value", "known", "")
	}
	s := &sheet{title: c.Say("desk.receipts"), columns: []column{
		{c.Say("desk.receipt.at"), 18},
		{c.Say("desk.receipt.date"), 12},
		{c.Say("desk.receipt.kind"), 12},
		{c.Say("desk.receipt.number"), 14},
		{c.Say("desk.receipt.store"), 24},
		{c.Say("desk.receipt.member"), 26},
		{c.Say("desk.export.gross"), 14},
		{c.Say("desk.export.discount"), 14},
		{c.Say("desk.export.by_points"), 14},
		{c.Say("desk.export.payable"), 14},
		{c.Say("desk.export.currency"), 8},
		{c.Say("desk.export.gained"), 14},
		{c.Say("desk.export.lost"), 14},
		{c.Say("desk.export.cashback_gained"), 14},
		{c.Say("desk.export.cashback_lost"), 14},
		{c.Say("desk.export.code"), 32},
	}}
	after := store.SoldPlace{}
	s.more = func(ctx context.Context) ([][]cell, error) {
		sold, err := d.Reader.Sold(ctx, c.actor.Tenant, l.filter, after, exportPart)
		if err != nil || len(sold) == 0 {
			return nil, err
		}
		after = sold[len(sold)-1].Place()
		rows, err := d.inWords(c, sold)
		out := make([][]cell, len(rows))
		for i := range rows {
			out[i] = rows[i].cells(c)
		}
		return out, err
	}
	return s, nil
}

func (r *soldRow) cells(c *call) []cell {
	t := r.Totals
	if r.Kind == verno.ReceiptReturn {
		t.Gross, t.Discount, t.Redeemed = -t.Gross, -t.Discount, -t.Redeemed
	}
	gained, lost := r.points()
	return []cell{
		{at: r.at},
		textCell(bookedOn(r.Date)),
		textCell(c.Say("desk.step." + string(r.Kind))),
		textCell(r.Number),
		textCell(r.shop),
		textCell(r.guest),
		sumCell(t.Gross, r.Currency),
		sumCell(t.Discount, r.Currency),
		sumCell(t.Redeemed, r.Currency),
		sumCell(r.payable(), r.Currency),
		textCell(string(r.Currency)),
		pointsCell(gained, r.scale),
		pointsCell(lost, r.scale),
		sumCell(r.CashbackGained, r.Currency),
		sumCell(r.CashbackLost, r.Currency),
		textCell(r.ID.String()),
	}
}

// bookedOn is a business date as YYYY-MM-DD.
func bookedOn(date int32) string {
	return fmt.Sprintf("%04d-%02d-%02d", date/10000, date/100%100, date%100)
}
