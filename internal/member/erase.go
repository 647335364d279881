package member

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// Erase forgets a person for ever: the key of its personal data is destroyed, it is found by nothing any more, its cards
// are void, and what other systems have hung on it is emptied. The books, the receipts and the consents stand, because
// they name nobody; a keyed trace of the phone remains, so that nobody is welcomed twice. Whoever was merged into the
// member is forgotten with it. Erasing again does nothing.
func (r *Roll) Erase(ctx context.Context, a verno.Actor, now time.Time, id verno.MemberID) error {
	if err := a.Require(verno.MayErase); err != nil {
		return err
	}
	for try := 1; ; try++ {
		m, err := resolve(ctx, r.Store.Reader(), a.Tenant, id)
		if err != nil || !m.ErasedAt.IsZero() {
			return err
		}
		w := &books.Work{Tenant: a.Tenant, Owners: []books.Want{{Owner: m.Owner}}}
		w.Also = func(tx *store.Tx, _ *books.Page) error { return r.forget(ctx, tx, now, m) }
		w.Decide = func(p *books.Page) (books.Result, error) {
			o := p.Change(m.Owner)
			o.Epoch++
			o.FrozenAt = p.Now()
			p.Emit(event(verno.EventMemberErased, a, m, m.ID.String()))
			return books.Result{Owner: m.Owner}, nil
		}
		_, err = r.Books.Do(ctx, w)
		if err == nil || verno.AsError(err).Code != "owner_moved" || try == moves {
			return err
		}
	}
}

// forget erases a member and its aliases, whose rows it locks in the order of their IDs.
func (r *Roll) forget(ctx context.Context, tx *store.Tx, now time.Time, of verno.Member) error {
	list, err := tx.MembersOf(ctx, of.Tenant, of.Owner)
	if err != nil {
		return err
	}
	for _, read := range list {
		if read.ID != of.ID && read.MergedInto != of.ID {
			continue
		}
		m, err := tx.LockMember(ctx, read.Tenant, read.ID)
		if err != nil {
			return err
		}
		if m.Owner != of.Owner {
			return verno.Conflict("owner_moved")
		}
		if err := r.forgetOne(ctx, tx, now, m); err != nil {
			return err
		}
	}
	return nil
}

func (r *Roll) forgetOne(ctx context.Context, tx *store.Tx, now time.Time, m verno.Member) error {
	if err := r.Vault.ErasePerson(ctx, tx, m.Tenant, m.ID, now); err != nil {
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
	}
	m.ExternalID, m.Tags, m.Metadata, m.ErasedAt, m.UpdatedAt = "", []string{}, map[string]string{}, now, now
	return written(tx.ChangeMember(ctx, m))
}
