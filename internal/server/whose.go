package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Whose says of which tenant and programme something is. Zero values choose where there is but one.
type Whose struct {
	Tenant    verno.TenantID
	Test      bool // the tenant's test twin
	Programme verno.ProgrammeID
}

// tenant finds the tenant that is meant.
func (w Whose) tenant(ctx context.Context, r *store.Reader) (store.Tenant, error) {
	all, err := r.Tenants(ctx)
	if err != nil {
		return store.Tenant{}, err
	}
	var live []store.Tenant
	for _, t := range all {
		if t.Live && (w.Tenant.IsZero() || t.ID == w.Tenant) || t.ID == w.Tenant {
			live = append(live, t)
		}
	}
	switch {
	case len(live) == 0 && w.Tenant.IsZero():
		return store.Tenant{}, errors.New("there is no tenant yet; verno init makes one")
	case len(live) == 0:
		return store.Tenant{}, verno.NotFound("not_found").With("thing", "tenant")
	case len(live) > 1:
		return store.Tenant{}, fmt.Errorf("there are %d tenants: say which", len(live))
	case w.Test && live[0].Live:
		return r.TwinOf(ctx, live[0].ID)
	}
	return live[0], nil
}

// programme finds the programme that is meant.
func (w Whose) programme(ctx context.Context, r *store.Reader, tenant verno.TenantID) (verno.ProgrammeID, error) {
	if !w.Programme.IsZero() {
		return w.Programme, nil
	}
	list, err := r.Programmes(ctx, tenant, verno.ProgrammeID{}, 2)
	if err != nil {
		return w.Programme, err
	}
	if len(list) != 1 {
		return w.Programme, verno.Invalid("programme_ambiguous")
	}
	return list[0].Draft.ID, nil
}
