package books

import (
	"bufio"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// Page is what one operation sees of the books and writes in them. What it writes counts only if Decide returns no
// error. It belongs to the call of Decide.
type Page struct {
	group    *group
	work     *Work
	id       [16]byte
	draft    ledger.Draft
	owners   map[verno.OwnerID]*store.Owner
	holdings map[store.HoldingKey]*ledger.Holding
	receipt  *store.ReceiptRow
	returned *store.ReceiptRow
	entries  []entryToPost
	events   []verno.Event
	holds    []verno.Hold
	tasks    []verno.Task
	uses     []store.CounterChange
	counted  []store.Counted
	window   store.Limit
}

type entryToPost struct {
	entry  ledger.Entry
	owner  verno.OwnerID
	reason string
	actor  string
	ref    []byte
}

// At is the moment of the group, the same for all that it decides.
func (p *Page) At() time.Time { return p.group.at }

// Now is At in microseconds.
func (p *Page) Now() int64 { return p.group.now }

// ConfigVersion grows with each change of the tenant's rules; rules that were compiled for another must not decide.
func (p *Page) ConfigVersion() int64 { return p.group.configVersion }

// ID is the identifier that the operation's result has: of its receipt, entry or hold.
func (p *Page) ID() [16]byte { return p.id }

// Entropy is where identifiers of this page come from.
func (p *Page) Entropy() *bufio.Reader { return p.group.entropy }

// NewLot names a lot.
func (p *Page) NewLot() verno.LotID { return verno.LotID(p.newID()) }

// NewEntry names an entry.
func (p *Page) NewEntry() verno.EntryID { return verno.EntryID(p.newID()) }

// NewTask names a task.
func (p *Page) NewTask() verno.TaskID { return verno.TaskID(p.newID()) }

func (p *Page) newID() [16]byte { return verno.NewID[[16]byte](p.group.at, p.group.entropy) }

// Owner is a locked owner, to be read only; nil where there is no such owner or it was not asked for.
func (p *Page) Owner(id verno.OwnerID) *store.Owner {
	if o := p.owners[id]; o != nil {
		return o
	}
	return p.group.owners[id]
}

// Change is a locked owner, to be changed; nil where Owner is.
func (p *Page) Change(id verno.OwnerID) *store.Owner {
	if o := p.owners[id]; o != nil {
		return o
	}
	base := p.group.owners[id]
	if base == nil {
		return nil
	}
	c := *base
	c.State = base.State.Clone()
	p.PutOwner(&c)
	return &c
}

// PutOwner writes an owner that Also has just made.
func (p *Page) PutOwner(o *store.Owner) {
	if p.owners == nil {
		p.owners = make(map[verno.OwnerID]*store.Owner, 1)
	}
	p.owners[o.ID] = o
}

// Holding is what an owner has in a unit that was asked for, or was just made; changes to it are posted with Draft.
func (p *Page) Holding(owner verno.OwnerID, unit verno.UnitID) *ledger.Holding {
	key := store.HoldingKey{Owner: owner, Unit: unit}
	if h := p.holdings[key]; h != nil {
		return h
	}
	if p.holdings == nil {
		p.holdings = make(map[store.HoldingKey]*ledger.Holding, 2)
	}
	h := &ledger.Holding{Account: ledger.Account{Owner: owner, Unit: unit}}
	if base := p.group.holdings[key]; base != nil {
		h = base.Clone()
	}
	if o := p.Owner(owner); o != nil {
		h.Held = o.State.Held(unit, p.group.now)
	}
	p.holdings[key] = h
	return h
}

// Draft gathers the postings of the page's one entry.
func (p *Page) Draft() *ledger.Draft { return &p.draft }

// Receipt is a locked receipt with what has come back of it; nil where there is none of that name.
func (p *Page) Receipt(id verno.ReceiptID) *store.ReceiptRow { return p.group.receipts[id] }

// Counter is what a promotion has used up, with what the group has added so far.
func (p *Page) Counter(id verno.PromotionID) store.Counter { return p.group.counters[id] }

// Use adds to a counter. Counters that pass their caps make the group be decided again on the locked counters.
func (p *Page) Use(c store.CounterChange) { p.uses = append(p.uses, c) }

// Count counts a try of somebody, such as a look-up of a cashier.
func (p *Page) Count(c store.Counted, limit store.Limit) {
	p.counted, p.window = append(p.counted, c), limit
}

// SaveReceipt writes the operation's receipt together with what was drafted as its entry, whose id and hash it returns;
// both are zero where nothing was drafted.
func (p *Page) SaveReceipt(r *verno.Receipt) (id verno.EntryID, hash [32]byte, err error) {
	row := &store.ReceiptRow{Receipt: *r}
	entry, err := p.draft.Entry(p.NewEntry(), p.work.Tenant, string(r.Kind), verno.Micros(r.ReceivedAt))
	if err != nil {
		return id, hash, err
	}
	if !entry.IsZero() {
		row.Entry = entry.ID()
		p.group.postings = entry.AppendPostings(p.group.postings[:0])
		row.Postings = string(p.group.postings)
		hash = row.EntryHash()
		p.entries = append(p.entries, entryToPost{entry: entry, owner: r.Owner})
	}
	r.Entry = row.Entry
	p.receipt = row
	return row.Entry, hash, nil
}

// MarkReturned writes what has come back of a locked receipt, the new amounts included.
func (p *Page) MarkReturned(r *store.ReceiptRow) { p.returned = r }

// Post writes what was drafted as an entry of its own. It returns the entry; the zero Entry where nothing was drafted.
func (p *Page) Post(owner verno.OwnerID, kind, reason, actor string, ref []byte) (ledger.Entry, error) {
	entry, err := p.draft.Entry(p.NewEntry(), p.work.Tenant, kind, p.group.now)
	if err != nil || entry.IsZero() {
		return entry, err
	}
	p.draft = ledger.Draft{}
	p.entries = append(p.entries, entryToPost{entry: entry, owner: owner, reason: reason, actor: actor, ref: ref})
	return entry, nil
}

// PutHold writes a hold that is new or has changed.
func (p *Page) PutHold(h verno.Hold) { p.holds = append(p.holds, h) }

// PutTask writes a task for a person.
func (p *Page) PutTask(t verno.Task) { p.tasks = append(p.tasks, t) }

// Emit appends an event, which is committed with the rest and sealed afterwards. Tenant and time are filled in.
func (p *Page) Emit(e verno.Event) {
	e.Tenant, e.At = p.work.Tenant, p.group.at
	p.events = append(p.events, e)
}

// Owners are the owners that the work asked for, in its order.
func (p *Page) Owners() []verno.OwnerID {
	ids := make([]verno.OwnerID, len(p.work.Owners))
	for i := range ids {
		ids[i] = p.work.Owners[i].Owner
	}
	return ids
}
