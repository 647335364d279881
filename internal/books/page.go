package books

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
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
	tries    []try
	fault    error // of the decision itself: it wrote what it had not asked for
}

type entryToPost struct {
	entry    ledger.Entry
	postings []byte // canonical
	hash     [32]byte
	owner    verno.OwnerID
	reason   string
	actor    string
	ref      []byte
	told     bool // by an event
}

type try struct {
	of    store.Counted
	limit store.Limit
}

// copy is a page of its own with what has been written on this one.
func (p *Page) copy() *Page {
	c := *p
	c.owners, c.holdings = maps.Clone(p.owners), maps.Clone(p.holdings)
	for id, o := range c.owners {
		own := *o
		own.State = o.State.Clone()
		c.owners[id] = &own
	}
	for key, h := range c.holdings {
		c.holdings[key] = h.Clone()
	}
	c.draft.Postings = slices.Clone(p.draft.Postings)
	c.entries, c.events = slices.Clone(p.entries), slices.Clone(p.events)
	c.holds, c.tasks, c.uses, c.tries = slices.Clone(p.holds), slices.Clone(p.tasks), slices.Clone(p.uses), slices.Clone(p.tries)
	return &c
}

// decide runs the work's decision. Only a page on which everything is accounted for counts.
func (p *Page) decide() (result Result, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("books: a decision panicked: %v\n%s", r, debug.Stack())
		}
	}()
	if result, err = p.work.Decide(p); err != nil {
		return result, err
	}
	return result, p.accounted()
}

// accounted checks what every page promises: each entry is told by one event, and nothing was written that had not been
// locked and read.
func (p *Page) accounted() error {
	if p.fault != nil {
		return p.fault
	}
	for i := range p.entries {
		if !p.entries[i].told {
			return fmt.Errorf("books: no event tells of entry %s", p.entries[i].entry.ID())
		}
	}
	if len(p.draft.Postings) > 0 {
		return errors.New("books: what was drafted was not posted")
	}
	return nil
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

// Holding is what an owner has in a unit that was asked for, or was just made; changes to it are posted with Draft. A
// decision that takes another one fails.
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
	} else if p.group.owners[owner] != nil || p.owners[owner] == nil {
		p.fault = fmt.Errorf("books: what %s has of %s was not asked for", owner, unit)
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

// Use adds to a counter that was asked for. Counters that pass their caps make the group be decided again on the locked
// counters.
func (p *Page) Use(c store.CounterChange) {
	if _, ok := p.group.counters[c.Promotion]; !ok {
		p.fault = fmt.Errorf("books: the counter of %s was not asked for", c.Promotion)
	}
	p.uses = append(p.uses, c)
}

// Count counts a try of somebody, such as a look-up of a cashier.
func (p *Page) Count(c store.Counted, limit store.Limit) {
	p.tries = append(p.tries, try{of: c, limit: limit})
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
		hash = p.post(entryToPost{entry: entry, owner: r.Owner})
		row.Postings = string(p.entries[len(p.entries)-1].postings)
	}
	r.Entry = row.Entry
	p.receipt = row
	return row.Entry, hash, nil
}

// post takes the entry that was made of the draft and returns its hash.
func (p *Page) post(e entryToPost) [32]byte {
	e.postings = e.entry.AppendPostings(nil)
	e.hash = ledger.HashEntry(e.entry.ID(), p.work.Tenant, e.entry.Kind(), e.entry.At(), e.postings)
	p.entries, p.draft = append(p.entries, e), ledger.Draft{}
	return e.hash
}

// MarkReturned writes what has come back of a locked receipt, the new amounts included.
func (p *Page) MarkReturned(r *store.ReceiptRow) {
	if planted == refundTwice {
		return
	}
	if p.group.receipts[r.ID] == nil {
		p.fault = fmt.Errorf("books: receipt %s was not asked for", r.ID)
	}
	p.returned = r
}

// Post writes what was drafted as an entry of its own. It returns the entry; the zero Entry where nothing was drafted.
func (p *Page) Post(owner verno.OwnerID, kind, reason, actor string, ref []byte) (ledger.Entry, error) {
	entry, err := p.draft.Entry(p.NewEntry(), p.work.Tenant, kind, p.group.now)
	if err != nil || entry.IsZero() {
		return entry, err
	}
	p.post(entryToPost{entry: entry, owner: owner, reason: reason, actor: actor, ref: ref})
	return entry, nil
}

// PutHold writes a hold that is new or has changed.
func (p *Page) PutHold(h verno.Hold) { p.holds = append(p.holds, h) }

// PutTask writes a task for a person.
func (p *Page) PutTask(t verno.Task) { p.tasks = append(p.tasks, t) }

// Emit appends an event, which is committed with the rest and sealed afterwards. Tenant, time and the hash of its entry
// are filled in. Each entry of the page is told by exactly one event.
func (p *Page) Emit(e verno.Event) {
	e.Tenant, e.At = p.work.Tenant, p.group.at
	if !e.Entry.IsZero() {
		i := slices.IndexFunc(p.entries, func(posted entryToPost) bool { return posted.entry.ID() == e.Entry && !posted.told })
		if i < 0 {
			p.fault = fmt.Errorf("books: %s tells of an entry that is not on the page, or was told", e.Kind)
			return
		}
		p.entries[i].told, e.Hash = true, p.entries[i].hash[:]
	}
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
