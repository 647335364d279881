package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// LoginBody is what a person types to log in.
type LoginBody struct {
	Login    string `json:"login" minLength:"1" maxLength:"100"`
	Password string `json:"password" minLength:"1" maxLength:"200" format:"password"`
	Code     string `json:"code,omitempty" maxLength:"20" doc:"Of the second factor, where there is one, or a recovery code."`
}

// OpenedSession is a session that was just opened.
type OpenedSession struct {
	Token     string          `json:"token" doc:"Send it as Authorization: Bearer; it is shown this once."`
	ID        verno.SessionID `json:"id"`
	Staff     verno.StaffID   `json:"staff_id"`
	Role      verno.Role      `json:"role"`
	Scopes    []string        `json:"permissions"`
	ExpiresAt time.Time       `json:"expires_at"`
}

// Session is a log-in that goes on.
type Session struct {
	ID        verno.SessionID  `json:"id"`
	Current   bool             `json:"current" doc:"It is the one that asks."`
	Terminal  verno.TerminalID `json:"terminal_id,omitzero" doc:"Of a cashier's session at a till."`
	Shift     string           `json:"shift,omitempty"`
	CreatedAt time.Time        `json:"created_at"`
	SeenAt    time.Time        `json:"seen_at"`
	ExpiresAt time.Time        `json:"expires_at"`
}

// Sessions are the sessions of one person.
type Sessions struct {
	Items []Session `json:"items"`
}

// Me is who a credential is.
type Me struct {
	Staff    verno.StaffID    `json:"staff_id,omitzero"`
	Session  verno.SessionID  `json:"session_id,omitzero"`
	APIKey   verno.APIKeyID   `json:"api_key_id,omitzero"`
	Terminal verno.TerminalID `json:"terminal_id,omitzero" doc:"The till that the credential is bound to."`
	Store    verno.StoreID    `json:"store_id,omitzero" doc:"The store that the credential is bound to."`
	Role     verno.Role       `json:"role,omitempty"`
	Scopes   []string         `json:"permissions"`
	Live     bool             `json:"livemode" doc:"false in the test twin."`
}

// PasswordBody changes one's own password.
type PasswordBody struct {
	Old      string `json:"old_password" minLength:"1" maxLength:"200" format:"password"`
	Password string `json:"password" minLength:"1" maxLength:"200" format:"password"`
}

func (a *API) sessionRoutes() {
	handle(a, operation{
		route: "POST /sessions", id: "log-in", tag: "access", summary: "Log in", status: 201, codes: []string{"login_failed", "second_factor_needed", "rate_limited"},
		detail: "Opens a session of a person. Whatever is wrong, the answer is the same.",
	}, a.login)
	handle(a, operation{route: "GET /sessions", id: "list-sessions", tag: "access", summary: "List one's own sessions", codes: []string{"person_needed"}}, a.sessions)
	handle(a, operation{route: "DELETE /sessions/current", id: "log-out", tag: "access", summary: "Log out"}, a.logout)
	handle(a, operation{route: "DELETE /sessions", id: "log-out-everywhere", tag: "access", summary: "End all of one's own sessions", codes: []string{"person_needed"}}, a.logoutEverywhere)
	handle(a, operation{route: "GET /me", id: "get-me", tag: "access", summary: "Ask who one is"}, a.me)
	handle(a, operation{
		route: "PUT /me/password", id: "change-password", tag: "access", summary: "Change one's own password", codes: []string{"password_wrong", "person_needed", "rate_limited"},
		detail: "Ends all of one's sessions: log in anew.",
	}, a.changePassword)
}

type loginRequest struct{ Body LoginBody }

func (a *API) login(ctx context.Context, c *call, in *loginRequest) (*OpenedSession, error) {
	opened, err := a.Gate.Login(ctx, auth.Login{Login: in.Body.Login, Password: in.Body.Password, Code: in.Body.Code, Address: c.from}, c.now)
	if err != nil {
		return nil, err
	}
	return showOpened(opened), nil
}

func showOpened(o auth.Opened) *OpenedSession {
	return &OpenedSession{o.Token, o.Session, o.Staff, o.Role, o.Role.Permissions().Scopes(), o.ExpiresAt}
}

type noRequest struct{}

func (a *API) sessions(ctx context.Context, c *call, _ *noRequest) (*Sessions, error) {
	rows, err := a.Gate.Sessions(ctx, c.actor, c.now)
	if err != nil {
		return nil, err
	}
	list := &Sessions{}
	for _, s := range rows {
		list.Items = append(list.Items, Session{s.ID, s.ID == c.actor.Session, s.Terminal, s.Shift, s.CreatedAt, s.SeenAt, s.ExpiresAt})
	}
	return list, nil
}

// logout ends the session that asks; of a till with a cashier, the cashier's.
func (a *API) logout(ctx context.Context, c *call, _ *noRequest) (*none, error) {
	token := c.credential.Session
	if token == "" {
		token = c.credential.Bearer
	}
	return nil, a.Gate.Logout(ctx, token, c.now)
}

func (a *API) logoutEverywhere(ctx context.Context, c *call, _ *noRequest) (*none, error) {
	if c.actor.Staff.IsZero() {
		return nil, verno.Forbidden("person_needed")
	}
	return nil, a.Gate.EndSessions(ctx, c.actor, c.actor.Staff, c.now)
}

func (a *API) me(_ context.Context, c *call, _ *noRequest) (*Me, error) {
	who := c.actor
	return &Me{who.Staff, who.Session, who.APIKey, who.Terminal, who.Store, who.Role, who.May.Scopes(), who.Live}, nil
}

type passwordRequest struct{ Body PasswordBody }

func (a *API) changePassword(ctx context.Context, c *call, in *passwordRequest) (*none, error) {
	return nil, a.Gate.ChangePassword(ctx, c.actor, in.Body.Old, in.Body.Password, c.now)
}
