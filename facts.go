package verno

import "github.com/verno-loyalty/verno/money"

// MemberFacts is what rules may know of a member at a moment. It holds nothing from which a person can be told: a
// receipt stores it, and the receipt outlives the person.
type MemberFacts struct {
	Level     string // id of the level reached, empty for none
	Tags      []string
	Purchases int64                 // committed before this one
	Spent     money.Amount          // in the window of levels, before this purchase
	Enrolled  int64                 // whole days since enrolment
	Birthday  []PromotionID         // birthday promotions whose window is open
	Stamps    map[PromotionID]int64 // below zero where returns took more than there was
	Usage     map[PromotionID]Usage
	Balance   money.Points // that may be spent now
	SpendCap  money.Points // the most that this presence may spend, at most Balance
	Points    money.Points // that may be spent before this purchase; 0 where no promotion asks for them

	// Of the card that was shown, where the rules ask for it: its kind and template, and what it takes off by itself.
	CardKind     string
	CardTemplate TemplateID
	CardPercent  money.Percent
}

// Adjustment is an amount that one promotion takes off a line.
type Adjustment struct {
	Promotion PromotionID
	Amount    money.Amount
}

// LineOutcome is what the rules make of one line.
type LineOutcome struct {
	Discounts []Adjustment
	Net       money.Amount // sum − discounts
	Redeemed  money.Amount // the part of Net that points pay
	MaxPoints money.Amount // the most of Net that points may pay
	Earn      money.Points // the line's share of what is earned
	Excluded  GoodsClass   // the class for which the line got less, empty for none
}

// Award is what a promotion gives.
type Award struct {
	Promotion   PromotionID
	Unit        UnitKind       // points, stamps or cashback
	Points      money.Points   // or stamps, or minor units of cashback
	ByLine      []money.Points // each line's share, same length as the basket; nil for an award that no line earned
	AvailableIn int64          // seconds until it may be spent
	ExpiresIn   int64          // days of life, 0 for the programme's own rule
	UntilFirst  bool           // spendable only with or after the first paid purchase
}

// Cashback is the money that an award gives; 0 for points and stamps.
func (a *Award) Cashback() money.Amount {
	if a.Unit != UnitCashback {
		return 0
	}
	return money.Amount(a.Points)
}

// Use says that a promotion was used, for limits and budgets.
type Use struct {
	Promotion PromotionID
	Count     int64
	Cost      int64 // money or points given, in the unit of the promotion's budget
}

// Outcome is the whole decision of the rules about a basket.
type Outcome struct {
	Lines      []LineOutcome
	Totals     Totals
	MaxPoints  money.Points // the most that may be spent on this basket by this presence
	Awards     []Award
	StampsUsed map[PromotionID]int64

	CashbackUsed money.Amount // what cashback pays, as a part of the stored money that pays

	Uses      []Use
	Explained []Explanation // only where asked for
}

// Explanation says why a promotion did or did not apply. Code stands in the promotion catalogue and is translated when
// shown.
type Explanation struct {
	Promotion PromotionID
	Applied   bool
	Code      string
	Params    map[string]string
}
