package member

import (
	"context"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// PrintCard is what is printed of a card that is in use: its face, with the number and the code that open it. The code of a
// certificate is worth what is on it, so that whoever prints is named in the log. Errors: not_found, card_state.
func (r *Roll) PrintCard(ctx context.Context, a verno.Actor, now time.Time, id verno.CardID) (card.Face, error) {
	if err := a.Require(writes); err != nil {
		return card.Face{}, err
	}
	reader := r.Store.Reader()
	c, err := reader.Card(ctx, a.Tenant, id)
	if err != nil {
		return card.Face{}, missing(err, "card")
	}
	if c.State != verno.CardActive {
		return card.Face{}, verno.Conflict("card_state").With("state", string(c.State))
	}
	m := verno.Member{Tenant: a.Tenant}
	if !c.Member.IsZero() {
		if m, err = resolve(ctx, reader, a.Tenant, c.Member); err != nil {
			return card.Face{}, err
		}
	}
	face, err := r.printed(ctx, a.Tenant, id, now)
	if err != nil {
		return card.Face{}, err
	}
	return face, r.Store.Write(ctx, func(tx *store.Tx) error {
		return books.Record(ctx, tx, now, r.Entropy, event(verno.EventCardPrinted, a, m, id.String()))
	})
}

// PrintIssue is PrintCard for so many cards of an issue that nobody has yet, after a line; last is where to go on, 0 at the end.
// Of those that were sold or linked since they were made none is printed.
func (r *Roll) PrintIssue(ctx context.Context, a verno.Actor, now time.Time, id verno.IssueID, after int64, limit int) (faces []card.Face, last int64, err error) {
	if err := a.Require(writes); err != nil {
		return nil, 0, err
	}
	lines, err := r.IssueOutcomes(ctx, a, id, after, limit+1)
	if err != nil {
		return nil, 0, err
	}
	if len(lines) > limit {
		lines = lines[:limit]
		last = lines[limit-1].Line
	}
	for i := range lines {
		if lines[i].Machine == "" {
			continue
		}
		face, err := r.printed(ctx, a.Tenant, lines[i].Card, now)
		if err != nil {
			return nil, 0, err
		}
		faces = append(faces, face)
	}
	if len(faces) == 0 {
		return nil, last, nil
	}
	return faces, last, r.Store.Write(ctx, func(tx *store.Tx) error {
		return books.Record(ctx, tx, now, r.Entropy, event(verno.EventCardPrinted, a, verno.Member{Tenant: a.Tenant}, id.String(), "cards", strconv.Itoa(len(faces))))
	})
}

// printed draws a card for paper.
func (r *Roll) printed(ctx context.Context, tenant verno.TenantID, id verno.CardID, now time.Time) (card.Face, error) {
	t, x, err := r.CardFacts(ctx, tenant, id, now)
	if err != nil {
		return card.Face{}, err
	}
	return card.Show(&t, &x)
}
