package member

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Stored says what becomes of a person's stored money, which is theirs by law whether or not anybody knows them.
type Stored string

// What may become of it. The empty Stored decides nothing.
const (
	StoredPaidOut   Stored = "paid_out"  // it was handed over: the books show that it left
	StoredForfeited Stored = "forfeited" // it was given up, as somebody has in writing
)

// Erase forgets a person for ever: the key of its personal data is destroyed, it is found by nothing any more, its cards
// are void, what other systems have hung on it is emptied, and its points lapse. The books, the receipts and the consents
// stand, because they name nobody; a keyed trace of the phone remains, so that nobody is welcomed twice. Whoever was
// merged into the member is forgotten with it. Erasing again does nothing. Errors: money_stored where nobody decided what
// becomes of stored money, holds_open.
func (r *Roll) Erase(ctx context.Context, a verno.Actor, now time.Time, id verno.MemberID, stored Stored) error {
	if err := a.Require(verno.MayErase); err != nil {
		return err
	}
	var f verno.Faults
	if stored != "" {
		f.OneOf("/stored_money", string(stored), string(StoredPaidOut), string(StoredForfeited))
	}
	if err := f.Err(); err != nil {
		return err
	}
	units, err := r.Store.Reader().Units(ctx, a.Tenant)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		m, err := resolve(ctx, r.Store.Reader(), a.Tenant, id)
		if err != nil || !m.ErasedAt.IsZero() {
			return err
		}
		last := leaving{actor: a, member: m, units: units, stored: stored}
		want := books.Want{Owner: m.Owner, Spends: true}
		for i := range units {
			want.Units = append(want.Units, units[i].ID)
		}
		w := &books.Work{Tenant: a.Tenant, Owners: []books.Want{want}, Decide: last.settle}
		w.Also = func(tx *store.Tx, _ *books.Page) (err error) {
			last.gone, err = r.forget(ctx, tx, now, m)
			return err
		}
		_, err = r.Books.Do(ctx, w)
		if err == nil || verno.AsError(err).Code != "owner_moved" || try == moves {
			return err
		}
	}
}

// leaving is a member who is being erased.
type leaving struct {
	actor  verno.Actor
	member verno.Member
	units  []verno.Unit
	stored Stored
	gone   bool // another request has erased it since it was read
}

// settle empties the account under its lock, so that no sale can spend what is left meanwhile.
func (l *leaving) settle(p *books.Page) (books.Result, error) {
	if l.gone {
		return books.Result{Owner: l.member.Owner}, nil
	}
	o := p.Change(l.member.Owner)
	for _, h := range o.State.Holds {
		if h.Deadline > p.Now() {
			return books.Result{}, verno.Conflict("holds_open")
		}
	}
	e := event(verno.EventMemberErased, l.actor, l.member, l.member.ID.String())
	for i := range l.units {
		if err := l.empty(p, &l.units[i], &e); err != nil {
			return books.Result{}, err
		}
	}
	entry, err := p.Post(l.member.Owner, "erasure", string(l.stored), l.actor.Name(), nil)
	if err != nil {
		return books.Result{}, err
	}
	if !entry.IsZero() {
		e.Entry = entry.ID()
	}
	o.Epoch++
	o.FrozenAt, o.State.Aims = p.Now(), nil
	p.Emit(e)
	return books.Result{Owner: l.member.Owner}, nil
}

// empty drafts what becomes of one unit: points and stamps lapse, those too that are not available yet; money goes where
// it was decided. A debt stays, as an account that will never be paid.
func (l *leaving) empty(p *books.Page, u *verno.Unit, e *verno.Event) error {
	h := p.Holding(l.member.Owner, u.ID)
	far := ledger.Account{Owner: verno.ProgrammeOwner(u.Programme), Role: verno.AccountBreakage, Unit: u.ID}
	if u.Kind != verno.UnitMoney {
		return h.Lapse(p.Draft(), far, ledger.Never)
	}
	sum, err := h.Spendable(p.Now())
	if err != nil || sum <= 0 {
		return err
	}
	amount := u.Currency.Format(money.Amount(sum))
	far.Owner = verno.IssuerOwner(u.Issuer)
	switch l.stored {
	case StoredPaidOut:
		far.Role = verno.AccountClearing
	case StoredForfeited:
	default:
		return verno.Refused("money_stored").With("amount", amount)
	}
	if e.Detail == nil {
		e.Detail = map[string]string{}
	}
	e.Detail["money "+u.ID.String()] = string(l.stored) + " " + amount
	return h.Spend(p.Draft(), far, sum, p.Now())
}

// forget erases a member and its aliases, whose rows it locks in the order of their IDs. Whoever is gone already stays so.
func (r *Roll) forget(ctx context.Context, tx *store.Tx, now time.Time, of verno.Member) (gone bool, err error) {
	list, err := tx.MembersOf(ctx, of.Tenant, of.Owner)
	if err != nil {
		return false, err
	}
	for _, read := range list {
		if read.ID != of.ID && read.MergedInto != of.ID {
			continue
		}
		m, err := tx.LockMember(ctx, read.Tenant, read.ID)
		if err != nil {
			return false, err
		}
		if m.Owner != of.Owner {
			return false, verno.Conflict("owner_moved")
		}
		if !m.ErasedAt.IsZero() {
			gone = gone || m.ID == of.ID
			continue
		}
		if err := r.forgetOne(ctx, tx, now, m); err != nil {
			return false, err
		}
	}
	return gone, nil
}

func (r *Roll) forgetOne(ctx context.Context, tx *store.Tx, now time.Time, m verno.Member) error {
	if err := r.Vault.ErasePerson(ctx, tx, m.Tenant, m.ID, now); err != nil {
		return err
	}
	if _, err := tx.DeleteMemberPIN(ctx, m.Tenant, m.ID); err != nil {
		return err
	}
	if err := tx.DeletePaymentCardsOf(ctx, m.Tenant, m.ID); err != nil {
		return err
	}
	cards, err := tx.CardsOf(ctx, m.Tenant, m.ID)
	if err != nil {
		return err
	}
	for _, c := range cards {
		if c.State == verno.CardActive {
			c.State = verno.CardBlocked
		}
		c.Sealed, c.Reason, c.UpdatedAt = []byte{}, "erased", now
		if err := written(tx.ChangeCard(ctx, c)); err != nil {
			return err
		}
		if err := tx.EndMemberSessions(ctx, m.Tenant, c.ID, now); err != nil {
			return err
		}
	}
	m.ExternalID, m.Tags, m.Metadata, m.ErasedAt, m.UpdatedAt = "", []string{}, map[string]string{}, now, now
	return written(tx.ChangeMember(ctx, m))
}
