package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
)

// IdentificationBody names a card or member by what was scanned or typed.
type IdentificationBody struct {
	Scan       string           `json:"scan,omitempty" minLength:"1" maxLength:"2048" example:"9354164607910627" doc:"Code, card number or phone, as scanned or typed: one field takes everything. Of a magnetic stripe (%B…^…? and ;…=…?) the number is taken; a bank card's is refused. A reader of NFC that types gives nfc:apple_vas: or nfc:smart_tap: and the payload in hex; a bank terminal gives pay:, what stands for the card and, behind semicolons, its payment system and last four digits."`
	NFC        *NFCRead         `json:"nfc,omitempty" doc:"What a reader took from a phone, still sealed; instead of scan."`
	ExternalID string           `json:"external_id,omitempty" minLength:"1" maxLength:"128" doc:"The merchant's own identifier of the member; instead of scan."`
	Payment    string           `json:"payment_token,omitempty" minLength:"1" maxLength:"256" doc:"What stands for the bank card that pays: its Payment Account Reference, or the acquirer's token or hash of it; instead of scan. Never the card's number."`
	Member     verno.MemberID   `json:"member_id,omitzero" doc:"For integrations that have logged the member in themselves; instead of scan. Needs members.read."`
	Terminal   verno.TerminalID `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	Store      verno.StoreID    `json:"store_id,omitzero" doc:"Where the credential is bound to neither till nor store, and no till is named, as in an online shop."`
}

// Identification is a presence and what may be shown of the member, or what was scanned that identifies nobody.
type Identification struct {
	Presence string       `json:"presence,omitempty" doc:"Give it with the quote and the commit. A till does not keep it. Absent where the card identifies nobody."`
	Method   verno.Method `json:"method" enum:"live_code,nfc,static_code,payment_card,pin,confirmed,card_number,phone,external_id,member_id"`
	Strong   bool         `json:"strong" doc:"It proves that the member is there, and so may spend without the limit of static codes."`
	Card     verno.CardID `json:"card_id,omitzero"`
	Shown    *ShownCard   `json:"card,omitempty" doc:"What was shown, and what scanning it does. Absent where no card was shown."`
	Until    time.Time    `json:"expires_at,omitzero" doc:"Of the presence."`
	Member   *MemberView  `json:"member,omitempty" doc:"Absent where the card identifies nobody, as a coupon or a ticket."`
}

func (a *API) identificationRoutes() {
	handle(a, operation{
		route: "POST /identifications", id: "identify-member", tag: "checkouts", summary: "Identify a member at the till", status: 201,
		detail: "Turns a scan, a phone or a number into a presence: bound to terminal and method, good for five minutes. A live code is used up. Every look-up is audited and counted. A card that identifies nobody, such as a coupon or a pass, is only told of: card.scan says what to do with it.",
		codes:  []string{"code_unreadable", "bank_card_shown", "card_not_usable", "code_expired", "code_used", "payment_card_number", "payment_token_invalid", "store_missing", "store_unknown"},
	}, a.identify)
}

type identifyRequest struct{ Body IdentificationBody }

func (a *API) identify(ctx context.Context, c *call, in *identifyRequest) (*Identification, error) {
	who, err := in.Body.who("")
	if err != nil {
		return nil, err
	}
	found, err := a.Till.Identify(ctx, c.actor, who)
	if err != nil {
		return nil, err
	}
	return showIdentification(found, c.lang), nil
}

func showIdentification(found *checkout.Identified, lang string) *Identification {
	shown := &Identification{
		Presence: found.Presence, Method: found.Method, Strong: found.Strong, Card: found.Card, Until: found.Until,
		Shown: showShown(found.Shown, lang),
	}
	if found.Presence != "" {
		shown.Member = showMemberView(&found.View, lang)
	}
	return shown
}

// who is the one way by which the body names a member.
func (b *IdentificationBody) who(at string) (checkout.Identify, error) {
	ways := 0
	for _, given := range [...]bool{b.Scan != "", b.NFC != nil, b.ExternalID != "", b.Payment != "", !b.Member.IsZero()} {
		if given {
			ways++
		}
	}
	switch ways {
	case 0:
		return checkout.Identify{}, verno.InvalidField(at+"/scan", "required")
	case 1:
		read, err := b.NFC.read(at)
		return checkout.Identify{Scan: b.Scan, NFC: read, ExternalID: b.ExternalID, PaymentCard: b.Payment, Member: b.Member, Terminal: b.Terminal, Store: b.Store}, err
	default:
		return checkout.Identify{}, verno.InvalidField(at+"/scan", "duplicate")
	}
}
