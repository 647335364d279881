package member

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// The kinds of card. They differ in what carries them; all identify.
const (
	KindPhone   = "loyalty"
	KindPlastic = "plastic"
)

// Card is a card as those who may read members see it: with the number that is printed on it, without its secrets.
type Card struct {
	verno.Card
	Number   code.Number
	Replayed bool // the key of the request had made it before
}

// maxCards is how many active cards that say who it is a member has at most, and maxOthers how many coupons, tickets and
// the like.
const (
	maxCards  = 10
	maxOthers = 100
)

// unusable is the one answer about a card that cannot be given to a member, whatever the reason: whoever asks learns
// nothing of other members.
func unusable() error { return verno.Conflict("card_not_usable") }

// CardRequest asks for a card once for a key.
type CardRequest struct {
	Key      string
	BodyHash [32]byte
	Member   verno.MemberID
	Number   string       // of a blank plastic card, to link it
	Card     verno.CardID // to replace
	Reason   string       // of a replacement

	unit verno.UnitID // of what the card to replace is good for by itself
}

// IssueCard makes one more card in the phone. Error: card_limit.
func (r *Roll) IssueCard(ctx context.Context, a verno.Actor, now time.Time, q CardRequest) (Card, error) {
	return r.newCard(ctx, a, q, "card_issue", func(tx *store.Tx, m verno.Member, id verno.CardID) ([]verno.Event, verno.CardID, error) {
		c, err := r.issue(ctx, tx, now, m, id, KindPhone)
		return []verno.Event{event(verno.EventCardIssued, a, m, id.String(), "member", m.ID.String(), "kind", c.Kind)}, id, err
	})
}

// LinkCard gives a blank plastic card to a member. Errors: card_number_invalid, card_not_usable, card_limit.
func (r *Roll) LinkCard(ctx context.Context, a verno.Actor, now time.Time, q CardRequest) (Card, error) {
	return r.newCard(ctx, a, q, "card_link", func(tx *store.Tx, m verno.Member, _ verno.CardID) ([]verno.Event, verno.CardID, error) {
		c, err := r.link(ctx, tx, now, m, q.Number)
		return []verno.Event{event(verno.EventCardLinked, a, m, c.ID.String(), "member", m.ID.String(), "kind", c.Kind)}, c.ID, err
	})
}

// ReplaceCard gives a member a new card for one that is lost or worn: the old code is dead at once, and whoever was
// identified by it can spend nothing any more. One that is nobody's, such as a gift certificate, passes what is left on it
// on to the new one. Error: card_state.
func (r *Roll) ReplaceCard(ctx context.Context, a verno.Actor, now time.Time, q CardRequest) (Card, error) {
	var f verno.Faults
	if f.Text("/reason", q.Reason, 0, maxReason); f.Err() != nil {
		return Card{}, f.Err()
	}
	if err := a.Require(writes); err != nil {
		return Card{}, err
	}
	old, err := r.Store.Reader().Card(ctx, a.Tenant, q.Card)
	if err != nil {
		return Card{}, missing(err, "card")
	}
	if old.Member.IsZero() && !identifies(old.Kind) {
		return r.replaceBearer(ctx, a, now, q, old)
	}
	of, err := r.holder(ctx, a, q.Card)
	if err != nil {
		return Card{}, err
	}
	if q.unit, err = ownUnit(ctx, r.Store.Reader(), &old); err != nil {
		return Card{}, err
	}
	q.Member = of
	return r.newCard(ctx, a, q, "card_replace", func(tx *store.Tx, m verno.Member, id verno.CardID) ([]verno.Event, verno.CardID, error) {
		err := r.supersede(ctx, tx, now, m, id, q)
		return []verno.Event{event(verno.EventCardReplaced, a, m, q.Card.String(), "member", m.ID.String(), "by", id.String())}, id, err
	})
}

// successor makes the card that comes after another one: of the same template and with the same values, else in the phone.
func (r *Roll) successor(ctx context.Context, tx *store.Tx, now time.Time, m verno.Member, id verno.CardID, old store.Card) error {
	if old.Template.IsZero() {
		_, err := r.issue(ctx, tx, now, m, id, KindPhone)
		return err
	}
	secret, err := r.open(ctx, old)
	if err != nil {
		return err
	}
	_, err = r.issueCard(ctx, tx, m, store.Card{Card: verno.Card{
		ID: id, Tenant: m.Tenant, Member: m.ID, Kind: old.Kind, Template: old.Template, Document: old.Document, State: verno.CardActive,
		Revision: 1, IssuedAt: now, UpdatedAt: now,
	}}, secret.Values)
	return err
}

// newCard runs what gives a member a card under the lock of its owner, whose presences end.
func (r *Roll) newCard(ctx context.Context, a verno.Actor, q CardRequest, kind string,
	fn func(tx *store.Tx, m verno.Member, id verno.CardID) ([]verno.Event, verno.CardID, error),
) (Card, error) {
	if err := a.Require(writes); err != nil {
		return Card{}, err
	}
	_, out, err := r.owned(ctx, a, claim(kind, q.Key, q.BodyHash), q.Member, func(m verno.Member, w *books.Work) {
		var events []verno.Event
		var id verno.CardID
		w.Also = func(tx *store.Tx, p *books.Page) (err error) {
			events, id, err = fn(tx, m, verno.CardID(p.ID()))
			return err
		}
		w.Decide = func(p *books.Page) (books.Result, error) {
			if !q.Card.IsZero() {
				p.Change(m.Owner).Epoch++
			}
			for _, e := range events {
				p.Emit(e)
			}
			return books.Result{ID: id, Owner: m.Owner}, nil
		}
		if !q.unit.IsZero() {
			inherit(ctx, a, q.Card, q.unit, w)
		}
	})
	if err != nil {
		return Card{}, err
	}
	c, err := r.card(ctx, a.Tenant, verno.CardID(out.ID))
	c.Replayed = out.Replayed
	return c, err
}

// Cards lists a member's cards, oldest first.
func (r *Roll) Cards(ctx context.Context, a verno.Actor, id verno.MemberID) ([]Card, error) {
	if err := a.Require(reads); err != nil {
		return nil, err
	}
	m, err := resolve(ctx, r.Store.Reader(), a.Tenant, id)
	if err != nil {
		return nil, err
	}
	return r.cards(ctx, a.Tenant, m.ID)
}

// Card reads a card.
func (r *Roll) Card(ctx context.Context, a verno.Actor, id verno.CardID) (Card, error) {
	if err := a.Require(reads); err != nil {
		return Card{}, err
	}
	return r.card(ctx, a.Tenant, id)
}

// Secret is what a member's own card shows: its machine code and what its live codes are made of. It is for the faces
// that show the card to its member, and for nobody else. Error: card_state.
func (r *Roll) Secret(ctx context.Context, tenant verno.TenantID, id verno.CardID) (verno.Card, verno.CardSecret, error) {
	c, err := r.Store.Reader().Card(ctx, tenant, id)
	if err != nil {
		return c.Card, verno.CardSecret{}, missing(err, "card")
	}
	if c.State != verno.CardActive {
		return c.Card, verno.CardSecret{}, verno.Conflict("card_state").With("state", string(c.State))
	}
	secret, err := r.open(ctx, c)
	return c.Card, secret, err
}

func (r *Roll) card(ctx context.Context, tenant verno.TenantID, id verno.CardID) (Card, error) {
	c, err := r.Store.Reader().Card(ctx, tenant, id)
	if err != nil {
		return Card{}, missing(err, "card")
	}
	return r.shown(ctx, c)
}

func (r *Roll) cards(ctx context.Context, tenant verno.TenantID, id verno.MemberID) ([]Card, error) {
	list, err := r.Store.Reader().CardsOf(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	out := make([]Card, len(list))
	for i, c := range list {
		if out[i], err = r.shown(ctx, c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// shown opens a card's number. An erased member's card has none any more.
func (r *Roll) shown(ctx context.Context, c store.Card) (Card, error) {
	if len(c.Sealed) == 0 {
		return Card{Card: c.Card}, nil
	}
	secret, err := r.open(ctx, c)
	return Card{Card: c.Card, Number: code.Number(secret.Number)}, err
}

func sealedAt(id verno.CardID) string { return vault.At("card", id.String(), "sealed") }

func (r *Roll) open(ctx context.Context, c store.Card) (secret verno.CardSecret, err error) {
	plain, err := r.Vault.Open(ctx, c.Tenant, sealedAt(c.ID), c.Sealed)
	if err != nil {
		return secret, err
	}
	return secret, json.Unmarshal(plain, &secret)
}

// issue makes a card with a new number, machine code and secret. A zero member leaves it blank.
func (r *Roll) issue(ctx context.Context, tx *store.Tx, now time.Time, m verno.Member, id verno.CardID, kind string) (store.Card, error) {
	c := store.Card{Card: verno.Card{
		ID: id, Tenant: m.Tenant, Member: m.ID, Kind: kind, State: verno.CardActive, Revision: 1, IssuedAt: now, UpdatedAt: now,
	}}
	return r.issueCard(ctx, tx, m, c, nil)
}

// issueCard adds a card with its codes, its secret and the values that are sealed with it.
func (r *Roll) issueCard(ctx context.Context, tx *store.Tx, m verno.Member, c store.Card, values map[string]string) (store.Card, error) {
	if err := roomFor(ctx, tx, m, c.Kind); err != nil {
		return c, err
	}
	secret := verno.CardSecret{Machine: string(code.NewMachine(r.Entropy)), Live: code.NewSecret(r.Entropy), Values: values}
	number, err := r.number(ctx, tx, c)
	if err != nil {
		return c, err
	}
	secret.Number = string(number)
	if _, err := r.lead(ctx, tx, c, secret.Machine); err != nil {
		return c, err
	}
	if c.Sealed, err = r.sealed(ctx, c, secret); err != nil {
		return c, err
	}
	return c, tx.InsertCard(ctx, c)
}

func (r *Roll) sealed(ctx context.Context, c store.Card, secret verno.CardSecret) ([]byte, error) {
	plain, err := json.Marshal(secret)
	if err != nil {
		return nil, err
	}
	return r.Vault.Seal(ctx, c.Tenant, sealedAt(c.ID), plain)
}

// number draws a number that no card has. Of fourteen random digits one draw is nearly always enough.
func (r *Roll) number(ctx context.Context, tx *store.Tx, c store.Card) (code.Number, error) {
	for range 20 {
		n := code.NewNumber(r.Entropy)
		free, err := r.lead(ctx, tx, c, string(n))
		if err != nil || free {
			return n, err
		}
	}
	return "", errors.New("member: no card number is free")
}

// lead makes a value of a card lead to it, and reports whether it was free.
func (r *Roll) lead(ctx context.Context, tx *store.Tx, c store.Card, value string) (bool, error) {
	token, err := r.Vault.Token(ctx, c.Tenant, string(store.LookupCard), value)
	if err != nil {
		return false, err
	}
	l := store.Lookup{Tenant: c.Tenant, Token: token, Kind: store.LookupCard, Member: c.Member, Card: c.ID}
	if !identifies(c.Kind) {
		l.Member = verno.MemberID{} // Whoever holds a coupon may show it, and is not taken for the member whose it is.
	}
	return tx.InsertLookup(ctx, l)
}

// link gives a blank card, found by its number, to a member.
func (r *Roll) link(ctx context.Context, tx *store.Tx, now time.Time, m verno.Member, text string) (store.Card, error) {
	number, err := code.ParseNumber(text)
	if err != nil {
		return store.Card{}, verno.InvalidField("/card_number", "card_number_invalid")
	}
	found, err := r.Vault.Find(ctx, tx.Reader, m.Tenant, store.LookupCard, string(number))
	if err != nil {
		return store.Card{}, blank(err)
	}
	return r.linkFound(ctx, tx, now, m, found.Card)
}

// linkFound gives a blank card to a member.
func (r *Roll) linkFound(ctx context.Context, tx *store.Tx, now time.Time, m verno.Member, id verno.CardID) (store.Card, error) {
	if err := roomFor(ctx, tx, m, KindPlastic); err != nil {
		return store.Card{}, err
	}
	c, err := tx.LockCard(ctx, m.Tenant, id)
	if err != nil {
		return c, blank(err)
	}
	if !c.Member.IsZero() || c.State != verno.CardActive || !identifies(c.Kind) {
		return c, unusable()
	}
	c.Member, c.UpdatedAt = m.ID, now
	if err := written(tx.ChangeCard(ctx, c)); err != nil {
		return c, err
	}
	secret, err := r.open(ctx, c)
	if err != nil {
		return c, err
	}
	for _, value := range []string{secret.Number, secret.Machine} {
		token, err := r.Vault.Token(ctx, m.Tenant, string(store.LookupCard), value)
		if err != nil {
			return c, err
		}
		if err := tx.AssignLookup(ctx, m.Tenant, token, m.ID); err != nil {
			return c, err
		}
	}
	return c, nil
}

func blank(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return unusable()
	}
	return err
}

// roomFor sees that a member may have one more card of a kind: few that say who it is, and some others.
func roomFor(ctx context.Context, tx *store.Tx, m verno.Member, kind string) error {
	if m.ID.IsZero() {
		return nil
	}
	list, err := tx.CardsOf(ctx, m.Tenant, m.ID)
	if err != nil {
		return err
	}
	most := maxOthers
	if identifies(kind) {
		most = maxCards
	}
	list = slices.DeleteFunc(list, func(c store.Card) bool { return c.State != verno.CardActive || identifies(c.Kind) != identifies(kind) })
	if len(list) >= most {
		return verno.Conflict("card_limit").With("max", strconv.Itoa(most))
	}
	return nil
}

// identifies says whether a card of a kind says who buys.
func identifies(kind string) bool {
	k, ok := card.Find(kind)
	return ok && k.Scan == card.ScanIdentify
}
