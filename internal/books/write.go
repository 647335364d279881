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
	h.PutReturned(lastOf(out.returned, func(r *store.ReceiptRow) verno.ReceiptID { return r.ID }))
	for i := range out.entries {
		e := &out.entries[i]
		h.PutEntry(g.tenant, e.owner, &e.entry, e.postings, e.reason, e.actor, e.ref)
	}
	h.PutHolds(g.tenant, lastOf(out.holds, func(h verno.Hold) verno.HoldID { return h.ID }))
	h.AddTasks(g.tenant, out.tasks)
	for _, t := range out.tries {
		h.CountAttempts([]store.Counted{t.of}, g.at, t.limit)
	}
	if len(out.events) > 0 {
		batch, rows := batchOf(g.tenant, g.at, g.entropy, out.events, out.totals)
		h.PutBatch(&batch, rows)
	}
	return nil
}

// writeCounters adds to the counters within their caps before anything else is written.
func (g *group) writeCounters(ctx context.Context, h *store.HotTx) error {
	changes := make([]store.CounterChange, 0, len(g.out.uses))
	for _, u := range g.out.uses {
		changes = append(changes, u.change())
	}
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

// lastOf keeps the last state of each thing that was written more than once in the group: a statement may change a row
// once only.
func lastOf[T any, ID comparable](list []T, id func(T) ID) []T {
	if len(list) < 2 {
		return list
	}
	at := make(map[ID]int, len(list))
	out := make([]T, 0, len(list))
	for _, v := range list {
		if i, ok := at[id(v)]; ok {
			out[i] = v
			continue
		}
		at[id(v)] = len(out)
		out = append(out, v)
	}
	return out
}

// uses is what a group adds to a counter. Uses under a wider cap, such as those of a replay, which passes every cap, do
// not count against the narrowest.
type uses struct {
	store.CounterChange
	wideUses, wideCost int64
}

func (s uses) with(u store.CounterChange) uses {
	if s.Promotion.IsZero() {
		return uses{CounterChange: u}
	}
	s.MaxUses, s.wideUses = narrower(s.MaxUses, s.Uses, s.wideUses, u.MaxUses, u.Uses)
	s.MaxCost, s.wideCost = narrower(s.MaxCost, s.Cost, s.wideCost, u.MaxCost, u.Cost)
	s.Uses += u.Uses
	s.Cost += u.Cost
	return s
}

// narrower is the narrowest cap, and how much is added under wider ones, after another change.
func narrower(most, sum, wide, otherMost, other int64) (int64, int64) {
	switch {
	case otherMost > most:
		return most, wide + max(0, other)
	case otherMost < most:
		return otherMost, max(0, sum)
	default:
		return most, wide
	}
}

func (s uses) change() store.CounterChange {
	c := s.CounterChange
	c.MaxUses += s.wideUses
	c.MaxCost += s.wideCost
	return c
}
