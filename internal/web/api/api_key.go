package api

import (
	"context"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// APIKeyBody is a key to be made.
type APIKeyBody struct {
	Name      string           `json:"name" minLength:"1" maxLength:"100"`
	Scopes    []string         `json:"permissions" minItems:"1" maxItems:"30" maxLength:"30" uniqueItems:"true" enum:"identify,sell,return,replay,receipts.read,members.read,members.find,members.write,adjust,adjust.any,erase,config.read,config.write,publish,stores.manage,staff.manage,audit.read,operations.read,import,topup" doc:"What it may do, at most what you may."`
	Store     verno.StoreID    `json:"store_id,omitzero" doc:"It is good for this store only."`
	Terminal  verno.TerminalID `json:"terminal_id,omitzero" doc:"It is good for this till only."`
	ExpiresAt time.Time        `json:"expires_at,omitzero" doc:"Left out for never."`
	Test      bool             `json:"test,omitempty" doc:"A key of the test twin."`
}

// APIKey is a key without its secret.
type APIKey struct {
	ID        verno.APIKeyID   `json:"id"`
	Name      string           `json:"name"`
	Hint      string           `json:"hint" doc:"Its last four characters."`
	Live      bool             `json:"livemode"`
	Scopes    []string         `json:"permissions"`
	Store     verno.StoreID    `json:"store_id,omitzero"`
	Terminal  verno.TerminalID `json:"terminal_id,omitzero"`
	CreatedBy string           `json:"created_by" doc:"The identifier of who made it."`
	CreatedAt time.Time        `json:"created_at"`
	ExpiresAt time.Time        `json:"expires_at,omitzero"`
	RevokedAt time.Time        `json:"revoked_at,omitzero"`
}

// MadeAPIKey is a key that was just made.
type MadeAPIKey struct {
	APIKey
	Secret string `json:"secret" doc:"Send it as Authorization: Bearer; it is shown this once."`
}

func (a *API) apiKeyRoutes() {
	handle(a, operation{route: "GET /api_keys", id: "list-api-keys", tag: "access", summary: "List API keys"}, a.listAPIKeys)
	handle(a, operation{route: "POST /api_keys", id: "create-api-key", tag: "access", summary: "Make an API key", status: 201, codes: []string{"scopes_above", "store_foreign"}}, a.createAPIKey)
	handle(a, operation{route: "GET /api_keys/{id}", id: "get-api-key", tag: "access", summary: "Read an API key", codes: []string{"not_found"}}, a.getAPIKey)
	handle(a, operation{route: "DELETE /api_keys/{id}", id: "revoke-api-key", tag: "access", summary: "Revoke an API key", detail: "At once and for good.", codes: []string{"not_found"}}, a.revokeAPIKey)
}

type apiKeysRequest struct {
	Test bool `query:"test" doc:"Those of the test twin."`
	Paging
}

const cursorKeys = 'k'

func (a *API) listAPIKeys(ctx context.Context, c *call, in *apiKeysRequest) (*List[APIKey], error) {
	at := c.list(cursorKeys, strconv.FormatBool(in.Test))
	after, err := fromCursor[verno.APIKeyID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Gate.KeysAfter(ctx, c.actor, in.Test, after, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(k *auth.Key) verno.APIKeyID { return k.ID }, showAPIKey), nil
}

type createAPIKeyRequest struct{ Body APIKeyBody }

func (a *API) createAPIKey(ctx context.Context, c *call, in *createAPIKeyRequest) (*MadeAPIKey, error) {
	b := &in.Body
	scopes, ok := verno.ParseScopes(b.Scopes)
	if !ok {
		return nil, verno.InvalidField("/permissions", "unknown_value", "known", verno.RoleOwner.Permissions().String())
	}
	key, secret, err := a.Gate.CreateKey(ctx, c.actor, auth.NewKey{
		Name: b.Name, Scopes: scopes, Store: b.Store, Terminal: b.Terminal, ExpiresAt: b.ExpiresAt, Test: b.Test,
	}, c.now)
	if err != nil {
		return nil, err
	}
	return &MadeAPIKey{showAPIKey(&key), secret}, nil
}

type apiKeyRequest struct {
	ID verno.APIKeyID `path:"id"`
}

func (a *API) getAPIKey(ctx context.Context, c *call, in *apiKeyRequest) (*APIKey, error) {
	key, err := a.Gate.Key(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	shown := showAPIKey(&key)
	return &shown, nil
}

func (a *API) revokeAPIKey(ctx context.Context, c *call, in *apiKeyRequest) (*none, error) {
	return nil, a.Gate.RevokeKey(ctx, c.actor, in.ID, c.now)
}

func showAPIKey(k *auth.Key) APIKey {
	return APIKey{k.ID, k.Name, k.Hint, k.Live, k.Scopes.Scopes(), k.Store, k.Terminal, k.CreatedBy, k.CreatedAt, k.ExpiresAt, k.RevokedAt}
}
