package api

import (
	"context"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/money"
)

// QuoteBody is a basket to be priced, and how.
type QuoteBody struct {
	SaleBody
	Options *QuoteOptions `json:"options,omitempty" doc:"For people who try rules out; a till sends none."`
}

// QuoteOptions are for people who try rules out.
type QuoteOptions struct {
	Explain bool      `json:"explain,omitempty" doc:"Say of each promotion why it applies or does not."`
	Now     time.Time `json:"now,omitzero" doc:"Another time than now. Needs config.write."`
	Drafts  bool      `json:"include_drafts,omitempty" doc:"Price with the drafts instead of the version in force. Needs config.write."`
}

// Quote is a priced basket with its reasons.
type Quote struct {
	Programme    verno.ProgrammeID   `json:"programme_id"`
	Version      int64               `json:"rules_version" doc:"Number of the version that the programme's rules were taken from; 0 for drafts."`
	Currency     money.Currency      `json:"currency" doc:"ISO 4217."`
	PointsScale  int                 `json:"points_scale" doc:"Decimal places of points: with 2, 150 is 1.50 points."`
	Member       *MemberView         `json:"member,omitempty" doc:"What a till may see of the member; absent where nobody showed a card."`
	Proposal     *Proposal           `json:"proposal,omitempty" doc:"What the member has chosen that points are for makes of this basket; absent where nothing was chosen."`
	Lines        []PricedLine        `json:"lines" doc:"In the order of the request."`
	Totals       Totals              `json:"totals" doc:"Repeat them in the commit."`
	PointsMax    money.Points        `json:"points_max" doc:"The most points that may be spent on this basket."`
	StoredMax    Money               `json:"stored_money_max" doc:"The most stored money that may pay."`
	Needs        []string            `json:"needs,omitempty" enum:"live_code,nfc,pin,confirmation" doc:"More could be spent than what was shown proves: any of these would let it. A live code or a tap of the card is identified anew; a PIN goes to POST /identifications/pin; POST /confirmations asks the member's phone. How much more is told to whoever has the proof."`
	Coupons      []QuotedCoupon      `json:"coupons,omitempty" doc:"Those of the request that are coupons or belong to some, and those that nothing knows."`
	Certificates []QuotedCertificate `json:"certificates,omitempty" doc:"What those of the request can pay."`
	Awards       []Award             `json:"awards" doc:"What will be earned."`
	Messages     Messages            `json:"messages" doc:"In the language of the request."`
	Explanations []Explanation       `json:"explanations,omitempty" doc:"Why each promotion applies or does not, where asked for."`
	ExpiresAt    time.Time           `json:"expires_at" doc:"Until when the quote is worth committing."`
}

// MemberView is what a till may see of an identified member.
type MemberView struct {
	ID        verno.MemberID   `json:"id"`
	FirstName string           `json:"first_name,omitempty"`
	Phone     string           `json:"phone,omitempty" example:"+7 ••• ••• •• 67" doc:"Masked: two digits by which its owner knows it again."`
	Level     string           `json:"level,omitempty" doc:"Identifier of the member's level."`
	NextLevel string           `json:"next_level,omitempty"`
	Missing   money.Amount     `json:"next_level_missing,omitempty" doc:"Spend that is missing to the next level, minor units."`
	Balance   *money.Points    `json:"points_balance,omitempty" doc:"Only where the identification proves that the member is there."`
	Stored    *money.Amount    `json:"stored_money,omitempty" doc:"Minor units, cashback included; only where the identification proves that the member is there."`
	Cashback  money.Amount     `json:"cashback,omitempty" doc:"Of stored_money, what promotions gave: it pays first, and neither for gift cards nor for goods that points may not pay for."`
	SpendCap  money.Points     `json:"points_spendable" doc:"The most points that this identification may spend."`
	Frozen    bool             `json:"frozen" doc:"The member has frozen the account: nothing can be spent."`
	Birthday  string           `json:"birthday,omitempty" doc:"YYYY-MM-DD: the birthday that is at most a week away, before or after; only where a card was shown."`
	Expiring  []ExpiringPoints `json:"expiring" doc:"Points that will lapse, the earliest first."`
	Aim       *AimView         `json:"aim,omitempty" doc:"What the member has chosen that points are for; absent where nothing was said."`
}

// ExpiringPoints are points that lapse together.
type ExpiringPoints struct {
	At     time.Time    `json:"expires_at"`
	Points money.Points `json:"points"`
}

// PricedLine is what the rules make of one line.
type PricedLine struct {
	ID        string           `json:"id" doc:"The till's own."`
	Sum       Money            `json:"sum" doc:"Before discounts."`
	Discounts []Discount       `json:"discounts" doc:"They add up to sum − net."`
	Net       Money            `json:"net" doc:"After discounts, before points."`
	Redeemed  Money            `json:"redeemed" doc:"The part of net that points pay."`
	MaxPoints Money            `json:"points_max" doc:"The most of net that points may pay."`
	Earn      money.Points     `json:"earn" doc:"The line's share of what is earned."`
	Excluded  verno.GoodsClass `json:"excluded,omitempty" doc:"The class of goods for which the line got less."`
}

// Discount is what one promotion takes off a line.
type Discount struct {
	Promotion verno.PromotionID `json:"promotion_id"`
	Amount    Money             `json:"amount"`
}

// Award is what a promotion gives.
type Award struct {
	Promotion   verno.PromotionID `json:"promotion_id"`
	Unit        verno.UnitKind    `json:"unit" enum:"points,stamps,cashback"`
	Points      money.Points      `json:"points" doc:"Points in the smallest unit, or stamps; 0 of cashback."`
	Amount      *Money            `json:"amount,omitempty" doc:"Of cashback."`
	AvailableIn int64             `json:"available_in_seconds" doc:"0 for at once."`
	ExpiresIn   int64             `json:"expires_in_days" doc:"0 for the programme's own rule; of cashback, for ever."`
	UntilFirst  bool              `json:"with_first_purchase,omitempty" doc:"Spendable only with or after the first paid purchase."`
}

// Explanation says why a promotion applies or does not.
type Explanation struct {
	Promotion verno.PromotionID `json:"promotion_id,omitzero" doc:"Absent where the whole receipt is meant."`
	Applied   bool              `json:"applied"`
	Code      string            `json:"code" doc:"For programs."`
	Params    map[string]string `json:"params" doc:"The sentence's numbers and names."`
	Text      string            `json:"text" doc:"The sentence, in the language of the request."`
}

// TotalsChanged is the problem that a commit gets whose totals are no longer those of the quote.
type TotalsChanged struct {
	web.Problem
	Quote *Quote `json:"quote,omitempty" doc:"What it comes to now."`
}

func (a *API) quoteRoutes() {
	handle(a, operation{
		route: "POST /checkouts/quote", id: "quote-checkout", tag: "checkouts", summary: "Price a basket",
		detail: "Prices a basket for a member or for nobody and says what may be spent and what will be earned. Nothing is written.",
		codes:  []string{"presence_invalid", "presence_stale", "spend_needs_member", "store_missing", "store_unknown", "store_closed", "programme_unpublished"},
	}, a.quote)
}

type quoteRequest struct{ Body QuoteBody }

func (a *API) quote(ctx context.Context, c *call, in *quoteRequest) (*Quote, error) {
	var f faults
	sale := f.sale(&in.Body.SaleBody)
	if err := f.Err(); err != nil {
		return nil, err
	}
	var opt checkout.QuoteOptions
	if o := in.Body.Options; o != nil {
		opt = checkout.QuoteOptions{Explain: o.Explain, At: o.Now, Drafts: o.Drafts}
	}
	q, err := a.Till.Quote(ctx, c.actor, sale, opt)
	if err != nil {
		return nil, err
	}
	return showQuote(q, c.lang), nil
}

func showQuote(q *checkout.Quote, lang string) *Quote {
	return &Quote{
		Programme: q.Programme, Version: q.Version, Currency: q.Currency, PointsScale: q.Scale,
		Member: showMemberView(q.Member, lang), Proposal: showProposal(q.Proposal, lang), Lines: showPriced(q.Lines, &q.Outcome, q.Currency),
		Totals: showTotals(q.Outcome.Totals, q.Currency), PointsMax: q.Outcome.MaxPoints,
		StoredMax: Money{q.StoredMax, q.Currency}, Needs: q.Needs, Awards: showAwards(q.Outcome.Awards, q.Currency), Messages: quoteMessages(q, lang),
		Explanations: showExplanations(q.Outcome.Explained, lang), ExpiresAt: q.ExpiresAt,
		Coupons: showCoupons(q.Coupons, lang), Certificates: showCertificates(q.Certificates, q.Currency, lang),
	}
}

func showMemberView(v *checkout.MemberView, lang string) *MemberView {
	if v == nil {
		return nil
	}
	shown := &MemberView{
		ID: v.Member, FirstName: v.FirstName, Phone: v.Phone, Level: v.Level, NextLevel: v.NextLevel, Missing: v.Missing,
		Balance: v.Balance, Stored: v.Stored, Cashback: v.Cashback, SpendCap: v.SpendCap, Frozen: v.Frozen,
		Aim: showAim(v.Aim, lang),
	}
	if !v.Birthday.IsZero() {
		shown.Birthday = v.Birthday.Format(time.DateOnly)
	}
	for _, e := range v.Expiring {
		shown.Expiring = append(shown.Expiring, ExpiringPoints(e))
	}
	return shown
}

func showPriced(lines []verno.Line, out *verno.Outcome, c money.Currency) []PricedLine {
	shown := make([]PricedLine, len(lines))
	for i := range lines {
		o := &out.Lines[i]
		shown[i] = PricedLine{
			ID: lines[i].ID, Sum: Money{lines[i].Sum, c}, Discounts: showDiscounts(o.Discounts, c), Net: Money{o.Net, c},
			Redeemed: Money{o.Redeemed, c}, MaxPoints: Money{o.MaxPoints, c}, Earn: o.Earn, Excluded: o.Excluded,
		}
	}
	return shown
}

func showDiscounts(discounts []verno.Adjustment, c money.Currency) []Discount {
	if len(discounts) == 0 {
		return nil
	}
	shown := make([]Discount, len(discounts))
	for i, d := range discounts {
		shown[i] = Discount{d.Promotion, Money{d.Amount, c}}
	}
	return shown
}

func showAwards(awards []verno.Award, c money.Currency) []Award {
	shown := make([]Award, len(awards))
	for i := range awards {
		w := &awards[i]
		shown[i] = Award{w.Promotion, w.Unit, w.Points, nil, w.AvailableIn, w.ExpiresIn, w.UntilFirst}
		if w.Unit == verno.UnitCashback {
			shown[i].Points, shown[i].Amount = 0, some(w.Cashback(), c)
		}
	}
	return shown
}

// some is an amount where there is any, so that what most requests have nothing to do with is absent from their answers.
func some(n money.Amount, c money.Currency) *Money {
	if n == 0 {
		return nil
	}
	return &Money{n, c}
}

func showExplanations(explained []verno.Explanation, lang string) []Explanation {
	shown := make([]Explanation, len(explained))
	for i, e := range explained {
		shown[i] = Explanation{e.Promotion, e.Applied, e.Code, e.Params, sentence(explanations, e.Code, e.Params, lang)}
	}
	return shown
}

// The sentences of the rules, by code.
var (
	explanations = byCode(promo.Texts())
	problems     = byCode(promo.ProblemTexts())
)

func byCode(texts []promo.Text) map[string]promo.Text {
	m := make(map[string]promo.Text, len(texts))
	for _, t := range texts {
		m[t.Code] = t
	}
	return m
}

// sentence is what the rules say, with its parameters filled in; the code where the catalogue lacks it.
func sentence(of map[string]promo.Text, code string, params map[string]string, lang string) string {
	t, known := of[code]
	if !known {
		return code
	}
	text := t.En
	if lang == "ru" {
		text = t.Ru
	}
	for name, value := range params {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}
