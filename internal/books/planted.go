package books

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// A bug is a mistake that others have made and that torture must catch here: a harness that never saw one may be looking
// elsewhere. A build tag plants it. In every other build planted is noBug, so that each condition on it
// is false when it is compiled and nothing of this file is left in the program.
type bug int

const (
	noBug              bug = iota
	answerBeforeCommit     // Tag bug_answer_before_commit: callers are answered as soon as their group is decided.
	keyAfterCommit         // Tag bug_key_after_commit: keys are looked at before a group and claimed in a transaction after it.
	checkThenAct           // Tag bug_check_then_act: balances are read before the owner's turn has come.
	refundTwice            // Tag bug_refund_twice: what has come back of a sale is not written down.
	equalKeysInGroup       // Tag bug_equal_keys_in_group: each of two equal keys in a group is taken for the first.
)

// slowDisk is how long a planted bug lets the disk take, so that what may happen in between does.
const slowDisk = 3 * time.Millisecond

// answerEarly is answerBeforeCommit.
func answerEarly(items []*item) {
	for _, it := range items {
		it.answer()
		it.followers, it.done = nil, make(chan struct{}) // That it is answered again reaches nobody.
	}
	<-time.After(slowDisk)
}

// claimNothing is the first half of keyAfterCommit: keys that nobody has are taken for claimed.
func (g *group) claimNothing(ctx context.Context, h *store.HotTx, ops []*store.Operation) error {
	for _, o := range ops {
		g.claimed[o.Key] = true
	}
	h.Holders(ops, func(o store.Operation) { delete(g.claimed, o.Key) })
	return h.Flush(ctx)
}

// claimLate is its second half.
func (g *group) claimLate(ctx context.Context, on *store.Store, lane int) {
	<-time.After(slowDisk)
	_ = on.Hot(ctx, lane, func(h *store.HotTx) error {
		for _, it := range g.items {
			if g.claimed[it.work.Claim.Key] {
				h.Claim([]*store.Operation{&it.op}, true, func(string) {})
			}
		}
		h.Reject(g.out.rejected)
		h.Free(g.out.freed)
		h.Answer(g.out.answers)
		return nil
	})
}

// peeked is what items saw of their holdings before their turn.
var peeked sync.Map

// peek is the first half of checkThenAct.
func (b *Books) peek(it *item) {
	seen := map[store.HoldingKey]*ledger.Holding{}
	_ = b.store.Reader().Pipe(context.Background(), func(p *store.Pipe) error {
		for _, w := range it.work.Owners {
			for _, unit := range w.Units {
				key := store.HoldingKey{Owner: w.Owner, Unit: unit}
				seen[key] = &ledger.Holding{Account: ledger.Account{Owner: w.Owner, Unit: unit}}
				p.ReadHoldings(it.work.Tenant, seen, []store.HoldingKey{key}, store.LotsAll)
			}
		}
		return nil
	})
	peeked.Store(it, seen)
}

// believe is its second half.
func (g *group) believe() {
	for _, it := range g.items {
		if seen, ok := peeked.LoadAndDelete(it); ok {
			maps.Copy(g.holdings, seen.(map[store.HoldingKey]*ledger.Holding)) //nolint:forcetypeassert // Nothing else is put there.
		}
	}
}
