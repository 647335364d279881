package books

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// write queues one bulk statement a table. What is queued runs together with COMMIT.
func (g *group) write(ctx context.Context, h *store.HotTx) error {
	out := &g.out
	if len(out.uses) > 0 {
		if err := g.writeCounters(ctx, h); err != nil {
			return err
		}
	}
	h.Reject(out.rejected)
	h.Free(out.freed)
	h.Answer(out.answers)
	h.PutOwners(g.changedOwners())
	h.PutHoldings(g.tenant, g.changedHoldings())
	h.PutReceipts(out.receipts)
	h.PutReturned(lastOf(out.returned))
	for i := range out.entries {
		e := &out.entries[i]
		h.PutEntry(g.tenant, e.owner, &e.entry, e.entry.AppendPostings(nil), e.reason, e.actor, e.ref)
	}
	h.PutHolds(g.tenant, out.holds)
	h.AddTasks(g.tenant, out.tasks)
	h.CountAttempts(out.counted, g.at, out.window)
	if len(out.events) > 0 {
		batch, rows := batchOf(g.tenant, g.at, g.entropy, out.events, out.totals)
		h.PutBatch(&batch, rows)
	}
	return nil
}

// writeCounters adds to the counters within their caps before anything else is written.
func (g *group) writeCounters(ctx context.Context, h *store.HotTx) error {
	changes := slices.Collect(maps.Values(g.out.uses))
	slices.SortFunc(changes, func(a, b store.CounterChange) int { return bytes.Compare(a.Promotion[:], b.Promotion[:]) })
	v := h.AddCounters(g.tenant, changes)
	if err := h.Flush(ctx); err != nil {
		return err
	}
	if v.Affected() < int64(len(changes)) {
		return errCounters
	}
	return nil
}

func (g *group) changedOwners() []*store.Owner {
	owners := slices.Collect(maps.Values(g.out.owners))
	slices.SortFunc(owners, func(a, b *store.Owner) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return owners
}

func (g *group) changedHoldings() []*ledger.Holding {
	holdings := slices.Collect(maps.Values(g.out.holdings))
	slices.SortFunc(holdings, func(a, b *ledger.Holding) int {
		if c := bytes.Compare(a.Account.Owner[:], b.Account.Owner[:]); c != 0 {
			return c
		}
		return bytes.Compare(a.Account.Unit[:], b.Account.Unit[:])
	})
	return holdings
}

// lastOf keeps the last state of each receipt that was written more than once in the group.
func lastOf(rows []*store.ReceiptRow) []*store.ReceiptRow {
	if len(rows) < 2 {
		return rows
	}
	last := make(map[verno.ReceiptID]*store.ReceiptRow, len(rows))
	for _, r := range rows {
		last[r.ID] = r
	}
	return slices.Collect(maps.Values(last))
}
