package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
)

// MadeCardBody makes a pass, a ticket or a business card.
type MadeCardBody struct {
	Member verno.MemberID    `json:"member_id,omitzero" doc:"Whose it is to be; left out for whoever holds it."`
	Starts time.Time         `json:"starts_at,omitzero" doc:"From when it is good; at once where it is left out."`
	Ends   time.Time         `json:"ends_at,omitzero" doc:"Until when it is good; as the template says where it is left out."`
	Values map[string]string `json:"values,omitempty" maxProperties:"20" doc:"What stands on this card and on no other: of a ticket section, row and seat, of a business card name, post, phone and email, of a pass its holder."`
}

// MadeCard is a card that was made, with what opens it.
type MadeCard struct {
	ID       verno.CardID     `json:"id"`
	Kind     string           `json:"kind"`
	Template verno.TemplateID `json:"template_id"`
	Member   verno.MemberID   `json:"member_id,omitzero"`
	Number   string           `json:"number" doc:"For people."`
	Machine  string           `json:"machine_code" doc:"For scanners: digits. Shown to who has made it, and to nobody later."`
	IssuedAt time.Time        `json:"issued_at"`
}

func (a *API) madeCardRoutes() {
	handle(a, operation{
		route: "POST /card_templates/{id}/cards", id: "make-card", tag: "cards", summary: "Make a pass, a ticket or a business card", keyed: keyNeeded, status: 201,
		detail: "One card of a published template that lets in or shows a contact: at a door it is scanned with POST /admissions. POST /cards/stock makes many that say nothing of their own. A member's card is made by POST /cards, a coupon by POST /coupons, a certificate by POST /certificates.",
		codes: []string{
			"not_found", "template_archived", "template_unpublished", "template_other_kind", "template_for_member", "card_limit", "person_erased", "idempotency_key_reused",
		},
	}, a.makeCard)
}

type makeCardRequest struct {
	ID   verno.TemplateID `path:"id"`
	Body MadeCardBody
}

func (a *API) makeCard(ctx context.Context, c *call, in *makeCardRequest) (*MadeCard, error) {
	b := &in.Body
	made, secret, err := a.Members.IssueOnce(ctx, c.actor, c.now, member.TemplateRequest{
		Key: c.key, BodyHash: c.hash, Template: in.ID, Member: b.Member, Document: card.Document{Starts: b.Starts, Ends: b.Ends, Values: b.Values},
	}, card.ScanEnter, card.ScanShow)
	if err != nil {
		return nil, err
	}
	c.answer.replayed = made.Replayed
	return &MadeCard{made.ID, made.Kind, made.Template, made.Member, secret.Number, secret.Machine, made.IssuedAt}, nil
}
