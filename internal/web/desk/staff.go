package desk

import (
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// Staff are those who work with Verno: what each is, and how each gets in.
var staffPages = []page{
	{"GET /staff", verno.MayManageStaff, (*Desk).staff},
	{"GET /staff/new", verno.MayManageStaff, (*Desk).staffForm},
	{"POST /staff/new", verno.MayManageStaff, (*Desk).newStaff},
	{"GET /staff/{id}", verno.MayManageStaff, (*Desk).staffMember},
	{"POST /staff/{id}", verno.MayManageStaff, (*Desk).changeStaff},
	{"POST /staff/{id}/sessions", verno.MayManageStaff, (*Desk).endStaffSessions},
	{"POST /staff/{id}/factor", verno.MayManageStaff, (*Desk).resetFactor},
	{"POST /staff/{id}/disabled", verno.MayManageStaff, (*Desk).disableStaff},
	{"GET /keys", verno.MayManageStaff, (*Desk).keys},
	{"GET /keys/new", verno.MayManageStaff, (*Desk).keyForm},
	{"POST /keys/new", verno.MayManageStaff, (*Desk).newKey},
	{"POST /keys/{id}/revoke", verno.MayManageStaff, (*Desk).revokeKey},
}

func staffPath(id verno.StaffID) string { return "/staff/" + id.String() }

// colleague is one of the staff, with the name of the store where that person works.
type colleague struct {
	auth.Staff
	place string // empty for all stores
}

func (d *Desk) staff(c *call) error {
	c.Styles = append(c.Styles, "desk_people.css")
	after, err := after[verno.StaffID](c)
	if err != nil {
		return err
	}
	rows, err := d.Gate.StaffAfter(c.r.Context(), c.actor, after, pageSize+1)
	if err != nil {
		return err
	}
	rows, next := cutPage(rows, func(s *auth.Staff) verno.StaffID { return s.ID })
	names, list := d.naming(c), make([]colleague, len(rows))
	for i := range rows {
		list[i].Staff = rows[i]
		if list[i].place, err = names.store(rows[i].Store); err != nil {
			return err
		}
	}
	return c.show(c.Say("desk.staff.title"), staffList(c, list, next))
}

// roles are those that the reader may give, each with what it may do.
func roles(c *call) []radio {
	var list []radio
	for _, r := range []verno.Role{
		verno.RoleCashier, verno.RoleSupport, verno.RoleMarketer, verno.RoleAuditor, verno.RolePrivacy, verno.RoleAdmin, verno.RoleOwner,
	} {
		if auth.CanGive(c.actor, r) {
			list = append(list, radio{string(r), c.Say("desk.role." + string(r)), c.Say("desk.role_hint." + string(r))})
		}
	}
	return list
}

// places are the stores that somebody, or something, can belong to; first is what stands for none of them.
func (d *Desk) places(c *call, first string) ([]option, error) {
	list := []option{{Label: first}}
	if !c.actor.Store.IsZero() {
		list = nil
	}
	for after := (verno.StoreID{}); ; {
		rows, err := d.Reader.Places(c.r.Context(), c.actor.Tenant, after, 200)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			if rows[i].ClosedAt.IsZero() && (c.actor.Store.IsZero() || c.actor.Store == rows[i].ID) {
				list = append(list, option{Value: rows[i].ID.String(), Label: rows[i].Name})
			}
		}
		if len(rows) < 200 || len(list) > 2000 {
			return list, nil
		}
		after = rows[len(rows)-1].ID
	}
}

// hiring is what the form about one of the staff needs.
type hiring struct {
	auth.Staff // zero for somebody new
	places     []option
	roles      []radio
	done       string
}

func (d *Desk) hiring(c *call) (*hiring, error) {
	c.Styles = append(c.Styles, "desk_people.css")
	places, err := d.places(c, c.Say("desk.staff.everywhere"))
	return &hiring{places: places, roles: roles(c)}, err
}

func (d *Desk) staffForm(c *call) error {
	h, err := d.hiring(c)
	if err != nil {
		return err
	}
	c.form = filled("role", string(verno.RoleCashier))
	return c.show(c.Say("desk.staff.new"), staffNew(c, h))
}

// storeOf reads the store of a form. What names none is left to the use case, which says so at the field.
func storeOf(c *call) (verno.StoreID, error) {
	id, err := verno.ParseID[verno.StoreID](c.form.Value("store_id"))
	if err != nil {
		return id, verno.InvalidField("/store_id", "not_known")
	}
	return id, nil
}

func (d *Desk) newStaff(c *call) error {
	h, err := d.hiring(c)
	if err != nil {
		return err
	}
	at, err := storeOf(c)
	if err == nil {
		h.Staff, err = d.Gate.CreateStaff(c.r.Context(), c.actor, auth.NewStaff{
			Name: c.form.Value("name"), Role: verno.Role(c.form.Value("role")), Store: at, Login: c.form.Value("login"),
			Password: c.form.Value("password"), PIN: strings.TrimSpace(c.form.Value("pin")),
		}, c.now)
	}
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return c.again(c.Say("desk.staff.new"), staffNew(c, h))
	}
	c.did(staffPath(h.ID), "hired")
	return nil
}

func (d *Desk) hired(c *call) (*hiring, error) {
	h, err := d.hiring(c)
	if err != nil {
		return nil, err
	}
	id, err := path[verno.StaffID](c, "id")
	if err != nil {
		return nil, err
	}
	h.Staff, err = d.Gate.StaffMember(c.r.Context(), c.actor, id)
	return h, err
}

func (d *Desk) staffMember(c *call) error {
	h, err := d.hired(c)
	if err != nil {
		return err
	}
	h.done = c.doneText()
	c.form = filled("name", h.Name, "role", string(h.Role), "store_id", h.Store.String(), "login", h.Login, "revision", strconv.FormatInt(h.Revision, 10))
	return c.show(h.Name, staffPage(c, h))
}

// changeStaff writes what stands in the form. Secrets are changed only where something was typed: nobody sees the old.
func (d *Desk) changeStaff(c *call) error {
	h, err := d.hired(c)
	if err != nil {
		return err
	}
	at, err := storeOf(c)
	if err == nil {
		revision, _ := strconv.ParseInt(c.form.Value("revision"), 10, 64)
		_, err = d.Gate.ChangeStaff(c.r.Context(), c.actor, h.ID, revision, staffChange(c, h.Staff, at), c.now)
	}
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		if verno.AsError(err).Code == "etag_mismatch" {
			c.stale(h.Revision)
		}
		return c.again(h.Name, staffPage(c, h))
	}
	c.did(staffPath(h.ID), "saved")
	return nil
}

// staffChange leaves out what is as it was, because sessions end where rights or credentials change.
func staffChange(c *call, was auth.Staff, at verno.StoreID) auth.StaffChange {
	name, role, login := c.form.Value("name"), verno.Role(c.form.Value("role")), strings.TrimSpace(c.form.Value("login"))
	change := auth.StaffChange{Name: &name}
	if role != was.Role {
		change.Role = &role
	}
	if at != was.Store {
		change.Store = &at
	}
	if login != was.Login {
		change.Login = &login
	}
	if p := c.form.Value("password"); p != "" {
		change.Password = &p
	}
	if pin := strings.TrimSpace(c.form.Value("pin")); pin != "" || c.form.On("no_pin") {
		change.PIN = &pin
	}
	return change
}

// onStaff runs what is done with one of the staff by a button; where it cannot be done the page says why.
func (d *Desk) onStaff(c *call, what string, do func(h *hiring) error) error {
	h, err := d.hired(c)
	if err != nil {
		return err
	}
	if err := do(h); err != nil {
		c.form = filled("name", h.Name, "role", string(h.Role), "store_id", h.Store.String(), "login", h.Login, "revision", strconv.FormatInt(h.Revision, 10))
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return c.again(h.Name, staffPage(c, h))
	}
	c.did(staffPath(h.ID), what)
	return nil
}

func (d *Desk) endStaffSessions(c *call) error {
	return d.onStaff(c, "sessions", func(h *hiring) error { return d.Gate.EndSessions(c.r.Context(), c.actor, h.ID, c.now) })
}

func (d *Desk) resetFactor(c *call) error {
	return d.onStaff(c, "factor_reset", func(h *hiring) error { return d.Gate.ResetSecondFactor(c.r.Context(), c.actor, h.ID, c.now) })
}

// disableStaff lets somebody in no more, or again.
func (d *Desk) disableStaff(c *call) error {
	disabled := c.form.On("on")
	what := "enabled"
	if disabled {
		what = "disabled"
	}
	return d.onStaff(c, what, func(h *hiring) error {
		_, err := d.Gate.ChangeStaff(c.r.Context(), c.actor, h.ID, h.Revision, auth.StaffChange{Disabled: &disabled}, c.now)
		return err
	})
}

// waysIn says how somebody gets in.
func waysIn(c *call, s *auth.Staff) string {
	var text string
	add := func(part string) {
		if text != "" {
			text += ", "
		}
		text += part
	}
	if s.HasPassword {
		add(c.Say("desk.staff.by_password"))
	}
	if s.SecondFactor {
		add(c.Say("desk.staff.by_factor"))
	}
	if s.HasPIN {
		add(c.Say("desk.staff.by_pin"))
	}
	return orDash(text)
}
