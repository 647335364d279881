package api

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// Aim is what a member's points are for. Without for nothing was said, and the till asks.
type Aim struct {
	For      verno.AimFor     `json:"for,omitempty" maxLength:"10" enum:"discount,gift,save" doc:"discount: they pay as far as they may; gift: they are saved for one; save: they are not offered. Left out: nothing is said any more."`
	Template verno.TemplateID `json:"template_id,omitzero" doc:"The gift that is saved for, of GET /gifts."`
}

// AimBody says what a member's points are for.
type AimBody struct {
	Aim

	Presence string           `json:"presence,omitempty" maxLength:"2000" doc:"At a till: from an identification of the member. Whoever has members.read and members.write needs none."`
	Terminal verno.TerminalID `json:"terminal_id,omitzero" doc:"With a presence, where the credential is bound to no till."`
	Store    verno.StoreID    `json:"store_id,omitzero" doc:"With a presence, where the credential is bound to no store, and no till is named."`
}

// AimView is what a member's points are for, as a till sees it.
type AimView struct {
	For  verno.AimFor `json:"for" enum:"discount,gift,save"`
	Gift *GiftView    `json:"gift,omitempty" doc:"That is saved for; absent where it cannot be had any more."`
}

// GiftView is a gift that is saved for.
type GiftView struct {
	Gift

	Reached bool          `json:"reached" doc:"This identification may take it now."`
	Missing *money.Points `json:"points_missing,omitempty" doc:"Only where the identification proves that the member is there."`
}

// Proposal is what the member's aim makes of a sale. Begin with it; the member may do otherwise.
type Proposal struct {
	Points money.Points `json:"points" doc:"To be spent: give them as spend_points."`
	Gift   *GiftView    `json:"gift,omitempty" doc:"To be given with POST /gifts; absent where none is reached."`
}

func (a *API) aimRoutes() {
	handle(a, operation{
		route: "PUT /members/{id}/aim", id: "put-aim", tag: "members", summary: "Say what a member's points are for",
		detail: "Until the member says otherwise. A quote then proposes what follows from it. A till gives the presence of the member; whoever may change members needs none.",
		codes:  []string{"not_found", "permission_missing", "presence_invalid", "gift_unknown", "gift_over", "programme_unpublished", "store_unknown", "store_missing"},
	}, a.putAim)
}

type aimRequest struct {
	ID   verno.MemberID `path:"id"`
	Body AimBody
}

func (a *API) putAim(ctx context.Context, c *call, in *aimRequest) (*Aim, error) {
	b := &in.Body
	aim, err := a.Till.SetAim(ctx, c.actor, checkout.SetAim{
		Member: in.ID, Aim: verno.Aim{For: b.For, Gift: b.Template}, Presence: b.Presence, Terminal: b.Terminal, Store: b.Store,
	})
	if err != nil {
		return nil, err
	}
	return &Aim{aim.For, aim.Gift}, nil
}

func showAim(v *checkout.AimView, lang string) *AimView {
	if v == nil {
		return nil
	}
	return &AimView{v.For, showGiftView(v.Gift, lang)}
}

func showGiftView(v *checkout.GiftView, lang string) *GiftView {
	if v == nil {
		return nil
	}
	return &GiftView{showGift(&v.Gift, lang), v.Reached, v.Missing}
}

func showProposal(p *checkout.Proposal, lang string) *Proposal {
	if p == nil {
		return nil
	}
	return &Proposal{p.Points, showGiftView(p.Gift, lang)}
}
