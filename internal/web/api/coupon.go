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

// QuotedCoupon is what became of a coupon that was shown with a basket.
type QuotedCoupon struct {
	Index       int              `json:"index" doc:"Its place among the coupons of the request, from 0 on."`
	Card        verno.CardID     `json:"card_id,omitzero" doc:"Absent of what is no coupon."`
	Template    verno.TemplateID `json:"template_id,omitzero"`
	Offer       string           `json:"offer,omitempty" doc:"What it gives, in the language of the request."`
	Left        int64            `json:"uses_left" doc:"Before this sale."`
	Ends        time.Time        `json:"ends_at,omitzero" doc:"Absent where it has no end."`
	Applied     bool             `json:"applied" doc:"A promotion that it opens gives something: the commit uses it up."`
	Code        string           `json:"code,omitempty" doc:"Why it is not, for programs."`
	Message     string           `json:"message,omitempty" doc:"The same in words."`
	Explanation *Explanation     `json:"explanation,omitempty" doc:"Of the promotion that it opens, where that does not apply."`
}

// QuotedCertificate is what a certificate that was shown with a basket can pay.
type QuotedCertificate struct {
	Index    int              `json:"index" doc:"Its place among the certificates of the request, from 0 on."`
	Card     verno.CardID     `json:"card_id,omitzero" doc:"Absent of what is no certificate."`
	Template verno.TemplateID `json:"template_id,omitzero"`
	Balance  Money            `json:"balance"`
	Usable   Money            `json:"usable" doc:"Of totals.payable, after the certificates before it."`
	Ends     time.Time        `json:"ends_at,omitzero" doc:"Absent where it has no end."`
	Code     string           `json:"code,omitempty" doc:"Why it does not pay, for programs."`
	Message  string           `json:"message,omitempty" doc:"The same in words."`
}

func showCoupons(coupons []checkout.CouponView, lang string) []QuotedCoupon {
	shown := make([]QuotedCoupon, len(coupons))
	for i := range coupons {
		c := &coupons[i]
		shown[i] = QuotedCoupon{
			Index: c.At, Card: c.Card, Template: c.Template, Offer: c.Offer.In(lang), Left: c.Left, Ends: c.Ends, Applied: c.Applied,
			Code: c.Code, Message: codeText(c.Code, lang),
		}
		if c.Explained != nil {
			shown[i].Explanation = &showExplanations([]verno.Explanation{*c.Explained}, lang)[0]
		}
	}
	return shown
}

func showCertificates(list []checkout.CertificateView, c money.Currency, lang string) []QuotedCertificate {
	shown := make([]QuotedCertificate, len(list))
	for i, v := range list {
		shown[i] = QuotedCertificate{
			v.At, v.Card, v.Template, Money{v.Balance, c}, Money{v.Usable, c}, v.Ends, v.Code, codeText(v.Code, lang),
		}
	}
	return shown
}

// codeText is what people read for a code; empty for none.
func codeText(code, lang string) string {
	text := verno.Codes()[code]
	if lang == "ru" {
		return text.RU
	}
	return text.EN
}

// CouponBody makes a coupon.
type CouponBody struct {
	Template verno.TemplateID `json:"template_id" doc:"A published one of the kind coupon."`
	Member   verno.MemberID   `json:"member_id,omitzero" doc:"Whose it is to be: it works with this member's card only. Left out for whoever holds it."`
	Starts   time.Time        `json:"starts_at,omitzero" doc:"From when it is good; as the template says where it is left out."`
	Ends     time.Time        `json:"ends_at,omitzero" doc:"Until when it is good; as the template says where it is left out."`
}

// Coupon is a coupon that was made, with what opens it.
type Coupon struct {
	ID       verno.CardID     `json:"id"`
	Template verno.TemplateID `json:"template_id"`
	Member   verno.MemberID   `json:"member_id,omitzero"`
	Number   string           `json:"number" doc:"For people."`
	Machine  string           `json:"machine_code" doc:"For scanners: digits. Shown to who has made it, and to nobody later."`
	IssuedAt time.Time        `json:"issued_at"`
}

func (a *API) couponRoutes() {
	handle(a, operation{
		route: "POST /coupons", id: "issue-coupon", tag: "cards", summary: "Make a coupon", keyed: keyNeeded, status: 201,
		detail: "A coupon opens the promotions whose condition asks for its template's word, when it is scanned with a basket. It is used up by the commit.",
		codes:  []string{"not_found", "template_archived", "template_unpublished", "template_other_kind", "card_limit", "person_erased", "idempotency_key_reused"},
	}, a.issueCoupon)
}

type couponRequest struct{ Body CouponBody }

func (a *API) issueCoupon(ctx context.Context, c *call, in *couponRequest) (*Coupon, error) {
	b := &in.Body
	made, secret, err := a.Members.IssueOnce(ctx, c.actor, c.now, member.TemplateRequest{
		Key: c.key, BodyHash: c.hash, Template: b.Template, Member: b.Member, Document: card.Document{Starts: b.Starts, Ends: b.Ends},
	}, card.ScanRedeem)
	if err != nil {
		return nil, err
	}
	c.answer.replayed = made.Replayed
	return &Coupon{made.ID, made.Template, made.Member, secret.Number, secret.Machine, made.IssuedAt}, nil
}
