package checkout_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// TestForEver: a request that was answered is answered with the same a year later, although by then its business date, the
// time at which it happened, its presence and its till are such as nobody may name any more.
func TestForEver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		a := b.at(0)
		s := b.saleOf(b.show(a, g), tea(100_00), 0)
		c := b.commitOf(a, s, b.quote(a, s))
		c.BusinessDate = 20261122
		sold := b.commit(a, c)
		day, imported, too := b.returnOf(sold, quantity("tea", 300)), b.returnOf(sold, quantity("tea", 300)), b.returnOf(sold, quantity("tea", money.One))
		day.BusinessDate, imported.OccurredAt, too.BusinessDate = 20261122, b.clock(), 20261122
		var backs []*verno.Receipt
		for _, q := range []checkout.Return{day, imported} {
			r, _, err := b.till.Return(b.ctx, a, q)
			b.must(err)
			backs = append(backs, r)
		}
		_, _, err := b.till.Return(b.ctx, a, too)
		b.refused(err, "return_too_much")
		b.later(366 * 24 * time.Hour)
		r, replayed, err := b.till.Commit(b.ctx, a, c)
		b.must(err)
		if r.Returned = nil; !replayed || !cmp.Equal(r, sold, same...) {
			t.Errorf("replayed %t: %+v", replayed, r)
		}
		for i, q := range []checkout.Return{day, imported} {
			r, replayed, err := b.till.Return(b.ctx, a, q)
			b.must(err)
			if !replayed || !cmp.Equal(r, backs[i], same...) {
				t.Errorf("replayed %t: %+v", replayed, r)
			}
		}
		_, _, err = b.till.Return(b.ctx, a, too)
		b.refused(err, "return_too_much")
		c.BodyHash = hash("other")
		_, _, err = b.till.Commit(b.ctx, a, c)
		b.refused(err, "idempotency_key_reused")
		day.Key = b.name("return")
		_, _, err = b.till.Return(b.ctx, a, day)
		b.wrong(err, "/business_date", "date_far")
	})
}
