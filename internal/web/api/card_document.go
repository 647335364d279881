package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
)

// CardDocumentBody is what one card is to have for itself.
type CardDocumentBody struct {
	Starts time.Time         `json:"starts_at,omitzero" doc:"From when the card is good; always where it is left out."`
	Ends   time.Time         `json:"ends_at,omitzero" doc:"Until when it is good; for good where it is left out."`
	Values map[string]string `json:"values,omitempty" maxProperties:"20" doc:"What stands on this card and on no other, by the names that its kind has: GET /card_kinds tells them. What is left out stands there no more."`
}

// CardDocument is what one card has for itself.
type CardDocument struct {
	ID       verno.CardID      `json:"id"`
	Kind     string            `json:"kind"`
	Template verno.TemplateID  `json:"template_id,omitzero" doc:"Absent of a card that follows its programme's standard template; it has nothing for itself."`
	Starts   time.Time         `json:"starts_at,omitzero" doc:"From when the card is good; absent where it always was."`
	Ends     time.Time         `json:"ends_at,omitzero" doc:"Until when it is good; absent where it is good for good."`
	Values   map[string]string `json:"values" doc:"What stands on this card and on no other."`
	Revision int64             `json:"revision" doc:"Of the card; what If-Match carries, too."`
}

func (a *API) cardDocumentRoutes() {
	handle(a, operation{
		route: "GET /cards/{id}/document", id: "get-card-document", tag: "cards", summary: "Read what one card has for itself",
		detail: "The seat of a ticket, the post and phone of an employee, whose pass it is.", codes: []string{"not_found"},
	}, a.getCardDocument)
	handle(a, operation{
		route: "PUT /cards/{id}/document", id: "put-card-document", tag: "cards", summary: "Replace what one card has for itself", matched: true,
		detail: "The card changes in the phone by itself. What was sold on it and what was used up stay as they are.",
		codes:  []string{"not_found", "card_state", "etag_mismatch", "etag_missing"},
	}, a.putCardDocument)
}

func (a *API) getCardDocument(ctx context.Context, c *call, in *cardRequest) (*CardDocument, error) {
	k, err := a.Members.Card(ctx, c.actor, in.ID) // The revision comes first, so that what is older than it is never taken for it.
	if err != nil {
		return nil, err
	}
	d, err := a.Members.CardDocument(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	out := &CardDocument{k.ID, k.Kind, k.Template, d.Starts, d.Ends, d.Values, k.Revision}
	if out.Values == nil {
		out.Values = map[string]string{}
	}
	c.answer.revision = k.Revision
	return out, nil
}

type putCardDocumentRequest struct {
	ID   verno.CardID `path:"id"`
	Body CardDocumentBody
}

func (a *API) putCardDocument(ctx context.Context, c *call, in *putCardDocumentRequest) (*CardDocument, error) {
	b := &in.Body
	if _, err := a.Members.RewriteCard(ctx, c.actor, c.now, in.ID, c.revision, card.Document{Starts: b.Starts, Ends: b.Ends, Values: b.Values}); err != nil {
		return nil, err
	}
	return a.getCardDocument(ctx, c, &cardRequest{in.ID})
}
