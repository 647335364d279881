package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// CardsChanged lists cards that were changed after a moment, by the time of their last change and by ID. Only the ones
// that are out of use are listed where out is set.
func (r *Reader) CardsChanged(ctx context.Context, tenant verno.TenantID, at int64, after verno.CardID, out bool, limit int) ([]Card, error) {
	return queryAll(ctx, r, scanCard, `SELECT `+cardColumns+` FROM card
		WHERE tenant = $1 AND revision > 1 AND (updated_at > $2 OR updated_at = $2 AND id > $3) AND (state <> 'active' OR $4 = 0)
		ORDER BY updated_at, id LIMIT $5`, tenant, at, after[:], flag(out), limit)
}

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}
