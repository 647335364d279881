package server

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Founding says what a chain begins with.
type Founding struct {
	Name     string // of the tenant
	Language string // ru or en
	Issuer   string // the legal entity; the name where empty
	TaxID    string
	Currency money.Currency
	TimeZone string
	Store    string
	Login    string // of the owner
	Password string
}

// Founded is all that a client needs to begin.
type Founded struct {
	Tenant verno.TenantID `json:"tenant_id"`
	Owner  verno.StaffID  `json:"owner_id"`
	Live   Grounds        `json:"live"`
	Test   Grounds        `json:"test"` // the twin in which integrators try things out
}

// Grounds are what there is in one of the two.
type Grounds struct {
	Tenant    verno.TenantID    `json:"tenant_id"`
	Issuer    verno.IssuerID    `json:"issuer_id"`
	Programme verno.ProgrammeID `json:"programme_id"`
	Version   int64             `json:"version"`
	Store     verno.StoreID     `json:"store_id"`
	Terminal  verno.TerminalID  `json:"terminal_id"`
	Token     string            `json:"terminal_token"` // of the till, which is paired already
	APIKey    string            `json:"api_key"`        // may do all
}

// Found makes a tenant and its test twin with a programme, a store, a paired till, an owner and keys. What is refused leaves
// nothing behind.
func (s *Server) Found(ctx context.Context, f Founding) (Founded, error) {
	now := s.Now()
	if f.Issuer == "" {
		f.Issuer = f.Name
	}
	first := auth.NewStaff{Name: f.Login, Login: f.Login, Password: f.Password}
	if err := s.Gate.CheckOwner(ctx, first); err != nil {
		return Founded{}, err
	}
	grounds := map[verno.TenantID]*Grounds{}
	live, test, err := s.Gate.CreateTenant(ctx, f.Name, f.Language, now, func(tx *store.Tx, tenant verno.TenantID) error {
		made, err := s.Office.Bootstrap(ctx, tx, auth.Operator(tenant), now, campaign.Opening{
			Issuer: f.Issuer, TaxID: f.TaxID, Programme: f.Name, Currency: f.Currency, TimeZone: f.TimeZone, Store: f.Store,
		})
		if err != nil {
			return err
		}
		grounds[tenant] = &Grounds{
			Tenant: tenant, Issuer: made.Issuer, Programme: made.Programme, Version: made.Version.Number, Store: made.Store,
		}
		return nil
	})
	if err != nil {
		return Founded{}, err
	}
	owner, err := s.Gate.CreateOwner(ctx, live, first, now)
	if err != nil {
		return Founded{}, err
	}
	for _, g := range grounds {
		if err := s.openTill(ctx, g); err != nil {
			return Founded{}, err
		}
		_, g.APIKey, err = s.Gate.CreateKey(ctx, auth.Operator(live), auth.NewKey{
			Name: "init", Scopes: verno.RoleOwner.Permissions(), Test: g.Tenant == test,
		}, now)
		if err != nil {
			return Founded{}, err
		}
	}
	return Founded{Tenant: live, Owner: owner.ID, Live: *grounds[live], Test: *grounds[test]}, nil
}

// openTill makes and pairs the first till of a tenant.
func (s *Server) openTill(ctx context.Context, g *Grounds) error {
	now, actor := s.Now(), auth.Operator(g.Tenant)
	till, err := s.Gate.CreateTerminal(ctx, actor, auth.NewTerminal{Store: g.Store, Name: "1"}, now)
	if err != nil {
		return err
	}
	pairing, err := s.Gate.NewPairing(ctx, actor, till.ID, now)
	if err != nil {
		return err
	}
	paired, err := s.Gate.Pair(ctx, pairing.Code, "init", now)
	g.Terminal, g.Token = till.ID, paired.Token
	return err
}
