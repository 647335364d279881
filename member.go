package verno

import "time"

// Member is one who has joined a programme. What tells who it is lies in the vault.
type Member struct {
	ID         MemberID
	Tenant     TenantID
	Owner      OwnerID // itself, its household or the one it was merged into
	Programme  ProgrammeID
	MergedInto MemberID
	ExternalID string
	Channel    string
	Store      StoreID
	Tags       []string
	Metadata   map[string]string
	Revision   int64
	EnrolledAt time.Time
	UpdatedAt  time.Time
	ErasedAt   time.Time // zero where the person is still known
}

// CardState is what a card may do.
type CardState string

// The states of a card.
const (
	CardActive   CardState = "active"
	CardBlocked  CardState = "blocked"
	CardReplaced CardState = "replaced"
	CardReturned CardState = "returned" // a certificate whose money was given back
)

// Over reports whether a card is done with for ever.
func (s CardState) Over() bool { return s == CardReplaced || s == CardReturned }

// Card is a carrier of a member's identity: in a phone, on plastic, on paper.
type Card struct {
	ID         CardID
	Tenant     TenantID
	Member     MemberID   // zero for a card that nobody has yet
	Kind       string     // "loyalty", "plastic", or the kind of its template
	Template   TemplateID // zero for one that shows its programme's standard template
	Document   string     // JSON: what this card alone has, and nothing that tells who holds it; empty for nothing
	State      CardState
	Reason     string // why it is blocked, replaced or returned
	ReplacedBy CardID
	LastStep   int64
	Revision   int64
	IssuedAt   time.Time
	UpdatedAt  time.Time
}

// CardSecret is what a card shows and how it makes live codes; sealed in the database.
type CardSecret struct {
	Number  string `json:"number"`  // for people: 16 digits, the last a check digit
	Machine string `json:"machine"` // for scanners: digits with 128 random bits
	Live    []byte `json:"live"`    // secret of the live code
	// Values are what the card alone shows and what tells who holds it, such as a name.
	Values map[string]string `json:"values,omitempty"`
}

// Consent is one decision of a member about one purpose, with the proof of what was shown.
type Consent struct {
	ID          ConsentID
	Member      MemberID
	Purpose     string
	Granted     bool
	TextVersion string
	TextHash    []byte
	Channel     string
	Actor       string
	GivenAt     time.Time
}

// Store is a place that sells.
type Store struct {
	ID         StoreID
	Tenant     TenantID
	Programme  ProgrammeID
	Issuer     IssuerID
	Partner    PartnerID
	ExternalID string
	Name       string
	TimeZone   string
	Address    string
	Latitude   *int64 // in millionths of a degree
	Longitude  *int64
	Greeting   map[string]string // by language, what cards say near it; nil where their design speaks
	Online     bool              // an online shop: no place, and sold there is sold online
	WebAddress string            // of an online shop
	Revision   int64
	ClosedAt   time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Terminal is a till of a store.
type Terminal struct {
	ID         TerminalID
	Tenant     TenantID
	Store      StoreID
	ExternalID string
	Name       string
	PairedAt   time.Time
	RevokedAt  time.Time
	SeenAt     time.Time
	QueueDepth int64
	Revision   int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Hold reserves value until a deadline. It ends once: captured (wholly or in part), released or lapsed.
type Hold struct {
	ID        HoldID
	Owner     OwnerID
	Unit      UnitID
	Amount    int64
	Captured  int64
	State     string // held, captured, released, lapsed
	Reference string
	Terminal  TerminalID
	Deadline  time.Time
	CreatedAt time.Time
	EndedAt   time.Time
}

// Task is something that a person must look at, such as a debt that an offline sale left.
type Task struct {
	ID        TaskID
	Kind      string
	Owner     OwnerID
	Ref       string
	Detail    string
	CreatedAt time.Time
	DoneAt    time.Time
	DoneBy    string
}
