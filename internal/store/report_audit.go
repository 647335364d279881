package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// EventPlace is where a list of events goes on: before this event. The zero place is the newest.
type EventPlace struct {
	Batch   verno.BatchID
	Ordinal int64
}

// EventSpan is from which batch on and up to which events are read. The zero batches bound nothing.
type EventSpan struct {
	From   verno.BatchID // included
	Until  verno.BatchID // not included
	Before EventPlace
}

// Traffic is what tills do all day: nearly all of the log, which is looked at in the order of the log only.
var Traffic = []verno.EventKind{
	verno.EventReceiptCommitted, verno.EventReceiptReturned, verno.EventCheckoutCancelled, verno.EventIdentified,
	verno.EventHoldPlaced, verno.EventHoldCaptured, verno.EventHoldReleased,
}

// rare says of a statement what the index of kinds says of itself, so that the engines take it.
const rare = ` AND e.kind NOT IN ('checkout.committed',
	'checkout.returned', 'checkout.cancelled', 'member.identified', 'hold.placed', 'hold.captured', 'hold.released')`

const (
	datedEvent = `SELECT ` + eventColumns + `, COALESCE(b.first_seq, -1) FROM event e
		JOIN batch b ON b.tenant = e.tenant AND b.id = e.batch_id
		WHERE e.tenant = $1 AND e.batch_id >= $2 AND e.batch_id < $3 AND e.batch_id <= $4
		AND (e.batch_id < $4 OR e.ordinal < $5)`
	newestFirst = ` ORDER BY e.batch_id DESC, e.ordinal DESC LIMIT $6`
)

func (s *EventSpan) args(tenant verno.TenantID, limit int) []any {
	return []any{tenant, s.From[:], latest(s.Until.Bytes()), latest(s.Before.Batch.Bytes()), s.Before.Ordinal, limit}
}

// EventsOfKind lists the newest events of a kind, sealed or not. What is traffic is read with Traffic.
func (r *Reader) EventsOfKind(ctx context.Context, tenant verno.TenantID, kind verno.EventKind, s EventSpan, limit int) ([]EventRow, error) {
	return queryAll(ctx, r, scanEvent, datedEvent+rare+` AND e.kind = $7`+newestFirst, append(s.args(tenant, limit), string(kind))...)
}

// TrafficEvents lists the newest events of up to three kinds of traffic, sealed or not; a kind too many is empty.
func (r *Reader) TrafficEvents(ctx context.Context, tenant verno.TenantID, kinds [3]verno.EventKind, s EventSpan, limit int) ([]EventRow, error) {
	return queryAll(ctx, r, scanEvent, datedEvent+` AND e.kind IN ($7, $8, $9)`+newestFirst,
		append(s.args(tenant, limit), string(kinds[0]), string(kinds[1]), string(kinds[2]))...)
}
