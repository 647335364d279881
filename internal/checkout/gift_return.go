package checkout

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// ReturnGift gives back a gift that was not used.
type ReturnGift struct {
	Key      string
	BodyHash [32]byte
	Card     verno.CardID
	Terminal verno.TerminalID
	Store    verno.StoreID
}

// ReturnGift ends a gift of which nothing was used and puts its points back into the lots that they came from, with their
// dates; once for a key, and once at all. Errors: not_found, gift_used, gift_returned, card_state, store_unknown.
func (t *Till) ReturnGift(ctx context.Context, a verno.Actor, q ReturnGift) (*TakenGift, bool, error) {
	if err := a.Require(verno.MayReturn); err != nil {
		return nil, false, err
	}
	if err := checkKey(q.Key); err != nil {
		return nil, false, err
	}
	var out books.Outcome
	x, err := t.giftBack(ctx, a, &q)
	if err != nil {
		out, err = t.books.Earlier(ctx, a.Tenant, q.Key, q.BodyHash, err)
	} else {
		out, err = t.books.Do(ctx, x.work(ctx, &q))
	}
	if err != nil {
		return nil, false, err
	}
	back := &TakenGift{}
	return back, out.Replayed, json.Unmarshal([]byte(out.Answer), back)
}

// Gift is a gift that was taken, as it is now, and whether it could be given back. Error: not_found.
func (t *Till) Gift(ctx context.Context, a verno.Actor, id verno.CardID) (g *TakenGift, unused bool, err error) {
	if err := a.Require(verno.MayReadMembers); err != nil {
		return nil, false, err
	}
	x, err := t.readGift(ctx, a.Tenant, id)
	if err != nil {
		return nil, false, err
	}
	if x.gift.State != verno.CardActive {
		return &x.gift, false, nil
	}
	list, err := t.reader.Holdings(ctx, a.Tenant, x.owner)
	for _, h := range list {
		if h.Account.Unit == x.usesOf {
			unused = x.whole(h) == nil
		}
	}
	return &x.gift, unused, err
}

// giftBack is a gift on its way back through the books.
type giftBack struct {
	actor  verno.Actor
	owner  verno.OwnerID // of the card
	usesOf verno.UnitID
	uses   int64         // that it began with
	giver  verno.OwnerID // the programme that gave it
	gift   TakenGift
	at     []byte // the till; nil for none

	paidPoints
}

func (t *Till) giftBack(ctx context.Context, a verno.Actor, q *ReturnGift) (*giftBack, error) {
	x, err := t.readGift(ctx, a.Tenant, q.Card)
	if err == nil {
		err = unreturned(x.gift.State, verno.Conflict("gift_returned"))
	}
	if err != nil {
		return nil, err
	}
	x.actor = a
	if x.payer, err = t.ownerNow(ctx, a.Tenant, x.payer); err != nil {
		return nil, err
	}
	pl, err := t.at(ctx, a, q.Terminal, q.Store)
	switch {
	case errors.Is(err, verno.Invalid("store_missing")):
		return x, nil // The office takes it back.
	case err == nil:
		x.at = pl.terminal.Bytes()
	}
	return x, err
}

// readGift reads a card with the entry by which it was taken. Error: not_found.
func (t *Till) readGift(ctx context.Context, tenant verno.TenantID, id verno.CardID) (*giftBack, error) {
	entry, err := t.reader.GiftTaken(ctx, tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		err = verno.NotFound("not_found").With("thing", "gift")
	}
	if err != nil {
		return nil, err
	}
	c, err := t.reader.Card(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	d, err := card.ReadDocument(c.Document)
	if err != nil {
		return nil, err
	}
	x := &giftBack{owner: verno.CardOwner(id), usesOf: verno.UsesUnit(c.Template)}
	postings, err := ledger.ParsePostings(entry.Postings)
	for _, p := range postings {
		x.take(p)
		if p.Account.Role == verno.AccountMain && p.Account.Unit == x.usesOf {
			x.uses += p.Amount
		}
		if p.Account.Role == verno.AccountIssuance {
			x.giver = p.Account.Owner
		}
	}
	x.gift = TakenGift{
		Card: id, Template: c.Template, Member: c.Member, Points: x.points(), State: c.State, Ends: d.Ends, At: c.IssuedAt,
	}
	return x, err
}

func (x *giftBack) work(ctx context.Context, q *ReturnGift) *books.Work {
	return &books.Work{
		Tenant: x.actor.Tenant, Claim: books.Claim{Key: q.Key, BodyHash: q.BodyHash, Kind: "gift_return"}, Decide: x.decide,
		Owners: []books.Want{
			{Owner: x.owner, Units: []verno.UnitID{x.usesOf}, Spends: true},
			{Owner: x.payer, Units: []verno.UnitID{x.unit()}, Spends: true},
		},
		Also: func(tx *store.Tx, p *books.Page) error {
			return takeBack(ctx, tx, p, x.actor.Tenant, x.gift.Card, verno.Conflict("gift_returned"))
		},
	}
}

// whole sees that nothing was used.
func (x *giftBack) whole(h *ledger.Holding) error {
	there := int64(0)
	for _, l := range h.Lots {
		there += l.Remaining
	}
	if there != x.uses {
		return verno.Conflict("gift_used")
	}
	return nil
}

func (x *giftBack) decide(p *books.Page) (books.Result, error) {
	h := p.Holding(x.owner, x.usesOf)
	if h.More {
		return books.Result{}, ledger.ErrMore
	}
	if err := x.whole(h); err != nil {
		return books.Result{}, err
	}
	far := ledger.Account{Owner: x.giver, Role: verno.AccountIssuance, Unit: x.usesOf}
	for _, l := range h.Clone().Lots {
		if l.Remaining <= 0 {
			continue
		}
		if _, err := h.TakeBack(p.Draft(), far, l.ID, l.Remaining, p.Now(), l.ID); err != nil {
			return books.Result{}, err
		}
	}
	if err := x.putBack(p); err != nil {
		return books.Result{}, err
	}
	p.Change(x.owner).FrozenAt = p.Now()
	entry, err := p.Post(x.payer, "gift_return", "", x.actor.Name(), x.at)
	if err != nil {
		return books.Result{}, err
	}
	back := cardValue(x.gift.Card, x.actor, "returned", "")
	back.Entry = entry.ID()
	p.Emit(back)
	p.Emit(verno.Event{
		Kind: verno.EventPointsReturned, Owner: x.payer, Subject: x.gift.Card.String(), Actor: x.actor.Name(),
		Detail: map[string]string{"for": "gift", "member": x.gift.Member.String()},
	})
	done := x.gift
	done.State = verno.CardReturned
	text, err := json.Marshal(&done)
	return books.Result{ID: done.Card, Owner: x.payer, Answer: string(text)}, err
}
