package checkout

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// blank finds a certificate that was made without worth, such as one of plastic that hangs in the shop. Errors:
// card_not_usable, certificate_sold.
func (t *Till) blank(ctx context.Context, a verno.Actor, q *SellCertificate) (*store.Card, error) {
	pl, err := t.at(ctx, a, q.Terminal, q.Store)
	if err != nil {
		return nil, err
	}
	now := t.clock()
	c, err := t.findCertificate(ctx, a.Tenant, q.Scan, now)
	if err != nil {
		return nil, t.missed(ctx, a, pl, now, err)
	}
	list, err := t.reader.Holdings(ctx, a.Tenant, verno.CardOwner(c.ID))
	if err == nil && len(list) > 0 {
		err = verno.Conflict("certificate_sold")
	}
	return c, err
}

// sold is the certificate that is sold.
func (x *selling) sold(p *books.Page) verno.CardID {
	if x.blank != nil {
		return x.blank.ID
	}
	return verno.CardID(p.ID())
}

// fill opens the account of a certificate that has none yet. Of two that sell it at once one finds it sold.
func (x *selling) fill(ctx context.Context, tx *store.Tx, p *books.Page) error {
	c, err := tx.LockCard(ctx, x.actor.Tenant, x.blank.ID)
	if err != nil {
		return err
	}
	if c.State != verno.CardActive {
		return verno.NotFound("card_not_usable")
	}
	o := &store.Owner{Tenant: c.Tenant, ID: verno.CardOwner(c.ID), Kind: "gift_card", Stored: true}
	opened, err := tx.InsertCardOwner(ctx, o)
	if err == nil && !opened {
		err = verno.Conflict("certificate_sold")
	}
	if err != nil {
		return err
	}
	p.PutOwner(o)
	return x.begin(ctx, tx, &c, p)
}

// begin says from when and until when a certificate is good that is sold now: as was said when it was made, as is said now,
// or as its template has it.
func (x *selling) begin(ctx context.Context, tx *store.Tx, c *store.Card, p *books.Page) (err error) {
	if x.made, err = card.ReadDocument(c.Document); err != nil {
		return err
	}
	if starts := x.ask.Document.Starts; !starts.IsZero() {
		x.made.Starts = starts
	}
	if ends := x.ask.Document.Ends; !ends.IsZero() {
		x.made.Ends = ends
	}
	row, err := tx.PublishedTemplate(ctx, c.Tenant, c.Template)
	if err != nil {
		return err
	}
	var drawn card.Template
	if err := json.Unmarshal([]byte(row.Document), &drawn); err != nil {
		return fmt.Errorf("checkout: read a template of cards: %w", err)
	}
	x.made.Begin(&drawn, now(p))
	k, _ := card.Find(c.Kind)
	var f verno.Faults
	if x.made.Check(k, &f); f.Err() != nil {
		return f.Err()
	}
	if !x.made.Ends.IsZero() && !x.made.Ends.After(now(p)) {
		return verno.Conflict("certificate_empty")
	}
	if c.Document, _, err = x.made.Part(k); err != nil {
		return err
	}
	c.UpdatedAt = now(p)
	changed, err := tx.ChangeCard(ctx, *c)
	if err == nil && !changed {
		err = verno.Conflict("etag_mismatch") // Never, as the row is locked.
	}
	return err
}
