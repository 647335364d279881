package till

import (
	"context"
	"net/http"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/money"
)

// State is where a till stands: whether it is paired, to what, and who works at it. The page asks for it first.
type State struct {
	Paired   bool           `json:"paired"`
	Live     bool           `json:"livemode"`
	Brand    string         `json:"brand"`
	Terminal *Named         `json:"terminal"`
	Store    *Named         `json:"store"`
	TimeZone string         `json:"time_zone"`
	Currency money.Currency `json:"currency"`
	Places   int            `json:"currency_places"`
	Scale    int            `json:"points_scale"`
	Levels   []Named        `json:"levels"`
	Staff    *Named         `json:"staff"`
	Cashiers []Named        `json:"cashiers"`
	Sends    []string       `json:"sends"` // the ways by which links to cards are sent
	Gifts    bool           `json:"gifts"` // something can be had for points
}

// Named is something with its name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// who finds the till and whoever works at it. A cashier whose session has ended is nobody; a till whose token was taken
// away is none.
func (t *Till) who(r *http.Request) (verno.Actor, error) {
	c := credential(r)
	a, err := t.Gate.Authenticate(r.Context(), c, t.Clock())
	if unauthorised(err) && c.Session != "" {
		c.Session = ""
		a, err = t.Gate.Authenticate(r.Context(), c, t.Clock())
	}
	if err == nil && a.Terminal.IsZero() {
		err = verno.Unauthorised("credential_invalid")
	}
	return a, err
}

func unauthorised(err error) bool {
	e := verno.AsError(err)
	return e != nil && e.Kind == verno.KindUnauthorised
}

func (t *Till) state(w http.ResponseWriter, r *http.Request) {
	s := &State{}
	a, err := t.who(r)
	switch {
	case unauthorised(err):
		err = nil
	case err == nil:
		web.Attribute(r.Context(), a.Name())
		err = t.fill(r.Context(), a, s)
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	web.Show(w, http.StatusOK, s)
}

// fill reads what the page must know of its till.
func (t *Till) fill(ctx context.Context, a verno.Actor, s *State) error {
	tenant, err := t.Reader.Tenant(ctx, a.Tenant)
	if err != nil {
		return err
	}
	till, err := t.Gate.Terminal(ctx, a, a.Terminal)
	if err != nil {
		return err
	}
	place, err := t.Reader.Place(ctx, a.Tenant, till.Store)
	if err != nil {
		return err
	}
	terms, _, err := t.Till.Terms(ctx, a.Tenant, place.Programme)
	if err != nil {
		return err
	}
	*s = State{
		Paired: true, Live: a.Live, Brand: tenant.Name, Terminal: &Named{till.ID.String(), till.Name}, Store: &Named{place.ID.String(), place.Name},
		TimeZone: place.TimeZone, Currency: terms.Currency, Places: terms.Currency.Exponent(), Scale: terms.Points.Scale, Sends: t.Sends(),
	}
	for _, l := range terms.Levels.Levels {
		s.Levels = append(s.Levels, Named{l.ID, l.Name})
	}
	gifts, _, err := t.Till.Gifts(ctx, a, place.Programme)
	if err != nil {
		return err
	}
	s.Gifts = len(gifts) > 0
	cashiers, err := t.Gate.Cashiers(ctx, a)
	if err != nil {
		return err
	}
	for _, c := range cashiers {
		s.Cashiers = append(s.Cashiers, Named{c.ID.String(), c.Name})
	}
	s.Staff, err = t.staff(ctx, a)
	return err
}

func (t *Till) staff(ctx context.Context, a verno.Actor) (*Named, error) {
	if a.Staff.IsZero() {
		return nil, nil
	}
	p, err := t.Gate.StaffMember(ctx, a, a.Staff)
	return &Named{a.Staff.String(), p.Name}, err
}
