package checkout_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
)

// TestPaidIn: what lies in a till's drawer by top-ups is counted at that till, from a time on, and for nobody else.
func TestPaidIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g, a := b.enrol(), b.at(0)
		pay := func(key string, tender verno.TenderKind) {
			_, _, err := b.till.TopUp(b.ctx, a, checkout.TopUp{
				Key: key, BodyHash: hash(key), Presence: b.scan(a, g.static()), Amount: 100_00, Tender: tender, Reference: "slip 7", Currency: "RUB",
			})
			b.must(err)
		}
		pay("yesterday", verno.TenderCash)
		b.later(24 * time.Hour)
		today := b.clock()
		pay("cash", verno.TenderCash)
		b.later(time.Second)
		pay("card", verno.TenderCard)
		got, err := b.till.PaidIn(b.ctx, a, a.Terminal, today.Add(-time.Hour), 10)
		b.must(err)
		if len(got) != 2 || got[0] != (checkout.PaidIn{Tender: verno.TenderCash, Amount: 100_00}) || got[1].Tender != verno.TenderCard {
			t.Errorf("paid in: %+v", got)
		}
		other := b.at(1)
		if got, err := b.till.PaidIn(b.ctx, other, other.Terminal, time.Time{}, 10); err != nil || len(got) != 0 {
			t.Errorf("at another till: %+v, %v", got, err)
		}
		_, err = b.till.PaidIn(b.ctx, verno.Actor{Tenant: a.Tenant}, a.Terminal, today, 10)
		b.refused(err, "permission_missing")
	})
}
