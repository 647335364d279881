package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
)

// ReceiptRow is a receipt with the entry that moved its value.
type ReceiptRow struct {
	verno.Receipt
	Postings string // canonical; empty where nothing moved
}

var putReceipt = Insert("receipt",
	`tenant bytea, owner_id bytea, id bytea, kind text, parent_id bytea, checkout_id text, programme_id bytea,
	version bigint, member_id bytea, card_id bytea, method text, store_id bytea, terminal_id bytea, issuer_id bytea,
	partner_id bytea, cashier_id bytea, shift text, number text, business_date bigint, occurred_at bigint,
	received_at bigint, currency text, gross bigint, discount bigint, points bigint, redeemed bigint, payable bigint,
	earned bigint, facts text, outcome text, entry_id bytea, postings text, returned text`, "")

// PutReceipts writes receipts.
func (p *Pipe) PutReceipts(receipts []*ReceiptRow) {
	v := p.Values(putReceipt)
	var facts, outcome []byte
	for _, r := range receipts {
		t := &r.Totals
		v.Bytes(r.Tenant[:]).Bytes(r.Owner[:]).Bytes(r.ID[:]).Text(string(r.Kind)).Bytes(r.Parent.Bytes())
		if r.CheckoutID == "" {
			v.Null()
		} else {
			v.Text(r.CheckoutID)
		}
		v.Bytes(r.Programme[:]).Int(r.Version).Bytes(r.Member.Bytes()).Bytes(r.Card.Bytes()).Text(string(r.Method))
		v.Bytes(r.Store[:]).Bytes(r.Terminal.Bytes()).Bytes(r.Issuer[:]).Bytes(r.Partner.Bytes()).Bytes(r.Cashier.Bytes())
		v.Text(r.Shift).Text(r.Number).Int(int64(r.BusinessDate)).Int(verno.Micros(r.OccurredAt)).Int(verno.Micros(r.ReceivedAt))
		v.Text(string(r.Currency)).Int(int64(t.Gross)).Int(int64(t.Discount)).Int(int64(t.Points)).Int(int64(t.Redeemed))
		v.Int(int64(t.Payable)).Int(int64(t.Earn))
		facts, outcome = AppendFacts(facts[:0], &r.Facts), AppendOutcome(outcome[:0], &r.Receipt)
		v.Text(string(facts)).Text(string(outcome)).Bytes(r.Entry.Bytes()).Text(r.Postings).Text("")
	}
}

const receiptColumns = `tenant, owner_id, id, kind, parent_id, COALESCE(checkout_id, ''), programme_id, version, member_id,
	card_id, method, store_id, terminal_id, issuer_id, partner_id, cashier_id, shift, number, business_date, occurred_at,
	received_at, currency, gross, discount, points, redeemed, payable, earned, facts, outcome, entry_id, postings, returned`

func scanReceipt(row Scanner) (*ReceiptRow, error) {
	r := &ReceiptRow{}
	t := &r.Totals
	var occurred, received int64
	var facts, outcome, returned []byte
	err := row.Scan(&r.Tenant, &r.Owner, &r.ID, &r.Kind, &r.Parent, &r.CheckoutID, &r.Programme, &r.Version, &r.Member,
		&r.Card, &r.Method, &r.Store, &r.Terminal, &r.Issuer, &r.Partner, &r.Cashier, &r.Shift, &r.Number, &r.BusinessDate,
		&occurred, &received, &r.Currency, &t.Gross, &t.Discount, &t.Points, &t.Redeemed, &t.Payable, &t.Earn, &facts,
		&outcome, &r.Entry, &r.Postings, &returned)
	if err != nil {
		return nil, err
	}
	r.OccurredAt, r.ReceivedAt = verno.FromMicros(occurred), verno.FromMicros(received)
	if err := readFacts(facts, &r.Facts, r.Currency); err != nil {
		return nil, err
	}
	r.Facts.Moment.Store, r.Facts.Moment.Terminal = r.Store, r.Terminal
	if err := readOutcome(outcome, &r.Receipt); err != nil {
		return nil, err
	}
	if len(returned) > 0 {
		if err := json.Unmarshal(returned, &r.Returned); err != nil {
			return nil, fmt.Errorf("store: read what was returned: %w", err)
		}
	}
	return r, nil
}

var (
	readReceipt = Keyed("tenant bytea, id bytea", `SELECT `+receiptColumns+` FROM receipt WHERE tenant = k.tenant AND id = k.id`)
	lockReceipt = Keyed("tenant bytea, id bytea",
		`SELECT `+receiptColumns+` FROM receipt WHERE tenant = k.tenant AND id = k.id FOR NO KEY UPDATE`)
	putReturned = Keyed("tenant bytea, owner_id bytea, id bytea, returned text",
		`UPDATE receipt SET returned = k.returned FROM k
		WHERE receipt.tenant = k.tenant AND receipt.owner_id = k.owner_id AND receipt.id = k.id`)
)

// LockReceipts locks receipts, given in the order of their IDs, and reads them.
func (p *Pipe) LockReceipts(tenant verno.TenantID, ids []verno.ReceiptID, found func(*ReceiptRow)) {
	p.receipts(lockReceipt, tenant, ids, found)
}

func (p *Pipe) receipts(statement *Bulk, tenant verno.TenantID, ids []verno.ReceiptID, found func(*ReceiptRow)) {
	v := p.Values(statement).Each(func(row Scanner) error {
		r, err := scanReceipt(row)
		if err == nil {
			found(r)
		}
		return err
	})
	for i := range ids {
		v.Bytes(tenant[:]).Bytes(ids[i][:])
	}
}

// PutReturned writes what has come back of locked receipts.
func (p *Pipe) PutReturned(receipts []*ReceiptRow) {
	v := p.Values(putReturned)
	for _, r := range receipts {
		text, err := json.Marshal(r.Returned)
		if err != nil {
			panic("store: what was returned cannot be written: " + err.Error())
		}
		v.Bytes(r.Tenant[:]).Bytes(r.Owner[:]).Bytes(r.ID[:]).Text(string(text))
	}
}

// EntryHash is the hash of the receipt's entry; zero where nothing moved.
func (r *ReceiptRow) EntryHash() (hash [32]byte) {
	if r.Postings == "" {
		return hash
	}
	return ledger.HashEntry(r.Entry, r.Tenant, string(r.Kind), r.ReceivedAt, []byte(r.Postings))
}

// Receipt finds a receipt. It returns ErrNotFound where there is none.
func (r *Reader) Receipt(ctx context.Context, tenant verno.TenantID, id verno.ReceiptID) (*ReceiptRow, error) {
	return queryOne(ctx, r, scanReceipt, `SELECT `+receiptColumns+` FROM receipt WHERE tenant = $1 AND id = $2`, tenant, id)
}

// ReceiptsByID finds those of many receipts that there are.
func (r *Reader) ReceiptsByID(ctx context.Context, tenant verno.TenantID, ids []verno.ReceiptID, found func(*ReceiptRow)) error {
	return r.Pipe(ctx, func(p *Pipe) error {
		p.receipts(readReceipt, tenant, ids, found)
		return nil
	})
}

// ReceiptFilter narrows a list of receipts; zero fields do not.
type ReceiptFilter struct {
	Store    verno.StoreID
	Terminal verno.TerminalID
	Member   verno.MemberID
	Kind     verno.ReceiptKind
	Number   string
	From     int64 // µs of occurring, included
	Until    int64 // not included
}

// Receipts lists receipts newest first, older than before (zero for the newest).
func (r *Reader) Receipts(ctx context.Context, tenant verno.TenantID, f ReceiptFilter, before verno.ReceiptID, limit int) ([]*ReceiptRow, error) {
	return queryAll(ctx, r, scanReceipt, `SELECT `+receiptColumns+` FROM receipt
		WHERE tenant = $1 AND id < $2
		AND (CAST($3 AS BYTEA) IS NULL OR store_id = $3) AND (CAST($4 AS BYTEA) IS NULL OR terminal_id = $4)
		AND (CAST($5 AS BYTEA) IS NULL OR member_id = $5)
		AND ($6 = '' OR kind = $6) AND ($7 = '' OR number = $7)
		AND occurred_at >= $8 AND (CAST($9 AS BIGINT) = 0 OR occurred_at < $9)
		ORDER BY id DESC LIMIT $10`,
		tenant, latest(before.Bytes()), f.Store.Bytes(), f.Terminal.Bytes(), f.Member.Bytes(), string(f.Kind), f.Number,
		f.From, f.Until, limit)
}

// ReceiptsOf lists an owner's receipts newest first, older than before (zero for the newest).
func (r *Reader) ReceiptsOf(ctx context.Context, tenant verno.TenantID, owner verno.OwnerID, before verno.ReceiptID, limit int) ([]*ReceiptRow, error) {
	return queryAll(ctx, r, scanReceipt, `SELECT `+receiptColumns+` FROM receipt
		WHERE tenant = $1 AND owner_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4`, tenant, owner, latest(before.Bytes()), limit)
}

// ReceiptsAfter walks all receipts in the order of their IDs.
func (r *Reader) ReceiptsAfter(ctx context.Context, tenant verno.TenantID, after verno.ReceiptID, limit int) ([]*ReceiptRow, error) {
	return queryAll(ctx, r, scanReceipt, `SELECT `+receiptColumns+` FROM receipt
		WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3`, tenant, after[:], limit)
}

// CountReceipts counts a tenant's receipts.
func (r *Reader) CountReceipts(ctx context.Context, tenant verno.TenantID) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT count(*) FROM receipt WHERE tenant = $1`, tenant)
}
