package checkout

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/money"
)

// Replay takes in receipts of an offline till, each on its own: one that is refused hinders no other. They have happened,
// so they are priced by the version that was in force then, and what is short becomes a debt and a task. Receipts of one
// member are taken in the order given.
func (t *Till) Replay(ctx context.Context, a verno.Actor, list []Replay) ([]ReplayOutcome, error) {
	if err := a.Require(verno.MayReplay); err != nil {
		return nil, err
	}
	if len(list) > verno.MaxBatch {
		return nil, verno.InvalidField("/receipts", "too_many", "max", strconv.Itoa(verno.MaxBatch))
	}
	t.Forget(a.Tenant)
	list = slices.Clone(list) // What the tills left out is filled in, and the caller may be sending the same list again.
	outcomes := make([]ReplayOutcome, len(list))
	pending := make([]*books.Pending, len(list))
	works := make([]*books.Work, len(list))
	known := map[Identify]*verno.Presence{}
	for i := range list {
		q := &list[i]
		w, err := t.replayWork(ctx, a, q, known)
		if err == nil {
			works[i], pending[i] = w, t.books.Submit(w)
			continue
		}
		out, err := t.books.Earlier(ctx, a.Tenant, q.Key, q.BodyHash, err)
		if outcomes[i], err = t.replayOutcome(ctx, a, out, err); err != nil {
			return nil, err
		}
	}
	for i, p := range pending {
		if p == nil {
			continue
		}
		out, err := p.Wait(ctx)
		if errors.Is(err, verno.Invalid("idempotency_key_reused")) {
			out, err = t.committed(ctx, a.Tenant, &works[i].Claim, err)
		}
		if outcomes[i], err = t.replayOutcome(ctx, a, out, err); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// committed finds the sale that a till committed online without getting the answer, and now hands in under the same key
// and the same name or number. Its body is another request's, and yet it is the same sale.
func (t *Till) committed(ctx context.Context, tenant verno.TenantID, c *books.Claim, reused error) (books.Outcome, error) {
	o, err := t.reader.Operation(ctx, tenant, c.Key)
	if err != nil {
		return books.Outcome{}, err
	}
	sameCheckout := c.CheckoutID != "" && o.CheckoutID == c.CheckoutID
	sameReceipt := c.ReceiptRef != nil && bytes.Equal(o.ReceiptRef, c.ReceiptRef)
	if o.Kind != "commit" || o.State != store.Applied || !sameCheckout && !sameReceipt {
		return books.Outcome{}, reused
	}
	out := books.Outcome{Replayed: true}
	copy(out.ID[:], o.ResultID)
	return out, nil
}

// replayOutcome tells a receipt that was taken in from one that can never be (rejected), one that another has the place
// of (conflict) and one that is to be sent again (retry).
func (t *Till) replayOutcome(ctx context.Context, a verno.Actor, out books.Outcome, err error) (ReplayOutcome, error) {
	if err == nil {
		r, replayed, err := t.receiptOf(ctx, a.Tenant, out)
		if err != nil {
			return ReplayOutcome{}, err
		}
		done := ReplayOutcome{State: "applied", Receipt: r, Debt: r.Debt}
		if replayed {
			done.State = "duplicate"
		}
		return done, nil
	}
	e := verno.AsError(err)
	switch {
	case e.Code == "receipt_exists" || e.Code == "checkout_committed" || e.Code == "checkout_cancelled" || e.Code == "idempotency_key_reused":
		return ReplayOutcome{State: "conflict", Err: e}, nil
	case e.Kind == verno.KindUnavailable || e.Kind == verno.KindConflict || e.Kind == verno.KindLimited || e.Kind == verno.Internal:
		return ReplayOutcome{State: "retry", Err: e}, nil
	default:
		return ReplayOutcome{State: "rejected", Err: e}, nil
	}
}

func (t *Till) replayWork(ctx context.Context, a verno.Actor, q *Replay, known map[Identify]*verno.Presence) (*books.Work, error) {
	pl, err := t.at(ctx, a, q.Sale.Terminal, q.Sale.Store)
	if err != nil {
		return nil, err
	}
	if err := t.checkReplay(q); err != nil {
		return nil, err
	}
	r, err := pl.config.rulesAt(ctx, t.reader, pl.store.Programme, q.OccurredAt)
	if err != nil {
		return nil, err
	}
	if err := checkBasket(&q.Sale.Basket, r.Programme()); err != nil {
		return nil, err
	}
	s := &sale{
		actor: a, place: pl, rules: r, basket: &q.Sale.Basket, spend: q.Sale.Spend, channel: pl.channel(q.Sale.Channel),
		tenders: q.Tenders, checkout: q.CheckoutID, number: q.Number, date: q.BusinessDate, shift: q.Shift,
		cashier: q.Cashier, occurred: q.OccurredAt, charged: q.Charged, stored: storedOf(q.Tenders),
	}
	if s.date == 0 {
		s.date = dateOf(q.OccurredAt.In(pl.zone))
	}
	if q.Member != (Identify{}) {
		if s.presence, err = t.replayed(ctx, a, q, known); err != nil {
			return nil, err
		}
	}
	if s.presence == nil && (s.spend != 0 || s.stored > 0) {
		return nil, verno.Invalid("spend_needs_member")
	}
	if err := t.takeCards(ctx, s, q.OccurredAt, true); err != nil {
		return nil, err
	}
	return s.work(q.Key, q.BodyHash, "replay"), nil
}

func (t *Till) checkReplay(q *Replay) error {
	var f verno.Faults
	if q.Key == "" || len(q.Key) > maxKey {
		f.Say("/key", "required")
	}
	if q.OccurredAt.IsZero() {
		f.Say("/occurred_at", "required")
	}
	if !q.Sale.Spend.Valid() {
		f.Say("/spend_points", "number_range", "min", "0", "max", money.MaxPoints.Format(0))
	}
	if q.Charged != nil && !q.Charged.Valid() {
		f.Say("/charged", "number_range", "min", "0", "max", maxAmount)
	}
	names{q.Number, q.Shift, q.CheckoutID, q.Sale.Channel, q.BusinessDate}.check(&f, q.OccurredAt)
	checkTenders(&f, q.Tenders)
	if err := f.Err(); err != nil {
		return err
	}
	return t.checkTime(q.OccurredAt)
}

// checkTime sees that something can have happened at a time, by a clock that may be a little fast.
func (t *Till) checkTime(at time.Time) error {
	now := t.clock()
	if at.Before(now.AddDate(0, 0, -t.limits.ReplayDays)) || at.After(now.Add(10*time.Minute)) {
		return verno.Invalid("time_out_of_range").With("days", strconv.Itoa(t.limits.ReplayDays))
	}
	return nil
}

// replayed names the member of a replayed receipt. A live code of then cannot be checked now, and the card may have been
// blocked since: the goods are gone, and the points are the member's.
func (t *Till) replayed(ctx context.Context, a verno.Actor, q *Replay, known map[Identify]*verno.Presence) (*verno.Presence, error) {
	if p := known[q.Member]; p != nil {
		return p, nil
	}
	f, err := t.find(ctx, a, q.Member, time.Time{})
	if err != nil {
		return nil, err
	}
	person, err := t.vault.Person(ctx, t.reader, a.Tenant, f.member.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, vault.ErrErased) {
		return nil, err
	}
	p := &verno.Presence{
		Tenant: a.Tenant, Member: f.member.ID, Owner: f.member.Owner, Card: f.card.ID, Template: f.card.Template, Method: verno.MethodReplay, Tags: f.member.Tags,
	}
	p.BirthMonth, p.BirthDay = birthday(person.Birthday)
	known[q.Member] = p
	return p, nil
}
