package api

import (
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Receipt is a sale or a return as it was decided. It never changes, so that a repeated request gets the same bytes;
// what has come back of a sale meanwhile stands beside it (ReceiptState).
type Receipt struct {
	ID           verno.ReceiptID   `json:"id"`
	Kind         verno.ReceiptKind `json:"kind" enum:"sale,return"`
	Parent       verno.ReceiptID   `json:"sale_id,omitzero" doc:"Of a return: the sale."`
	CheckoutID   ClientID          `json:"checkout_id,omitempty" doc:"Of a sale: the client's own name for it."`
	Member       verno.MemberID    `json:"member_id,omitzero" doc:"Absent where nobody showed a card."`
	Card         verno.CardID      `json:"card_id,omitzero"`
	Method       verno.Method      `json:"method,omitempty" enum:"live_code,nfc,static_code,payment_card,pin,confirmed,card_number,phone,external_id,member_id,replay" doc:"How the member was identified."`
	Programme    verno.ProgrammeID `json:"programme_id"`
	Version      int64             `json:"rules_version" doc:"Number of the version with which it was decided."`
	Store        verno.StoreID     `json:"store_id"`
	Terminal     verno.TerminalID  `json:"terminal_id,omitzero"`
	Issuer       verno.IssuerID    `json:"issuer_id" doc:"The legal entity that sold."`
	Partner      verno.PartnerID   `json:"partner_id,omitzero"`
	Cashier      verno.StaffID     `json:"cashier_id,omitzero"`
	Shift        string            `json:"shift,omitempty"`
	Number       string            `json:"number,omitempty" doc:"The till's own."`
	BusinessDate Date              `json:"business_date"`
	TimeZone     string            `json:"time_zone,omitempty" doc:"Of the store."`
	OccurredAt   time.Time         `json:"occurred_at" doc:"When it happened, by the till."`
	ReceivedAt   time.Time         `json:"received_at" doc:"When Verno wrote it."`
	Currency     money.Currency    `json:"currency"`
	Totals       Totals            `json:"totals"`
	Lines        []ReceiptLine     `json:"lines,omitempty" doc:"Of a sale."`
	Awards       []Award           `json:"awards,omitempty" doc:"What was earned."`
	StampsUsed   []StampsUsed      `json:"stamps_used,omitempty"`
	Messages     *Messages         `json:"messages,omitempty" doc:"In the language of the request; absent where there is nothing to say."`
	Redeemed     []verno.CardID    `json:"coupons_used,omitempty" doc:"The coupons that were used."`
	Tenders      []Tender          `json:"tenders" doc:"How it was paid, or paid back."`
	Cashback     *Money            `json:"cashback_used,omitempty" doc:"Of the stored money that paid, what was cashback."`
	Return       *ReturnOutcome    `json:"return,omitempty" doc:"Of a return: what came back and what was taken back."`
	Debt         money.Points      `json:"points_debt,omitempty" doc:"Points that could not be taken and became a debt."`
	Entry        verno.EntryID     `json:"entry_id,omitzero" doc:"Of the ledger; absent where no value moved."`
}

// ReceiptLine is a line as it was given, and what the rules made of it.
type ReceiptLine struct {
	Line
	Discounts []Discount       `json:"discounts" doc:"They add up to sum − net."`
	Net       Money            `json:"net" doc:"After discounts, before points."`
	Redeemed  Money            `json:"redeemed" doc:"The part of net that points paid."`
	Earn      money.Points     `json:"earn" doc:"The line's share of what was earned."`
	Excluded  verno.GoodsClass `json:"excluded,omitempty" doc:"The class of goods for which the line got less."`
}

// StampsUsed are stamps that a full card took.
type StampsUsed struct {
	Promotion verno.PromotionID `json:"promotion_id"`
	Count     int64             `json:"count"`
}

// ReturnOutcome is what a return gives back and takes back.
type ReturnOutcome struct {
	Lines       []ReturnedLine `json:"lines"`
	PointsBack  money.Points   `json:"points_back" doc:"Spent points that are the member's again, with their old dates."`
	PointsTaken money.Points   `json:"points_taken" doc:"Earned points that were taken back, a debt included."`
	StampsTaken int64          `json:"stamps_taken"`
	StampsBack  int64          `json:"stamps_back"`
	MoneyBack   Money          `json:"stored_money_back"`
	Refund      Money          `json:"refund" doc:"What the till pays out."`
	Tenders     []Tender       `json:"tenders" doc:"The refund by tender, in the order of the sale."`
	Whole       bool           `json:"whole" doc:"Nothing of the sale is left."`

	CashbackBack  *Money `json:"cashback_back,omitempty" doc:"Of stored_money_back, what is cashback again, with its old dates. Paid-in money comes back first."`
	CashbackTaken *Money `json:"cashback_taken,omitempty" doc:"Earned cashback that was taken back, a debt included."`
	CashbackOwed  *Money `json:"cashback_owed,omitempty" doc:"What of it had been spent: a debt, which later cashback repays. The refund is not less for it."`
}

// ReturnedLine is one line of a return.
type ReturnedLine struct {
	Line        string         `json:"line_id"`
	Quantity    money.Quantity `json:"quantity"`
	Net         Money          `json:"net" doc:"What was charged for it: after discounts, before points."`
	Redeemed    Money          `json:"redeemed" doc:"The part of net that points had paid."`
	PointsTaken money.Points   `json:"points_taken"`
}

func showReceipt(r *verno.Receipt) *Receipt {
	c := r.Currency
	return &Receipt{
		ID: r.ID, Kind: r.Kind, Parent: r.Parent, CheckoutID: ClientID(r.CheckoutID), Member: r.Member, Card: r.Card,
		Method: r.Method, Programme: r.Programme, Version: r.Version, Store: r.Store, Terminal: r.Terminal, Issuer: r.Issuer,
		Partner: r.Partner, Cashier: r.Cashier, Shift: r.Shift, Number: r.Number, BusinessDate: Date(r.BusinessDate),
		TimeZone: r.Facts.TimeZone, OccurredAt: r.OccurredAt, ReceivedAt: r.ReceivedAt, Currency: c, Totals: showTotals(r.Totals, c),
		Lines: showReceiptLines(r), Awards: showAwards(r.Outcome.Awards, c), StampsUsed: showStampsUsed(r.Outcome.StampsUsed),
		Redeemed: r.Facts.Redeemed, Tenders: showTenders(r.Tenders, c), Cashback: some(r.Outcome.CashbackUsed, c), Return: showReturn(r.Return, c), Debt: r.Debt, Entry: r.Entry,
	}
}

func showReceiptLines(r *verno.Receipt) []ReceiptLine {
	lines := r.Facts.Basket.Lines
	if r.Kind != verno.ReceiptSale || len(r.Outcome.Lines) != len(lines) {
		return nil
	}
	c := r.Currency
	sums := make([]Money, len(lines)) // One allocation for what each line points to.
	shown := make([]ReceiptLine, len(lines))
	for i := range lines {
		o := &r.Outcome.Lines[i]
		sums[i] = Money{lines[i].Sum, c}
		shown[i] = ReceiptLine{
			Line: showLine(&lines[i], &sums[i], c), Discounts: showDiscounts(o.Discounts, c), Net: Money{o.Net, c},
			Redeemed: Money{o.Redeemed, c}, Earn: o.Earn, Excluded: o.Excluded,
		}
	}
	return shown
}

func showStampsUsed(used map[verno.PromotionID]int64) []StampsUsed {
	if len(used) == 0 {
		return nil
	}
	shown := make([]StampsUsed, 0, len(used))
	for id, n := range used {
		shown = append(shown, StampsUsed{id, n})
	}
	sortByID(shown, func(s *StampsUsed) verno.PromotionID { return s.Promotion })
	return shown
}

func showReturn(r *verno.ReturnOutcome, c money.Currency) *ReturnOutcome {
	if r == nil {
		return nil
	}
	shown := &ReturnOutcome{
		PointsBack: r.PointsBack, PointsTaken: r.PointsTaken, StampsTaken: r.StampsTaken, StampsBack: r.StampsBack,
		MoneyBack: Money{r.MoneyBack, c}, Refund: Money{r.Refund, c}, Tenders: showTenders(r.Tenders, c), Whole: r.Whole,
		CashbackBack: some(r.CashbackBack, c), CashbackTaken: some(r.CashbackTaken, c), CashbackOwed: some(r.CashbackOwed, c),
	}
	for _, l := range r.Lines {
		shown.Lines = append(shown.Lines, ReturnedLine{l.Line, l.Quantity, Money{l.Net, c}, Money{l.Redeemed, c}, l.PointsTaken})
	}
	return shown
}
