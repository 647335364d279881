package checkout

import (
	"context"
	"errors"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/money"
)

// What proves that a member is there, where the code that was shown does not.
const (
	ProofLiveCode     = "live_code"
	ProofNFC          = "nfc"
	ProofPIN          = "pin"
	ProofConfirmation = "confirmation"
)

// short reports whether a stronger proof, and nothing else, would let more be spent of a sale. It says nothing of how much:
// that is told to whoever has the proof.
func (g *glance) short(pl *place, r *rules, in *promo.Input, most money.Points, p *verno.Presence) bool {
	now := verno.Micros(in.Moment.At)
	if p.Method.Strong() || frozen(g.owner, now) {
		return false
	}
	if paidIn, cashback := g.stored(pl, r.Programme(), now); paidIn+cashback > 0 {
		return true
	}
	if in.Member.Balance <= in.Member.SpendCap {
		return false
	}
	member, stronger, would := *in.Member, *in, verno.Outcome{}
	member.SpendCap = member.Balance
	stronger.Member, stronger.Spend = &member, 0
	r.Evaluate(&stronger, false, &would)
	return would.MaxPoints > most
}

// proofs are those that a member can give.
func (t *Till) proofs(ctx context.Context, p *verno.Presence) ([]string, error) {
	list := []string{ProofLiveCode, ProofNFC}
	pin, err := t.reader.MemberPIN(ctx, p.Tenant, p.Member)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err == nil && pin.Tries > 0 {
		list = append(list, ProofPIN)
	}
	phones, err := t.reader.MemberSessions(ctx, p.Tenant, p.Member, t.clock(), 1)
	if len(phones) > 0 {
		list = append(list, ProofConfirmation)
	}
	return list, err
}

// strengthened is what a presence lets do that was proved otherwise than by the code that began it.
func (t *Till) strengthened(ctx context.Context, pl *place, p *verno.Presence) (*Identified, error) {
	m, err := t.reader.Member(ctx, p.Tenant, p.Member)
	f, err := t.foundMember(ctx, p.Tenant, m, p.Method, err)
	if err != nil {
		return nil, err
	}
	if f.member.ID != p.Member || f.member.Owner != p.Owner {
		return nil, verno.Conflict("presence_stale")
	}
	if !p.Card.IsZero() {
		if f.card, err = t.reader.Card(ctx, p.Tenant, p.Card); err != nil {
			return nil, err
		}
		if f.card.State != verno.CardActive {
			return nil, verno.NotFound("card_not_usable")
		}
	}
	person, err := t.vault.Person(ctx, t.reader, p.Tenant, p.Member)
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, vault.ErrErased) {
		return nil, err
	}
	p.BirthMonth, p.BirthDay = birthday(person.Birthday)
	return t.identified(ctx, pl, p, f, person)
}
