package checkout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// TopUp puts stored money on a member's account of the store's legal entity. Anybody may pay in for anybody, so any
// presence will do. Errors: those of Quote.
func (t *Till) TopUp(ctx context.Context, a verno.Actor, q TopUp) (*ToppedUp, bool, error) {
	if err := a.Require(verno.MayTopUp); err != nil {
		return nil, false, err
	}
	switch {
	case q.Amount <= 0 || !q.Amount.Valid():
		return nil, false, verno.InvalidField("/amount/amount", "number_range", "min", "1", "max", fmt.Sprint(money.MaxAmount))
	case q.Tender != verno.TenderCash && q.Tender != verno.TenderCard && q.Tender != verno.TenderOther:
		return nil, false, verno.InvalidField("/tender", "unknown_value", "known", "cash, card, other")
	case utf8.RuneCountInString(q.Reference) > verno.MaxTextLength:
		return nil, false, verno.InvalidField("/reference", "text_too_long", "max", fmt.Sprint(verno.MaxTextLength))
	}
	pl, err := t.at(ctx, a, q.Terminal, q.Store)
	if err != nil {
		return nil, false, err
	}
	r, err := pl.config.rulesOf(pl.store.Programme)
	if err != nil {
		return nil, false, err
	}
	currency := r.Programme().Currency
	if q.Currency != "" && q.Currency != currency {
		return nil, false, verno.InvalidField("/amount/currency", "currency_invalid", "want", string(currency))
	}
	member, owner, err := t.payee(ctx, a, pl, &q)
	if err != nil {
		return nil, false, err
	}
	unit := pl.config.moneyUnit(pl.store.Issuer, currency)
	if unit.IsZero() {
		if unit, err = t.makeMoneyUnit(ctx, a.Tenant, pl.store.Issuer, currency); err != nil {
			return nil, false, err
		}
	}
	out, err := t.books.Do(ctx, &books.Work{
		Tenant: a.Tenant, Claim: books.Claim{Key: q.Key, BodyHash: q.BodyHash, Kind: "top_up"},
		Owners: []books.Want{{Owner: owner, Units: []verno.UnitID{unit}}},
		Decide: func(p *books.Page) (books.Result, error) {
			h := p.Holding(owner, unit)
			far := ledger.Account{Owner: verno.IssuerOwner(pl.store.Issuer), Role: verno.AccountClearing, Unit: unit}
			h.Earn(p.Draft(), far, ledger.Lot{ID: verno.LotID(unit), ExpiresAt: ledger.Never}, int64(q.Amount), ledger.WhyTopUp)
			entry, err := p.Post(owner, "top_up", string(q.Tender)+" "+q.Reference, a.Name(), nil)
			if err != nil {
				return books.Result{}, err
			}
			hash := entry.Hash()
			p.Emit(verno.Event{Kind: verno.EventWalletToppedUp, Owner: owner, Subject: member.String(), Actor: a.Name(), Entry: entry.ID(), Hash: hash[:]})
			done := &ToppedUp{Entry: entry.ID(), Member: member, Amount: q.Amount, Balance: money.Amount(h.Lots[0].Remaining), At: p.At().UTC()}
			text, err := json.Marshal(done)
			return books.Result{ID: entry.ID(), Owner: owner, Answer: string(text), Value: done}, err
		},
	})
	if err != nil {
		return nil, false, err
	}
	if done, ok := out.Value.(*ToppedUp); ok {
		return done, out.Replayed, nil
	}
	done := &ToppedUp{}
	return done, out.Replayed, json.Unmarshal([]byte(out.Answer), done)
}

// payee is whose account is topped up.
func (t *Till) payee(ctx context.Context, a verno.Actor, pl *place, q *TopUp) (verno.MemberID, verno.OwnerID, error) {
	if q.Presence != "" {
		p, err := t.open(ctx, a, q.Presence, pl.terminal, t.clock())
		if err != nil {
			return verno.MemberID{}, verno.OwnerID{}, err
		}
		return p.Member, p.Owner, nil
	}
	if q.Member.IsZero() {
		return verno.MemberID{}, verno.OwnerID{}, verno.InvalidField("/member_id", "required")
	}
	m, err := t.reader.Member(ctx, a.Tenant, q.Member)
	f, err := t.foundMember(ctx, a.Tenant, m, verno.MethodMemberID, err)
	if err != nil {
		return verno.MemberID{}, verno.OwnerID{}, err
	}
	return f.member.ID, f.member.Owner, nil
}

// makeMoneyUnit makes the unit of a legal entity's stored money when the first of it is paid in.
func (t *Till) makeMoneyUnit(ctx context.Context, tenant verno.TenantID, issuer verno.IssuerID, currency money.Currency) (verno.UnitID, error) {
	unit := verno.Unit{ID: verno.NewID[verno.UnitID](t.clock(), t.entropy), Kind: verno.UnitMoney, Issuer: issuer, Currency: currency}
	err := t.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockIssuer(ctx, tenant, issuer); err != nil {
			return err
		}
		found, err := tx.MoneyUnit(ctx, tenant, issuer, currency)
		if err == nil {
			unit = found
			return nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := tx.InsertUnit(ctx, tenant, unit, t.clock()); err != nil {
			return err
		}
		_, err = tx.RaiseConfigVersion(ctx, tenant)
		return err
	})
	t.Forget(tenant)
	return unit.ID, err
}
