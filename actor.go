package verno

// Actor is who does something: always of one tenant, which comes from the credential and never from a request's body.
type Actor struct {
	Tenant   TenantID
	Staff    StaffID    // zero where no person is logged in
	Session  SessionID  // the person's session, zero for keys
	APIKey   APIKeyID   // zero where the credential is not an API key
	Member   MemberID   // who acts for herself, by her own card; zero for everybody else
	Terminal TerminalID // the till that the credential is bound to, zero where it is bound to none
	Store    StoreID    // the store that the credential is bound to, zero where it is bound to none
	Role     Role       // empty for keys and tills
	May      Permission
	Live     bool // false in the test twin of a tenant
}

// Require returns a forbidden error where the actor lacks one of the permissions.
func (a Actor) Require(want Permission) error {
	if a.May.Has(want) {
		return nil
	}
	return Forbidden("permission_missing").With("needed", (want &^ a.May).String())
}

// Name is how the audit names the actor: the most personal of its identifiers.
func (a Actor) Name() string {
	switch {
	case !a.Staff.IsZero():
		return a.Staff.String()
	case !a.APIKey.IsZero():
		return a.APIKey.String()
	case !a.Terminal.IsZero():
		return a.Terminal.String()
	case !a.Member.IsZero():
		return a.Member.String()
	default:
		return "verno"
	}
}
