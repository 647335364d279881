package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// LiveCodes are what a card shows, one after the other. Whoever has one may spend as the member, once.
type LiveCodes struct {
	Card  verno.CardID `json:"card_id"`
	Codes []LiveCode   `json:"codes" doc:"The one of this moment first."`
}

// LiveCode is what a card shows for a few seconds.
type LiveCode struct {
	Code  string    `json:"code" doc:"Digits, to be shown as a QR, Aztec or Code 128 barcode."`
	From  time.Time `json:"from"`
	Until time.Time `json:"until" doc:"Then show the next. A till takes it for one step longer, for slow hands."`
}

func (a *API) liveCodeRoutes() {
	handle(a, operation{
		route: "POST /cards/{id}/code", id: "show-card", tag: "cards", summary: "Get the live codes that a card shows now",
		detail: "For the merchant's own app, which has logged the member in. The codes of up to five minutes come at once, so that the app asks seldom and shows the card without a network. Each request stands in the audit; no log and no list ever has a code.",
		codes:  []string{"not_found", "card_state"},
	}, a.showCodes)
}

type liveCodeRequest struct {
	ID    verno.CardID `path:"id"`
	Steps int          `query:"steps" minimum:"1" maximum:"20" doc:"How many codes, of 15 seconds each; one where it is left out."`
}

func (a *API) showCodes(ctx context.Context, c *call, in *liveCodeRequest) (*LiveCodes, error) {
	codes, err := a.Members.ShowCodes(ctx, c.actor, c.now, in.ID, max(in.Steps, 1))
	if err != nil {
		return nil, err
	}
	shown := &LiveCodes{Card: in.ID}
	for _, code := range codes {
		shown.Codes = append(shown.Codes, showLiveCode(code))
	}
	return shown, nil
}

func showLiveCode(l member.LiveCode) LiveCode { return LiveCode(l) }
