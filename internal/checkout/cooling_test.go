package checkout_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
)

// TestChangedPhoneSpendsNothing: a change of phone between the quote and the payment wins, the live code notwithstanding;
// earning goes on, and two days later so does spending.
func TestChangedPhoneSpendsNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol(anna)
		b.give(g, 300)
		a := b.at(0)
		s := b.saleOf(b.scan(a, b.live(g)), tea(500_00), 100)
		c := b.commitOf(a, s, b.quote(a, s))
		v, err := b.roll.Read(b.ctx, b.boss, g.ID)
		b.must(err)
		phone := "+79035550101"
		_, err = b.roll.Update(b.ctx, b.boss, b.clock(), g.ID, v.Revision, member.Change{Phone: &phone})
		b.must(err)
		_, _, err = b.till.Commit(b.ctx, a, c)
		b.refused(err, "account_cooling")
		_, err = b.till.Ask(b.ctx, a, checkout.Ask{Checkout: b.name("sale"), Sale: b.saleOf(b.scan(a, g.static()), tea(400_00), 100)})
		b.refused(err, "account_cooling")
		_, _, err = b.till.Hold(b.ctx, a, checkout.PlaceHold{
			Key: b.name("hold"), Presence: b.scan(a, g.static()), Kind: verno.UnitPoints, Amount: 1, Life: time.Hour,
		})
		b.refused(err, "account_cooling")
		b.sell(a, b.saleOf(b.scan(a, g.static()), tea(500_00), 0))
		b.later(48 * time.Hour)
		if r := b.sell(a, b.saleOf(b.scan(a, b.live(g)), tea(500_00), 100)); r.Totals.Points != 100 {
			t.Errorf("spent %d", r.Totals.Points)
		}
	})
}
