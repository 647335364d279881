package ledger

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
)

// Account is where postings go: an owner's account of one unit, in one role.
type Account struct {
	Owner verno.OwnerID
	Role  verno.AccountRole
	Unit  verno.UnitID
}

// Why says what a posting is for. A return looks only at what the sale itself earned and spent.
type Why string

// The reasons of postings.
const (
	WhyEarn   Why = "earn"   // points given
	WhySpend  Why = "spend"  // points or money spent
	WhyRepay  Why = "repay"  // earned points that pay back a debt
	WhyBack   Why = "back"   // spent value that a return gives back
	WhyTake   Why = "take"   // earned points that a return takes back
	WhyDebt   Why = "debt"   // what could not be taken from anywhere
	WhyExpire Why = "expire" // lapsed points
	WhyAdjust Why = "adjust" // a correction by staff
	WhyTopUp  Why = "top_up" // stored money paid in
	WhyMove   Why = "move"   // a lot whose dates change
)

// Posting is one side of a movement. Lot and dates are of a member's side; the far side has none.
type Posting struct {
	Account     Account
	Amount      int64
	Why         Why
	Lot         verno.LotID
	AvailableAt int64
	ExpiresAt   int64
}

// Entry is a set of postings that add up to zero in every unit. Its fields are private, so that every Entry balances.
type Entry struct {
	id       verno.EntryID
	tenant   verno.TenantID
	kind     string
	at       time.Time
	postings []Posting
}

// ErrUnbalanced says that postings do not add up to zero in a unit. It is a fault in a rule and must never be posted.
var ErrUnbalanced = errors.New("ledger: the postings do not balance")

// NewEntry makes an entry. It returns ErrUnbalanced where a unit's postings do not add up to zero, where there are none,
// or where one moves nothing.
func NewEntry(id verno.EntryID, tenant verno.TenantID, kind string, at time.Time, postings []Posting) (Entry, error) {
	if len(postings) == 0 {
		return Entry{}, fmt.Errorf("%w: none", ErrUnbalanced)
	}
	for i, p := range postings {
		if p.Amount == 0 || p.Account.Owner.IsZero() || p.Account.Unit.IsZero() {
			return Entry{}, fmt.Errorf("%w: posting %d is empty", ErrUnbalanced, i)
		}
		sum, first := int64(0), true
		for j, q := range postings {
			if q.Account.Unit != p.Account.Unit {
				continue
			}
			if j < i {
				first = false
				break
			}
			next := sum + q.Amount
			if (next > sum) != (q.Amount > 0) {
				return Entry{}, fmt.Errorf("%w: unit %s overflows", ErrUnbalanced, p.Account.Unit)
			}
			sum = next
		}
		if first && sum != 0 {
			return Entry{}, fmt.Errorf("%w: unit %s is off by %d", ErrUnbalanced, p.Account.Unit, sum)
		}
	}
	return Entry{id: id, tenant: tenant, kind: kind, at: at, postings: postings}, nil
}

// ID names the entry; zero for the zero Entry, which moves nothing.
func (e *Entry) ID() verno.EntryID { return e.id }

// Kind is what the entry records, such as "sale".
func (e *Entry) Kind() string { return e.kind }

// At is when it was posted.
func (e *Entry) At() time.Time { return e.at }

// Postings are the entry's postings; not to be changed.
func (e *Entry) Postings() []Posting { return e.postings }

// IsZero reports whether the entry moves nothing.
func (e *Entry) IsZero() bool { return len(e.postings) == 0 }

// AppendPostings appends the canonical JSON of the postings: fields in a fixed order, empty ones left out, no spaces. It
// is what is stored, exported and hashed.
func (e *Entry) AppendPostings(b []byte) []byte {
	b = append(b, '[')
	for i := range e.postings {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.postings[i].append(b)
	}
	return append(b, ']')
}

func (p *Posting) append(b []byte) []byte {
	b = append(b, `{"owner":"`...)
	b = p.Account.Owner.AppendBytes(b)
	if p.Account.Role != verno.AccountMain {
		b = append(b, `","role":"`...)
		b = append(b, p.Account.Role.String()...)
	}
	b = append(b, `","unit":"`...)
	b = p.Account.Unit.AppendBytes(b)
	b = append(b, `","amount":`...)
	b = strconv.AppendInt(b, p.Amount, 10)
	if p.Why != "" {
		b = append(b, `,"why":"`...)
		b = append(b, p.Why...)
		b = append(b, '"')
	}
	if !p.Lot.IsZero() {
		b = append(b, `,"lot":"`...)
		b = p.Lot.AppendBytes(b)
		b = append(b, '"')
	}
	if p.AvailableAt != 0 {
		b = append(b, `,"available_at":`...)
		b = strconv.AppendInt(b, p.AvailableAt, 10)
	}
	if p.ExpiresAt != 0 {
		b = append(b, `,"expires_at":`...)
		b = strconv.AppendInt(b, p.ExpiresAt, 10)
	}
	return append(b, '}')
}

// Hash is SHA-256 over the entry's id, tenant, kind, time in microseconds and canonical postings, parted by newlines.
func (e *Entry) Hash() [32]byte {
	return HashEntry(e.id, e.tenant, e.kind, e.at, e.AppendPostings(nil))
}

// HashEntry is the hash of an entry whose postings are at hand in canonical form.
func HashEntry(id verno.EntryID, tenant verno.TenantID, kind string, at time.Time, postings []byte) [32]byte {
	var usual [2048]byte // enough for most entries, so that nothing is allocated
	b := id.AppendBytes(usual[:0])
	b = append(b, '\n')
	b = tenant.AppendBytes(b)
	b = append(b, '\n')
	b = append(b, kind...)
	b = append(b, '\n')
	b = strconv.AppendInt(b, at.UnixMicro(), 10)
	b = append(b, '\n')
	b = append(b, postings...)
	return sha256.Sum256(b)
}
