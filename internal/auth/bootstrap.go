package auth

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// CreateTenant makes a tenant with its keys, and beside it its test twin, for integrators.
//
// What else the two begin with is made in the same transaction: where that is refused, there is no tenant either.
func (g *Gate) CreateTenant(
	ctx context.Context, name, language string, now time.Time, begin ...func(tx *store.Tx, tenant verno.TenantID) error,
) (live, test verno.TenantID, err error) {
	name = verno.Single(name)
	var faults verno.Faults
	faults.Text("/name", name, 1, 100)
	faults.OneOf("/language", language, "ru", "en")
	if err := faults.Err(); err != nil {
		return live, test, err
	}
	live, test = verno.NewID[verno.TenantID](now, g.Entropy), verno.NewID[verno.TenantID](now, g.Entropy)
	rows := []store.Tenant{
		{ID: live, Name: name, Live: true, Language: language, ConfigVersion: 1, CreatedAt: now},
		{ID: test, Name: name, LiveID: live, Language: language, ConfigVersion: 1, CreatedAt: now},
	}
	err = g.Store.Write(ctx, func(tx *store.Tx) error {
		for _, row := range rows {
			if err := tx.InsertTenant(ctx, row); err != nil {
				return err
			}
			if err := g.Vault.NewTenant(ctx, tx, row.ID, now); err != nil {
				return err
			}
			if err := g.record(ctx, tx, Operator(row.ID), now, "tenant.created", row.ID.String(), "livemode", yesNo(row.Live)); err != nil {
				return err
			}
			for _, begin := range begin {
				if err := begin(tx, row.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return live, test, err
}

// CheckOwner says what keeps somebody from being the first person of a tenant, before there is one. Errors: invalid fields,
// login_taken.
func (g *Gate) CheckOwner(ctx context.Context, n NewStaff) error {
	n.Role = verno.RoleOwner
	n, err := n.checked()
	if err != nil {
		return err
	}
	token, err := g.Vault.Token(ctx, vault.House, "login", n.Login)
	if err != nil {
		return err
	}
	if _, err = g.Store.Reader().StaffByLogin(ctx, token); err == nil {
		return verno.Conflict("login_taken")
	}
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return err
}

// CreateOwner adds the first person of a tenant, who can then add the others.
func (g *Gate) CreateOwner(ctx context.Context, tenant verno.TenantID, n NewStaff, now time.Time) (Staff, error) {
	n.Role = verno.RoleOwner
	return g.CreateStaff(ctx, Operator(tenant), n, now)
}
