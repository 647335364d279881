package server

import (
	"context"
	"net/http"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/hooks"
)

// googleSecret is what the code that rotates in Google Wallet is made of.
func (s *Server) googleSecret(ctx context.Context, tenant verno.TenantID, id verno.CardID) ([]byte, code.Machine, error) {
	_, secret, err := s.Roll.Secret(ctx, tenant, id)
	return secret.Live, code.Machine(secret.Machine), err
}

// googleJobs tell Google of changed cards, at a pace of their own, as Google may hang.
func (s *Server) googleJobs() []job {
	return []job{
		{"tell Google of changed cards", time.Second, s.Passes.TellGoogle},
		{"forget what was seen once", 10 * time.Minute, s.Passes.ForgetSeen},
	}
}

// hooks take the calls of providers.
func (s *Server) hooks(frame *web.Frame) http.Handler {
	return hooks.New(hooks.Deps{Passes: s.Passes, Frame: frame, Clock: s.Config.Clock})
}

// GoogleAccount is what a tenant is at Google, as it may be told; false where it is nothing.
func (s *Server) GoogleAccount(ctx context.Context, w Whose) (pass.GoogleAccount, bool, error) {
	t, err := w.tenant(ctx, s.Store.Reader())
	if err != nil {
		return pass.GoogleAccount{}, false, err
	}
	return s.Passes.GoogleAccount(ctx, t.ID)
}

// ImportGoogle takes in the service account that speaks for a tenant's issuer at Google.
func (s *Server) ImportGoogle(ctx context.Context, w Whose, issuer string, file []byte, smartTap []string) (pass.GoogleAccount, error) {
	t, err := w.tenant(ctx, s.Store.Reader())
	if err != nil {
		return pass.GoogleAccount{}, err
	}
	return s.Passes.ImportGoogle(ctx, auth.Operator(t.ID), issuer, file, smartTap)
}

// CheckGoogle asks Google whether a tenant's account is let in.
func (s *Server) CheckGoogle(ctx context.Context, w Whose) error {
	t, err := w.tenant(ctx, s.Store.Reader())
	if err != nil {
		return err
	}
	return s.Passes.CheckGoogle(ctx, t.ID)
}

// RetireGoogle ends the use of a tenant's account at Google, and says whether there was one.
func (s *Server) RetireGoogle(ctx context.Context, w Whose) (bool, error) {
	t, err := w.tenant(ctx, s.Store.Reader())
	if err != nil {
		return false, err
	}
	return s.Passes.RetireGoogle(ctx, auth.Operator(t.ID))
}
