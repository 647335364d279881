package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/web"
)

// Key is an Idempotency-Key as it stands in an address.
type Key string

// Schema is how the document shows a Key.
func (Key) Schema(huma.Registry) *huma.Schema {
	longest := maxKey
	return &huma.Schema{Type: huma.TypeString, MaxLength: &longest, Pattern: "^[!-~]+$"}
}

// UnmarshalText reads 1 to 255 visible ASCII characters.
func (k *Key) UnmarshalText(b []byte) error {
	if !validKey(string(b)) {
		return verno.Invalid("text_invalid")
	}
	*k = Key(b)
	return nil
}

// MarshalText writes the key as it is.
func (k Key) MarshalText() ([]byte, error) { return []byte(k), nil }

func validKey(key string) bool {
	return key != "" && len(key) <= maxKey && !strings.ContainsFunc(key, func(c rune) bool { return c <= ' ' || c > '~' })
}

// Operation is what became of a key.
type Operation struct {
	Key     Key             `json:"key"`
	State   string          `json:"state" enum:"applied,rejected,never_seen" doc:"never_seen: nothing was written under this key; it may still be under way, and it may be used."`
	Kind    string          `json:"kind,omitempty" example:"commit"`
	At      time.Time       `json:"at,omitzero"`
	Receipt *Receipt        `json:"receipt,omitempty" doc:"Of an applied commit or return."`
	Result  json.RawMessage `json:"result,omitempty" doc:"Of an applied operation that is no receipt: what the call itself answered. Of a link, a moved card and a cancelled checkout it has names only."`
	Error   *web.Problem    `json:"error,omitempty" doc:"Of a rejected operation."`
}

func (a *API) operationRoutes() {
	handle(a, operation{
		route: "GET /operations/{key}", id: "get-operation", tag: "operations", summary: "Ask what became of a key",
		detail: "After a time-out: applied with its receipt, rejected with the reason, or never seen. Keys are kept for ever.",
	}, a.getOperation)
}

type operationRequest struct {
	Key Key `path:"key" doc:"The Idempotency-Key, percent-encoded."`
}

func (a *API) getOperation(ctx context.Context, c *call, in *operationRequest) (*Operation, error) {
	o, err := a.Till.Operation(ctx, c.actor, string(in.Key))
	if err != nil {
		return nil, err
	}
	shown := &Operation{Key: Key(o.Key), State: o.State, Kind: o.Kind, At: o.At}
	switch {
	case o.Receipt != nil:
		shown.Receipt = a.receipt(ctx, c, o.Receipt)
	case o.Err != nil:
		shown.Error = problem(ctx, o.Err, c.lang)
	default:
		shown.Result, err = result(o)
	}
	return shown, err
}

// result is what the call of an applied operation answered: the same body.
func result(o *checkout.Operation) (json.RawMessage, error) {
	switch o.Kind {
	case "certificate":
		return json.Marshal(showCertificate(o.Certificate))
	case "gift":
		return json.Marshal(showTakenGift(o.Gift))
	case "gift_return":
		return as(o.Answer, showTakenGift)
	case "certificate_return":
		return as(o.Answer, showReturnedCertificate)
	case "top_up":
		return as(o.Answer, showTopUp)
	case "hold", "hold_end":
		return as(o.Answer, showHold)
	default:
		return json.RawMessage(o.Answer), nil
	}
}

// as shows what was stored as the API has it.
func as[Stored, Shown any](answer string, show func(*Stored) *Shown) (json.RawMessage, error) {
	stored := new(Stored)
	if err := json.Unmarshal([]byte(answer), stored); err != nil {
		return nil, fmt.Errorf("api: read what an operation answered: %w", err)
	}
	return json.Marshal(show(stored))
}
