package member

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// ChangedCard is a card whose use has changed, named so that a till that scans it knows it and nobody else learns its
// number.
type ChangedCard struct {
	ID      verno.CardID
	Changed time.Time
	State   verno.CardState
	Number  string // CardDigest of the number
	Machine string // CardDigest of the machine code
}

// CardDigest is what a till without a connection compares: half of the SHA-256 of the digits under the tenant's name.
func CardDigest(tenant verno.TenantID, digits string) string {
	sum := sha256.Sum256([]byte("verno card\n" + tenant.String() + "\n" + digits))
	return hex.EncodeToString(sum[:16])
}

// CardsChanged lists cards that were changed after a moment and, at that moment, after a card; only those out of use
// where out is set. Cards of the erased have no digits any more and cannot be named.
func (r *Roll) CardsChanged(ctx context.Context, a verno.Actor, at time.Time, after verno.CardID, out bool, limit int) ([]ChangedCard, error) {
	if err := a.Require(verno.MayReplay); err != nil {
		return nil, err
	}
	micros := int64(0)
	if !at.IsZero() {
		micros = verno.Micros(at)
	}
	rows, err := r.Store.Reader().CardsChanged(ctx, a.Tenant, micros, after, out, page(limit))
	if err != nil {
		return nil, err
	}
	list := make([]ChangedCard, len(rows))
	for i, c := range rows {
		if list[i], err = r.changed(ctx, c); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (r *Roll) changed(ctx context.Context, c store.Card) (ChangedCard, error) {
	shown := ChangedCard{ID: c.ID, Changed: c.UpdatedAt, State: c.State}
	if len(c.Sealed) == 0 {
		return shown, nil
	}
	secret, err := r.open(ctx, c)
	if err != nil {
		return shown, err
	}
	shown.Number, shown.Machine = CardDigest(c.Tenant, secret.Number), CardDigest(c.Tenant, secret.Machine)
	return shown, nil
}
