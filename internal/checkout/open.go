package checkout

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// Put creates or replaces a checkout that is kept open under the client's own name, and holds the points that it is to
// spend until it is committed, cancelled, or lapses.
func (t *Till) Put(ctx context.Context, a verno.Actor, id string, s Sale) (*Opened, error) {
	if id == "" || utf8.RuneCountInString(id) > verno.MaxTextLength {
		return nil, verno.InvalidField("/id", "text_too_long", "max", fmt.Sprint(verno.MaxTextLength))
	}
	q, err := t.Quote(ctx, a, s, QuoteOptions{Explain: true})
	if err != nil {
		return nil, err
	}
	pl, err := t.at(ctx, a, s.Terminal, s.Store)
	if err != nil {
		return nil, err
	}
	presence, err := t.open(ctx, a, s.Presence, pl.terminal, t.clock())
	if err != nil {
		return nil, err
	}
	document, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	w := &books.Work{Tenant: a.Tenant}
	if presence != nil {
		w.Owners = []books.Want{{Owner: presence.Owner, Units: []verno.UnitID{verno.PointsUnit(q.Programme)}, Spends: true}}
	}
	var kept store.Checkout
	w.Also = func(tx *store.Tx, p *books.Page) error {
		switch o, err := tx.OperationOfCheckout(ctx, a.Tenant, id); {
		case err == nil && o.Kind == books.KindCancel:
			return verno.Refused("checkout_cancelled")
		case err == nil:
			return verno.Refused("checkout_committed")
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		before, err := tx.LockCheckout(ctx, a.Tenant, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if before.ID != "" && !before.Owner.IsZero() && (presence == nil || before.Owner != presence.Owner) {
			return verno.Refused("checkout_committed")
		}
		kept = store.Checkout{
			Tenant: a.Tenant, ID: id, Terminal: pl.terminal, State: "open", Document: string(document), Hold: before.Hold,
			Revision: before.Revision + 1, ExpiresAt: verno.Micros(p.At().Add(t.limits.OpenLife)), CreatedAt: p.Now(), UpdatedAt: p.Now(),
		}
		if presence != nil {
			kept.Owner = presence.Owner
		}
		return nil
	}
	w.Decide = func(p *books.Page) (books.Result, error) {
		if presence != nil {
			if err := t.holdFor(p, &kept, presence, q); err != nil {
				return books.Result{}, err
			}
		}
		return books.Result{}, nil
	}
	w.Then = func(tx *store.Tx) error { return tx.PutCheckout(ctx, kept) }
	if _, err := t.books.Do(ctx, w); err != nil {
		return nil, err
	}
	return &Opened{ID: id, State: "open", Quote: q, ExpiresAt: verno.FromMicros(kept.ExpiresAt), Revision: kept.Revision}, nil
}

// holdFor replaces the hold of an open checkout by one for what the quote spends.
func (t *Till) holdFor(p *books.Page, kept *store.Checkout, presence *verno.Presence, q *Quote) error {
	o := p.Owner(presence.Owner)
	if err := stale(o, presence); err != nil {
		return err
	}
	endCheckoutHolds(p, presence.Owner, kept.ID, "released")
	kept.Hold = verno.HoldID{}
	amount := int64(q.Outcome.Totals.Points)
	if amount == 0 {
		return nil
	}
	unit := verno.PointsUnit(q.Programme)
	n, err := p.Holding(o.ID, unit).Spendable(p.Now())
	if err != nil {
		return err
	}
	if n < amount {
		return verno.Refused("insufficient_points").With("available", fmt.Sprint(n))
	}
	h := verno.Hold{
		ID: verno.HoldID(p.NewEntry()), Owner: o.ID, Unit: unit, Amount: amount, State: "held", Reference: kept.ID,
		Terminal: kept.Terminal, Deadline: verno.FromMicros(kept.ExpiresAt), CreatedAt: p.At(),
	}
	takeHold(p, h, kept.ID)
	kept.Hold = h.ID
	return nil
}

// endCheckoutHolds ends what an open checkout holds, with the rows.
func endCheckoutHolds(p *books.Page, owner verno.OwnerID, checkout, state string) {
	o := p.Owner(owner)
	if o == nil || checkout == "" {
		return
	}
	for _, open := range slices.Clone(o.State.Holds) {
		if open.Checkout != checkout {
			continue
		}
		endHold(p, owner, open.ID)
		p.PutHold(verno.Hold{
			ID: open.ID, Owner: owner, Unit: open.Unit, Amount: open.Amount, State: state, Reference: checkout,
			Deadline: verno.FromMicros(open.Deadline), CreatedAt: p.At(), EndedAt: p.At(),
		})
	}
}

// Cancel bars a checkout for ever and lets go of what it held; a commit that comes later is refused with
// checkout_cancelled. A till that does not know what became of its commit may cancel: the answer is then the refusal
// checkout_committed. Cancelling twice is cancelling once.
func (t *Till) Cancel(ctx context.Context, a verno.Actor, id, key string) (*Opened, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, err
	}
	if id == "" || utf8.RuneCountInString(id) > verno.MaxTextLength {
		return nil, verno.InvalidField("/id", "text_too_long", "max", fmt.Sprint(verno.MaxTextLength))
	}
	c, err := t.reader.Checkout(ctx, a.Tenant, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	w := &books.Work{
		Tenant: a.Tenant, Moved: true,
		Claim: books.Claim{Key: key, BodyHash: sha256.Sum256([]byte("cancel " + id)), Kind: books.KindCancel, CheckoutID: id},
		Decide: func(p *books.Page) (books.Result, error) {
			endCheckoutHolds(p, c.Owner, id, "released")
			p.Emit(verno.Event{Kind: verno.EventCheckoutCancelled, Owner: c.Owner, Subject: id, Actor: a.Name()})
			return books.Result{Owner: c.Owner, Answer: "{}"}, nil
		},
	}
	if !c.Owner.IsZero() {
		w.Owners = []books.Want{{Owner: c.Owner, Units: t.heldUnits(ctx, a.Tenant, c.Hold)}}
	}
	_, err = t.books.Do(ctx, w)
	if err != nil && !errors.Is(err, verno.Refused("checkout_cancelled")) {
		return nil, err
	}
	return &Opened{ID: id, State: "cancelled", ExpiresAt: t.clock(), Revision: c.Revision}, nil
}

// heldUnits is the unit of a hold, so that it is read with the owner.
func (t *Till) heldUnits(ctx context.Context, tenant verno.TenantID, id verno.HoldID) []verno.UnitID {
	h, err := t.reader.Hold(ctx, tenant, id)
	if err != nil {
		return nil
	}
	return []verno.UnitID{h.Unit}
}

// Checkout tells the state of a checkout by the client's own name: committed, with the receipt, or as it is kept open.
func (t *Till) Checkout(ctx context.Context, a verno.Actor, id string) (*Opened, error) {
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
