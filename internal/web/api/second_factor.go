package api

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// SecondFactor is what is given to an authenticator app.
type SecondFactor struct {
	Secret string `json:"secret" doc:"Base 32, to type. It is shown this once."`
	URI    string `json:"uri" doc:"otpauth://, to show as a QR code."`
}

// RecoveryCodes let somebody in who has lost the app, each once.
type RecoveryCodes struct {
	Codes []string `json:"recovery_codes" doc:"They are shown this once."`
}

// FactorState says how somebody's second factor stands.
type FactorState struct {
	Active bool  `json:"active"`
	Left   int64 `json:"recovery_codes_left"`
}

// BeginFactorBody is what setting up a second factor takes.
type BeginFactorBody struct {
	Password string `json:"password" minLength:"1" maxLength:"200" format:"password" doc:"The person's own password, once more: a session that was left open is not enough."`
}

// CodeBody is a code of the second factor.
type CodeBody struct {
	Code string `json:"code" minLength:"6" maxLength:"6"`
}

func (a *API) secondFactorRoutes() {
	handle(a, operation{
		route: "POST /me/second_factor", id: "begin-second-factor", tag: "access", summary: "Set up a second factor", status: 201,
		detail: "Draws a secret. It asks for nothing until a first code of it was confirmed.",
		codes:  []string{"password_wrong", "second_factor_active", "person_needed", "rate_limited"},
	}, a.beginSecondFactor)
	handle(a, operation{
		route: "POST /me/second_factor/confirm", id: "confirm-second-factor", tag: "access", summary: "Turn the second factor on",
		detail: "Ends the person's other sessions, and hands out recovery codes: each is good for one log-in without the app.",
		codes:  []string{"second_factor_missing", "second_factor_active", "code_wrong"},
	}, a.confirmSecondFactor)
	handle(a, operation{
		route: "POST /me/second_factor/recovery_codes", id: "renew-recovery-codes", tag: "access", summary: "Get new recovery codes in place of the old ones",
		codes: []string{"second_factor_missing", "code_wrong"},
	}, a.renewRecoveryCodes)
	handle(a, operation{
		route: "GET /me/second_factor", id: "get-second-factor", tag: "access", summary: "See whether there is a second factor, and how many recovery codes are left",
		codes: []string{"person_needed"},
	}, a.getSecondFactor)
	handle(a, operation{
		route: "POST /me/second_factor/drop", id: "drop-second-factor", tag: "access", summary: "Turn the second factor off",
		codes: []string{"second_factor_missing", "code_wrong"},
	}, a.dropSecondFactor)
	handle(a, operation{
		route: "POST /staff/{id}/reset_second_factor", id: "reset-second-factor", tag: "access", summary: "Turn off the second factor of somebody who has lost it",
		detail: "Ends that person's sessions.", codes: []string{"not_found", "role_above"},
	}, a.resetSecondFactor)
}

type beginFactorRequest struct{ Body BeginFactorBody }

func (a *API) beginSecondFactor(ctx context.Context, c *call, in *beginFactorRequest) (*SecondFactor, error) {
	f, err := a.Gate.BeginSecondFactor(ctx, c.actor, in.Body.Password, c.now)
	if err != nil {
		return nil, err
	}
	return &SecondFactor{f.Secret, f.URI}, nil
}

type codeRequest struct{ Body CodeBody }

func (a *API) confirmSecondFactor(ctx context.Context, c *call, in *codeRequest) (*RecoveryCodes, error) {
	codes, err := a.Gate.ConfirmSecondFactor(ctx, c.actor, in.Body.Code, c.now)
	if err != nil {
		return nil, err
	}
	return &RecoveryCodes{codes}, nil
}

func (a *API) renewRecoveryCodes(ctx context.Context, c *call, in *codeRequest) (*RecoveryCodes, error) {
	codes, err := a.Gate.RenewRecoveryCodes(ctx, c.actor, in.Body.Code, c.now)
	if err != nil {
		return nil, err
	}
	return &RecoveryCodes{codes}, nil
}

func (a *API) getSecondFactor(ctx context.Context, c *call, _ *noRequest) (*FactorState, error) {
	left, err := a.Gate.RecoveryCodesLeft(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	me, err := a.Gate.StaffMember(ctx, c.actor, c.actor.Staff)
	if err != nil {
		return nil, err
	}
	return &FactorState{me.SecondFactor, left}, nil
}

func (a *API) dropSecondFactor(ctx context.Context, c *call, in *codeRequest) (*none, error) {
	return nil, a.Gate.DropSecondFactor(ctx, c.actor, in.Body.Code, c.now)
}

type staffRequest struct {
	ID verno.StaffID `path:"id"`
}

func (a *API) resetSecondFactor(ctx context.Context, c *call, in *staffRequest) (*none, error) {
	return nil, a.Gate.ResetSecondFactor(ctx, c.actor, in.ID, c.now)
}
