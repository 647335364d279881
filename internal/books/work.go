package books

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Work is one operation that moves value, or must happen exactly once.
type Work struct {
	Tenant verno.TenantID
	Claim  Claim
	// Owners are locked, and what they have in their units is read, before Decide runs.
	Owners []Want
	// Receipts are locked and read too, with the returns that were made of them so far.
	Receipts []verno.ReceiptID
	// Counters are the promotions whose total limit or budget Decide may use up.
	Counters []verno.PromotionID
	// Moved lets the work have owners that another has taken over; without it such work gets owner_moved.
	Moved bool
	// Decide reads the page and writes on it. It has no effects of its own and may run again. A refusal is stored under
	// the key for ever; any other error, a panic included, leaves no trace and the key free.
	Decide func(p *Page) (Result, error)
	// Also runs other statements in the same transaction, after the locks and before Decide; what it writes on the page
	// stays there however often Decide runs. Such work is not gathered into a group with others, and a refusal undoes
	// its statements and is not stored.
	Also func(tx *store.Tx, p *Page) error
	// Then runs further statements after Decide, for work that has Also.
	Then func(tx *store.Tx) error
}

// KindCancel is the kind of the operation that bars a checkout for ever.
const KindCancel = "cancel"

// Claim names an operation. The same key with the same hash is the same operation, for ever. Work with the zero Claim
// may happen again and leaves no operation.
type Claim struct {
	Key        string
	BodyHash   [32]byte
	Kind       string // commit, return, adjust, …
	CheckoutID string // of a commit: one commit a checkout
	ReceiptRef []byte // names terminal, business date, operation and receipt number; nil where there is no number
}

// Want is an owner to lock and the units of which its holdings are needed.
type Want struct {
	Owner verno.OwnerID
	Units []verno.UnitID
	// Spends says that lots are to be spent or taken back, so that more than the first are read at once.
	Spends bool
}

// Result is what came of an operation.
type Result struct {
	// ID is that of the receipt, entry or hold; it is stored with the key.
	ID [16]byte
	// Owner is whose value moved. A replay names the first of the work's Owners.
	Owner verno.OwnerID
	// Answer is stored with the key where ID alone does not give the answer back. It is JSON.
	Answer string
	// Value is handed to the caller as it is; it is nil in a replay.
	Value any
}

// Outcome is what Do returns: a fresh result, or with Replayed set what the key was used for before.
type Outcome struct {
	Result
	Replayed bool
}
