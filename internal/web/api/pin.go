package api

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
)

// PINProof is a PIN that a member has typed at the till.
type PINProof struct {
	Presence string           `json:"presence" minLength:"1" maxLength:"2000" doc:"From the identification by the code that was shown."`
	PIN      string           `json:"pin" minLength:"4" maxLength:"12" format:"password" doc:"As the member typed it: 4 to 6 digits. Do not keep it, and do not log it."`
	Terminal verno.TerminalID `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	Store    verno.StoreID    `json:"store_id,omitzero" doc:"Where the credential is bound to neither till nor store, and no till is named."`
}

func (a *API) pinRoutes() {
	handle(a, operation{
		route: "POST /identifications/pin", id: "prove-pin", tag: "checkouts", summary: "Prove a member by a PIN", status: 201,
		detail: "Gives a presence that spends without the limit of static codes, once, for one that does not. Quote again with it. Five wrong PINs in a row lock the PIN until the member sets a new one; a till may hand in 30 wrong ones an hour.",
		codes:  []string{"presence_invalid", "presence_stale", "pin_wrong", "pin_locked", "pin_unset", "store_missing", "store_unknown"},
	}, a.provePIN)
}

type pinRequest struct{ Body PINProof }

func (a *API) provePIN(ctx context.Context, c *call, in *pinRequest) (*Identification, error) {
	b := &in.Body
	found, err := a.Till.ProvePIN(ctx, c.actor, checkout.ProvePIN{Presence: b.Presence, PIN: b.PIN, Terminal: b.Terminal, Store: b.Store})
	if err != nil {
		return nil, err
	}
	return showIdentification(found, c.lang), nil
}
