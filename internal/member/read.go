package member

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// View is a member with who it is. Of an erased member the person is empty.
type View struct {
	verno.Member
	Person vault.Person
	Frozen bool
	Aim    verno.Aim // what the points of the member's programme are for; empty where nothing was said
	// Cooling is until when nothing can be spent, as the phone was changed; zero where it never was.
	Cooling time.Time
	// Replayed says of what a key was given for that it was done when the key was first used.
	Replayed bool
}

// Read finds a member; for one that was merged, whom it has become.
func (r *Roll) Read(ctx context.Context, a verno.Actor, id verno.MemberID) (View, error) {
	if err := a.Require(reads); err != nil {
		return View{}, err
	}
	return r.view(ctx, a.Tenant, id)
}

func (r *Roll) view(ctx context.Context, tenant verno.TenantID, id verno.MemberID) (View, error) {
	m, err := resolve(ctx, r.Store.Reader(), tenant, id)
	if err != nil {
		return View{}, err
	}
	return r.viewOf(ctx, m)
}

func (r *Roll) viewOf(ctx context.Context, m verno.Member) (View, error) {
	v := View{Member: m}
	o, err := r.Store.Reader().Owner(ctx, m.Tenant, m.Owner)
	if err != nil {
		return v, err
	}
	v.Frozen, v.Cooling, v.Aim = o.FrozenAt != 0, coolingOf(o), o.State.Aims[m.Programme]
	v.Person, err = r.Vault.Known(ctx, r.Store.Reader(), m.Tenant, m.ID)
	return v, err
}

// List lists members by ID, those who were merged or erased too.
func (r *Roll) List(ctx context.Context, a verno.Actor, after verno.MemberID, limit int) ([]View, error) {
	if err := a.Require(verno.MayReadMembers | verno.MayFindMembers); err != nil {
		return nil, err
	}
	list, err := r.Store.Reader().Members(ctx, a.Tenant, after, page(limit))
	if err != nil {
		return nil, err
	}
	out := make([]View, len(list))
	for i, m := range list {
		if out[i], err = r.viewOf(ctx, m); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Search says what to look for: one field.
type Search struct {
	Phone      string // as typed
	Email      string
	CardNumber string
	ExternalID string
	Name       string         // words, of each at least the first three letters
	After      verno.MemberID // of a search by name: the last member of the page before
	Limit      int
}

// Search finds members: by phone, e-mail, card number and external id exactly, by name all whose names have words that
// begin so, in the order of their IDs. What nobody has finds nobody, without an error.
func (r *Roll) Search(ctx context.Context, a verno.Actor, q Search) ([]View, error) {
	if err := a.Require(verno.MayFindMembers); err != nil {
		return nil, err
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	ids, err := r.find(ctx, a.Tenant, q)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := make([]View, 0, len(ids))
	for _, id := range ids {
		v, err := r.view(ctx, a.Tenant, id)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// check sees that one field is given, and that it is not too long to be looked at.
func (q Search) check() error {
	var f verno.Faults
	given := 0
	for _, field := range []struct{ pointer, text string }{
		{"/phone", q.Phone},
		{"/email", q.Email},
		{"/card_number", q.CardNumber},
		{"/external_id", q.ExternalID},
		{"/name", q.Name},
	} {
		if field.text != "" {
			given++
			f.Text(field.pointer, field.text, 1, 2*verno.MaxTextLength)
		}
	}
	if given != 1 {
		return verno.Invalid("search_empty")
	}
	return f.Err()
}

// find leads from what is looked for to members.
func (r *Roll) find(ctx context.Context, tenant verno.TenantID, q Search) ([]verno.MemberID, error) {
	reader := r.Store.Reader()
	switch {
	case q.Name != "":
		return r.Vault.FindByName(ctx, reader, tenant, q.Name, q.After, page(q.Limit))
	case q.ExternalID != "":
		m, err := reader.MemberByExternalID(ctx, tenant, q.ExternalID)
		return []verno.MemberID{m.ID}, err
	}
	kind, value, err := r.exact(q)
	if err != nil {
		return nil, err
	}
	l, err := r.Vault.Find(ctx, reader, tenant, kind, value)
	if err == nil && l.Member.IsZero() {
		err = store.ErrNotFound
	}
	return []verno.MemberID{l.Member}, err
}

// exact brings what is looked for to the form in which it was written.
func (r *Roll) exact(q Search) (store.LookupKind, string, error) {
	switch {
	case q.Phone != "":
		phone, err := r.Vault.Phone(q.Phone)
		return store.LookupPhone, phone, err
	case q.Email != "":
		email, err := vault.Email(q.Email)
		return store.LookupEmail, email, err
	default:
		number, err := code.ParseNumber(q.CardNumber)
		if err != nil {
			err = verno.InvalidField("/card_number", "card_number_invalid")
		}
		return store.LookupCard, string(number), err
	}
}
