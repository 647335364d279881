package api

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// Cashier is somebody who can begin a shift at a till.
type Cashier struct {
	ID   verno.StaffID `json:"id"`
	Name string        `json:"name"`
}

// Cashiers are those of one till.
type Cashiers struct {
	Items []Cashier `json:"items"`
}

// PINBody is what a cashier types at a till.
type PINBody struct {
	Staff verno.StaffID `json:"staff_id"`
	PIN   string        `json:"pin" minLength:"4" maxLength:"8" format:"password"`
	Shift string        `json:"shift,omitempty" maxLength:"40" doc:"As the till names it."`
}

func (a *API) cashierRoutes() {
	handle(a, operation{
		route: "GET /cashiers", id: "list-cashiers", tag: "terminals", summary: "List who may begin a shift here", codes: []string{"till_needed"},
		detail: "For the till that asks.",
	}, a.cashiers)
	handle(a, operation{
		route: "POST /cashier_sessions", id: "open-shift", tag: "terminals", summary: "Begin a cashier's shift", status: 201, codes: []string{"pin_failed", "till_needed", "rate_limited"},
		detail: "By PIN, at the till that asks. Send the session's token as " + SessionHeader + " beside the till's own; a shift that was open there ends.",
	}, a.openShift)
	handle(a, operation{
		route: "DELETE /cashier_sessions/current", id: "close-shift", tag: "terminals", summary: "End the cashier's shift",
		detail: "The one whose token stands in " + SessionHeader + ".",
	}, a.logout)
}

func (a *API) cashiers(ctx context.Context, c *call, _ *noRequest) (*Cashiers, error) {
	rows, err := a.Gate.Cashiers(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	list := &Cashiers{}
	for _, one := range rows {
		list.Items = append(list.Items, Cashier(one))
	}
	return list, nil
}

type openShiftRequest struct{ Body PINBody }

func (a *API) openShift(ctx context.Context, c *call, in *openShiftRequest) (*OpenedSession, error) {
	opened, err := a.Gate.OpenShift(ctx, c.actor, auth.PIN(in.Body), c.now)
	if err != nil {
		return nil, err
	}
	shown := showOpened(opened)
	shown.Scopes = c.actor.May.Scopes() // At a till a person has the till's permissions.
	return shown, nil
}
