package member

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// IssueOf makes a card of a published template for a member, or, where that is zero, for whoever holds it, with what the
// card has for itself. A card that is worth something is made without that: whoever sells it fills it. A pass
// begins with the entries that its template gives.
// Errors: not_found, template_archived, template_unpublished, template_for_member, card_limit, invalid fields.
func (r *Roll) IssueOf(ctx context.Context, a verno.Actor, now time.Time, template verno.TemplateID, to verno.MemberID, d card.Document) (Card, error) {
	if err := a.Require(writes); err != nil {
		return Card{}, err
	}
	k, t, row, err := r.issuable(ctx, a.Tenant, template)
	if err != nil {
		return Card{}, err
	}
	if k.Member && to.IsZero() {
		return Card{}, verno.Conflict("template_for_member")
	}
	if d.State, d.Uses = "", 0; k.Scan != card.ScanTender { // Whose time begins when it is sold.
		d.Begin(&t, now)
	}
	text, values, err := parted(&d, k)
	if err != nil {
		return Card{}, err
	}
	id := verno.NewID[verno.CardID](now, r.Entropy)
	made := func(tx *store.Tx, m verno.Member) ([]verno.Event, error) {
		if k.Member && m.Programme != row.Programme {
			return nil, verno.NotFound("not_found").With("thing", "template")
		}
		_, err := r.issueCard(ctx, tx, m, store.Card{Card: verno.Card{
			ID: id, Tenant: a.Tenant, Member: m.ID, Kind: k.Name, Template: template, Document: text, State: verno.CardActive, Revision: 1,
			IssuedAt: now, UpdatedAt: now,
		}}, values)
		return []verno.Event{event(verno.EventCardIssued, a, m, id.String(), "member", m.ID.String(), "kind", k.Name, "template", template.String())}, err
	}
	if err := r.give(ctx, a, now, to, made); err != nil {
		return Card{}, err
	}
	return r.card(ctx, a.Tenant, id)
}

// give runs what makes a card, for a member or for nobody, and records it.
func (r *Roll) give(ctx context.Context, a verno.Actor, now time.Time, to verno.MemberID, made func(tx *store.Tx, m verno.Member) ([]verno.Event, error)) error {
	if !to.IsZero() {
		_, err := r.change(ctx, a, now, to, func(tx *store.Tx, m *verno.Member) ([]verno.Event, error) { return made(tx, *m) })
		return err
	}
	return r.Store.Write(ctx, func(tx *store.Tx) error {
		events, err := made(tx, verno.Member{Tenant: a.Tenant})
		if err != nil {
			return err
		}
		return books.Record(ctx, tx, now, r.Entropy, events...)
	})
}

// RewriteCard writes over the revision that was read what a card has for itself: another post of an employee, another
// seat. Errors: not_found, etag_mismatch, card_state, invalid fields.
func (r *Roll) RewriteCard(ctx context.Context, a verno.Actor, now time.Time, id verno.CardID, revision int64, d card.Document) (Card, error) {
	if err := a.Require(writes); err != nil {
		return Card{}, err
	}
	err := r.Store.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.LockCard(ctx, a.Tenant, id)
		if err != nil {
			return missing(err, "card")
		}
		k, known := card.Find(c.Kind)
		switch {
		case c.Revision != revision:
			return stale()
		case c.State != verno.CardActive || c.Template.IsZero() || !known:
			return verno.Conflict("card_state").With("state", string(c.State))
		}
		secret, err := r.open(ctx, c)
		if err != nil {
			return err
		}
		before, err := card.ReadDocument(c.Document)
		if err != nil {
			return err
		}
		d.Uses, d.State = before.Uses, before.State // What was sold, and what was used up, is not rewritten.
		if c.Document, secret.Values, err = parted(&d, k); err != nil {
			return err
		}
		if c.Sealed, err = r.sealed(ctx, c, secret); err != nil {
			return err
		}
		c.UpdatedAt = now
		if err := written(tx.ChangeCard(ctx, c)); err != nil {
			return err
		}
		return books.Record(ctx, tx, now, r.Entropy,
			event(verno.EventCardRewritten, a, verno.Member{Tenant: a.Tenant}, id.String(), "member", c.Member.String(), "kind", c.Kind))
	})
	if err != nil {
		return Card{}, err
	}
	return r.card(ctx, a.Tenant, id)
}

// CardDocument is what a card has for itself, the sealed part too.
func (r *Roll) CardDocument(ctx context.Context, a verno.Actor, id verno.CardID) (card.Document, error) {
	if err := a.Require(reads); err != nil {
		return card.Document{}, err
	}
	c, err := r.Store.Reader().Card(ctx, a.Tenant, id)
	if err != nil {
		return card.Document{}, missing(err, "card")
	}
	return r.document(ctx, c)
}

func (r *Roll) document(ctx context.Context, c store.Card) (card.Document, error) {
	d, err := card.ReadDocument(c.Document)
	if err != nil {
		return d, err
	}
	var x card.Facts
	if err := r.itself(ctx, c, &x); err != nil {
		return d, err
	}
	d.Values = x.Values
	return d, nil
}

// parted checks what a card is to have for itself and divides it.
func parted(d *card.Document, k *card.Kind) (text string, values map[string]string, err error) {
	var f verno.Faults
	if d.Check(k, &f); f.Err() != nil {
		return "", nil, f.Err()
	}
	return d.Part(k)
}

// issuable finds a template of which cards can be made, as it is in force.
func (r *Roll) issuable(ctx context.Context, tenant verno.TenantID, id verno.TemplateID) (*card.Kind, card.Template, store.CardTemplate, error) {
	reader := r.Store.Reader()
	row, err := reader.CardTemplate(ctx, tenant, id)
	if err != nil {
		return nil, card.Template{}, row, missing(err, "template")
	}
	if !row.ArchivedAt.IsZero() {
		return nil, card.Template{}, row, verno.Conflict("template_archived")
	}
	v, err := reader.PublishedTemplate(ctx, tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, card.Template{}, row, verno.Conflict("template_unpublished")
	}
	if err != nil {
		return nil, card.Template{}, row, err
	}
	t, err := readTemplate(v.Document)
	if err != nil {
		return nil, t, row, err
	}
	k, ok := card.Find(t.Kind)
	if !ok {
		return nil, t, row, verno.Conflict("template_unpublished")
	}
	return k, t, row, nil
}
