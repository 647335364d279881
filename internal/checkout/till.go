package checkout

import (
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/nfc"
	"github.com/verno-loyalty/verno/money"
)

// Sale is what a till asks to have priced: for a quote, a checkout kept open, a commit or a replay.
type Sale struct {
	Presence string // sealed, from Identify; empty where nobody showed a card
	Basket   verno.Basket
	Spend    money.Points // points to spend; −1 for the most
	Terminal verno.TerminalID
	Store    verno.StoreID // where the credential is bound to no terminal
	Channel  string        // empty for the store's own

	Certificates []string // as scanned, to hear in a quote what they can pay; a commit names them with its tenders
}

// QuoteOptions are for people who try rules out; a till sends none.
type QuoteOptions struct {
	Explain bool
	At      time.Time // another time than now; needs MayWriteConfig
	Drafts  bool      // price with the drafts; needs MayWriteConfig
}

// Quote is a priced basket with its reasons.
type Quote struct {
	Programme    verno.ProgrammeID
	Version      int64
	Currency     money.Currency
	Scale        int // decimal places of points
	Member       *MemberView
	Proposal     *Proposal // of the member's aim; nil where nothing was said
	Lines        []verno.Line
	Outcome      verno.Outcome
	Coupons      []CouponView // of those that are cards or belong to some, and those that nothing knows
	StoredMax    money.Amount // stored money that may pay
	Certificates []CertificateView
	ExpiresAt    time.Time      // of the presence, or five minutes on
	Zone         *time.Location // of the store
	Needs        []string       // the proofs of presence of which any would let more be spent; none where none would

	short bool // a stronger proof, and nothing else, would let more be spent
}

// MemberView is what a till may see of an identified member.
type MemberView struct {
	Member    verno.MemberID
	FirstName string
	Phone     string // masked
	Level     string
	NextLevel string
	Missing   money.Amount  // spend that is missing to the next level
	Balance   *money.Points // nil unless the method proves presence
	Stored    *money.Amount // cashback included
	Cashback  money.Amount
	SpendCap  money.Points // the most that this presence may spend
	Frozen    bool
	Birthday  time.Time // at midnight in the store, where it is at most a week away; zero for none, or without a card
	Expiring  []ExpiringPoints
	Aim       *AimView // what the points are for; nil where nothing was said
}

// ExpiringPoints is one coming deadline.
type ExpiringPoints struct {
	At     time.Time
	Points money.Points
}

// Identify names a card or member by what was scanned or typed.
type Identify struct {
	Scan       string         // code, number or phone, as scanned or typed: one field takes everything
	ExternalID string         // of the member; instead of Scan
	Store      verno.StoreID  // where the credential is bound to no terminal or store
	Member     verno.MemberID // instead of Scan, for integrations
	// PaymentCard is what stands for the bank card that pays; instead of Scan. Never its number.
	PaymentCard string
	NFC         nfc.Read // what a reader took from a phone; instead of Scan
	Terminal    verno.TerminalID
}

// Identified is a presence and what may be shown of the member.
type Identified struct {
	Presence string // sealed; empty where the card identifies nobody
	Method   verno.Method
	Strong   bool
	Card     verno.CardID
	Shown    *Shown // of the card; nil where none was shown
	Until    time.Time
	View     MemberView
}

// Commit closes a sale.
type Commit struct {
	Key          string // Idempotency-Key
	BodyHash     [32]byte
	CheckoutID   string // the client's own name for the sale
	Sale         Sale
	Totals       verno.Totals // as quoted; Earn and Cashback are not compared
	Tenders      []verno.Tender
	Number       string // the till's own receipt number, empty for none
	BusinessDate int32  // YYYYMMDD; 0 for the date in the store's zone
	Shift        string
}

// Return gives goods of a receipt back.
type Return struct {
	Key          string
	BodyHash     [32]byte
	Receipt      verno.ReceiptID
	Lines        []ReturnLine // empty for all that is left
	DryRun       bool
	Terminal     verno.TerminalID
	Number       string
	BusinessDate int32
	Shift        string
	OccurredAt   time.Time // zero for now; an import says when it was
	Channel      string
}

// ReturnLine is a quantity of one line.
type ReturnLine struct {
	Line     string
	Quantity money.Quantity
}

// Replay is one receipt that an offline till hands in. It has happened: what is short becomes a debt and a task.
type Replay struct {
	Key          string
	BodyHash     [32]byte
	CheckoutID   string
	Sale         Sale
	Member       Identify // who showed a card, by what the till noted; empty for nobody
	Tenders      []verno.Tender
	Number       string
	BusinessDate int32
	Shift        string
	Cashier      verno.StaffID
	OccurredAt   time.Time
	Charged      *money.Amount // what the customer paid, nil where nobody says; what the rules would have asked otherwise is reported
}

// ReplayOutcome is what became of one of them.
type ReplayOutcome struct {
	State   string // applied, duplicate, conflict, rejected
	Receipt *verno.Receipt
	Err     *verno.Error
	Debt    money.Points
}

// Opened is a checkout that is kept open under the client's own name.
type Opened struct {
	ID        string
	State     string         // open, committed, cancelled, lapsed
	Quote     *Quote         // of an open one
	Receipt   *verno.Receipt // of a committed one
	ExpiresAt time.Time
	Revision  int64
	Replayed  bool // of a cancellation: the key had cancelled it before
}

// Operation is what became of a key.
type Operation struct {
	Key         string
	State       string // applied, rejected, never_seen
	Kind        string
	At          time.Time
	Receipt     *verno.Receipt
	Certificate *Certificate // of the sale of one
	Gift        *TakenGift   // that was taken
	Answer      string       // of operations that are no receipts, JSON
	Err         *verno.Error
}
