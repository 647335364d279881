package checkout

import (
	"context"
	"encoding/json"
	"time"

	"github.com/verno-loyalty/verno"
)

// seal makes the opaque token that a till holds.
func (t *Till) seal(ctx context.Context, p *verno.Presence) (string, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	token, err := t.vault.SealPresence(ctx, p.Tenant, plain)
	return "prs_" + token, err
}

// open reads a presence and checks that it is this actor's, at this terminal, and still lives. It returns nil for the
// empty token.
func (t *Till) open(ctx context.Context, a verno.Actor, token string, terminal verno.TerminalID, now time.Time) (*verno.Presence, error) {
	if token == "" {
		return nil, nil
	}
	if len(token) < 5 || token[:4] != "prs_" {
		return nil, verno.Invalid("presence_invalid")
	}
	plain, err := t.vault.OpenPresence(ctx, a.Tenant, token[4:])
	if err != nil {
		return nil, verno.Invalid("presence_invalid").Because(err)
	}
	var p verno.Presence
	if err := json.Unmarshal(plain, &p); err != nil {
		return nil, verno.Invalid("presence_invalid").Because(err)
	}
	if p.Tenant != a.Tenant || p.Terminal != terminal || !now.Before(p.Until) {
		return nil, verno.Invalid("presence_invalid")
	}
	return &p, nil
}
