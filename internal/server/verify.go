package server

import (
	"context"

	"github.com/verno-loyalty/verno/internal/books"
)

// Report is what a verification found.
type Report = books.Report

// Verify reads one state of a whole database, running or not, and says whether the books are sound. It writes nothing
// and migrates nothing: an older schema is refused.
func Verify(ctx context.Context, c Config, progress func(done, total int64)) (Report, error) {
	c.fill()
	st, err := look(ctx, &c)
	if err != nil {
		return Report{}, err
	}
	defer st.Close()
	return books.Verify(ctx, st.Reader(), progress)
}

// Verify is Verify of the database that the server has open.
func (s *Server) Verify(ctx context.Context, progress func(done, total int64)) (Report, error) {
	return books.Verify(ctx, s.Store.Reader(), progress)
}
