package api

import (
	"context"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// StaffBody is somebody to be added. Who has a login has a password; a PIN is for work at a till.
type StaffBody struct {
	Name     string        `json:"name" minLength:"1" maxLength:"100"`
	Role     verno.Role    `json:"role" maxLength:"10" enum:"owner,admin,marketer,support,cashier,auditor,privacy"`
	Store    verno.StoreID `json:"store_id,omitzero" doc:"Where that person works; left out for all stores."`
	Login    string        `json:"login,omitempty" minLength:"3" maxLength:"100" doc:"The name to log in with."`
	Password string        `json:"password,omitempty" maxLength:"200" format:"password"`
	PIN      string        `json:"pin,omitempty" maxLength:"8" doc:"4 to 8 digits, for work at a till."`
}

// StaffPatch is what is to be changed; what is left out stays.
type StaffPatch struct {
	Name     *string        `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Role     *verno.Role    `json:"role,omitempty" maxLength:"10" enum:"owner,admin,marketer,support,cashier,auditor,privacy"`
	Store    *verno.StoreID `json:"store_id,omitempty"`
	Login    *string        `json:"login,omitempty" maxLength:"100" doc:"Empty takes the log-in away."`
	Password *string        `json:"password,omitempty" maxLength:"200" format:"password"`
	PIN      *string        `json:"pin,omitempty" maxLength:"8" doc:"Empty takes the PIN away."`
	Disabled *bool          `json:"disabled,omitempty" doc:"Somebody disabled cannot log in; all sessions end at once."`
}

// Staff is somebody who works with Verno.
type Staff struct {
	ID           verno.StaffID `json:"id"`
	Name         string        `json:"name"`
	Role         verno.Role    `json:"role"`
	Store        verno.StoreID `json:"store_id,omitzero" doc:"Absent for all stores."`
	Login        string        `json:"login,omitempty"`
	HasPassword  bool          `json:"has_password"`
	HasPIN       bool          `json:"has_pin"`
	SecondFactor bool          `json:"has_second_factor"`
	DisabledAt   time.Time     `json:"disabled_at,omitzero"`
	Revision     int64         `json:"revision" doc:"Its ETag."`
	CreatedAt    time.Time     `json:"created_at"`
	UpdatedAt    time.Time     `json:"updated_at"`
}

func (a *API) staffRoutes() {
	above := []string{"role_above", "login_taken", "store_foreign"}
	handle(a, operation{route: "GET /staff", id: "list-staff", tag: "access", summary: "List staff"}, a.listStaff)
	handle(a, operation{route: "POST /staff", id: "create-staff", tag: "access", summary: "Add somebody to the staff", status: 201, codes: above}, a.createStaff)
	handle(a, operation{
		route: "GET /staff/{id}", id: "get-staff", tag: "access", summary: "Read a member of staff", codes: []string{"not_found"},
		detail: "Anybody may read themselves.",
	}, a.getStaff)
	handle(a, operation{
		route: "PATCH /staff/{id}", id: "patch-staff", tag: "access", summary: "Change a member of staff", matched: true,
		detail: "New credentials and less rights end that person's sessions.",
		codes:  slices.Concat(above, []string{"not_found", "etag_mismatch", "etag_missing", "last_owner"}),
	}, a.patchStaff)
	handle(a, operation{
		route: "POST /staff/{id}/end_sessions", id: "end-sessions", tag: "access", summary: "End somebody's sessions", codes: []string{"not_found", "role_above"},
	}, a.endSessions)
}

const cursorStaff = 'f'

func (a *API) listStaff(ctx context.Context, c *call, in *listRequest) (*List[Staff], error) {
	at := c.list(cursorStaff)
	after, err := fromCursor[verno.StaffID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Gate.StaffAfter(ctx, c.actor, after, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(s *auth.Staff) verno.StaffID { return s.ID }, showStaff), nil
}

type createStaffRequest struct{ Body StaffBody }

func (a *API) createStaff(ctx context.Context, c *call, in *createStaffRequest) (*Staff, error) {
	b := &in.Body
	return c.staff(a.Gate.CreateStaff(ctx, c.actor, auth.NewStaff{
		Name: b.Name, Role: b.Role, Store: b.Store, Login: b.Login, Password: b.Password, PIN: b.PIN,
	}, c.now))
}

func (a *API) getStaff(ctx context.Context, c *call, in *staffRequest) (*Staff, error) {
	return c.staff(a.Gate.StaffMember(ctx, c.actor, in.ID))
}

type patchStaffRequest struct {
	ID   verno.StaffID `path:"id"`
	Body StaffPatch
}

func (a *API) patchStaff(ctx context.Context, c *call, in *patchStaffRequest) (*Staff, error) {
	return c.staff(a.Gate.ChangeStaff(ctx, c.actor, in.ID, c.revision, auth.StaffChange(in.Body), c.now))
}

func (a *API) endSessions(ctx context.Context, c *call, in *staffRequest) (*none, error) {
	return nil, a.Gate.EndSessions(ctx, c.actor, in.ID, c.now)
}

// staff shows somebody with the revision as the ETag.
func (c *call) staff(s auth.Staff, err error) (*Staff, error) {
	if err != nil {
		return nil, err
	}
	c.answer.revision = s.Revision
	shown := showStaff(&s)
	return &shown, nil
}

func showStaff(s *auth.Staff) Staff {
	return Staff{
		s.ID, s.Name, s.Role, s.Store, s.Login, s.HasPassword, s.HasPIN, s.SecondFactor, s.DisabledAt, s.Revision, s.CreatedAt, s.UpdatedAt,
	}
}
