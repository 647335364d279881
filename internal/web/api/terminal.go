package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// TerminalBody is a till to be added.
type TerminalBody struct {
	Store      verno.StoreID `json:"store_id"`
	Name       string        `json:"name" minLength:"1" maxLength:"100"`
	ExternalID string        `json:"external_id,omitempty" minLength:"1" maxLength:"100" doc:"The merchant's own identifier, unique among tills."`
}

// TerminalPatch is what is to be changed; what is left out stays.
type TerminalPatch struct {
	Store      *verno.StoreID `json:"store_id,omitempty"`
	Name       *string        `json:"name,omitempty" minLength:"1" maxLength:"100"`
	ExternalID *string        `json:"external_id,omitempty" maxLength:"100" doc:"Empty takes it away."`
}

// Terminal is a till.
type Terminal struct {
	ID         verno.TerminalID `json:"id"`
	Store      verno.StoreID    `json:"store_id"`
	Name       string           `json:"name"`
	ExternalID string           `json:"external_id,omitempty"`
	Paired     bool             `json:"paired"`
	PairedAt   time.Time        `json:"paired_at,omitzero"`
	RevokedAt  time.Time        `json:"revoked_at,omitzero"`
	SeenAt     time.Time        `json:"seen_at,omitzero" doc:"Its last heartbeat."`
	QueueDepth int64            `json:"queue_depth" doc:"Receipts that wait on it, by that heartbeat."`
	Revision   int64            `json:"revision" doc:"Its ETag."`
	CreatedAt  time.Time        `json:"created_at"`
	UpdatedAt  time.Time        `json:"updated_at"`
}

// Pairing is the code that joins a till to its row.
type Pairing struct {
	Code      string    `json:"code" doc:"Eight digits, to be typed once, on the till."`
	ExpiresAt time.Time `json:"expires_at"`
}

// PairBody is what a till sends that is being paired.
type PairBody struct {
	Code string `json:"code" minLength:"8" maxLength:"8" doc:"Eight digits."`
}

// Paired is a till that was just paired.
type Paired struct {
	Token    string   `json:"token" doc:"Send it as Authorization: Bearer; it is shown this once."`
	Terminal Terminal `json:"terminal"`
	Live     bool     `json:"livemode"`
}

// HeartbeatBody is how a till is.
type HeartbeatBody struct {
	QueueDepth int64     `json:"queue_depth" minimum:"0" maximum:"1000000" doc:"Receipts that wait on it."`
	Clock      time.Time `json:"clock,omitzero" doc:"The till's own time; the answer says how far it is off."`
}

// Heartbeat is the answer to a till.
type Heartbeat struct {
	At     time.Time `json:"at" doc:"Verno's time."`
	SkewMS int64     `json:"skew_ms" doc:"How far the till's clock is ahead, where it said its time."`
}

func (a *API) terminalRoutes() {
	handle(a, operation{route: "GET /terminals", id: "list-terminals", tag: "terminals", summary: "List tills"}, a.listTerminals)
	handle(a, operation{route: "POST /terminals", id: "create-terminal", tag: "terminals", summary: "Add a till", status: 201, codes: []string{"external_id_taken", "store_foreign"}}, a.createTerminal)
	handle(a, operation{route: "GET /terminals/{id}", id: "get-terminal", tag: "terminals", summary: "Read a till", detail: "A till may read itself.", codes: []string{"not_found"}}, a.getTerminal)
	handle(a, operation{
		route: "PATCH /terminals/{id}", id: "patch-terminal", tag: "terminals", summary: "Change a till", matched: true,
		codes: []string{"not_found", "etag_mismatch", "etag_missing", "external_id_taken", "store_foreign"},
	}, a.patchTerminal)
	handle(a, operation{
		route: "POST /terminals/{id}/pairing_code", id: "make-pairing-code", tag: "terminals", summary: "Make a pairing code", status: 201,
		detail: "Good for ten minutes and once. A till that is paired goes on until the code is used.", codes: []string{"not_found"},
	}, a.makePairingCode)
	handle(a, operation{
		route: "POST /terminals/pair", id: "pair-terminal", tag: "terminals", summary: "Pair a till", status: 201,
		detail: "Gives the till its token for a pairing code.", codes: []string{"pairing_failed", "rate_limited"},
	}, a.pairTerminal)
	handle(a, operation{
		route: "POST /terminals/{id}/revoke", id: "revoke-terminal", tag: "terminals", summary: "Take a till's token away", codes: []string{"not_found"},
		detail: "At once. It can be paired again later.",
	}, a.revokeTerminal)
	handle(a, operation{
		route: "POST /terminals/{id}/heartbeat", id: "beat-terminal", tag: "terminals", summary: "Say that a till is there", codes: []string{"till_needed"},
	}, a.heartbeat)
}

const cursorTerminals = 'e'

func (a *API) listTerminals(ctx context.Context, c *call, in *listRequest) (*List[Terminal], error) {
	at := c.list(cursorTerminals)
	after, err := fromCursor[verno.TerminalID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Gate.TerminalsAfter(ctx, c.actor, after, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(t *auth.Terminal) verno.TerminalID { return t.ID }, showTerminal), nil
}

type createTerminalRequest struct{ Body TerminalBody }

func (a *API) createTerminal(ctx context.Context, c *call, in *createTerminalRequest) (*Terminal, error) {
	return c.terminal(a.Gate.CreateTerminal(ctx, c.actor, auth.NewTerminal(in.Body), c.now))
}

type terminalRequest struct {
	ID verno.TerminalID `path:"id"`
}

func (a *API) getTerminal(ctx context.Context, c *call, in *terminalRequest) (*Terminal, error) {
	return c.terminal(a.Gate.Terminal(ctx, c.actor, in.ID))
}

type patchTerminalRequest struct {
	ID   verno.TerminalID `path:"id"`
	Body TerminalPatch
}

func (a *API) patchTerminal(ctx context.Context, c *call, in *patchTerminalRequest) (*Terminal, error) {
	return c.terminal(a.Gate.ChangeTerminal(ctx, c.actor, in.ID, c.revision, auth.TerminalChange(in.Body), c.now))
}

func (a *API) makePairingCode(ctx context.Context, c *call, in *terminalRequest) (*Pairing, error) {
	p, err := a.Gate.NewPairing(ctx, c.actor, in.ID, c.now)
	if err != nil {
		return nil, err
	}
	return &Pairing{p.Code, p.ExpiresAt}, nil
}

type pairRequest struct{ Body PairBody }

func (a *API) pairTerminal(ctx context.Context, c *call, in *pairRequest) (*Paired, error) {
	p, err := a.Gate.Pair(ctx, in.Body.Code, c.from, c.now)
	if err != nil {
		return nil, err
	}
	return &Paired{p.Token, showTerminal(&p.Terminal), p.Live}, nil
}

func (a *API) revokeTerminal(ctx context.Context, c *call, in *terminalRequest) (*none, error) {
	return nil, a.Gate.RevokeTerminal(ctx, c.actor, in.ID, c.now)
}

type heartbeatRequest struct {
	ID   verno.TerminalID `path:"id"`
	Body HeartbeatBody
}

func (a *API) heartbeat(ctx context.Context, c *call, in *heartbeatRequest) (*Heartbeat, error) {
	if in.ID != c.actor.Terminal {
		return nil, verno.Forbidden("till_needed")
	}
	if err := a.Gate.Heartbeat(ctx, c.actor, in.Body.QueueDepth, c.now); err != nil {
		return nil, err
	}
	beat := &Heartbeat{At: c.now}
	if !in.Body.Clock.IsZero() {
		beat.SkewMS = in.Body.Clock.Sub(c.now).Milliseconds()
	}
	return beat, nil
}

// terminal shows a till with its revision as its ETag.
func (c *call) terminal(t auth.Terminal, err error) (*Terminal, error) {
	if err != nil {
		return nil, err
	}
	c.answer.revision = t.Revision
	shown := showTerminal(&t)
	return &shown, nil
}

func showTerminal(t *auth.Terminal) Terminal { return Terminal(*t) }
