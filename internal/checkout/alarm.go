package checkout

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// alarm tells, once in the window, that somebody looks up or guesses more than they may. The refusal stands whether or
// not it can be told.
func (t *Till) alarm(ctx context.Context, a verno.Actor, pl *place, now time.Time, counted store.Counted, what string) {
	counted.Subject = "told/" + counted.Subject
	_ = t.store.Write(ctx, func(tx *store.Tx) error {
		wait, err := tx.Take(ctx, counted, now, store.Limit{Most: 1, Window: lookups})
		if err != nil || wait > 0 {
			return err
		}
		return books.Record(ctx, tx, now, t.entropy, verno.Event{
			Tenant: a.Tenant, Kind: verno.EventLookupsExceeded, Subject: pl.terminal.String(), Actor: a.Name(),
			Detail: map[string]string{"what": what, "store": pl.store.ID.String()},
		})
	})
}
