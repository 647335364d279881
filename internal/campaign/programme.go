package campaign

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
)

// CreateProgramme makes a programme as a draft; the draft's ID is given here. Nothing applies at a till before it is
// published.
func (o *Office) CreateProgramme(ctx context.Context, actor verno.Actor, now time.Time, draft verno.Programme) (store.Programme, error) {
	draft.ID = verno.NewID[verno.ProgrammeID](now, o.Entropy)
	p := store.Programme{Tenant: actor.Tenant, Draft: draft, Revision: 1, CreatedAt: now, UpdatedAt: now}
	err := o.write(ctx, actor, verno.MayWriteConfig, now, func(tx *store.Tx) (note, error) {
		return changed(draft.ID.String(), "programme", "created"), addProgramme(ctx, tx, p)
	})
	return p, err
}

func addProgramme(ctx context.Context, tx *store.Tx, p store.Programme) error {
	if err := checkProgramme(ctx, tx.Reader, p.Tenant, p.Draft, p.CreatedAt); err != nil {
		return err
	}
	return tx.InsertProgramme(ctx, p)
}

// Programme reads a draft.
func (o *Office) Programme(ctx context.Context, actor verno.Actor, id verno.ProgrammeID) (store.Programme, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return store.Programme{}, err
	}
	p, err := o.Store.Reader().Programme(ctx, actor.Tenant, id)
	return p, missing(err, "programme")
}

// Programmes lists drafts by ID.
func (o *Office) Programmes(ctx context.Context, actor verno.Actor, after verno.ProgrammeID, limit int) ([]store.Programme, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	return o.Store.Reader().Programmes(ctx, actor.Tenant, after, page(limit))
}

// ChangeProgramme writes a draft over the revision that was read. Once the programme was published, its currency, its
// issuer and the places of its points stay as they are, because accounts count in them.
func (o *Office) ChangeProgramme(ctx context.Context, actor verno.Actor, now time.Time, revision int64, draft verno.Programme) (store.Programme, error) {
	var p store.Programme
	err := o.write(ctx, actor, verno.MayWriteConfig, now, func(tx *store.Tx) (note, error) {
		var err error
		if p, err = tx.LockProgramme(ctx, actor.Tenant, draft.ID); err != nil {
			return note{}, missing(err, "programme")
		}
		if p.Revision != revision {
			return note{}, stale()
		}
		if err := checkProgramme(ctx, tx.Reader, actor.Tenant, draft, now); err != nil {
			return note{}, err
		}
		if err := settled(p, draft); err != nil {
			return note{}, err
		}
		p.Draft, p.UpdatedAt = draft, now
		if err := written(tx.ChangeProgramme(ctx, p)); err != nil {
			return note{}, err
		}
		p.Revision++
		return changed(draft.ID.String(), "programme", "drafted"), nil
	})
	return p, err
}

// settled sees that what accounts count in stays as it was published.
func settled(p store.Programme, draft verno.Programme) error {
	if p.Published == 0 {
		return nil
	}
	var f verno.Faults
	if p.Draft.Points.Scale != draft.Points.Scale {
		f.Say("/points/scale", "fixed_by_accounts")
	}
	if p.Draft.Currency != draft.Currency {
		f.Say("/currency", "fixed_by_accounts")
	}
	if p.Draft.Issuer != draft.Issuer {
		f.Say("/issuer_id", "fixed_by_accounts")
	}
	return f.Err()
}

// checkProgramme looks at the terms alone, as the rules will, and at what they name.
func checkProgramme(ctx context.Context, r *store.Reader, tenant verno.TenantID, draft verno.Programme, now time.Time) error {
	var f verno.Faults
	if _, err := r.Issuer(ctx, tenant, draft.Issuer); err != nil {
		if err := known(&f, "/issuer_id", err); err != nil {
			return err
		}
	}
	checkZone(&f, draft.TimeZone)
	checkLife(&f, &draft, now)
	return join(&f, promo.Validate(&verno.Version{Programme: draft}))
}

// checkLife sees that points do not lapse on a day that is over, as soon as they are given.
func checkLife(f *verno.Faults, draft *verno.Programme, now time.Time) {
	zone, err := time.LoadLocation(draft.TimeZone)
	if err == nil && ledger.Expiry(draft.Points.Expiry, now.In(zone)) <= verno.Micros(now) {
		f.Say("/points/expiry/date", "time_past")
	}
}

// checkZone sees that a time zone has a name that every machine knows.
func checkZone(f *verno.Faults, name string) {
	if _, err := time.LoadLocation(name); name == "" || name == "Local" || len(name) > 64 || err != nil {
		f.Say("/time_zone", "time_zone_invalid")
	}
}

// join adds the problems that the rules found. The problems themselves go along as data, for whoever shows them in the
// words of the rules.
func join(f *verno.Faults, problems []promo.Problem) error {
	for _, p := range problems {
		var params []string
		for name, value := range p.Params {
			params = append(params, name, value)
		}
		f.Say(p.Pointer, p.Code, params...)
	}
	e := verno.AsError(f.Err())
	if e == nil {
		return nil
	}
	if len(problems) > 0 {
		e.Data = problems
	}
	return e
}
