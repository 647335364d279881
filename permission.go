package verno

import "strings"

// Permission is a set of things that an actor may do, as bits.
type Permission uint64

// The permissions. A route asks for one or more of them; a role or the scopes of a key grant them.
const (
	MayIdentify       Permission = 1 << iota // find a card at the till and get a presence
	MaySell                                  // quote, commit, cancel, hold
	MayReturn                                // return lines of a receipt
	MayReplay                                // hand in receipts of an offline till
	MayReadReceipts                          // read and search receipts
	MayReadMembers                           // read a member, its timeline and points
	MayFindMembers                           // search members by phone, name or number
	MayWriteMembers                          // enrol and change members, cards and consents
	MayAdjust                                // adjust points with a reason, up to a limit
	MayAdjustAny                             // adjust without the limit, confirm another's adjustment
	MayErase                                 // export and erase a person
	MayReadConfig                            // read programmes, promotions, stores, terminals
	MayWriteConfig                           // draft and validate programmes and promotions
	MayPublish                               // publish and roll back
	MayManageStores                          // create stores and terminals, pair and revoke them
	MayManageStaff                           // create staff, roles, API keys
	MayReadAudit                             // read the audit and the change feed
	MayReadOperations                        // resolve an operation by its key
	MayImport                                // import receipts and members
	MayTopUp                                 // put stored money on an account
	MayShowCodes                             // show a member's live code, in an app of the merchant's own
)

// scopes names each permission for API keys and documentation, in bit order.
var scopes = []string{
	"identify", "sell", "return", "replay", "receipts.read", "members.read", "members.find", "members.write", "adjust",
	"adjust.any", "erase", "config.read", "config.write", "publish", "stores.manage", "staff.manage", "audit.read",
	"operations.read", "import", "topup", "cards.show",
}

// Has reports whether all the wanted permissions are granted.
func (p Permission) Has(want Permission) bool { return p&want == want }

// Scopes lists the granted permissions by name, in a fixed order.
func (p Permission) Scopes() []string {
	var out []string
	for i, name := range scopes {
		if p&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

func (p Permission) String() string { return strings.Join(p.Scopes(), " ") }

// ParseScopes reads permissions by name; ok is false where a name is unknown.
func ParseScopes(names []string) (p Permission, ok bool) {
	for _, name := range names {
		bit := Permission(0)
		for i, known := range scopes {
			if name == known {
				bit = 1 << i
			}
		}
		if bit == 0 {
			return 0, false
		}
		p |= bit
	}
	return p, true
}

// Role is what a member of staff is.
type Role string

// The roles.
const (
	RoleOwner     Role = "owner"
	RoleAdmin     Role = "admin"
	RoleMarketer  Role = "marketer"
	RoleSupport   Role = "support"
	RoleCashier   Role = "cashier"
	RoleAuditor   Role = "auditor"
	RolePrivacy   Role = "privacy"
	allReads           = MayReadReceipts | MayReadMembers | MayFindMembers | MayReadConfig | MayReadAudit | MayReadOperations
	tillWork           = MayIdentify | MaySell | MayReturn | MayReplay | MayReadOperations | MayTopUp
	configuration      = MayReadConfig | MayWriteConfig | MayPublish
)

// roles says what each role grants.
var roles = map[Role]Permission{
	RoleOwner:    1<<len(scopes) - 1,
	RoleAdmin:    1<<len(scopes) - 1,
	RoleMarketer: configuration,
	RoleSupport:  MayFindMembers | MayReadMembers | MayWriteMembers | MayReadReceipts | MayAdjust | MayReadConfig | MayReadOperations,
	RoleCashier:  tillWork,
	RoleAuditor:  allReads,
	RolePrivacy:  MayFindMembers | MayReadMembers | MayErase,
}

// Permissions is what the role grants; nothing for an unknown role.
func (r Role) Permissions() Permission { return roles[r] }

// Valid reports whether the role exists.
func (r Role) Valid() bool { return roles[r] != 0 }

// TerminalPermissions is what the token of a paired till grants.
const TerminalPermissions = tillWork | MayReadReceipts | MayReadConfig | MayWriteMembers
