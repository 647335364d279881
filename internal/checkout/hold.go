package checkout

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// PlaceHold reserves points or stored money of an identified member until a deadline.
type PlaceHold struct {
	Key       string
	BodyHash  [32]byte
	Presence  string
	Terminal  verno.TerminalID
	Store     verno.StoreID
	Kind      verno.UnitKind // points or money
	Amount    int64
	Life      time.Duration // at most a week
	Reference string
}

// EndHold captures a hold, wholly or in part, or releases it.
type EndHold struct {
	Key      string
	BodyHash [32]byte
	Hold     verno.HoldID
	Amount   int64 // to be captured; 0 releases
}

// maxHoldLife bounds how long value may be reserved.
const maxHoldLife = 7 * 24 * time.Hour

// Hold reserves value. Errors: those of Quote, strength_needed, account_frozen, insufficient_points, insufficient_money.
func (t *Till) Hold(ctx context.Context, a verno.Actor, q PlaceHold) (*verno.Hold, bool, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, false, err
	}
	if err := q.check(); err != nil {
		return nil, false, err
	}
	h, err := t.holding(ctx, a, &q)
	if err != nil {
		return holdOf(t.books.Earlier(ctx, a.Tenant, q.Key, q.BodyHash, err))
	}
	out, err := t.books.Do(ctx, &books.Work{
		Tenant: a.Tenant, Claim: books.Claim{Key: q.Key, BodyHash: q.BodyHash, Kind: "hold"},
		Owners: []books.Want{{Owner: h.presence.Owner, Units: []verno.UnitID{h.unit}, Spends: true}}, Decide: h.decide,
	})
	return holdOf(out, err)
}

func (q *PlaceHold) check() error {
	if err := checkKey(q.Key); err != nil {
		return err
	}
	var f verno.Faults
	if q.Amount <= 0 || q.Amount > int64(money.MaxAmount) {
		f.Say("/amount", "number_range", "min", "1", "max", maxAmount)
	}
	if q.Life <= 0 || q.Life > maxHoldLife {
		f.Say("/seconds", "number_range", "min", "1", "max", strconv.Itoa(int(maxHoldLife/time.Second)))
	}
	f.OneOf("/kind", string(q.Kind), string(verno.UnitPoints), string(verno.UnitMoney))
	checkText(&f, "/reference", q.Reference)
	return f.Err()
}

// holding finds out who wants to hold what.
func (t *Till) holding(ctx context.Context, a verno.Actor, q *PlaceHold) (*holding, error) {
	pl, err := t.sellsAt(ctx, a, q.Terminal, q.Store)
	if err != nil {
		return nil, err
	}
	presence, err := t.open(ctx, a, q.Presence, pl.terminal, t.clock())
	if err != nil {
		return nil, err
	}
	if presence == nil {
		return nil, verno.Invalid("spend_needs_member")
	}
	r, err := pl.config.rulesOf(pl.store.Programme)
	if err != nil {
		return nil, err
	}
	h := &holding{actor: a, place: pl, presence: presence, ask: q, unit: verno.PointsUnit(r.Programme().ID)}
	if q.Kind == verno.UnitMoney {
		if h.unit = pl.config.moneyUnit(pl.store.Issuer, r.Programme().Currency); h.unit.IsZero() {
			return nil, verno.Refused("insufficient_money")
		}
	}
	return h, nil
}

// holding is one hold on its way through the books.
type holding struct {
	actor    verno.Actor
	place    *place
	presence *verno.Presence
	ask      *PlaceHold
	unit     verno.UnitID
}

func (x *holding) decide(p *books.Page) (books.Result, error) {
	o := p.Owner(x.presence.Owner)
	if err := stale(o, x.presence); err != nil {
		return books.Result{}, err
	}
	s := &sale{place: x.place, presence: x.presence, stored: 1}
	if err := s.maySpend(o, p.Now()); err != nil {
		return books.Result{}, err
	}
	n, err := p.Holding(o.ID, x.unit).Spendable(p.Now())
	if err != nil {
		return books.Result{}, err
	}
	if n < x.ask.Amount {
		if x.ask.Kind == verno.UnitMoney {
			return books.Result{}, verno.Refused("insufficient_money")
		}
		return books.Result{}, verno.Refused("insufficient_points").With("available", strconv.FormatInt(n, 10))
	}
	at := now(p)
	h := verno.Hold{
		ID: verno.HoldID(p.ID()), Owner: o.ID, Unit: x.unit, Amount: x.ask.Amount, State: "held", Reference: x.ask.Reference,
		Terminal: x.place.terminal, Deadline: at.Add(x.ask.Life.Truncate(time.Microsecond)), CreatedAt: at,
	}
	takeHold(p, h, "")
	markSpent(&p.Change(o.ID).State, x.presence, 0, 0)
	p.Emit(verno.Event{Kind: verno.EventHoldPlaced, Owner: o.ID, Subject: h.ID.String(), Actor: x.actor.Name()})
	return books.Result{ID: p.ID(), Owner: o.ID, Answer: holdText(&h), Value: &h}, nil
}

// takeHold writes a hold and remembers it in the owner's state, by which every spending sees it.
func takeHold(p *books.Page, h verno.Hold, checkout string) {
	p.PutHold(h)
	s := &p.Change(h.Owner).State
	s.Holds = append(s.Holds, verno.OpenHold{
		ID: h.ID, Unit: h.Unit, Amount: h.Amount, Deadline: verno.Micros(h.Deadline), Checkout: checkout,
	})
}

// endHold takes a hold out of the owner's state, if it is there and the owner is locked. It reports the hold. It comes
// before anybody looks at what the owner has, which is less what is held.
func endHold(p *books.Page, owner verno.OwnerID, id verno.HoldID) (verno.OpenHold, bool) {
	o := p.Owner(owner)
	if o == nil {
		return verno.OpenHold{}, false
	}
	at := slices.IndexFunc(o.State.Holds, func(h verno.OpenHold) bool { return h.ID == id })
	if at < 0 {
		return verno.OpenHold{}, false
	}
	s := &p.Change(owner).State
	h := s.Holds[at]
	s.Holds = slices.Delete(s.Holds, at, at+1)
	return h, true
}

// End captures a hold, wholly or in part, or releases it. A hold ends once: whoever comes later gets hold_ended. It keeps
// others from spending, and nothing more: a return takes back what it had given, and a receipt from offline is booked,
// whatever is held. So a capture of more than is left is refused with hold_short, which says how much may be captured; the
// hold stays, and that much, or nothing, ends it.
func (t *Till) End(ctx context.Context, a verno.Actor, q EndHold) (*verno.Hold, bool, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, false, err
	}
	if err := checkKey(q.Key); err != nil {
		return nil, false, err
	}
	if q.Amount < 0 {
		return nil, false, verno.InvalidField("/amount", "number_range", "min", "0", "max", maxAmount)
	}
	h, err := t.FindHold(ctx, a, q.Hold)
	if err != nil {
		return nil, false, err
	}
	far, err := t.farOf(ctx, a.Tenant, h.Unit)
	if err != nil {
		return nil, false, err
	}
	out, err := t.books.Do(ctx, &books.Work{
		Tenant: a.Tenant, Claim: books.Claim{Key: q.Key, BodyHash: q.BodyHash, Kind: "hold_end"}, Moved: true,
		Owners: []books.Want{{Owner: h.Owner, Units: []verno.UnitID{h.Unit}, Spends: true}},
		Decide: func(p *books.Page) (books.Result, error) { return endOf(p, a, *h, far, q.Amount) },
	})
	return holdOf(out, err)
}

// endOf decides the end of a hold under its owner's lock.
func endOf(p *books.Page, a verno.Actor, h verno.Hold, far ledger.Account, amount int64) (books.Result, error) {
	open, ok := endHold(p, h.Owner, h.ID)
	switch {
	case !ok && h.State != "held":
		return books.Result{}, verno.Refused("hold_ended").With("state", h.State)
	case !ok: // since it was read
		return books.Result{}, verno.Refused("hold_ended").With("state", "captured or released")
	case open.Deadline <= p.Now():
		return books.Result{}, verno.Refused("hold_ended").With("state", "lapsed")
	case amount > open.Amount:
		return books.Result{}, verno.Refused("hold_too_much").With("amount", strconv.FormatInt(open.Amount, 10))
	case amount > 0 && p.Owner(h.Owner).FrozenAt != 0:
		return books.Result{}, verno.Forbidden("account_frozen")
	}
	h.EndedAt, h.State = now(p), "released"
	kind, event := "", verno.EventHoldReleased
	if amount > 0 {
		h.State, h.Captured, kind, event = "captured", amount, "capture", verno.EventHoldCaptured
		if err := p.Holding(h.Owner, h.Unit).Spend(p.Draft(), far, amount, p.Now()); err != nil {
			return books.Result{}, shortOf(err)
		}
	}
	entry, err := p.Post(h.Owner, kind, h.Reference, a.Name(), h.ID[:])
	if err != nil {
		return books.Result{}, err
	}
	p.PutHold(h)
	e := verno.Event{Kind: event, Owner: h.Owner, Subject: h.ID.String(), Actor: a.Name(), Entry: entry.ID()}
	if !entry.IsZero() {
		hash := entry.Hash()
		e.Hash = hash[:]
	}
	p.Emit(e)
	return books.Result{ID: h.ID, Owner: h.Owner, Answer: holdText(&h), Value: &h}, nil
}

// shortOf refuses a capture for which too little is left, as where a return or a replay has taken what was held.
func shortOf(err error) error {
	var short ledger.ShortError
	if !errors.As(err, &short) {
		return err
	}
	return verno.Refused("hold_short").With("capturable", strconv.FormatInt(short.Spendable, 10))
}

// FindHold reads a hold.
func (t *Till) FindHold(ctx context.Context, a verno.Actor, id verno.HoldID) (*verno.Hold, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, err
	}
	h, err := t.reader.Hold(ctx, a.Tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, verno.NotFound("not_found").With("thing", "hold")
	}
	if err == nil && h.State == "held" && !h.Deadline.After(t.clock()) {
		h.State = "lapsed"
	}
	return &h, err
}

// farOf is where spent value of a unit goes.
func (t *Till) farOf(ctx context.Context, tenant verno.TenantID, id verno.UnitID) (ledger.Account, error) {
	u, err := t.reader.Unit(ctx, tenant, id)
	if err != nil {
		return ledger.Account{}, err
	}
	if u.Kind == verno.UnitMoney {
		return ledger.Account{Owner: verno.IssuerOwner(u.Issuer), Role: verno.AccountClearing, Unit: id}, nil
	}
	return ledger.Account{Owner: verno.ProgrammeOwner(u.Programme), Role: verno.AccountRedemption, Unit: id}, nil
}

func holdText(h *verno.Hold) string {
	text, err := json.Marshal(h)
	if err != nil {
		panic("checkout: a hold cannot be written: " + err.Error())
	}
	return string(text)
}

// holdOf is the hold of an outcome, as it was answered first.
func holdOf(out books.Outcome, err error) (*verno.Hold, bool, error) {
	if err != nil {
		return nil, false, err
	}
	if h, ok := out.Value.(*verno.Hold); ok {
		return h, out.Replayed, nil
	}
	var h verno.Hold
	if err := json.Unmarshal([]byte(out.Answer), &h); err != nil {
		return nil, false, err
	}
	return &h, out.Replayed, nil
}

// LapseHolds tidies up holds whose deadline has passed; they have bound nothing since. It returns how many.
func (t *Till) LapseHolds(ctx context.Context, tenant verno.TenantID) (int, error) {
	list, err := t.reader.LapsedHolds(ctx, tenant, verno.Micros(t.clock()), 200)
	for i := range list {
		h := list[i]
		_, err := t.books.Do(ctx, &books.Work{
			Tenant: tenant, Owners: []books.Want{{Owner: h.Owner}}, Moved: true,
			Decide: func(p *books.Page) (books.Result, error) {
				if _, open := endHold(p, h.Owner, h.ID); !open {
					return books.Result{Owner: h.Owner}, nil // It was captured at the last moment.
				}
				h.State, h.EndedAt = "lapsed", now(p)
				p.PutHold(h)
				p.Emit(verno.Event{Kind: verno.EventHoldReleased, Owner: h.Owner, Subject: h.ID.String(), Actor: "verno", Detail: map[string]string{"why": "lapsed"}})
				return books.Result{Owner: h.Owner}, nil
			},
		})
		if err != nil {
			return i, err
		}
	}
	return len(list), err
}
