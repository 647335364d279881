package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// PlaceByExternalID finds a store of the trade by the name that another system gave it, as an import does. It returns
// ErrNotFound where there is none.
func (r *Reader) PlaceByExternalID(ctx context.Context, tenant verno.TenantID, externalID string) (verno.Store, error) {
	return queryOne(ctx, r, scanPlace,
		`SELECT `+placeColumns+` FROM store WHERE tenant = $1 AND external_id = $2`, tenant, externalID)
}

// TerminalByExternalID finds a till by the name that another system gave it. It returns ErrNotFound where there is none.
func (r *Reader) TerminalByExternalID(ctx context.Context, tenant verno.TenantID, externalID string) (Terminal, error) {
	return queryOne(ctx, r, scanTerminal,
		`SELECT `+terminalColumns+` FROM terminal x WHERE x.tenant = $1 AND x.external_id = $2`, tenant, externalID)
}
