package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/api"
	"github.com/verno-loyalty/verno/money"
)

// commitBody is a commit of eight lines as a till sends it.
func commitBody(b *testing.B) []byte {
	b.Helper()
	body := with(basket(8),
		"presence", "prs_AQAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"totals", m{"gross": rub(80_000), "discount": rub(0), "points": 0, "redeemed": rub(0), "payable": rub(80_000), "earn": 40},
		"tenders", []m{{"kind": "card", "amount": rub(80_000), "reference": "A12345"}}, "number", "123", "business_date", "2026-11-22", "shift", "7",
	)
	raw, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	return raw
}

// BenchmarkDecodeCommit reads a commit of eight lines strictly.
func BenchmarkDecodeCommit(b *testing.B) {
	raw := commitBody(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		var body api.CommitBody
		if err := web.Decode(raw, &body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHashCommit makes the canonical form of a commit and its hash.
func BenchmarkHashCommit(b *testing.B) {
	var body api.CommitBody
	if err := web.Decode(commitBody(b), &body); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = api.HashOf("POST", "/api/v1/checkouts/till1-1/commit", &body)
	}
}

// BenchmarkEncodeReceipt shows a receipt of eight lines.
func BenchmarkEncodeReceipt(b *testing.B) {
	r := receipt()
	buf := make([]byte, 0, 16<<10)
	b.ReportAllocs()
	for b.Loop() {
		buf = web.Append(buf[:0], api.ShowReceipt(r))
	}
	b.SetBytes(int64(len(buf)))
}

// receipt is a sale of eight lines of which two have a discount.
func receipt() *verno.Receipt {
	at := time.Date(2026, time.November, 22, 12, 0, 0, 123_456_000, time.UTC)
	id := [16]byte{1, 2, 3, 4, 5, 6, 7, 8}
	r := &verno.Receipt{
		ID: id, Kind: verno.ReceiptSale, CheckoutID: "till1-1", Owner: id, Member: id, Card: id, Method: verno.MethodLiveCode,
		Programme: id, Version: 3, Store: id, Terminal: id, Issuer: id, Cashier: id, Shift: "7", Number: "123", BusinessDate: 20261122,
		OccurredAt: at, ReceivedAt: at, Currency: "RUB", Entry: id,
		Totals:  verno.Totals{Gross: 80_000, Discount: 2_000, Payable: 78_000, Earn: 39},
		Tenders: []verno.Tender{{Kind: verno.TenderCard, Amount: 78_000, Reference: "A12345"}},
	}
	r.Facts.TimeZone = "Europe/Moscow"
	for i := range 8 {
		r.Facts.Basket.Lines = append(r.Facts.Basket.Lines, verno.Line{
			ID: string(rune('1' + i)), SKU: "4600000000017", Name: "Молоко 3,2 % 1 л", Category: "dairy/milk", Quantity: money.One, Price: 10_000, Sum: 10_000, VAT: 1000,
		})
		o := verno.LineOutcome{Net: 10_000, MaxPoints: 10_000, Earn: 5}
		if i < 2 {
			o.Discounts, o.Net = []verno.Adjustment{{Promotion: id, Amount: 1_000}}, 9_000
		}
		r.Outcome.Lines = append(r.Outcome.Lines, o)
	}
	r.Outcome.Awards = []verno.Award{{Promotion: id, Unit: verno.UnitPoints, Points: 39}}
	return r
}
