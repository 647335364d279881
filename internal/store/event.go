package store

import (
	"context"
	"crypto/sha256"

	"github.com/verno-loyalty/verno"
)

// Batch is what one transaction of the books appended to the log: one row for all of its events, so that numbering them
// costs one update a commit.
type Batch struct {
	Tenant   verno.TenantID
	ID       verno.BatchID
	At       int64
	Count    int64
	Leaves   []byte // 32 bytes an event
	Totals   string // JSON: what moved on the programme's side
	FirstSeq int64  // −1 until sealed
}

// EventRow is an event as it is stored.
type EventRow struct {
	Tenant  verno.TenantID
	Batch   verno.BatchID
	Ordinal int64
	Kind    verno.EventKind
	Owner   verno.OwnerID
	Body    string // canonical JSON
	Seq     int64  // −1 until sealed; set by reads that join the batch
}

// Leaf is the hash of an event in the Merkle log: SHA-256 over a zero byte and the body (RFC 6962, 2.1).
func Leaf(body []byte) [32]byte {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(body)
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}

var (
	putBatch = Insert("batch", "tenant bytea, id bytea, at bigint, count bigint, leaves bytea, totals text", "")
	putEvent = Insert("event", "tenant bytea, batch_id bytea, ordinal bigint, kind text, owner_id bytea, body text", "")
)

// PutBatch writes a batch with its events.
func (p *Pipe) PutBatch(b *Batch, events []EventRow) {
	p.Values(putBatch).Bytes(b.Tenant[:]).Bytes(b.ID[:]).Int(b.At).Int(b.Count).Bytes(b.Leaves).Text(b.Totals)
	v := p.Values(putEvent)
	for i := range events {
		e := &events[i]
		v.Bytes(b.Tenant[:]).Bytes(b.ID[:]).Int(e.Ordinal).Text(string(e.Kind)).Bytes(e.Owner.Bytes()).Text(e.Body)
	}
}

const batchColumns = `tenant, id, at, count, leaves, totals, COALESCE(first_seq, -1)`

func scanBatch(row Scanner) (b Batch, err error) {
	err = row.Scan(&b.Tenant, &b.ID, &b.At, &b.Count, &b.Leaves, &b.Totals, &b.FirstSeq)
	return b, err
}

// Unsealed lists committed batches without a number, in the order of their IDs.
func (r *Reader) Unsealed(ctx context.Context, tenant verno.TenantID, limit int) ([]Batch, error) {
	return queryAll(ctx, r, scanBatch, `SELECT `+batchColumns+` FROM batch
		WHERE tenant = $1 AND first_seq IS NULL ORDER BY id LIMIT $2`, tenant, limit)
}

// BatchesFrom lists sealed batches in the order of the log, from the one that holds the event of a number.
func (r *Reader) BatchesFrom(ctx context.Context, tenant verno.TenantID, seq int64, limit int) ([]Batch, error) {
	return queryAll(ctx, r, scanBatch, `SELECT `+batchColumns+` FROM batch
		WHERE tenant = $1 AND first_seq >= COALESCE(
			(SELECT max(first_seq) FROM batch WHERE tenant = $1 AND first_seq <= $2), 0)
		AND first_seq IS NOT NULL ORDER BY first_seq LIMIT $3`, tenant, seq, limit)
}

var sealBatch = Keyed("tenant bytea, id bytea, first_seq bigint",
	`UPDATE batch SET first_seq = k.first_seq FROM k WHERE batch.tenant = k.tenant AND batch.id = k.id AND batch.first_seq IS NULL`)

// Seal numbers batches. Where the answer's Affected is less than their number, another sealer was there.
func (p *Pipe) Seal(batches []Batch) *Values {
	v := p.Values(sealBatch)
	for i := range batches {
		b := &batches[i]
		v.Bytes(b.Tenant[:]).Bytes(b.ID[:]).Int(b.FirstSeq)
	}
	return v
}

const eventColumns = `e.tenant, e.batch_id, e.ordinal, e.kind, e.owner_id, e.body`

func scanEvent(row Scanner) (e EventRow, err error) {
	var first int64
	err = row.Scan(&e.Tenant, &e.Batch, &e.Ordinal, &e.Kind, &e.Owner, &e.Body, &first)
	e.Seq = -1
	if first >= 0 {
		e.Seq = first + e.Ordinal
	}
	return e, err
}

// Events lists sealed events after a number, in the order of the log. −1 begins at the first.
func (r *Reader) Events(ctx context.Context, tenant verno.TenantID, after int64, limit int) ([]EventRow, error) {
	batches, err := r.BatchesFrom(ctx, tenant, after+1, limit)
	if err != nil {
		return nil, err
	}
	var out []EventRow
	for _, b := range batches {
		events, err := r.EventsOf(ctx, &b)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			if e.Seq > after && len(out) < limit {
				out = append(out, e)
			}
		}
		if len(out) >= limit {
			break
		}
	}
	return out, nil
}

// EventsOf lists the events of a batch in their order.
func (r *Reader) EventsOf(ctx context.Context, b *Batch) ([]EventRow, error) {
	return queryAll(ctx, r, scanEvent, `SELECT `+eventColumns+`, CAST($3 AS BIGINT) FROM event e
		WHERE e.tenant = $1 AND e.batch_id = $2 ORDER BY e.ordinal`, b.Tenant, b.ID, b.FirstSeq)
}
