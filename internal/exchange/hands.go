package exchange

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Hands are what an import does through others, as it moves no value itself. Each takes up to verno.MaxBatch at once and
// answers in the same order. None of them is called in a dry run.
type Hands struct {
	// Places finds stores and terminals by their external ids and opens those that are not there, and says how many
	// those were. A Place without a name is the store that was chosen for such receipts. What was opened since a time
	// that is not zero is new too: the batch that an import was interrupted in opens nothing a second time.
	Places func(ctx context.Context, places []Place, since time.Time) ([]Spot, int, error)
	// Enrol takes in the members that are not known by their external ids yet, and says how many those were; whoever was
	// taken in since a time that is not zero is one of them too.
	Enrol func(ctx context.Context, members []Member, since time.Time) (int, error)
	// Sell takes in sales that have happened; each hinders no other.
	Sell func(ctx context.Context, sales []Sale) ([]Outcome, error)
	// Return takes goods of sales back. The order among returns of one call does not matter.
	Return func(ctx context.Context, returns []Return) ([]Outcome, error)
	// Record writes an event in the transaction that ends the import. It may be nil.
	Record func(ctx context.Context, tx *store.Tx, at time.Time, e verno.Event) error
}

// Place is a store, or a terminal of it, as a file names it.
type Place struct {
	Store    string // external id; empty where the file names none
	Terminal string // external id; empty where the file names none
	Name     string // of a store that is to be opened
	Zone     string // its time zone
}

// Spot is the place in Verno.
type Spot struct {
	Store    verno.StoreID
	Terminal verno.TerminalID // zero where the file names none
}

// Member is somebody whom a file names.
type Member struct {
	ExternalID string
	Store      verno.StoreID // where they were first seen
	EnrolledAt time.Time     // as the file has it, or else the time of the receipt that they were met with
	About      map[string]string
}

// Sale is a receipt that has happened.
type Sale struct {
	Key          string
	BodyHash     [32]byte
	Spot         Spot
	Member       string // external id; empty where nobody showed a card
	Lines        []verno.Line
	Spend        money.Points
	Tenders      []verno.Tender
	Number       string
	BusinessDate int32
	OccurredAt   time.Time
	Charged      *money.Amount // what the customer paid; nil where the file does not say
}

// Channel is how sales and returns of an import came in.
const Channel = "import"

// Return is goods of one sale that came back.
type Return struct {
	Key          string
	BodyHash     [32]byte
	Receipt      verno.ReceiptID
	Lines        []ReturnLine
	Spot         Spot
	Number       string
	BusinessDate int32
	OccurredAt   time.Time
}

// ReturnLine is a quantity of one line of the sale.
type ReturnLine struct {
	Line     string
	Quantity money.Quantity
}

// State is what became of a sale or return.
type State string

// The states. Only what is to be tried again leaves the import waiting.
const (
	Applied   State = "applied"
	Duplicate State = "duplicate" // it had been applied before
	Conflict  State = "conflict"  // its key or number was used for something else
	Rejected  State = "rejected"
	Retry     State = "retry"
)

// Outcome is what became of a sale or return, with its receipt or the reason.
type Outcome struct {
	State   State
	Receipt *verno.Receipt
	Err     *verno.Error
}

// OutcomeOf sorts what a use case returned into an outcome.
func OutcomeOf(receipt *verno.Receipt, replayed bool, err error) Outcome {
	e := verno.AsError(err)
	switch {
	case e == nil && replayed:
		return Outcome{State: Duplicate, Receipt: receipt}
	case e == nil:
		return Outcome{State: Applied, Receipt: receipt}
	case e.Code == "receipt_exists" || e.Code == "idempotency_key_reused":
		return Outcome{State: Conflict, Err: e}
	case e.Kind == verno.KindUnavailable || e.Kind == verno.KindConflict || e.Kind == verno.KindLimited || e.Kind == verno.Internal:
		return Outcome{State: Retry, Err: e}
	default:
		return Outcome{State: Rejected, Err: e}
	}
}

// Source is a file to import.
type Source struct {
	Preset string
	SHA256 string    // of the file: the same file goes on where it stopped
	Reader io.Reader // compressed or not
	Size   int64     // bytes that Reader gives, 0 where unknown
}

// Options say into what a file is imported and how.
type Options struct {
	Store     *store.Store
	Tenant    verno.TenantID
	Programme verno.ProgrammeID
	DryRun    bool // say what would happen, and write nothing
	Again     bool // begin at the first line although the file was imported before
	Now       func() time.Time
	Entropy   io.Reader
	Progress  func(Progress) // after each batch; may be nil
	// Rejects and Differences open the files for what was rejected and for points that differ from those given. They
	// are handed the number of bytes to keep of what is there: 0 unless an import goes on. They may be nil.
	Rejects     func(keep int64) (io.Writer, error)
	Differences func(keep int64) (io.Writer, error)
}

// Progress is how far an import has come.
type Progress struct {
	Lines int64 // of the report
	Bytes int64 // of the source
	Of    int64 // bytes of the source, 0 where unknown
}

func (o *Options) check(h *Hands) error {
	switch {
	case o.Store == nil || o.Now == nil || o.Entropy == nil || o.Tenant.IsZero() || o.Programme.IsZero():
		return errors.New("exchange: an import needs a store, a tenant, a programme, a clock and entropy")
	case !o.DryRun && (h.Places == nil || h.Enrol == nil || h.Sell == nil || h.Return == nil):
		return errors.New("exchange: an import needs hands")
	}
	return nil
}

// hash covers all that a return asks for.
func (q *Return) hash() [32]byte {
	h := sha256.New()
	fmt.Fprintf(h, "return\n%s\n%q\n%d\n%d\n", q.Receipt, q.Number, q.BusinessDate, verno.Micros(q.OccurredAt))
	for _, l := range q.Lines {
		fmt.Fprintf(h, "%q %d\n", l.Line, l.Quantity)
	}
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}
