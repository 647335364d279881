package api

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// SaleBody is a basket to be priced: for a quote or a checkout that is kept open.
type SaleBody struct {
	Presence     string           `json:"presence,omitempty" maxLength:"2000" doc:"From an identification; left out where nobody showed a card."`
	Currency     money.Currency   `json:"currency" minLength:"3" maxLength:"3" example:"RUB" doc:"ISO 4217; every amount of the body is in it."`
	Lines        []Line           `json:"lines" minItems:"1" maxItems:"2000" doc:"What is to be sold."`
	Coupons      []string         `json:"coupons,omitempty" maxItems:"20" minLength:"1" maxLength:"64" uniqueItems:"true" doc:"What the customer gave: words, and coupons as they were scanned. A coupon that gives something is used up by the commit."`
	Certificates []string         `json:"certificates,omitempty" maxItems:"10" minLength:"1" maxLength:"200" uniqueItems:"true" doc:"As scanned, to hear in a quote what they can pay. A commit names them with its tenders."`
	SpendPoints  money.Points     `json:"spend_points,omitempty" minimum:"0" maximum:"1000000000000" doc:"Points to be spent, in the smallest unit of the programme."`
	SpendMost    bool             `json:"spend_most,omitempty" doc:"Spend as many points as may be; instead of spend_points."`
	Terminal     verno.TerminalID `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	Store        verno.StoreID    `json:"store_id,omitzero" doc:"Where the credential is bound to no store, and no till is named."`
	Channel      string           `json:"channel,omitempty" maxLength:"10" enum:"till,online" doc:"Where it is sold; that of the store where it is left out: online in an online shop, else till."`
}

// sale makes a checkout's sale of a body.
func (f *faults) sale(s *SaleBody) checkout.Sale {
	sale := checkout.Sale{
		Presence: s.Presence, Basket: f.basket(s.Currency, s.Lines, s.Coupons), Spend: s.SpendPoints,
		Terminal: s.Terminal, Store: s.Store, Channel: s.Channel, Certificates: s.Certificates,
	}
	if s.SpendMost {
		if s.SpendPoints != 0 {
			f.Say("/spend_most", "duplicate")
		}
		sale.Spend = -1
	}
	return sale
}

// Totals are the figures that a quote promises and a commit repeats.
type Totals struct {
	Gross    Money        `json:"gross" doc:"The sum of the lines before discounts."`
	Discount Money        `json:"discount" doc:"Given by promotions."`
	Points   money.Points `json:"points" minimum:"0" maximum:"1000000000000" doc:"Points spent."`
	Redeemed Money        `json:"redeemed" doc:"What the spent points stand for."`
	Payable  Money        `json:"payable" doc:"gross − discount − redeemed: what tenders other than points pay."`
	Earn     money.Points `json:"earn" required:"false" minimum:"0" maximum:"1000000000000" doc:"Points to be earned. A commit may leave it out: it is not compared."`
	Cashback *Money       `json:"cashback,omitempty" doc:"Money to be earned, where there is any. A commit may leave it out: it is not compared, and it is less where cashback pays for a part."`
}

func (f *faults) totals(t *Totals, currency money.Currency) verno.Totals {
	amount := func(m Money, name string) money.Amount {
		if m.Currency != currency {
			f.Say("/totals/"+name+"/currency", "currency_invalid", "want", string(currency))
		}
		return m.Amount
	}
	return verno.Totals{
		Gross: amount(t.Gross, "gross"), Discount: amount(t.Discount, "discount"), Points: t.Points,
		Redeemed: amount(t.Redeemed, "redeemed"), Payable: amount(t.Payable, "payable"), Earn: t.Earn,
	}
}

func showTotals(t verno.Totals, c money.Currency) Totals {
	return Totals{Money{t.Gross, c}, Money{t.Discount, c}, t.Points, Money{t.Redeemed, c}, Money{t.Payable, c}, t.Earn, some(t.Cashback, c)}
}

// Tender is one part of the payment.
type Tender struct {
	Kind      verno.TenderKind `json:"kind" maxLength:"20" enum:"points,stored_money,certificate,cash,card,other" example:"cash" doc:"points and stored_money are the member's, a certificate is whoever's who shows it; the others are the till's."`
	Amount    Money            `json:"amount" doc:"Of points, the money that they stand for."`
	Points    money.Points     `json:"points,omitempty" minimum:"0" maximum:"1000000000000" doc:"Of points only."`
	Reference string           `json:"reference,omitempty" maxLength:"64" doc:"The till's own, such as an authorisation code; never a card number."`
	Scan      string           `json:"scan,omitempty" maxLength:"200" doc:"Of a certificate in a commit: its code or number. Answers name its card_id instead."`
	Card      verno.CardID     `json:"card_id,omitzero" doc:"Of a certificate, in answers."`
}

func (f *faults) tenders(tenders []Tender, currency money.Currency) []verno.Tender {
	all := make([]verno.Tender, len(tenders))
	for i, t := range tenders {
		if t.Amount.Currency != currency {
			f.Say(elementAt("/tenders", i, "amount/currency"), "currency_invalid", "want", string(currency))
		}
		if t.Points != 0 && t.Kind != verno.TenderPoints {
			f.Say(elementAt("/tenders", i, "points"), "unknown_field")
		}
		if t.Scan != "" && t.Kind != verno.TenderCertificate {
			f.Say(elementAt("/tenders", i, "scan"), "unknown_field")
		}
		if !t.Card.IsZero() {
			f.Say(elementAt("/tenders", i, "card_id"), "unknown_field")
		}
		all[i] = verno.Tender{Kind: t.Kind, Amount: t.Amount.Amount, Points: t.Points, Reference: t.Reference, Scan: t.Scan}
	}
	return all
}

func showTenders(tenders []verno.Tender, c money.Currency) []Tender {
	all := make([]Tender, len(tenders))
	for i, t := range tenders {
		all[i] = Tender{Kind: t.Kind, Amount: Money{t.Amount, c}, Points: t.Points, Reference: t.Reference, Card: t.Card}
	}
	return all
}
