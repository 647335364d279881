package member

import (
	"context"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// CardIn is a card that is made in the transaction of a use case that fills it.
type CardIn struct {
	Tenant   verno.TenantID
	ID       verno.CardID
	Member   verno.MemberID // whose it is to be, whose owner the transaction has locked; zero for whoever holds it
	Template verno.TemplateID
	Document card.Document
}

// IssueIn makes a card of a published template. It returns what the card has for itself, with what its template adds.
// Telling of it is left to the caller. Errors: those of IssueOf.
func (r *Roll) IssueIn(ctx context.Context, tx *store.Tx, now time.Time, q CardIn) (card.Document, error) {
	d := q.Document
	k, t, _, err := r.issuable(ctx, q.Tenant, q.Template)
	if err != nil {
		return d, err
	}
	if k.Member {
		return d, verno.Conflict("template_for_member")
	}
	d.State = ""
	d.Begin(&t, now)
	text, values, err := parted(&d, k)
	if err != nil {
		return d, err
	}
	_, err = r.issueCard(ctx, tx, verno.Member{Tenant: q.Tenant, ID: q.Member}, store.Card{Card: verno.Card{
		ID: q.ID, Tenant: q.Tenant, Member: q.Member, Kind: k.Name, Template: q.Template, Document: text, State: verno.CardActive, Revision: 1,
		IssuedAt: now, UpdatedAt: now,
	}}, values)
	return d, err
}

// TemplateRequest asks for a card of a template once for a key.
type TemplateRequest struct {
	Key      string
	BodyHash [32]byte
	Template verno.TemplateID
	Member   verno.MemberID // zero for whoever holds it
	Document card.Document
}

// IssueOnce is IssueOf for cards that scanners take for one thing, or for one of several, once for a key, with what the card
// shows to them. Errors: those of IssueOf, template_other_kind for a template of
// another kind.
func (r *Roll) IssueOnce(ctx context.Context, a verno.Actor, now time.Time, q TemplateRequest, scans ...card.Scan) (Card, verno.CardSecret, error) {
	if err := a.Require(writes); err != nil {
		return Card{}, verno.CardSecret{}, err
	}
	k, t, row, err := r.issuable(ctx, a.Tenant, q.Template)
	switch {
	case err == nil && !slices.Contains(scans, k.Scan):
		err = verno.Conflict("template_other_kind")
	case err == nil && k.Member && q.Member.IsZero():
		err = verno.Conflict("template_for_member")
	}
	if err != nil {
		return Card{}, verno.CardSecret{}, err
	}
	q.Document.State, q.Document.Uses = "", 0
	q.Document.Begin(&t, now)
	text, values, err := parted(&q.Document, k)
	if err != nil {
		return Card{}, verno.CardSecret{}, err
	}
	made := func(tx *store.Tx, m verno.Member, id verno.CardID) ([]verno.Event, verno.CardID, error) {
		if !m.ID.IsZero() && m.Programme != row.Programme {
			return nil, id, verno.NotFound("not_found").With("thing", "template")
		}
		_, err := r.issueCard(ctx, tx, m, store.Card{Card: verno.Card{
			ID: id, Tenant: a.Tenant, Member: m.ID, Kind: k.Name, Template: q.Template, Document: text, State: verno.CardActive,
			Revision: 1, IssuedAt: now, UpdatedAt: now,
		}}, values)
		return []verno.Event{event(verno.EventCardIssued, a, m, id.String(), "member", m.ID.String(), "kind", k.Name, "template", q.Template.String())}, id, err
	}
	var c Card
	if q.Member.IsZero() {
		c, err = r.newBearer(ctx, a, CardRequest{Key: q.Key, BodyHash: q.BodyHash}, made)
	} else {
		c, err = r.newCard(ctx, a, CardRequest{Key: q.Key, BodyHash: q.BodyHash, Member: q.Member}, "card_template", made)
	}
	if err != nil {
		return c, verno.CardSecret{}, err
	}
	kept, err := r.Store.Reader().Card(ctx, a.Tenant, c.ID)
	if err != nil {
		return c, verno.CardSecret{}, err
	}
	secret, err := r.open(ctx, kept)
	return c, secret, err
}

// newBearer is newCard for a card that is nobody's.
func (r *Roll) newBearer(ctx context.Context, a verno.Actor, q CardRequest,
	fn func(tx *store.Tx, m verno.Member, id verno.CardID) ([]verno.Event, verno.CardID, error),
) (Card, error) {
	var events []verno.Event
	out, err := r.Books.Do(ctx, &books.Work{
		Tenant: a.Tenant, Claim: claim("card_template", q.Key, q.BodyHash),
		Also: func(tx *store.Tx, p *books.Page) (err error) {
			events, _, err = fn(tx, verno.Member{Tenant: a.Tenant}, verno.CardID(p.ID()))
			return err
		},
		Decide: func(p *books.Page) (books.Result, error) {
			for _, e := range events {
				p.Emit(e)
			}
			return books.Result{ID: p.ID()}, nil
		},
	})
	if err != nil {
		return Card{}, err
	}
	c, err := r.card(ctx, a.Tenant, verno.CardID(out.ID))
	c.Replayed = out.Replayed
	return c, err
}
