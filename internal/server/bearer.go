package server

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/store"
)

// issueIn makes the card of a certificate for the till that sells it.
func (s *Server) issueIn(ctx context.Context, tx *store.Tx, now time.Time, c checkout.NewCard) (card.Document, error) {
	return s.Roll.IssueIn(ctx, tx, now, c.Tenant, c.ID, c.Template, c.Document)
}
