package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// UnsealedAfter walks committed batches without a number in the order of their IDs.
func (r *Reader) UnsealedAfter(ctx context.Context, tenant verno.TenantID, after verno.BatchID, limit int) ([]Batch, error) {
	return queryAll(ctx, r, scanBatch, `SELECT `+batchColumns+` FROM batch
		WHERE tenant = $1 AND first_seq IS NULL AND id > $2 ORDER BY id LIMIT $3`, tenant, after[:], limit)
}

// LoggedEntry is an entry as the log speaks of it: by the receipt that it belongs to, or by itself.
type LoggedEntry struct {
	ID       verno.EntryID
	Kind     string
	At       int64           // µs when it was posted
	Postings string          // canonical
	Receipt  verno.ReceiptID // zero for an entry that is no receipt's
	Parent   verno.ReceiptID // of a return: the sale
	Number   string
}

var (
	entryOfReceipt = Keyed("tenant bytea, id bytea",
		`SELECT entry_id, kind, received_at, postings, id, parent_id, number FROM receipt WHERE tenant = k.tenant AND id = k.id`)
	entryByID = Keyed("tenant bytea, id bytea",
		`SELECT id, kind, occurred_at, postings FROM entry WHERE tenant = k.tenant AND id = k.id`)
)

// LoggedEntries reads the entries of many receipts and many entries that are no receipt's. Receipts that moved no value
// have one without an ID.
func (r *Reader) LoggedEntries(ctx context.Context, tenant verno.TenantID, receipts []verno.ReceiptID, entries []verno.EntryID, found func(LoggedEntry)) error {
	return r.Pipe(ctx, func(p *Pipe) error {
		ofReceipts := p.Values(entryOfReceipt).Each(func(row Scanner) error {
			var e LoggedEntry
			err := row.Scan(&e.ID, &e.Kind, &e.At, &e.Postings, &e.Receipt, &e.Parent, &e.Number)
			found(e)
			return err
		})
		for i := range receipts {
			ofReceipts.Bytes(tenant[:]).Bytes(receipts[i][:])
		}
		others := p.Values(entryByID).Each(func(row Scanner) error {
			var e LoggedEntry
			err := row.Scan(&e.ID, &e.Kind, &e.At, &e.Postings)
			found(e)
			return err
		})
		for i := range entries {
			others.Bytes(tenant[:]).Bytes(entries[i][:])
		}
		return nil
	})
}
