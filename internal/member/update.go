package member

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Change says what is to be different. What is nil stays; what points to the empty value is emptied.
type Change struct {
	Phone      *string
	Email      *string
	FirstName  *string
	LastName   *string
	Birthday   *string
	Gender     *string
	Custom     *map[string]string
	ExternalID *string
	Tags       *[]string
	Metadata   *map[string]string
}

// Update changes a member over the revision that was read. Errors: etag_mismatch, invalid fields, phone_taken,
// email_taken, external_id_taken, person_erased.
func (r *Roll) Update(ctx context.Context, a verno.Actor, now time.Time, id verno.MemberID, revision int64, c Change) (View, error) {
	if err := a.Require(writes); err != nil {
		return View{}, err
	}
	lock := lock
	if c.Phone != nil {
		lock = lockBoth
	}
	m, err := r.changeLocked(ctx, a, now, id, lock, func(tx *store.Tx, m *verno.Member) ([]verno.Event, error) {
		if m.Revision != revision {
			return nil, stale()
		}
		return r.apply(ctx, tx, a, now, m, c)
	})
	if err != nil {
		return View{}, err
	}
	return r.view(ctx, a.Tenant, m.ID)
}

// apply writes a change of a locked member and returns its event; none where nothing is different.
func (r *Roll) apply(ctx context.Context, tx *store.Tx, a verno.Actor, now time.Time, m *verno.Member, c Change) ([]verno.Event, error) {
	person, err := r.Vault.Person(ctx, tx.Reader, m.Tenant, m.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	was := person
	c.person(&person)
	var f verno.Faults
	if person, err = r.Vault.Check(person); err != nil {
		if err := f.Add("", err); err != nil {
			return nil, err
		}
	}
	own := c.row(&f, m)
	if err := f.Err(); err != nil {
		return nil, err
	}
	personal := differences(was, person)
	fields := slices.Concat(personal, own)
	if len(fields) == 0 {
		return nil, nil
	}
	m.UpdatedAt = now
	err = written(tx.ChangeMember(ctx, *m))
	if errors.Is(err, store.ErrUnique) {
		err = takenExternal(m.ExternalID)
	}
	if err != nil {
		return nil, err
	}
	m.Revision++
	if len(personal) > 0 {
		if _, err := r.Vault.PutPerson(ctx, tx, m.Tenant, m.ID, person, now); err != nil {
			return nil, err
		}
	}
	events := []verno.Event{event(verno.EventMemberUpdated, a, *m, m.ID.String(), "fields", strings.Join(fields, " "))}
	if was.Phone == "" || was.Phone == person.Phone {
		return events, nil
	}
	until, err := r.cool(ctx, tx, m.Tenant, m.Owner, now)
	return append(events, event(verno.EventPhoneChanged, a, *m, m.ID.String(), "no_spending_until", until)), err
}

// person writes the changes of a person.
func (c Change) person(p *vault.Person) {
	for _, field := range []struct{ from, to *string }{
		{c.Phone, &p.Phone},
		{c.Email, &p.Email},
		{c.FirstName, &p.FirstName},
		{c.LastName, &p.LastName},
		{c.Birthday, &p.Birthday},
		{c.Gender, &p.Gender},
	} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
	if c.Custom != nil {
		p.Custom = *c.Custom
	}
}

// differences names the fields in which two persons differ.
func differences(a, b vault.Person) (fields []string) {
	for _, field := range []struct {
		name string
		same bool
	}{
		{"phone", a.Phone == b.Phone},
		{"email", a.Email == b.Email},
		{"first_name", a.FirstName == b.FirstName},
		{"last_name", a.LastName == b.LastName},
		{"birthday", a.Birthday == b.Birthday},
		{"gender", a.Gender == b.Gender},
		{"custom", maps.Equal(a.Custom, b.Custom)},
	} {
		if !field.same {
			fields = append(fields, field.name)
		}
	}
	return fields
}

// row writes the changes of a member's row and names the fields.
func (c Change) row(f *verno.Faults, m *verno.Member) (fields []string) {
	if c.ExternalID != nil && *c.ExternalID != m.ExternalID {
		f.Text("/external_id", *c.ExternalID, 0, maxExternal)
		m.ExternalID = *c.ExternalID
		fields = append(fields, "external_id")
	}
	if c.Tags != nil {
		if tags := checkTags(f, *c.Tags); !slices.Equal(tags, m.Tags) {
			m.Tags = tags
			fields = append(fields, "tags")
		}
	}
	if c.Metadata != nil {
		if data := checkMetadata(f, *c.Metadata); !maps.Equal(data, m.Metadata) {
			m.Metadata = data
			fields = append(fields, "metadata")
		}
	}
	return fields
}
