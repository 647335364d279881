package server

import (
	"context"

	"github.com/verno-loyalty/verno/internal/books"
)

// Verify reads the whole database and says whether the books are sound.
func (s *Server) Verify(ctx context.Context, progress func(done, total int64)) (books.Report, error) {
	return books.Verify(ctx, s.Store.Reader(), progress)
}
