package checkout

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// TopUp puts stored money on an account against money that was paid outside, such as cash at the till.
type TopUp struct {
	Key       string
	BodyHash  [32]byte
	Member    verno.MemberID // or
	Presence  string
	Terminal  verno.TerminalID
	Store     verno.StoreID
	Amount    money.Amount
	Currency  money.Currency
	Tender    verno.TenderKind // cash, card, other
	Reference string
}

// ToppedUp is what a top-up did.
type ToppedUp struct {
	Entry    verno.EntryID  `json:"entry_id"`
	Member   verno.MemberID `json:"member_id"`
	Currency money.Currency `json:"currency"`
	Amount   money.Amount   `json:"amount"`
	Balance  money.Amount   `json:"balance"` // after it
	At       time.Time      `json:"at"`
}

// TopUp puts stored money on a member's account of the store's legal entity. Anybody may pay in for anybody, so any
// presence will do. Errors: those of Quote, top_up_too_large.
func (t *Till) TopUp(ctx context.Context, a verno.Actor, q TopUp) (*ToppedUp, bool, error) {
	if err := a.Require(verno.MayTopUp); err != nil {
		return nil, false, err
	}
	if err := q.check(); err != nil {
		return nil, false, err
	}
	for try := 0; ; try++ {
		out, err := t.topUp(ctx, a, &q)
		if !errors.Is(err, errRulesStale) || try == maxStale {
			return toppedUp(out, err)
		}
		t.Forget(a.Tenant)
	}
}

func (t *Till) topUp(ctx context.Context, a verno.Actor, q *TopUp) (books.Outcome, error) {
	x, err := t.toppingUp(ctx, a, q)
	if err != nil {
		return t.books.Earlier(ctx, a.Tenant, q.Key, q.BodyHash, err)
	}
	return t.books.Do(ctx, &books.Work{
		Tenant: a.Tenant, Claim: books.Claim{Key: q.Key, BodyHash: q.BodyHash, Kind: "top_up"},
		Owners: []books.Want{{Owner: x.owner, Units: []verno.UnitID{x.unit}}}, Decide: x.decide,
	})
}

func (q *TopUp) check() error {
	if err := checkKey(q.Key); err != nil {
		return err
	}
	var f verno.Faults
	checkPaidIn(&f, q.Amount, 1, q.Tender, q.Reference)
	return f.Err()
}

// toppingUp is one top-up on its way through the books.
type toppingUp struct {
	actor    verno.Actor
	ask      *TopUp
	issuer   verno.IssuerID
	member   verno.MemberID
	owner    verno.OwnerID
	unit     verno.UnitID
	currency money.Currency
	at       []byte // the till; nil for none
	rules    int64  // version of the configuration
}

func (t *Till) toppingUp(ctx context.Context, a verno.Actor, q *TopUp) (*toppingUp, error) {
	pl, err := t.sellsAt(ctx, a, q.Terminal, q.Store)
	if err != nil {
		return nil, err
	}
	r, err := pl.config.rulesOf(pl.store.Programme)
	if err != nil {
		return nil, err
	}
	currency := r.Programme().Currency
	if q.Currency != "" && q.Currency != currency {
		return nil, verno.InvalidField("/amount/currency", "currency_invalid", "want", string(currency))
	}
	if most := r.Programme().PaidIn.Most(currency).TopUp; q.Amount > most {
		now, err := t.reader.ConfigVersion(ctx, a.Tenant)
		if err == nil && now != pl.config.version {
			err = errRulesStale // It may be more by now.
		}
		if err != nil {
			return nil, err
		}
		return nil, tooMuch("top_up_too_large", currency, most)
	}
	x := &toppingUp{actor: a, ask: q, issuer: pl.store.Issuer, currency: currency, at: pl.terminal.Bytes(), rules: pl.config.version}
	if x.member, x.owner, err = t.payee(ctx, a, pl, q); err != nil {
		return nil, err
	}
	if x.unit = pl.config.moneyUnit(pl.store.Issuer, currency); x.unit.IsZero() {
		x.unit, err = t.makeMoneyUnit(ctx, a.Tenant, pl.store.Issuer, currency)
	}
	return x, err
}

// tooMuch says how much may be paid in at once.
func tooMuch(code string, c money.Currency, most money.Amount) error {
	return verno.Invalid(code).With("max", c.Format(most)).With("currency", string(c))
}

func (x *toppingUp) decide(p *books.Page) (books.Result, error) {
	if p.ConfigVersion() != x.rules {
		return books.Result{}, errRulesStale
	}
	h := p.Holding(x.owner, x.unit)
	far := ledger.Account{Owner: verno.IssuerOwner(x.issuer), Role: verno.AccountClearing, Unit: x.unit}
	h.Earn(p.Draft(), far, ledger.Lot{ID: verno.LotID(x.unit), ExpiresAt: ledger.Never}, int64(x.ask.Amount), ledger.WhyTopUp)
	entry, err := p.Post(x.owner, "top_up", string(x.ask.Tender)+" "+x.ask.Reference, x.actor.Name(), x.at)
	if err != nil {
		return books.Result{}, err
	}
	hash := entry.Hash()
	p.Emit(verno.Event{
		Kind: verno.EventWalletToppedUp, Owner: x.owner, Subject: x.member.String(), Actor: x.actor.Name(), Entry: entry.ID(), Hash: hash[:],
	})
	done := &ToppedUp{Entry: entry.ID(), Member: x.member, Currency: x.currency, Amount: x.ask.Amount, At: now(p)}
	for _, l := range h.Lots { // one of what there is, or of what is owed
		done.Balance += money.Amount(l.Remaining)
	}
	text, err := json.Marshal(done)
	return books.Result{ID: entry.ID(), Owner: x.owner, Answer: string(text), Value: done}, err
}

// toppedUp is the answer of an outcome, as it was given first.
func toppedUp(out books.Outcome, err error) (*ToppedUp, bool, error) {
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
