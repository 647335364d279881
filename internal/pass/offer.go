package pass

import (
	"context"
	"errors"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Offer is which wallets the cards of a tenant can be put into now.
type Offer struct {
	Apple  bool // passes can be signed
	Trial  bool // with a certificate of one's own making, of which an iPhone takes no pass
	Google bool // there is an account that speaks to it
}

// Offer says which wallets can be offered to the members of a tenant, so that no page has a button behind which there is
// nothing. Whether Google can be reached at the moment it does not ask.
func (p *Passes) Offer(ctx context.Context, tenant verno.TenantID) (o Offer, err error) {
	reader := p.Store.Reader()
	switch row, err := reader.WalletCredentialInUse(ctx, tenant, store.CredentialApplePass); {
	case err == nil:
		o.Apple = row.NotAfter.After(p.Clock())
		o.Trial = o.Apple && !isOfApple(row)
	case !errors.Is(err, store.ErrNotFound):
		return o, err
	}
	if !strings.HasPrefix(p.Base, "https://") {
		return o, nil // Google takes in no card whose address it cannot call back.
	}
	_, err = reader.WalletCredentialInUse(ctx, tenant, store.CredentialGoogle)
	o.Google = err == nil
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return o, err
}

// Inside says whether a pass is in a wallet now, as far as wallets tell.
func (p *Passes) Inside(ctx context.Context, pass store.Pass) (bool, error) {
	if !pass.SavedAt.IsZero() && pass.SavedAt.After(pass.RemovedAt) {
		return true, nil
	}
	devices, err := p.Store.Reader().RegistrationsOf(ctx, pass.Tenant, pass.Card)
	return len(devices) > 0, err
}
