package checkout_test

import (
	"testing"

	"github.com/verno-loyalty/verno/money"
)

// TestSale: what was quoted is committed, and the points are there at once.
func TestSale(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		r := b.sell(b.at(0), b.saleOf(b.show(b.at(0), g), tea(100_00), 0))
		if r.Totals.Payable != 100_00 || r.Totals.Earn != 5 {
			t.Errorf("totals %+v", r.Totals)
		}
		b.has(g, 5)
		b.back(r, quantity("tea", money.One))
		b.has(g, 0)
	})
}
