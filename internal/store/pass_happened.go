package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// Happened is an event as far as it takes to know whom it concerns.
type Happened struct {
	Seq   int64
	Kind  verno.EventKind
	Owner verno.OwnerID
	Body  string // canonical JSON; empty until it is read
}

var happened = Keyed("tenant bytea, after bigint, until bigint",
	`SELECT b.first_seq + e.ordinal AS seq, e.kind, e.owner_id FROM batch b
	JOIN event e ON e.tenant = b.tenant AND e.batch_id = b.id
	WHERE b.tenant = k.tenant AND b.first_seq IS NOT NULL AND b.first_seq <= k.until
		AND b.first_seq >= COALESCE((SELECT MAX(first_seq) FROM batch WHERE tenant = k.tenant AND first_seq <= k.after + 1), 0)
		AND e.ordinal > k.after - b.first_seq AND e.ordinal <= k.until - b.first_seq
	ORDER BY b.first_seq, e.ordinal`)

// Happened gives the events of a tenant that were sealed after a number, up to another, in the order of the log, without
// their bodies: those are most of a log, and hardly any is looked at.
func (r *Reader) Happened(ctx context.Context, tenant verno.TenantID, after, until int64, found func(Happened)) error {
	return r.Pipe(ctx, func(p *Pipe) error {
		p.Values(happened).Bytes(tenant[:]).Int(after).Int(until).Each(func(row Scanner) error {
			var (
				e    Happened
				kind string
			)
			if err := row.Scan(&e.Seq, &kind, &e.Owner); err != nil {
				return err
			}
			e.Kind = verno.EventKind(kind)
			found(e)
			return nil
		})
		return nil
	})
}

var bodyOf = Keyed("tenant bytea, seq bigint", `SELECT k.seq AS seq, e.body AS body FROM batch b
	JOIN event e ON e.tenant = b.tenant AND e.batch_id = b.id AND e.ordinal = k.seq - b.first_seq
	WHERE b.tenant = k.tenant AND b.first_seq = (SELECT MAX(first_seq) FROM batch WHERE tenant = k.tenant AND first_seq <= k.seq)`)

// Bodies gives what some events say to found.
func (r *Reader) Bodies(ctx context.Context, tenant verno.TenantID, seqs []int64, found func(seq int64, body string)) error {
	return r.Pipe(ctx, func(p *Pipe) error {
		v := p.Values(bodyOf).Each(func(row Scanner) error {
			var (
				seq  int64
				body string
			)
			err := row.Scan(&seq, &body)
			if err == nil {
				found(seq, body)
			}
			return err
		})
		for _, seq := range seqs {
			v.Bytes(tenant[:]).Int(seq)
		}
		return nil
	})
}
