package member

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Ways are those by which links can be sent.
func (r *Roll) Ways() []string {
	return slices.DeleteFunc(slices.Clone(LinkWays), func(way string) bool { return !r.CanSend(way) })
}

// SendSold is SendLink for whoever has just sold a gift certificate and may send no other card: it brings the certificate into
// the phone of who has bought it, or is given it. Once a phone has it, nobody takes it over by a link from a till. Errors:
// not_found, certificate_not_here, card_state, link_off, link_too_many, and those of what is asked for.
func (r *Roll) SendSold(ctx context.Context, a verno.Actor, now time.Time, q LinkRequest) (Link, error) {
	if err := a.Require(verno.MayTopUp); err != nil {
		return Link{}, err
	}
	if err := r.SoldHere(ctx, a, q.Card); err != nil {
		out, err := r.Books.Earlier(ctx, a.Tenant, q.Key, q.BodyHash, err)
		if err != nil {
			return Link{}, err
		}
		return r.sentLink(ctx, a.Tenant, out)
	}
	q.untaken = true
	return r.sendBearer(ctx, a, now, q)
}

// untaken sees that no phone has a card, by a link or in a wallet. Error: certificate_not_here.
func untaken(ctx context.Context, tx *store.Tx, tenant verno.TenantID, id verno.CardID) error {
	_, err := tx.Pass(ctx, tenant, id)
	if err == nil {
		return verno.Conflict("certificate_not_here")
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	links, err := tx.CardLinks(ctx, tenant, id, shownLinks)
	for i := range links {
		if !links[i].UsedAt.IsZero() {
			return verno.Conflict("certificate_not_here")
		}
	}
	return err
}
