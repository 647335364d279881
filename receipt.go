package verno

import (
	"time"

	"github.com/verno-loyalty/verno/money"
)

// ReceiptKind says what a receipt records.
type ReceiptKind string

// The kinds of receipt.
const (
	ReceiptSale   ReceiptKind = "sale"
	ReceiptReturn ReceiptKind = "return"
)

// Receipt is a sale or a return as it was decided: what was known, what the rules made of it and how it was paid. It
// never changes, but for Returned of a sale.
type Receipt struct {
	ID           ReceiptID
	Tenant       TenantID
	Kind         ReceiptKind
	Parent       ReceiptID // of a return: the sale
	CheckoutID   string    // of a sale: the client's own name for it
	Owner        OwnerID   // whose value moved; the store where nobody showed a card
	Member       MemberID
	Card         CardID
	Method       Method
	Programme    ProgrammeID
	Version      int64 // of the programme, with which it was decided
	Store        StoreID
	Terminal     TerminalID
	Issuer       IssuerID
	Partner      PartnerID
	Cashier      StaffID
	Shift        string
	Number       string // the till's own, empty where it gave none
	BusinessDate int32  // YYYYMMDD
	OccurredAt   time.Time
	ReceivedAt   time.Time
	Currency     money.Currency
	Totals       Totals
	Facts        Facts
	Outcome      Outcome
	AwardLots    []LotID // the lot that each award of the outcome went into
	Tenders      []Tender
	Return       *ReturnOutcome // of a return
	Debt         money.Points   // what could not be taken and became a debt
	Entry        EntryID        // zero where no value moved
	Returned     map[string]money.Quantity
}

// Facts are what a sale was decided on. With the rules' version they give its outcome again, bit for bit.
type Facts struct {
	Basket   Basket
	Member   *MemberFacts // nil where nobody showed a card
	Spend    money.Points // asked for; −1 for the most
	Moment   Moment
	TimeZone string
	Left     []PromotionLeft // what shared limits had left, where a promotion has one
	Redeemed []CardID        // coupons that were used; their words stand in the basket
	Cashback money.Amount    // that could pay for a part, as stored money was to pay
}

// PromotionLeft is what the limits that all members share left of a promotion when a sale was decided.
type PromotionLeft struct {
	Promotion PromotionID
	Count     int64 // uses
	Budget    int64 // minor units or points
}

// ReturnOutcome is what a return gives back and takes back.
type ReturnOutcome struct {
	Lines       []ReturnedLine
	PointsBack  money.Points // spent points given back into their lots
	PointsTaken money.Points // earned points taken back, the debt included
	StampsTaken int64
	StampsBack  int64
	MoneyBack   money.Amount // stored money given back, what had been cashback included
	Refund      money.Amount // to be paid out by the external tenders
	Tenders     []Tender     // the refund by tender, in the order of the sale
	Whole       bool         // nothing of the sale is left

	CashbackBack  money.Amount // of MoneyBack, what is cashback again
	CashbackTaken money.Amount // earned cashback taken back, the debt included
	CashbackOwed  money.Amount // what of it had been spent and became a debt, which later cashback alone repays
}

// ReturnedLine is one line of a return.
type ReturnedLine struct {
	Line        string
	Quantity    money.Quantity
	Net         money.Amount // what was charged for it: after discounts, before points
	Redeemed    money.Amount // the part of Net that points had paid
	PointsTaken money.Points
}

// Method is how a member was identified.
type Method string

// The methods of identification.
const (
	MethodNone        Method = ""
	MethodLiveCode    Method = "live_code"
	MethodNFC         Method = "nfc" // the card in the phone's wallet, held to a reader
	MethodStaticCode  Method = "static_code"
	MethodPaymentCard Method = "payment_card" // what stands for the bank card that pays, as the terminal tells
	MethodPIN         Method = "pin"          // any of the codes below, and the member's PIN at the till
	MethodConfirmed   Method = "confirmed"    // the same, and the member's yes to this very purchase, in her own phone
	MethodCardNumber  Method = "card_number"
	MethodPhone       Method = "phone"
	MethodExternalID  Method = "external_id"
	MethodMemberID    Method = "member_id" // an integration names the member that it has logged in itself
	MethodReplay      Method = "replay"
)

// Strong reports whether the method proves that the member is there, so that it may spend without a static code's limit.
func (m Method) Strong() bool {
	return m == MethodLiveCode || m == MethodNFC || m == MethodMemberID || m == MethodPIN || m == MethodConfirmed
}

// SpendsOnce reports whether a presence of this method may spend in one sale only: it stands for one moment of the phone, or
// one typing of the PIN. What a member has confirmed spends once by itself.
func (m Method) SpendsOnce() bool { return m == MethodLiveCode || m == MethodNFC || m == MethodPIN }

// Presence is the proof that a member was identified: bound to a terminal, a method and five minutes. Tills hold it
// sealed and cannot read it.
type Presence struct {
	Tenant     TenantID
	Terminal   TerminalID // zero where an integration identified
	APIKey     APIKeyID   // of the integration, zero at a till
	Member     MemberID
	Owner      OwnerID
	Card       CardID
	Template   TemplateID     // of the card; zero for one that shows its programme's standard template
	Confirmed  ConfirmationID // of what the member has said yes to; zero for all else
	Method     Method
	Epoch      int64 // of the owner when it was given out
	Step       int64 // of the live code; µs of when the phone was tapped or the PIN typed
	BirthMonth int   // 0 where unknown
	BirthDay   int
	Tags       []string // of the member, those that the store's rules look at
	Until      time.Time
}

// PresenceLife is how long a presence lasts.
const PresenceLife = 5 * time.Minute

// Carrier is what a presence spends by: the card, or the member herself where none was shown.
func (p *Presence) Carrier() CardID {
	if p.Card.IsZero() {
		return CardID(p.Member)
	}
	return p.Card
}
