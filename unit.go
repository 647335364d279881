package verno

import "github.com/verno-loyalty/verno/money"

// UnitKind says what a unit counts.
type UnitKind string

// The kinds of unit. Units of different kinds are never added up.
const (
	UnitPoints UnitKind = "points" // points of a programme; may expire
	UnitMoney  UnitKind = "money"  // stored money of a currency and issuer; never expires
	UnitStamps UnitKind = "stamps" // stamps of a promotion
	UnitUses   UnitKind = "uses"   // uses of cards of a template: entries of a pass, the one of a coupon
	// UnitCashback is money that a programme's promotions gave. It pays as stored money does, may expire, and is never paid out.
	UnitCashback UnitKind = "cashback"
)

// Unit is what an account counts in.
type Unit struct {
	ID        UnitID
	Kind      UnitKind
	Programme ProgrammeID    // of points, stamps, uses and cashback
	Issuer    IssuerID       // of money: the legal entity that owes it
	Currency  money.Currency // of money and cashback
	Scale     int            // decimal places of points
}

// StampsUnit is the unit of a stamp promotion; it shares the promotion's bytes.
func StampsUnit(p PromotionID) UnitID { return UnitID(p) }

// UsesUnit is the unit of what cards of a template are used for; it shares the template's bytes.
func UsesUnit(t TemplateID) UnitID { return UnitID(t) }

// PointsUnit is the unit of a programme's points; it shares the programme's bytes.
func PointsUnit(p ProgrammeID) UnitID { return UnitID(p) }

// CashbackUnit is the unit of the money that a programme's promotions give. It is made of the programme's bytes, as a UUID of
// the eighth version, which is nobody's: the bytes themselves are the unit of its points.
func CashbackUnit(p ProgrammeID) UnitID {
	u := UnitID(p)
	u[6] = 0x80 | u[6]&0x0f
	return u
}

// Role of an account under its owner: what the account is for. A member's owner has only the main account of a unit;
// the programme's owner has the others, which are the far ends of what members gain and lose.
type AccountRole uint8

// The roles of accounts. Their numbers are stored.
const (
	AccountMain       AccountRole = iota // what the owner has
	AccountIssuance                      // where points and cashback come from
	AccountRedemption                    // where spent points and cashback go
	AccountBreakage                      // where lapsed points and cashback go
	AccountClearing                      // where stored money comes from and goes to
	AccountAdjustment                    // the far end of corrections by staff
)

var accountRoles = [...]string{"main", "issuance", "redemption", "breakage", "clearing", "adjustment"}

func (r AccountRole) String() string { return accountRoles[r] }

// MarshalText writes the role's name.
func (r AccountRole) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the role's name.
func (r *AccountRole) UnmarshalText(b []byte) error {
	for i, name := range accountRoles {
		if name == string(b) {
			*r = AccountRole(i)
			return nil
		}
	}
	return ErrID
}

// MemberOwner is the owner that a member has from enrolment on; it shares the member's bytes. Households and merges
// move the member to another owner.
func MemberOwner(m MemberID) OwnerID { return OwnerID(m) }

// CardOwner is the owner of what a card itself is good for, whoever holds it: entries of a pass, money of a certificate. It
// shares the card's bytes.
func CardOwner(c CardID) OwnerID { return OwnerID(c) }

// ProgrammeOwner is the owner of a programme's issuance, redemption and breakage.
func ProgrammeOwner(p ProgrammeID) OwnerID { return OwnerID(p) }

// IssuerOwner is the owner of the clearing account of a legal entity's stored money.
func IssuerOwner(i IssuerID) OwnerID { return OwnerID(i) }
