package verno

import (
	"slices"
	"time"

	"github.com/verno-loyalty/verno/money"
)

// GoodsClass marks goods that the law or the merchant treats apart. The empty class is ordinary goods.
type GoodsClass string

// The classes of goods.
const (
	ClassTobacco      GoodsClass = "tobacco"
	ClassPrescription GoodsClass = "prescription"
	ClassAlcohol      GoodsClass = "alcohol"
	ClassBabyFormula  GoodsClass = "baby_formula"
	ClassGiftCard     GoodsClass = "gift_card"
)

// GoodsClasses lists every class but the ordinary.
var GoodsClasses = []GoodsClass{ClassTobacco, ClassPrescription, ClassAlcohol, ClassBabyFormula, ClassGiftCard}

// Valid reports whether the class exists; the empty class does.
func (c GoodsClass) Valid() bool {
	if slices.Contains(GoodsClasses, c) {
		return true
	}
	return c == ""
}

// Line is one line of a basket as the till gives it.
type Line struct {
	ID       string // the till's own, unique in the basket
	SKU      string
	Name     string
	Category string // the merchant's own tree, levels parted by "/"
	Class    GoodsClass
	Quantity money.Quantity
	Price    money.Amount // of one unit
	Sum      money.Amount // what the line costs before Verno's discounts; price × quantity unless the till says otherwise
	MinPrice money.Amount // the least that one unit may cost, 0 for none
	VAT      money.Percent
	NoVAT    bool      // goods outside VAT, which is not the same as a rate of zero
	Fixed    bool      // the till has already given its own discount: no more discounts
	Partner  PartnerID // who funds what is given on this line; zero for the merchant
}

// Basket is what is to be sold.
type Basket struct {
	Currency money.Currency
	Lines    []Line
	Coupons  []string
}

// Gross is the sum of the lines before discounts.
func (b *Basket) Gross() money.Amount {
	sum := money.Amount(0)
	for i := range b.Lines {
		sum += b.Lines[i].Sum
	}
	return sum
}

// Limits on a basket, the same for a quote, a commit and a replayed receipt.
const (
	MaxLines      = 2000
	MaxTenders    = 20
	MaxTextLength = 200
	MaxBatch      = 500
)

// TenderKind says how a part of a receipt is paid.
type TenderKind string

// The kinds of tender. Points lower the price of lines; stored money, certificates and the external kinds pay what is left.
const (
	TenderPoints      TenderKind = "points"
	TenderStored      TenderKind = "stored_money"
	TenderCertificate TenderKind = "certificate"
	TenderCash        TenderKind = "cash"
	TenderCard        TenderKind = "card"
	TenderOther       TenderKind = "other"
)

// Tender is one part of the payment.
type Tender struct {
	Kind      TenderKind
	Amount    money.Amount // minor units; of points, the money that they stand for
	Points    money.Points // of points only
	Reference string       // the till's own, such as an authorisation code; never a card number
	Card      CardID       // of a certificate
	Scan      string       // of a certificate, as it is asked for: what was scanned. Receipts have Card instead
}

// Totals are the figures that a quote promises and a commit repeats.
type Totals struct {
	Gross    money.Amount // before discounts
	Discount money.Amount // given by promotions
	Points   money.Points // spent
	Redeemed money.Amount // what the spent points stand for
	Payable  money.Amount // gross − discount − redeemed: what tenders other than points must pay
	Earn     money.Points // to be earned
	Cashback money.Amount // likewise
}

// SameMoney reports whether two totals ask the customer for the same: everything but what is earned.
func (t Totals) SameMoney(o Totals) bool {
	t.Earn, o.Earn, t.Cashback, o.Cashback = 0, 0, 0, 0
	return t == o
}

// Moment is when and where something happens, as rules see it.
type Moment struct {
	At       time.Time // in the store's zone
	Store    StoreID
	Terminal TerminalID
	Channel  string // "till", "online", "import"
}

// Day is the moment's date as YYYYMMDD.
func (m Moment) Day() int32 {
	y, mo, d := m.At.Date()
	return int32(y*10000 + int(mo)*100 + d)
}

// Month is the moment's month as YYYYMM.
func (m Moment) Month() int32 { return m.Day() / 100 }
