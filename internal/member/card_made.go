package member

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
)

// Made is a card of a template with what it has for itself.
type Made struct {
	Card

	Document card.Document
}

// CardsMade lists the cards that were made of a template, the latest first, older than before.
func (r *Roll) CardsMade(ctx context.Context, a verno.Actor, template verno.TemplateID, before verno.CardID, limit int) ([]Made, error) {
	if err := a.Require(reads); err != nil {
		return nil, err
	}
	rows, err := r.Store.Reader().CardsMadeOf(ctx, a.Tenant, template, before, page(limit))
	if err != nil {
		return nil, err
	}
	list := make([]Made, len(rows))
	for i, c := range rows {
		if list[i].Card, err = r.shown(ctx, c); err != nil {
			return nil, err
		}
		if list[i].Document, err = r.document(ctx, c); err != nil {
			return nil, err
		}
	}
	return list, nil
}
