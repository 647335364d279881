package api

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/words"
	"github.com/verno-loyalty/verno/money"
)

// MoveBody brings a plastic card to a member.
type MoveBody struct {
	Number  string       `json:"number" minLength:"1" maxLength:"200" doc:"As it is printed or scanned: of a card, or the number that another system gave its owner."`
	Receipt *MoveReceipt `json:"receipt,omitempty" doc:"A purchase made with the card: one of the latest five. It proves a card whose owner has told neither phone nor mail."`
	Phone   *MovePhone   `json:"phone,omitempty" doc:"The phone of the card's owner, with the code that was sent to it."`
	PIN     string       `json:"pin,omitempty" maxLength:"12" doc:"Of the card's owner, typed at the till by nobody else."`
	Vouched bool         `json:"vouched,omitempty" doc:"A member of staff has seen whose card it is. For people at the desk, not for tills and keys."`
}

// MoveReceipt is a purchase as its receipt has it.
type MoveReceipt struct {
	Date string       `json:"date" maxLength:"10" format:"date" example:"2026-11-20"`
	Paid money.Amount `json:"paid" minimum:"0" maximum:"1000000000000" doc:"What was paid after discounts and points, minor units."`
}

// MovePhone is a phone with the code that was sent to it.
type MovePhone struct {
	Proof verno.ProofID `json:"proof_id" doc:"From the request that sent the code."`
	Phone string        `json:"phone" minLength:"1" maxLength:"40"`
	Code  string        `json:"code" minLength:"1" maxLength:"20"`
}

// MoveCodeBody asks for a code to the phone of a plastic card's owner.
type MoveCodeBody struct {
	Number string `json:"number" minLength:"1" maxLength:"200"`
	Phone  string `json:"phone" minLength:"1" maxLength:"40" doc:"As the member tells it. The code is sent where it is the owner's; the answer is the same where it is not."`
}

// MoveCode tells of a code that is on its way, if the phone is the owner's.
type MoveCode struct {
	Proof verno.ProofID `json:"proof_id"`
	Until time.Time     `json:"expires_at"`
}

// CardMove is a plastic card that was moved.
type CardMove struct {
	Member  Member       `json:"member"`
	Card    verno.CardID `json:"card_id,omitzero" doc:"Absent where another system gave the number."`
	Bonus   money.Points `json:"bonus" doc:"Given for it, in the smallest unit: once to a member."`
	Already bool         `json:"already,omitempty" doc:"It was the member's before; nothing was moved."`
}

func (a *API) cardMoveRoutes() {
	codes := []string{"not_found", "card_number_invalid", "move_too_many", "person_erased"}
	handle(a, operation{
		route: "POST /members/{id}/cards/move", id: "move-card", tag: "cards", summary: "Move a plastic card into the phone", keyed: keyOptional,
		detail: "All that the card's owner has becomes the member's: points, stored money, level, history. A card that nobody has is linked. A number is no secret: " +
			"whose card has an owner gives a proof: a receipt, a code to the owner's phone, or the owner's PIN. The number goes on working, unless the programme says that plastic ends.",
		codes: append(codes, "move_proof_needed", "move_refused", "holds_open", "card_limit", "person_needed", "idempotency_key_reused"),
	}, a.moveCard)
	handle(a, operation{
		route: "POST /members/{id}/cards/move/code", id: "send-move-code", tag: "cards", summary: "Send a code to the phone of a plastic card's owner", status: 202,
		codes: append(codes, "phone_invalid", "codes_too_many", "link_off"),
	}, a.sendMoveCode)
}

type moveCardRequest struct {
	ID   verno.MemberID `path:"id" doc:"Whose the card becomes."`
	Body MoveBody
}

func (a *API) moveCard(ctx context.Context, c *call, in *moveCardRequest) (*CardMove, error) {
	b := &in.Body
	q := member.Moving{Key: c.key, BodyHash: c.hash, Member: in.ID, Number: b.Number, Address: c.from, Proof: member.Proof{Vouched: b.Vouched}}
	if b.Receipt != nil {
		q.Proof.Receipt = &member.ProofReceipt{Date: b.Receipt.Date, Paid: b.Receipt.Paid}
	}
	if b.Phone != nil {
		q.Proof.Phone = &member.ProofPhone{ID: b.Phone.Proof, Phone: b.Phone.Phone, Code: b.Phone.Code}
	}
	if q.Proof.PIN = b.PIN; b.PIN != "" {
		// What is kept under a key would tell a PIN of few digits to whoever tries them all.
		q.BodyHash = sha256.Sum256([]byte(in.ID.String() + " by PIN: " + b.Number))
	}
	m, err := a.Members.MovePlastic(ctx, c.actor, c.now, q)
	if err != nil {
		return nil, err
	}
	c.answer.replayed = m.Replayed
	return &CardMove{c.member(&m.View), m.Card, m.Bonus, m.Already}, nil
}

type sendMoveCodeRequest struct {
	ID   verno.MemberID `path:"id" doc:"Who wants the card."`
	Body MoveCodeBody
}

func (a *API) sendMoveCode(ctx context.Context, c *call, in *sendMoveCodeRequest) (*MoveCode, error) {
	t, err := a.Reader.Tenant(ctx, c.actor.Tenant)
	if err != nil {
		return nil, err
	}
	id := verno.NewID[verno.ProofID](c.now, a.Members.Entropy)
	sent, err := a.Members.SendMoveCode(ctx, c.actor, c.now, member.MoveCode{
		ID: id, Member: in.ID, Number: in.Body.Number, Phone: in.Body.Phone, Address: c.from,
		Text: func(code string) string {
			return words.In(t.Language).Say("letter.move_code", "Name", t.Name, "Code", code)
		},
	})
	if err != nil {
		return nil, err
	}
	return &MoveCode{id, sent.Until}, nil
}
