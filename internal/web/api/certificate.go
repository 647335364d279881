package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// CertificateBody sells a gift certificate.
type CertificateBody struct {
	Template  verno.TemplateID  `json:"template_id,omitzero" required:"false" doc:"Of a new one: a published template of the kind gift_certificate."`
	Scan      string            `json:"scan,omitempty" maxLength:"300" doc:"Instead of template_id: the code or number of one that was made without worth, such as a gift card of plastic. It is sold once."`
	Amount    *Money            `json:"amount,omitempty" doc:"What it is worth; what the template says where it is left out."`
	Issuer    verno.IssuerID    `json:"issuer_id,omitzero" doc:"The legal entity that will owe it: the store's, or where it is sold in none the one that is named here, else the programme's. It pays in that entity's stores."`
	Starts    time.Time         `json:"starts_at,omitzero" doc:"From when it is good; at once where it is left out."`
	Ends      time.Time         `json:"ends_at,omitzero" doc:"Until when it is good; as the template says where it is left out."`
	Values    map[string]string `json:"values,omitempty" maxProperties:"10" doc:"What stands on it: from, to, wish."`
	Tender    verno.TenderKind  `json:"tender,omitempty" maxLength:"10" enum:"cash,card,other,points" doc:"How it was paid, where no receipt says so: the till counts money as paid in. For points at the programme's rate, rounded up, where the template allows it."`
	Presence  string            `json:"presence,omitempty" maxLength:"2000" doc:"With points: from an identification that may spend as many of them."`
	Reference string            `json:"reference,omitempty" maxLength:"64" doc:"The till's own; never a card number."`
	Terminal  verno.TerminalID  `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	Store     verno.StoreID     `json:"store_id,omitzero" doc:"Where the credential is bound to no store, and no till is named."`
}

// Certificate is a gift certificate. Whoever shows it may pay with it.
type Certificate struct {
	ID       verno.CardID     `json:"id"`
	Template verno.TemplateID `json:"template_id"`
	Issuer   verno.IssuerID   `json:"issuer_id"`
	Balance  Money            `json:"balance" doc:"What it can still pay."`
	State    verno.CardState  `json:"state" enum:"active,blocked,replaced,returned"`
	Ends     time.Time        `json:"ends_at,omitzero" doc:"Absent where it has no end."`
	At       time.Time        `json:"issued_at"`
	Number   string           `json:"number,omitempty" doc:"For people. Shown to who has made it, and to nobody later."`
	Machine  string           `json:"machine_code,omitempty" doc:"For scanners: digits. Shown to who has made it, and to nobody later."`
}

func (a *API) certificateRoutes() {
	handle(a, operation{
		route: "POST /certificates", id: "sell-certificate", tag: "wallets", summary: "Sell a gift certificate", keyed: keyNeeded, status: 201,
		detail: "Makes a certificate that is worth something, or fills one that was made without worth. It belongs to whoever holds it. What is on it is owed like stored money. It pays as a tender of the kind certificate; POST /cards/{id}/block stops it.",
		codes:  []string{"certificate_too_large", "certificate_sold", "card_not_usable", "certificate_not_for_points", "insufficient_points", "strength_needed", "account_frozen", "presence_invalid", "presence_stale", "not_found", "template_archived", "template_unpublished", "template_other_kind", "programme_unpublished", "store_unknown", "store_closed", "idempotency_key_reused", "outcome_unknown"},
	}, a.sellCertificate)
	handle(a, operation{
		route: "GET /certificates/{id}", id: "get-certificate", tag: "wallets", summary: "Read what is left on a certificate", codes: []string{"not_found"},
	}, a.getCertificate)
	handle(a, operation{
		route: "POST /certificates/{id}/return", id: "return-certificate", tag: "wallets", summary: "Take a certificate back", keyed: keyNeeded, status: 201,
		detail: "While nothing of it is spent: what was paid for it is given back as it was paid, and it pays nothing any more. Points go back to whoever had paid with them; money is given back at the till.",
		codes:  []string{"not_found", "certificate_unfilled", "certificate_touched", "certificate_returned", "certificate_foreign", "card_state", "store_unknown", "idempotency_key_reused", "outcome_unknown"},
	}, a.returnCertificate)
	handle(a, operation{
		route: "POST /certificates/{id}/link", id: "send-certificate-link", tag: "wallets", summary: "Bring a certificate that was just sold into a phone", keyed: keyOptional, status: 202,
		detail: "For the till that sold it, within a day, while nothing is spent and no phone has it: by text message or mail to whoever is given it, or as a code on the till's screen. The office sends any by POST /cards/{id}/link.",
		codes:  []string{"not_found", "certificate_not_here", "card_state", "link_off", "link_too_many", "idempotency_key_reused"},
	}, a.sendCertificateLink)
}

type certificateRequest struct{ Body CertificateBody }

func (a *API) sellCertificate(ctx context.Context, c *call, in *certificateRequest) (*Certificate, error) {
	b := &in.Body
	q := checkout.SellCertificate{
		Key: c.key, BodyHash: c.hash, Template: b.Template, Issuer: b.Issuer, Terminal: b.Terminal, Store: b.Store, Tender: b.Tender,
		Reference: b.Reference, Scan: b.Scan, Presence: b.Presence, Document: card.Document{Starts: b.Starts, Ends: b.Ends, Values: b.Values},
	}
	if b.Amount != nil {
		if q.Amount, q.Currency = b.Amount.Amount, b.Amount.Currency; q.Amount == 0 {
			return nil, verno.InvalidField("/amount/amount", "number_range", "min", "1", "max", "1000000000000")
		}
	}
	sold, replayed, err := a.Till.SellCertificate(ctx, c.actor, q)
	c.answer.replayed = replayed
	if err != nil {
		return nil, err
	}
	return showCertificate(sold), nil
}

// CertificateReturnBody takes a certificate back.
type CertificateReturnBody struct {
	Reference string           `json:"reference,omitempty" maxLength:"64" doc:"The till's own; never a card number."`
	Terminal  verno.TerminalID `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	Store     verno.StoreID    `json:"store_id,omitzero" doc:"Where the credential is bound to no store, and no till is named. Without either the office takes it back, and no till counts it."`
}

// ReturnedCertificate is a certificate that was taken back, and what its buyer gets for it.
type ReturnedCertificate struct {
	Certificate

	Tender verno.TenderKind `json:"tender,omitempty" enum:"cash,card,other,points" doc:"How it was paid, and so how it is paid back. Absent where a receipt says so: return that too."`
	Refund Money            `json:"refund" doc:"To be paid out."`
	Points money.Points     `json:"points_back,omitempty" doc:"That went back to whoever had paid with them."`
}

type certificateReturnRequest struct {
	ID   verno.CardID `path:"id"`
	Body CertificateReturnBody
}

func (a *API) returnCertificate(ctx context.Context, c *call, in *certificateReturnRequest) (*ReturnedCertificate, error) {
	back, replayed, err := a.Till.ReturnCertificate(ctx, c.actor, checkout.ReturnCertificate{
		Key: c.key, BodyHash: c.hash, Card: in.ID, Terminal: in.Body.Terminal, Store: in.Body.Store, Reference: in.Body.Reference,
	})
	c.answer.replayed = replayed
	if err != nil {
		return nil, err
	}
	return showReturnedCertificate(back), nil
}

func (a *API) sendCertificateLink(ctx context.Context, c *call, in *cardLinkRequest) (*SentLink, error) {
	l, err := a.Members.SendSold(ctx, c.actor, c.now, member.LinkRequest{Key: c.key, BodyHash: c.hash, Card: in.ID, Channel: in.Body.Channel, To: in.Body.To})
	if err != nil {
		return nil, err
	}
	c.answer.replayed = l.Replayed
	shown := showLink(&l)
	return &shown, nil
}

func showReturnedCertificate(k *checkout.ReturnedCertificate) *ReturnedCertificate {
	return &ReturnedCertificate{*showCertificate(&k.Certificate), k.Tender, Money{k.Refund, k.Currency}, k.Points}
}

func (a *API) getCertificate(ctx context.Context, c *call, in *cardRequest) (*Certificate, error) {
	found, err := a.Till.Certificate(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	return showCertificate(found), nil
}

func showCertificate(k *checkout.Certificate) *Certificate {
	return &Certificate{
		k.Card, k.Template, k.Issuer, Money{k.Balance, k.Currency}, k.State, k.Ends, k.At, k.Number, k.Machine,
	}
}
