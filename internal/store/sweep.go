package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/money"
)

// Sweep lets fn read whole tables in chunks, all as of one moment. Each chunk follows an index from where the last one
// ended, whatever the database thinks it knows of the table's size.
func (r *Reader) Sweep(ctx context.Context, fn func(r *Reader) error) error {
	return r.Snapshot(ctx, func(r *Reader) error {
		if r.engine.kind() == PostgreSQL {
			for _, way := range []string{"sort", "seqscan", "bitmapscan"} {
				if _, err := r.on.ExecContext(ctx, "SET LOCAL enable_"+way+" = off"); err != nil {
					return classify(err)
				}
			}
		}
		return fn(r)
	})
}

// CountRows is how many rows of a tenant a sweep would read.
func (r *Reader) CountRows(ctx context.Context, tenant verno.TenantID) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT (SELECT count(*) FROM receipt WHERE tenant = $1)
		+ (SELECT count(*) FROM entry WHERE tenant = $1) + (SELECT count(*) FROM account WHERE tenant = $1)
		+ (SELECT count(*) FROM lot WHERE tenant = $1) + (SELECT count(*) FROM operation WHERE tenant = $1)
		+ (SELECT count(*) FROM event WHERE tenant = $1)`, tenant)
}

// CountEvents is how many events there are, sealed or not.
func (r *Reader) CountEvents(ctx context.Context, tenant verno.TenantID) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT count(*) FROM event WHERE tenant = $1`, tenant)
}

// Posted is what a receipt or another entry has to account for.
type Posted struct {
	ID       [16]byte // of the receipt or the entry
	Owner    verno.OwnerID
	Kind     string
	At       int64 // µs of its entry
	Entry    verno.EntryID
	Postings string // canonical; empty where nothing moved

	// Of a receipt only.
	Totals                   verno.Totals // as far as it says what lines add up to
	facts, outcome, returned string
}

var (
	sweptReceipts = Keyed("tenant bytea, id bytea, n bigint",
		`SELECT id, owner_id, kind, received_at, entry_id, postings, gross, discount, redeemed, payable, facts, outcome, returned
		FROM receipt WHERE tenant = k.tenant AND id > k.id ORDER BY tenant, id LIMIT k.n`)
	sweptEntries = Keyed("tenant bytea, id bytea, n bigint",
		`SELECT id, owner_id, kind, occurred_at, id AS entry_id, postings FROM entry
		WHERE tenant = k.tenant AND id > k.id ORDER BY tenant, id LIMIT k.n`)
	sweptAccounts = Keyed("tenant bytea, owner_id bytea, role bigint, unit_id bytea, n bigint",
		`SELECT owner_id, role, unit_id, balance FROM account
		WHERE tenant = k.tenant AND (owner_id, role, unit_id) > (k.owner_id, k.role, k.unit_id)
		ORDER BY tenant, owner_id, role, unit_id LIMIT k.n`)
	sweptLots = Keyed("tenant bytea, owner_id bytea, unit_id bytea, expires_at bigint, id bytea, n bigint",
		`SELECT owner_id, unit_id, expires_at, id, available_at, remaining FROM lot
		WHERE tenant = k.tenant AND (owner_id, unit_id, expires_at, id) > (k.owner_id, k.unit_id, k.expires_at, k.id)
		ORDER BY tenant, owner_id, unit_id, expires_at, id LIMIT k.n`)
	sweptEvents = Keyed("tenant bytea, batch_id bytea, first bigint",
		`SELECT tenant, batch_id, ordinal, kind, owner_id, body, k.first AS first FROM event
		WHERE tenant = k.tenant AND batch_id = k.batch_id ORDER BY tenant, batch_id, ordinal`)
)

// SweepReceipts reads up to limit receipts after one, in the order of their IDs.
func (r *Reader) SweepReceipts(ctx context.Context, tenant verno.TenantID, after [16]byte, limit int) (list []Posted, err error) {
	list = make([]Posted, 0, limit)
	err = r.Pipe(ctx, func(p *Pipe) error {
		v := p.Values(sweptReceipts).Each(func(row Scanner) error {
			var d Posted
			t := &d.Totals
			err := row.Scan(&d.ID, &d.Owner, &d.Kind, &d.At, &d.Entry, &d.Postings, (*int64)(&t.Gross), (*int64)(&t.Discount),
				(*int64)(&t.Redeemed), (*int64)(&t.Payable), &d.facts, &d.outcome, &d.returned)
			list = append(list, d)
			return err
		})
		v.Bytes(tenant[:]).Bytes(after[:]).Int(int64(limit))
		return nil
	})
	return list, err
}

// SweepEntries reads up to limit entries that are no receipts' after one, in the order of their IDs.
func (r *Reader) SweepEntries(ctx context.Context, tenant verno.TenantID, after [16]byte, limit int) (list []Posted, err error) {
	list = make([]Posted, 0, limit)
	err = r.Pipe(ctx, func(p *Pipe) error {
		v := p.Values(sweptEntries).Each(func(row Scanner) error {
			var d Posted
			err := row.Scan(&d.ID, &d.Owner, &d.Kind, &d.At, &d.Entry, &d.Postings)
			list = append(list, d)
			return err
		})
		v.Bytes(tenant[:]).Bytes(after[:]).Int(int64(limit))
		return nil
	})
	return list, err
}

// SweepAccounts reads up to limit accounts after one.
func (r *Reader) SweepAccounts(ctx context.Context, tenant verno.TenantID, after ledger.Account, limit int) (list []AccountTotal, err error) {
	err = r.Pipe(ctx, func(p *Pipe) error {
		v := p.Values(sweptAccounts).Each(func(row Scanner) error {
			var a AccountTotal
			err := row.Scan(&a.Account.Owner, &a.Account.Role, &a.Account.Unit, &a.Amount)
			list = append(list, a)
			return err
		})
		v.Bytes(tenant[:]).Bytes(after.Owner[:]).Int(int64(after.Role)).Bytes(after.Unit[:]).Int(int64(limit))
		return nil
	})
	return list, err
}

// OwnedLot is a lot and whose it is.
type OwnedLot struct {
	HoldingKey
	ledger.Lot
}

// SweepLots reads up to limit lots after one.
func (r *Reader) SweepLots(ctx context.Context, tenant verno.TenantID, after OwnedLot, limit int) (list []OwnedLot, err error) {
	err = r.Pipe(ctx, func(p *Pipe) error {
		v := p.Values(sweptLots).Each(func(row Scanner) error {
			var l OwnedLot
			err := row.Scan(&l.Owner, &l.Unit, &l.ExpiresAt, &l.ID, &l.AvailableAt, &l.Remaining)
			list = append(list, l)
			return err
		})
		v.Bytes(tenant[:]).Bytes(after.Owner[:]).Bytes(after.Unit[:]).Int(after.ExpiresAt).Bytes(after.ID[:]).Int(int64(limit))
		return nil
	})
	return list, err
}

// SealedBatches lists sealed batches in the order of the log, from a number on.
func (r *Reader) SealedBatches(ctx context.Context, tenant verno.TenantID, from int64, limit int) ([]Batch, error) {
	return queryAll(ctx, r, scanBatch, `SELECT `+batchColumns+` FROM batch
		WHERE tenant = $1 AND first_seq >= $2 AND first_seq IS NOT NULL ORDER BY first_seq LIMIT $3`, tenant, from, limit)
}

// UnsealedBatches lists batches without a number after one, in the order of their IDs.
func (r *Reader) UnsealedBatches(ctx context.Context, tenant verno.TenantID, after verno.BatchID, limit int) ([]Batch, error) {
	return queryAll(ctx, r, scanBatch, `SELECT `+batchColumns+` FROM batch
		WHERE tenant = $1 AND id > $2 AND first_seq IS NULL ORDER BY id LIMIT $3`, tenant, after[:], limit)
}

// SweepEvents reads the events of batches, batch after batch.
func (r *Reader) SweepEvents(ctx context.Context, batches []Batch, each func(e *EventRow) error) error {
	return r.Pipe(ctx, func(p *Pipe) error {
		v := p.Values(sweptEvents).Each(func(row Scanner) error {
			e, err := scanEvent(row)
			if err != nil {
				return err
			}
			return each(&e)
		})
		for i := range batches {
			b := &batches[i]
			v.Bytes(b.Tenant[:]).Bytes(b.ID[:]).Int(b.FirstSeq)
		}
		return nil
	})
}

// Where the result of an operation is.
const (
	ResultNowhere   int64 = iota
	ResultElsewhere       // an entry, a hold, a member or a card; or the answer stands with the key
	ResultReceipt
)

// Resulted is an operation that was applied, and where its result is.
type Resulted struct {
	Key    string
	Kind   string
	ID     []byte
	Result int64
}

var sweptOperations = Keyed("tenant bytea, key text, n bigint",
	`SELECT key, kind, result_id, CASE
		WHEN EXISTS (SELECT 1 FROM receipt x WHERE x.tenant = o.tenant AND x.id = o.result_id) THEN 2
		WHEN COALESCE(o.result, '') <> '' THEN 1
		WHEN EXISTS (SELECT 1 FROM entry x WHERE x.tenant = o.tenant AND x.id = o.result_id) THEN 1
		WHEN EXISTS (SELECT 1 FROM hold x WHERE x.tenant = o.tenant AND x.id = o.result_id) THEN 1
		WHEN EXISTS (SELECT 1 FROM member x WHERE x.tenant = o.tenant AND x.id = o.result_id) THEN 1
		WHEN EXISTS (SELECT 1 FROM admission x WHERE x.tenant = o.tenant AND x.id = o.result_id) THEN 1
		WHEN EXISTS (SELECT 1 FROM card x WHERE x.tenant = o.tenant AND x.id = o.result_id) THEN 1
		ELSE 0 END AS found
	FROM operation o WHERE o.tenant = k.tenant AND o.key > k.key AND o.state = 'applied' ORDER BY o.tenant, o.key LIMIT k.n`)

// SweepOperations reads up to limit operations after a key that were applied.
func (r *Reader) SweepOperations(ctx context.Context, tenant verno.TenantID, after string, limit int) (list []Resulted, err error) {
	err = r.Pipe(ctx, func(p *Pipe) error {
		v := p.Values(sweptOperations).Each(func(row Scanner) error {
			var o Resulted
			err := row.Scan(&o.Key, &o.Kind, &o.ID, &o.Result)
			list = append(list, o)
			return err
		})
		v.Bytes(tenant[:]).Text(after).Int(int64(limit))
		return nil
	})
	return list, err
}

// SweptLine is what a line of a receipt has to add up to.
type SweptLine struct {
	ID       string
	Quantity money.Quantity
	Sum      money.Amount // of a sale
	Discount money.Amount // all that promotions took off
	Net      money.Amount
	Redeemed money.Amount
}

// Lines appends the lines of a sale, or what a return gave back, and tells whether each award is the sum of its lines'
// shares, where it has such.
func (p *Posted) Lines(lines []SweptLine) (_ []SweptLine, awards bool, err error) {
	f := jsonScan{rest: p.facts}
	f.members(func(name string) {
		if name != "l" {
			f.skip()
			return
		}
		f.elements(func() { lines = append(lines, f.line(len(lines))) })
	})
	o, at := jsonScan{rest: p.outcome}, 0
	awards = true
	o.members(func(name string) {
		switch name {
		case "l":
			o.elements(func() {
				if at == len(lines) {
					o.failed = true
					return
				}
				o.lineOutcome(&lines[at])
				at++
			})
		case "a":
			o.elements(func() { awards = o.award() && awards })
		case "r":
			o.members(func(name string) {
				if name != "l" {
					o.skip()
					return
				}
				o.elements(func() { lines = append(lines, o.returnedLine()) })
				at = len(lines)
			})
		default:
			o.skip()
		}
	})
	if f.failed || o.failed || f.rest != "" || o.rest != "" || at != len(lines) {
		return lines, awards, fmt.Errorf("store: the lines of %x cannot be read", p.ID)
	}
	return lines, awards, nil
}

// Returned is what has come back of a sale, by line; nil for nothing.
func (p *Posted) Returned() (back map[string]money.Quantity, err error) {
	if p.returned != "" {
		err = json.Unmarshal([]byte(p.returned), &back)
	}
	return back, err
}
