package checkout

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// Admit marks one entry of a pass or a ticket.
type Admit struct {
	Key      string
	BodyHash [32]byte
	Scan     string
	Again    bool // although an entry was marked a moment ago: somebody comes in with a guest
	Terminal verno.TerminalID
	Store    verno.StoreID
}

// Admission is an entry that was marked, and what may be shown of the card.
type Admission struct {
	store.Admission
	Shown     *Shown
	UndoUntil time.Time
}

const (
	// undoLife is for how long an entry can be undone that was marked by mistake.
	undoLife = time.Minute
	// twiceWithin is within how long a second entry of a pass is taken for a second scan of the first.
	twiceWithin = 3 * time.Minute
)

// Admit lets a holder in: it takes one use of a pass, or the only one of a ticket. Of many who show a code at once one wins.
// What is refused is not kept under its key, as another time of day, a filled pass or an undone entry may let in. Errors:
// card_not_usable, entry_wrong_card, entry_none_left, entry_already, entry_just_now, entry_too_early, entry_closed,
// entry_over, entry_expired.
func (t *Till) Admit(ctx context.Context, a verno.Actor, q Admit) (*Admission, bool, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, false, err
	}
	if err := checkKey(q.Key); err != nil {
		return nil, false, err
	}
	out, err := t.letIn(ctx, a, &q)
	if err != nil {
		out, err = t.books.Earlier(ctx, a.Tenant, q.Key, q.BodyHash, err)
	}
	if err != nil {
		return nil, false, err
	}
	shown, err := t.admission(ctx, a.Tenant, verno.AdmissionID(out.ID))
	return shown, out.Replayed, err
}

// letIn finds the card of a scan and takes a use of it.
func (t *Till) letIn(ctx context.Context, a verno.Actor, q *Admit) (books.Outcome, error) {
	pl, err := t.at(ctx, a, q.Terminal, q.Store)
	if err != nil {
		return books.Outcome{}, err
	}
	now := t.clock()
	if err := t.mayLookUp(ctx, a, pl, &Identify{Scan: q.Scan}, now); err != nil {
		return books.Outcome{}, err
	}
	f, err := t.find(ctx, a, Identify{Scan: q.Scan}, now)
	if err != nil {
		return books.Outcome{}, t.missed(ctx, a, pl, now, err)
	}
	if f.card.ID.IsZero() {
		return books.Outcome{}, verno.Invalid("entry_wrong_card")
	}
	return t.withPass(ctx, a, f.card.ID, func(u *uses) *books.Work {
		x := &admitting{uses: u, place: pl, again: q.Again}
		return &books.Work{
			Claim: books.Claim{Key: q.Key, BodyHash: q.BodyHash, Kind: "admission"},
			Also:  func(tx *store.Tx, p *books.Page) error { return x.lock(ctx, tx, p) }, Decide: x.decide,
			Then: func(tx *store.Tx) error { return tx.InsertAdmission(ctx, &x.row) },
		}
	})
}

// admission is an entry that was marked, as it is now.
func (t *Till) admission(ctx context.Context, tenant verno.TenantID, id verno.AdmissionID) (*Admission, error) {
	row, err := t.reader.Admission(ctx, tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, verno.NotFound("not_found").With("thing", "admission")
	}
	if err != nil {
		return nil, err
	}
	c, err := t.reader.Card(ctx, tenant, row.Card)
	if err != nil {
		return nil, err
	}
	out := &Admission{Admission: row, UndoUntil: row.At.Add(undoLife)}
	out.Shown, err = t.shown(ctx, &found{card: c}, t.clock())
	return out, err
}

// admitting is one entry on its way through the books.
type admitting struct {
	*uses

	place *place
	again bool
	last  store.Admission // zero for none
	row   store.Admission
}

func (x *admitting) lock(ctx context.Context, tx *store.Tx, p *books.Page) (err error) {
	if err := x.uses.lock(ctx, tx, p); err != nil {
		return err
	}
	x.last, err = tx.LastAdmission(ctx, x.card.Tenant, x.card.ID)
	if errors.Is(err, store.ErrNotFound) {
		x.last, err = store.Admission{}, nil
	}
	return err
}

func (x *admitting) decide(p *books.Page) (books.Result, error) {
	if err := x.allows(p); err != nil {
		return books.Result{}, err
	}
	c := &x.card
	x.row = store.Admission{
		Tenant: c.Tenant, ID: verno.AdmissionID(p.ID()), Card: c.ID, Template: c.Template, Member: c.Member, Store: x.place.store.ID,
		Terminal: x.place.terminal, Actor: x.actor.Name(), Of: x.rule.Entries(&x.doc), At: now(p),
	}
	if x.row.Of > 0 {
		if err := x.use(p); err != nil {
			return books.Result{}, err
		}
	}
	x.tell(p, verno.EventCardAdmitted, x.row.Entry, map[string]string{
		"admission": x.row.ID.String(), "store": x.row.Store.String(), "terminal": x.row.Terminal.String(), "left": strconv.FormatInt(x.row.Left, 10),
	})
	return books.Result{ID: p.ID(), Owner: x.owner()}, nil
}

// allows refuses an entry at the wrong time, and one that was marked already.
func (x *admitting) allows(p *books.Page) error {
	if err := x.rule.Allows(&x.doc, p.At().In(x.place.zone)); err != nil {
		return err
	}
	if x.last.At.IsZero() {
		return nil
	}
	if x.rule.Once {
		return verno.Conflict("entry_already").With("at", x.last.At.In(x.place.zone).Format(time.RFC3339))
	}
	if since := p.At().Sub(x.last.At); since < twiceWithin && !x.again {
		return verno.Conflict("entry_just_now").With("seconds", strconv.Itoa(int(max(since, time.Second)/time.Second)))
	}
	return nil
}

// use takes one use out of the books.
func (x *admitting) use(p *books.Page) error {
	h, err := x.open(p)
	if err != nil {
		return err
	}
	if err := h.Spend(p.Draft(), x.far(verno.AccountRedemption), 1, p.Now()); err != nil {
		if _, short := errors.AsType[ledger.ShortError](err); short {
			return verno.Conflict("entry_none_left")
		}
		return err
	}
	if x.row.Left, err = h.Spendable(p.Now()); err != nil {
		return err
	}
	x.row.Of = max(x.row.Of, x.row.Left)
	entry, err := p.Post(x.owner(), "admission", "", x.actor.Name(), x.row.ID.Bytes())
	x.row.Entry = entry.ID()
	return err
}
