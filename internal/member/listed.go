package member

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// Listed tells the audit that somebody takes the list of members away as a file, or the part of it that a search finds.
// What was searched for is not told: it may be a name or a phone.
func (r *Roll) Listed(ctx context.Context, a verno.Actor, now time.Time, searched bool) error {
	if err := a.Require(verno.MayReadMembers | verno.MayFindMembers); err != nil {
		return err
	}
	what := "all"
	if searched {
		what = "found"
	}
	return r.Store.Write(ctx, func(tx *store.Tx) error {
		return books.Record(ctx, tx, now, r.Entropy, verno.Event{
			Tenant: a.Tenant, Kind: verno.EventMemberExported, Actor: a.Name(), Detail: map[string]string{"list": what},
		})
	})
}
