package server

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/setup"
)

// SetupPath is where whoever has just started Verno sets it up, with a token that is good once; empty where somebody is
// an owner already.
func (s *Server) SetupPath(ctx context.Context) (string, error) {
	token, err := s.Office.NewSetup(ctx, s.Now())
	if err != nil || token == "" {
		return "", err
	}
	return setup.Base + "/" + token, nil
}

// establish makes what the first step of the beginning tells of: a tenant and its test twin, each with a programme and a
// store that has the business's name until it gets its own.
func (s *Server) establish(ctx context.Context, o setup.Opening) (verno.TenantID, error) {
	now := s.Now()
	live, _, err := s.Gate.CreateTenant(ctx, o.Name, o.Language, now, func(tx *store.Tx, tenant verno.TenantID) error {
		_, err := s.Office.Bootstrap(ctx, tx, auth.Operator(tenant), now, campaign.Opening{
			Issuer: o.Issuer, TaxID: o.TaxID, Programme: o.Name, Currency: o.Currency, TimeZone: o.TimeZone, Store: o.Name,
		})
		return err
	})
	return live, err
}
