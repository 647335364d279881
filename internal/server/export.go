package server

import (
	"context"
	"io"

	"github.com/verno-loyalty/verno/internal/exchange"
)

// ExportLedger writes a tenant's sealed log with all entries as NDJSON. It only reads.
func ExportLedger(ctx context.Context, c Config, whose Whose, w io.Writer, progress func(events, of int64)) (int64, error) {
	c.fill()
	st, err := look(ctx, &c)
	if err != nil {
		return 0, err
	}
	defer st.Close()
	tenant, err := whose.tenant(ctx, st.Reader())
	if err != nil {
		return 0, err
	}
	return exchange.ExportLedger(ctx, st.Reader(), tenant.ID, w, progress)
}
