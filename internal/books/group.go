package books

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// group is what one transaction decides: the state of the owners as locked, changed by one operation after the other,
// and what is to be written in the end.
type group struct {
	tenant  verno.TenantID
	at      time.Time
	now     int64
	entropy *bufio.Reader
	items   []*item
	strict  bool // lock counters before deciding
	wary    bool // look for taken checkouts and receipt numbers when claiming

	configVersion int64
	claimed       map[string]bool
	owners        map[verno.OwnerID]*store.Owner
	holdings      map[store.HoldingKey]*ledger.Holding
	receipts      map[verno.ReceiptID]*store.ReceiptRow
	counters      map[verno.PromotionID]store.Counter
	out           writes
}

// writes is what the group has to write.
type writes struct {
	owners   map[verno.OwnerID]*store.Owner
	holdings map[store.HoldingKey]*ledger.Holding
	receipts []*store.ReceiptRow
	returned []*store.ReceiptRow
	entries  []entryToPost
	events   []verno.Event
	holds    []verno.Hold
	tasks    []verno.Task
	tries    []try
	uses     map[verno.PromotionID]uses
	totals   map[ledger.Account]int64
	answers  []*store.Operation
	rejected []*store.Operation
	freed    []*store.Operation
}

// errCounters says that a counter's cap was passed meanwhile; the group is decided again on locked counters.
var errCounters = errors.New("books: a counter ran out meanwhile")

// run does the group's work in a transaction whose statements go through h. tx is set for work that has statements of its
// own. It may run again after an error, so it begins by forgetting.
func (g *group) run(ctx context.Context, h *store.HotTx, tx *store.Tx) error {
	g.reset()
	if err := g.load(ctx, h); err != nil {
		return err
	}
	if err := g.unclaimed(ctx, h); err != nil {
		return err
	}
	for _, it := range g.items {
		if !g.has(it) {
			continue
		}
		if err := g.decide(ctx, h, tx, it); err != nil {
			return err
		}
	}
	if planted == answerBeforeCommit {
		answerEarly(g.items)
	}
	return g.write(ctx, h)
}

// has reports whether the group has an item's claim, or the item makes none.
func (g *group) has(it *item) bool { return it.work.Claim.Key == "" || g.claimed[it.work.Claim.Key] }

func (g *group) reset() {
	n := len(g.items)
	g.configVersion = 0
	g.claimed = make(map[string]bool, n)
	g.owners = make(map[verno.OwnerID]*store.Owner, n)
	g.holdings = make(map[store.HoldingKey]*ledger.Holding, n)
	g.receipts, g.counters = nil, nil
	g.out = writes{
		owners:   make(map[verno.OwnerID]*store.Owner, n),
		holdings: make(map[store.HoldingKey]*ledger.Holding, n),
		uses:     map[verno.PromotionID]uses{},
		totals:   make(map[ledger.Account]int64, 4),
	}
	for _, it := range g.items {
		it.op = store.Operation{
			Tenant: g.tenant, Key: it.work.Claim.Key, BodyHash: it.work.Claim.BodyHash[:], Kind: it.work.Claim.Kind,
			CheckoutID: it.work.Claim.CheckoutID, ReceiptRef: it.work.Claim.ReceiptRef, ResultID: it.id[:], At: g.now,
		}
		if len(it.work.Owners) > 0 {
			it.op.Owner = it.work.Owners[0].Owner
		}
		it.reply = reply{}
	}
}

// load claims all keys, locks all owners and reads what deciding needs: on PostgreSQL in one round trip.
func (g *group) load(ctx context.Context, h *store.HotTx) error {
	ops := make([]*store.Operation, 0, len(g.items))
	for _, it := range g.items {
		if it.work.Claim.Key != "" {
			ops = append(ops, &it.op)
		}
	}
	slices.SortFunc(ops, func(a, b *store.Operation) int { return strings.Compare(a.Key, b.Key) })
	if planted != keyAfterCommit {
		h.Claim(ops, g.wary, func(key string) { g.claimed[key] = true })
	} else if err := g.claimNothing(ctx, h, ops); err != nil {
		return err
	}
	h.LockOwners(g.tenant, g.ownerIDs(), func(o store.Owner) { g.owners[o.ID] = &o })
	for how, keys := range g.holdingKeys() {
		h.ReadHoldings(g.tenant, g.holdings, keys, store.Lots(how))
	}
	h.ConfigVersion(g.tenant, func(n int64) { g.configVersion = n })
	if ids := g.receiptIDs(); len(ids) > 0 {
		g.receipts = make(map[verno.ReceiptID]*store.ReceiptRow, len(ids))
		h.LockReceipts(g.tenant, ids, func(r *store.ReceiptRow) { g.receipts[r.ID] = r })
	}
	if ids := g.counterIDs(); len(ids) > 0 {
		g.counters = make(map[verno.PromotionID]store.Counter, len(ids))
		h.ReadCounters(g.tenant, ids, g.strict, func(c store.Counter) { g.counters[c.Promotion] = c })
	}
	err := h.Flush(ctx)
	if planted == checkThenAct {
		g.believe()
	}
	return err
}

func (g *group) ownerIDs() []verno.OwnerID {
	ids := make([]verno.OwnerID, 0, len(g.items))
	for _, it := range g.items {
		for _, w := range it.work.Owners {
			ids = append(ids, w.Owner)
		}
	}
	slices.SortFunc(ids, func(a, b verno.OwnerID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// holdingKeys prepares the holdings that the group's works want: those of which few lots are enough, and those of which
// some are to be spent.
// holdingKeys are the holdings that the group needs, by how many lots of each are read: the more of the group may spend
// them, the more.
func (g *group) holdingKeys() (keys [store.LotsMost + 1][]store.HoldingKey) {
	spenders := make(map[store.HoldingKey]int, len(g.items))
	for _, it := range g.items {
		for _, w := range it.work.Owners {
			for _, unit := range w.Units {
				key := store.HoldingKey{Owner: w.Owner, Unit: unit}
				n := spenders[key]
				if w.Spends {
					n++
				}
				spenders[key] = n
			}
		}
	}
	for key, n := range spenders {
		g.holdings[key] = &ledger.Holding{Account: ledger.Account{Owner: key.Owner, Unit: key.Unit}}
		how := store.LotsFew + store.Lots(min(n, 2)) // many for one, most for two and more
		keys[how] = append(keys[how], key)
	}
	return keys
}

func (g *group) receiptIDs() (ids []verno.ReceiptID) {
	for _, it := range g.items {
		ids = append(ids, it.work.Receipts...)
	}
	slices.SortFunc(ids, func(a, b verno.ReceiptID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

func (g *group) counterIDs() (ids []verno.PromotionID) {
	for _, it := range g.items {
		ids = append(ids, it.work.Counters...)
	}
	slices.SortFunc(ids, func(a, b verno.PromotionID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// unclaimed answers the works whose key, checkout or receipt number was taken.
func (g *group) unclaimed(ctx context.Context, h *store.HotTx) error {
	var ops []*store.Operation
	for _, it := range g.items {
		if !g.has(it) {
			ops = append(ops, &it.op)
		}
	}
	if len(ops) == 0 {
		return nil
	}
	var held []store.Operation
	h.Holders(ops, func(o store.Operation) { held = append(held, o) })
	if err := h.Flush(ctx); err != nil {
		return err
	}
	for _, it := range g.items {
		if !g.has(it) {
			it.reply = g.answerFrom(it, held)
		}
	}
	return nil
}

// answerFrom finds what stands in the way of a claim. Where it is an operation of this very group, which may yet be
// refused, the work goes into the next group.
func (g *group) answerFrom(it *item, held []store.Operation) reply {
	c := &it.work.Claim
	for i := range held {
		if held[i].Key == c.Key {
			return replay(&held[i], c)
		}
	}
	for i := range held {
		o := &held[i]
		sameCheckout := c.CheckoutID != "" && o.CheckoutID == c.CheckoutID
		sameReceipt := c.ReceiptRef != nil && bytes.Equal(o.ReceiptRef, c.ReceiptRef)
		switch {
		case !sameCheckout && !sameReceipt:
			continue
		case g.claimed[o.Key]:
			return reply{again: true}
		case sameCheckout && o.Kind == KindCancel:
			return reply{err: verno.Refused("checkout_cancelled").With("operation", o.Key)}
		case sameCheckout:
			return reply{err: verno.Refused("checkout_committed").With("operation", o.Key)}
		default:
			return reply{err: verno.Refused("receipt_exists").With("operation", o.Key)}
		}
	}
	return reply{again: true}
}

// decide runs one work on its own page and, where it is applied, takes the page into the group.
func (g *group) decide(ctx context.Context, h *store.HotTx, tx *store.Tx, it *item) error {
	if moved := g.movedOwner(it); moved {
		return g.settle(it, nil, Result{}, verno.Conflict("owner_moved"))
	}
	blank := &Page{group: g, work: it.work, id: it.id}
	if it.work.Also != nil {
		if err := it.work.Also(tx, blank); err != nil {
			return g.settle(it, nil, Result{}, err)
		}
	}
	p := blank.copy()
	result, err := p.decide()
	if errors.Is(err, ledger.ErrMore) {
		if err := g.readAll(ctx, h, it); err != nil {
			return err
		}
		p = blank.copy()
		result, err = p.decide()
	}
	if err == nil && it.work.Then != nil {
		err = it.work.Then(tx)
	}
	return g.settle(it, p, result, err)
}

func (g *group) movedOwner(it *item) bool {
	for _, w := range it.work.Owners {
		if o := g.owners[w.Owner]; o != nil && !o.MovedTo.IsZero() && !it.work.Moved {
			return true
		}
	}
	return false
}

// readAll reads all lots of what a work wants.
func (g *group) readAll(ctx context.Context, h *store.HotTx, it *item) error {
	var keys []store.HoldingKey
	stored := map[store.HoldingKey]*ledger.Holding{}
	for _, w := range it.work.Owners {
		for _, unit := range w.Units {
			key := store.HoldingKey{Owner: w.Owner, Unit: unit}
			if g.holdings[key].More && stored[key] == nil {
				keys = append(keys, key)
				stored[key] = &ledger.Holding{Account: g.holdings[key].Account}
			}
		}
	}
	h.ReadHoldings(g.tenant, stored, keys, store.LotsAll)
	if err := h.Flush(ctx); err != nil {
		return err
	}
	for key, s := range stored {
		g.holdings[key].Complete(s.Lots)
	}
	return nil
}

// settle writes down what became of a work. It returns the errors that are ours to mend.
func (g *group) settle(it *item, p *Page, result Result, err error) error {
	if err != nil {
		e := verno.AsError(err)
		if e.Kind == verno.Internal {
			return err
		}
		it.reply = reply{err: e}
		switch {
		case it.work.Claim.Key == "":
		case e.Kind == verno.KindRefused:
			it.op.Result = refusalText(e)
			g.out.rejected = append(g.out.rejected, &it.op)
		default:
			g.out.freed = append(g.out.freed, &it.op)
		}
		return nil
	}
	if result.ID == ([16]byte{}) {
		result.ID = it.id
	}
	if it.work.Claim.Key != "" && (result.Answer != "" || result.ID != it.id) {
		it.op.Result, it.op.ResultID = result.Answer, result.ID[:]
		g.out.answers = append(g.out.answers, &it.op)
	}
	it.reply = reply{outcome: Outcome{Result: result}}
	g.take(p)
	return nil
}

// take makes a page's changes the group's.
func (g *group) take(p *Page) {
	out := &g.out
	for id, o := range p.owners {
		g.owners[id], out.owners[id] = o, o
	}
	for key, h := range p.holdings {
		g.holdings[key], out.holdings[key] = h, h
	}
	if p.receipt != nil {
		out.receipts = append(out.receipts, p.receipt)
	}
	if p.returned != nil {
		g.receipts[p.returned.ID] = p.returned
		out.returned = append(out.returned, p.returned)
	}
	for i := range p.entries {
		for _, posting := range p.entries[i].entry.Postings() {
			if posting.Account.Role != verno.AccountMain {
				out.totals[posting.Account] += posting.Amount
			}
		}
		if p.receipt == nil || p.entries[i].entry.ID() != p.receipt.Entry {
			out.entries = append(out.entries, p.entries[i])
		}
	}
	out.events = append(out.events, p.events...)
	out.holds = append(out.holds, p.holds...)
	out.tasks = append(out.tasks, p.tasks...)
	out.tries = append(out.tries, p.tries...)
	for _, u := range p.uses {
		out.uses[u.Promotion] = out.uses[u.Promotion].with(u)
		c := g.counters[u.Promotion]
		c.Uses += u.Uses
		c.Cost += u.Cost
		g.counters[u.Promotion] = c
	}
}
