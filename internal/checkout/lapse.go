package checkout

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// LapsePoints posts breakage for owners whom nobody has touched since their points lapsed. It returns how many accounts
// it tidied, at most limit; the member sees no difference, as lapsed points could not be spent before.
func (t *Till) LapsePoints(ctx context.Context, limit int) (int, error) {
	list, err := t.reader.LapsedAccounts(ctx, verno.Micros(t.clock()), limit)
	if err != nil {
		return 0, err
	}
	pending := make([]*books.Pending, 0, len(list))
	for _, a := range list {
		pending = append(pending, t.books.Submit(lapseWork(a)))
	}
	for i, p := range pending {
		if _, err := p.Wait(ctx); err != nil {
			return i, err
		}
	}
	return len(list), nil
}

func lapseWork(a store.LapsedAccount) *books.Work {
	far := ledger.Account{Owner: a.Far, Role: verno.AccountBreakage, Unit: a.Unit}
	return &books.Work{
		Tenant: a.Tenant, Moved: true, Owners: []books.Want{{Owner: a.Owner, Units: []verno.UnitID{a.Unit}}},
		Decide: func(p *books.Page) (books.Result, error) {
			if err := p.Holding(a.Owner, a.Unit).Lapse(p.Draft(), far, p.Now()); err != nil {
				return books.Result{}, err
			}
			entry, err := p.Post(a.Owner, "expiry", "", "verno", nil)
			if err != nil || entry.IsZero() {
				return books.Result{}, err
			}
			hash := entry.Hash()
			if o := p.Owner(a.Owner); o != nil && ofCard(o.Kind) {
				e := cardValue(verno.CardID(a.Owner), verno.Actor{}, "expired", "")
				e.Actor, e.Entry = "verno", entry.ID()
				p.Emit(e)
				return books.Result{Owner: a.Owner}, nil
			}
			p.Emit(verno.Event{Kind: verno.EventPointsExpired, Owner: a.Owner, Subject: entry.ID().String(), Actor: "verno", Entry: entry.ID(), Hash: hash[:]})
			return books.Result{Owner: a.Owner}, nil
		},
	}
}

// ofCard reports whether an owner of a kind is a card, and nobody's account.
func ofCard(kind string) bool { return kind == "gift_card" || kind == "card" }
