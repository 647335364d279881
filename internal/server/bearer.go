package server

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
)

// issueIn makes the card of a certificate, or of a gift, for the till that gives it.
func (s *Server) issueIn(ctx context.Context, tx *store.Tx, now time.Time, c checkout.NewCard) (card.Document, error) {
	return s.Roll.IssueIn(ctx, tx, now, member.CardIn(c))
}
