package auth

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Staff is somebody who works with Verno, as those who manage staff see it.
type Staff struct {
	ID           verno.StaffID
	Role         verno.Role
	Store        verno.StoreID // zero for all stores
	Name         string
	Login        string // empty for a cashier who has a PIN only
	HasPassword  bool
	HasPIN       bool
	SecondFactor bool
	DisabledAt   time.Time // zero for somebody who may log in
	Revision     int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// NewStaff is somebody to be added. Who has a login has a password; a PIN is for work at a till.
type NewStaff struct {
	Name     string
	Role     verno.Role
	Store    verno.StoreID
	Login    string
	Password string
	PIN      string
}

// StaffChange is what is to be changed; nil leaves a field as it is.
type StaffChange struct {
	Name     *string
	Role     *verno.Role
	Store    *verno.StoreID
	Login    *string
	Password *string
	PIN      *string // empty takes the PIN away
	Disabled *bool
}

// personal is what is sealed of a member of staff.
type personal struct {
	Name  string `json:"name"`
	Login string `json:"login,omitempty"`
}

// CreateStaff adds somebody. It returns invalid fields, the refusal role_above for a role that may more than the actor,
// and the conflict login_taken.
func (g *Gate) CreateStaff(ctx context.Context, a verno.Actor, n NewStaff, now time.Time) (Staff, error) {
	if err := a.Require(verno.MayManageStaff); err != nil {
		return Staff{}, err
	}
	n, err := n.checked()
	if err != nil {
		return Staff{}, err
	}
	if err := mayGive(a, n.Role); err != nil {
		return Staff{}, err
	}
	if err := g.checkPlace(ctx, g.Store.Reader(), a, a.Tenant, n.Store); err != nil {
		return Staff{}, err
	}
	row := store.Staff{
		Tenant: a.Tenant, ID: verno.NewID[verno.StaffID](now, g.Entropy), Role: n.Role, Store: n.Store, Revision: 1,
		CreatedAt: now, UpdatedAt: now,
	}
	p := personal{Name: n.Name, Login: n.Login}
	if err := g.fill(ctx, &row, p, n.Password, n.PIN); err != nil {
		return Staff{}, err
	}
	err = g.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertStaff(ctx, row); err != nil {
			return err
		}
		return g.record(ctx, tx, a, now, "staff.created", row.ID.String(), "role", string(row.Role))
	})
	if errors.Is(err, store.ErrUnique) {
		err = verno.Conflict("login_taken")
	}
	return shown(row, p), err
}

// checked writes names as they are kept, and says what is wrong.
func (n NewStaff) checked() (NewStaff, error) {
	n.Name, n.Login = verno.Single(n.Name), normalLogin(n.Login)
	var faults verno.Faults
	faults.Text("/name", n.Name, 1, 100)
	checkRole(&faults, n.Role)
	checkLogin(&faults, n.Login)
	if n.Login != "" {
		checkPassword(&faults, "/password", n.Password, n.Login)
	} else if n.Password != "" {
		faults.Say("/login", "required")
	}
	if n.PIN != "" {
		checkPIN(&faults, "/pin", n.PIN)
	}
	if n.Login == "" && n.PIN == "" {
		faults.Say("/login", "required")
	}
	return n, faults.Err()
}

// ChangeStaff changes somebody, given the revision that was read. New credentials and less rights end that person's
// sessions. Besides what CreateStaff returns there are etag_mismatch and last_owner.
func (g *Gate) ChangeStaff(ctx context.Context, a verno.Actor, id verno.StaffID, revision int64, c StaffChange, now time.Time) (Staff, error) {
	row, err := g.others(ctx, a, id)
	if err != nil {
		return Staff{}, err
	}
	if row.Revision != revision {
		return Staff{}, verno.Precondition("etag_mismatch")
	}
	p, err := g.openPersonal(ctx, row)
	if err != nil {
		return Staff{}, err
	}
	password, pin, err := c.apply(&row, &p, now)
	if err != nil {
		return Staff{}, err
	}
	if err := mayGive(a, row.Role); err != nil {
		return Staff{}, err
	}
	if c.Store != nil {
		if err := g.checkPlace(ctx, g.Store.Reader(), a, a.Tenant, row.Store); err != nil {
			return Staff{}, err
		}
	}
	if err := g.fill(ctx, &row, p, password, pin); err != nil {
		return Staff{}, err
	}
	var also []also
	if c.Role != nil || c.Store != nil || c.Login != nil || c.Password != nil || c.PIN != nil || !row.DisabledAt.IsZero() {
		also = append(also, endSessions, letIn)
	}
	if err := g.update(ctx, a, row, now, "staff.changed", also...); err != nil {
		return Staff{}, err
	}
	row.Revision, row.UpdatedAt = row.Revision+1, now
	return shown(row, p), nil
}

// apply checks the change and makes it, but for the secrets that are still to be hashed.
func (c StaffChange) apply(row *store.Staff, p *personal, now time.Time) (password, pin string, err error) {
	var faults verno.Faults
	if c.Name != nil {
		p.Name = verno.Single(*c.Name)
		faults.Text("/name", p.Name, 1, 100)
	}
	if c.Role != nil {
		row.Role = *c.Role
		checkRole(&faults, row.Role)
	}
	if c.Store != nil {
		row.Store = *c.Store
	}
	if c.Login != nil {
		p.Login = normalLogin(*c.Login)
		checkLogin(&faults, p.Login)
	}
	if c.Password != nil {
		password = *c.Password
		checkPassword(&faults, "/password", password, p.Login)
	}
	if c.PIN != nil {
		pin, row.PINHash = *c.PIN, ""
		if pin != "" {
			checkPIN(&faults, "/pin", pin)
		}
	}
	if p.Login == "" {
		row.PasswordHash = ""
		if password != "" {
			faults.Say("/login", "required")
		}
	}
	if c.Disabled != nil && *c.Disabled != !row.DisabledAt.IsZero() {
		row.DisabledAt = time.Time{}
		if *c.Disabled {
			row.DisabledAt = now
		}
	}
	return password, pin, faults.Err()
}

// StaffMember reads one member of staff. Whoever may not manage staff may read themselves.
func (g *Gate) StaffMember(ctx context.Context, a verno.Actor, id verno.StaffID) (Staff, error) {
	if id != a.Staff {
		if err := a.Require(verno.MayManageStaff); err != nil {
			return Staff{}, err
		}
	}
	row, err := g.Store.Reader().Staff(ctx, a.Tenant, id)
	if err != nil {
		return Staff{}, missing(err, "staff")
	}
	return g.show(ctx, row)
}

// NameOf is what somebody on the staff is called, for a colleague who reads what that person has done. It returns
// not_found where there is none.
func (g *Gate) NameOf(ctx context.Context, a verno.Actor, id verno.StaffID) (string, error) {
	if a.Staff.IsZero() || !a.Terminal.IsZero() {
		return "", verno.Forbidden("person_needed")
	}
	row, err := g.Store.Reader().Staff(ctx, a.Tenant, id)
	if err != nil {
		return "", missing(err, "staff")
	}
	p, err := g.openPersonal(ctx, row)
	return p.Name, err
}

// StaffAfter lists staff by ID, the disabled too; of one store, where the actor is bound to it.
func (g *Gate) StaffAfter(ctx context.Context, a verno.Actor, after verno.StaffID, limit int) ([]Staff, error) {
	if err := a.Require(verno.MayManageStaff); err != nil {
		return nil, err
	}
	rows, err := g.Store.Reader().StaffAfter(ctx, a.Tenant, a.Store, after, limit)
	if err != nil {
		return nil, err
	}
	all := make([]Staff, len(rows))
	for i, row := range rows {
		if all[i], err = g.show(ctx, row); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (g *Gate) show(ctx context.Context, row store.Staff) (Staff, error) {
	p, err := g.openPersonal(ctx, row)
	return shown(row, p), err
}

func shown(row store.Staff, p personal) Staff {
	return Staff{
		ID: row.ID, Role: row.Role, Store: row.Store, Name: p.Name, Login: p.Login, HasPassword: row.PasswordHash != "",
		HasPIN: row.PINHash != "", SecondFactor: hasSecondFactor(row), DisabledAt: row.DisabledAt, Revision: row.Revision,
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}
}

// fill seals and hashes what a row keeps of a person; empty secrets leave the hashes as they are.
func (g *Gate) fill(ctx context.Context, row *store.Staff, p personal, password, pin string) error {
	plain, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if row.Personal, err = g.Vault.Seal(ctx, row.Tenant, personalPlace(row.ID), plain); err != nil {
		return err
	}
	if row.LoginToken, err = g.loginToken(ctx, p.Login, row.ID); err != nil {
		return err
	}
	if password != "" {
		if row.PasswordHash, err = g.hasher.Hash(ctx, password); err != nil {
			return err
		}
	}
	if pin != "" {
		secret, err := g.peppered(ctx, row.ID, pin)
		if err != nil {
			return err
		}
		if row.PINHash, err = g.hasher.Hash(ctx, secret); err != nil {
			return err
		}
	}
	return nil
}

func (g *Gate) openPersonal(ctx context.Context, row store.Staff) (p personal, err error) {
	plain, err := g.Vault.Open(ctx, row.Tenant, personalPlace(row.ID), row.Personal)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(plain, &p)
}

func personalPlace(id verno.StaffID) string { return vault.At("staff", id.String(), "personal") }

// loginToken is the blind index of a login over all tenants, since nobody says at the door where they work. Who has no
// login gets a token that no login has.
func (g *Gate) loginToken(ctx context.Context, login string, id verno.StaffID) ([]byte, error) {
	if login == "" {
		return g.Vault.Token(ctx, vault.House, "no login", id.String())
	}
	return g.Vault.Token(ctx, vault.House, "login", login)
}

func normalLogin(login string) string { return strings.ToLower(verno.Single(norm.NFKC.String(login))) }

func checkLogin(faults *verno.Faults, login string) {
	if login == "" {
		return
	}
	if strings.Contains(login, " ") {
		faults.Say("/login", "text_invalid")
	}
	faults.Text("/login", login, 3, 100)
}

func checkRole(faults *verno.Faults, role verno.Role) {
	faults.OneOf("/role", string(role), string(verno.RoleOwner), string(verno.RoleAdmin), string(verno.RoleMarketer),
		string(verno.RoleSupport), string(verno.RoleCashier), string(verno.RoleAuditor), string(verno.RolePrivacy))
}

// CanGive says whether an actor may give somebody a role, and change whoever has it.
func CanGive(a verno.Actor, role verno.Role) bool { return mayGive(a, role) == nil }

// mayGive sees that nobody raises another above themselves, and that owners are made and changed by owners.
func mayGive(a verno.Actor, role verno.Role) error {
	if role.Permissions()&^a.May != 0 || role == verno.RoleOwner && a.Role != verno.RoleOwner {
		return verno.Forbidden("role_above").With("role", string(role))
	}
	return nil
}
