package store

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Sold is a receipt as a list shows it.
type Sold struct {
	ID         verno.ReceiptID
	Kind       verno.ReceiptKind
	Date       int32 // YYYYMMDD, as the store books it
	OccurredAt int64 // µs
	TimeZone   string
	Programme  verno.ProgrammeID
	Store      verno.StoreID
	Terminal   verno.TerminalID
	Member     verno.MemberID // zero where nobody showed a card
	Number     string
	SaleNumber string // of a return: that of what was sold
	Currency   money.Currency
	Totals     verno.Totals

	CashbackGained money.Amount // of a return, what is cashback again
	CashbackLost   money.Amount // that paid; of a return, what was taken back
}

// SoldPlace is where a list of receipts goes on: after the last receipt of the page before. The zero place is the newest.
type SoldPlace struct {
	Date int32
	At   int64
	ID   verno.ReceiptID
}

// Place is that of this receipt.
func (s *Sold) Place() SoldPlace { return SoldPlace{s.Date, s.OccurredAt, s.ID} }

// SoldFilter narrows a list of receipts; zero fields do not.
type SoldFilter struct {
	First  int32 // business dates, both included
	Last   int32
	Store  verno.StoreID
	Member verno.MemberID // with the receipts of those who were merged into it
	Kind   verno.ReceiptKind
	Number string
	Cards  string       // "with" or "without" a card
	Least  money.Amount // to be paid
	Most   money.Amount
}

// The inner SELECT reads the index alone and stops at the last row of the page, so that only those receipts are read.
const soldStatement = `SELECT t.id, t.kind, t.business_date, t.occurred_at, s.time_zone, t.programme_id, t.store_id, t.terminal_id,
	t.member_id, t.number, t.currency, t.gross, t.discount, t.points, t.redeemed, t.payable, t.earned, t.outcome,
	COALESCE((SELECT p.number FROM receipt p WHERE p.tenant = t.tenant AND p.id = t.parent_id), '')
	FROM (SELECT tenant, business_date, occurred_at, id FROM receipt WHERE tenant = $1
		AND business_date BETWEEN $2 AND $3 AND (business_date < $4 OR business_date = $4 AND (occurred_at < $5 OR occurred_at = $5 AND id < $6))
		AND (CAST($7 AS BYTEA) IS NULL OR store_id = $7) AND (CAST($8 AS BYTEA) IS NULL OR member_id = $8 OR member_id IN (
			SELECT m.id FROM member m WHERE m.tenant = $1 AND m.merged_into = $8
			AND m.owner_id = (SELECT owner_id FROM member WHERE tenant = $1 AND id = $8)))
		AND ($9 = '' OR kind = $9) AND ($10 = '' OR number = $10)
		AND ($11 = '' OR $11 = 'with' AND member_id IS NOT NULL OR $11 = 'without' AND member_id IS NULL)
		AND payable BETWEEN $12 AND $13
		ORDER BY business_date DESC, occurred_at DESC, id DESC LIMIT $14) AS f
	JOIN receipt t ON t.tenant = f.tenant AND t.id = f.id
	JOIN store s ON s.tenant = t.tenant AND s.id = t.store_id
	ORDER BY f.business_date DESC, f.occurred_at DESC, f.id DESC`

// noDate is after every business date.
const noDate = 99991231

// Sold lists receipts by when they happened, newest first, after a place in the list.
func (r *Reader) Sold(ctx context.Context, tenant verno.TenantID, f SoldFilter, after SoldPlace, limit int) ([]Sold, error) {
	last := f.Last
	if last == 0 {
		last = noDate
	}
	if after == (SoldPlace{}) {
		after.Date = noDate + 1
	}
	most := f.Most
	if most == 0 {
		most = 1<<63 - 1
	}
	return queryAll(ctx, r, scanSold, soldStatement, tenant, int64(f.First), int64(min(last, after.Date)), int64(after.Date), after.At,
		after.ID[:], f.Store.Bytes(), f.Member.Bytes(), string(f.Kind), f.Number, f.Cards, int64(f.Least), int64(most), limit)
}

func scanSold(row Scanner) (s Sold, err error) {
	t := &s.Totals
	var outcome []byte
	err = row.Scan(&s.ID, &s.Kind, &s.Date, &s.OccurredAt, &s.TimeZone, &s.Programme, &s.Store, &s.Terminal, &s.Member,
		&s.Number, &s.Currency, &t.Gross, &t.Discount, &t.Points, &t.Redeemed, &t.Payable, &t.Earn, &outcome, &s.SaleNumber)
	if err != nil {
		return s, err
	}
	var decided verno.Receipt
	if err := readOutcome(outcome, &decided); err != nil {
		return s, err
	}
	s.CashbackGained, s.CashbackLost = decided.Totals.Cashback, decided.Outcome.CashbackUsed
	if back := decided.Return; back != nil {
		s.CashbackGained, s.CashbackLost = back.CashbackBack, back.CashbackTaken
	}
	return s, nil
}

// ReturnsOf lists the returns of a sale, oldest first. They are booked on its date or later; by their ID they may come before
// it, where both are of one instant or a clock was set back.
func (r *Reader) ReturnsOf(ctx context.Context, sale *verno.Receipt, limit int) ([]*ReceiptRow, error) {
	return queryAll(ctx, r, scanReceipt, `SELECT `+receiptColumns+` FROM receipt
		WHERE tenant = $1 AND business_date >= $2 AND kind = 'return' AND parent_id = $3 ORDER BY occurred_at, id LIMIT $4`,
		sale.Tenant, int64(sale.BusinessDate), sale.ID[:], limit)
}
