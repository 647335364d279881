package checkout

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// Put creates or replaces a checkout that is kept open under the client's own name, and holds the points that it is to
// spend until it is committed, cancelled, or lapses. Another card may be shown meanwhile: what was held of the first
// member is let go. Errors: those of Quote, insufficient_points, checkout_committed, checkout_cancelled, and owner_moved
// where two tills put the same checkout at once.
func (t *Till) Put(ctx context.Context, a verno.Actor, id string, s Sale) (*Opened, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	q, err := t.quote(ctx, a, &s, QuoteOptions{Explain: true}, id)
	if err != nil {
		return nil, err
	}
	pl, err := t.at(ctx, a, s.Terminal, s.Store)
	if err != nil {
		return nil, err
	}
	o := &opening{quote: q, life: t.limits.OpenLife}
	if o.presence, err = t.open(ctx, a, s.Presence, pl.terminal, t.clock()); err != nil {
		return nil, err
	}
	kept := s
	kept.Basket.Coupons, kept.Certificates = nil, nil // They are as good as money for whoever reads them.
	document, err := json.Marshal(kept)
	if err != nil {
		return nil, err
	}
	before, err := t.reader.Checkout(ctx, a.Tenant, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	o.before = before.Owner
	o.kept = store.Checkout{Tenant: a.Tenant, ID: id, Terminal: pl.terminal, State: "open", Document: string(document)}
	_, err = t.books.Do(ctx, &books.Work{
		Tenant: a.Tenant, Owners: o.wants(), Moved: true,
		Also:   func(tx *store.Tx, p *books.Page) error { return o.lock(ctx, tx, p) },
		Decide: o.decide,
		Then:   func(tx *store.Tx) error { return tx.PutCheckout(ctx, o.kept) },
	})
	if err != nil {
		return nil, err
	}
	return &Opened{ID: id, State: "open", Quote: q, ExpiresAt: verno.FromMicros(o.kept.ExpiresAt), Revision: o.kept.Revision}, nil
}

func checkID(id string) error {
	var f verno.Faults
	f.Text("/id", id, 1, verno.MaxTextLength)
	return f.Err()
}

// opening is a checkout on its way into the books.
type opening struct {
	quote    *Quote
	presence *verno.Presence // nil where nobody showed a card
	before   verno.OwnerID   // of whom the checkout held something until now
	kept     store.Checkout
	life     time.Duration
}

func (o *opening) wants() (wants []books.Want) {
	units := []verno.UnitID{verno.PointsUnit(o.quote.Programme)}
	if o.presence != nil {
		wants = append(wants, books.Want{Owner: o.presence.Owner, Units: units, Spends: true})
	}
	if !o.before.IsZero() && (o.presence == nil || o.presence.Owner != o.before) {
		wants = append(wants, books.Want{Owner: o.before, Units: units})
	}
	return wants
}

// lock sees that the checkout is still open, and locks it.
func (o *opening) lock(ctx context.Context, tx *store.Tx, p *books.Page) error {
	k := &o.kept
	switch done, err := tx.OperationOfCheckout(ctx, k.Tenant, k.ID); {
	case err == nil && done.Kind == books.KindCancel:
		return verno.Refused("checkout_cancelled")
	case err == nil:
		return verno.Refused("checkout_committed").With("operation", done.Key)
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	before, err := tx.LockCheckout(ctx, k.Tenant, k.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if before.Owner != o.before {
		return verno.Conflict("owner_moved")
	}
	k.Revision, k.CreatedAt, k.UpdatedAt = before.Revision+1, p.Now(), p.Now()
	k.ExpiresAt = p.Now() + o.life.Microseconds()
	return nil
}

// decide replaces what the checkout holds by what the quote spends.
func (o *opening) decide(p *books.Page) (books.Result, error) {
	o.kept.Hold, o.kept.Owner = verno.HoldID{}, verno.OwnerID{}
	if !o.before.IsZero() {
		putEnded(p, o.before, endCheckoutHolds(p, o.before, o.kept.ID), 0)
	}
	if o.presence == nil {
		return books.Result{}, nil
	}
	owner := p.Owner(o.presence.Owner)
	if err := stale(owner, o.presence); err != nil {
		return books.Result{}, err
	}
	o.kept.Owner = owner.ID
	amount := int64(o.quote.Outcome.Totals.Points)
	if o.presence.Method == verno.MethodConfirmed {
		amount = 0 // The member has said yes to one sale, and to no reserve.
	}
	if amount == 0 {
		return books.Result{}, nil
	}
	unit := verno.PointsUnit(o.quote.Programme)
	n, err := p.Holding(owner.ID, unit).Spendable(p.Now())
	if err != nil {
		return books.Result{}, err
	}
	if n < amount {
		return books.Result{}, verno.Refused("insufficient_points").With("available", strconv.FormatInt(n, 10))
	}
	h := verno.Hold{
		ID: verno.HoldID(p.NewEntry()), Owner: owner.ID, Unit: unit, Amount: amount, State: "held", Reference: o.kept.ID,
		Terminal: o.kept.Terminal, Deadline: verno.FromMicros(o.kept.ExpiresAt), CreatedAt: now(p),
	}
	takeHold(p, h, o.kept.ID)
	o.kept.Hold = h.ID
	return books.Result{}, nil
}

// endCheckoutHolds ends what an open checkout holds of an owner. Putting down how it ended is left to the caller.
func endCheckoutHolds(p *books.Page, owner verno.OwnerID, checkout string) (ended []verno.OpenHold) {
	o := p.Owner(owner)
	if o == nil || checkout == "" {
		return nil
	}
	for _, open := range slices.Clone(o.State.Holds) {
		if open.Checkout == checkout {
			endHold(p, owner, open.ID)
			ended = append(ended, open)
		}
	}
	return ended
}

// putEnded writes down how holds have ended: captured as far as what was spent goes, else released.
func putEnded(p *books.Page, owner verno.OwnerID, ended []verno.OpenHold, spent int64) {
	for _, open := range ended {
		h := verno.Hold{
			ID: open.ID, Owner: owner, Unit: open.Unit, Amount: open.Amount, Captured: min(open.Amount, spent), State: "released",
			Reference: open.Checkout, Deadline: verno.FromMicros(open.Deadline), CreatedAt: now(p), EndedAt: now(p),
		}
		if h.Captured > 0 {
			h.State = "captured"
		}
		spent -= h.Captured
		p.PutHold(h)
	}
}

// Cancel bars a checkout for ever and lets go of what it held; a commit that comes later is refused with
// checkout_cancelled. A till that does not know what became of its commit may cancel: the answer is then the refusal
// checkout_committed. Cancelling twice is cancelling once.
func (t *Till) Cancel(ctx context.Context, a verno.Actor, id, key string) (*Opened, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, err
	}
	if err := checkKey(key); err != nil {
		return nil, err
	}
	if err := checkID(id); err != nil {
		return nil, err
	}
	c, err := t.reader.Checkout(ctx, a.Tenant, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	w := &books.Work{
		Tenant: a.Tenant, Moved: true,
		Claim: books.Claim{Key: key, BodyHash: sha256.Sum256([]byte("cancel " + id)), Kind: books.KindCancel, CheckoutID: id},
		Decide: func(p *books.Page) (books.Result, error) {
			putEnded(p, c.Owner, endCheckoutHolds(p, c.Owner, id), 0)
			p.Emit(verno.Event{Kind: verno.EventCheckoutCancelled, Owner: c.Owner, Subject: id, Actor: a.Name()})
			return books.Result{Owner: c.Owner, Answer: "{}"}, nil
		},
	}
	if !c.Owner.IsZero() {
		w.Owners = []books.Want{{Owner: c.Owner}}
	}
	out, err := t.books.Do(ctx, w)
	if e := verno.AsError(err); e != nil {
		if e.Code != "checkout_cancelled" {
			return nil, err
		}
		out.Replayed = e.Replayed
	}
	done, err := t.reader.OperationOfCheckout(ctx, a.Tenant, id)
	if err != nil {
		return nil, err
	}
	return &Opened{ID: id, State: "cancelled", ExpiresAt: verno.FromMicros(done.At), Revision: c.Revision, Replayed: out.Replayed}, nil
}

// Checkout tells the state of a checkout by the client's own name: committed, with the receipt, or as it is kept open.
func (t *Till) Checkout(ctx context.Context, a verno.Actor, id string) (*Opened, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, err
	}
	o, err := t.reader.OperationOfCheckout(ctx, a.Tenant, id)
	if err == nil && o.Kind == books.KindCancel {
		return &Opened{ID: id, State: "cancelled", ExpiresAt: verno.FromMicros(o.At)}, nil
	}
	if err == nil {
		r, err := t.Receipt(ctx, a, verno.ReceiptID(o.ResultID))
		return &Opened{ID: id, State: "committed", Receipt: r}, err
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	c, err := t.reader.Checkout(ctx, a.Tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, verno.NotFound("not_found").With("thing", "checkout")
	}
	if err != nil {
		return nil, err
	}
	out := &Opened{ID: id, State: c.State, ExpiresAt: verno.FromMicros(c.ExpiresAt), Revision: c.Revision}
	if c.State == "open" && !out.ExpiresAt.After(t.clock()) {
		out.State = "lapsed"
	}
	return out, nil
}
