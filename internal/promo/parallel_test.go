package promo_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
)

// TestManyTills: one compiled version answers many tills at once, each with the answer that it gives alone.
func TestManyTills(t *testing.T) {
	t.Parallel()
	r := compile(t, programme(), mixed(60)...)
	var inputs []promo.Input
	var want []verno.Outcome
	for n := range 20 {
		in := promo.Input{Basket: sold(n), Member: regular(), Moment: verno.Moment{At: monday.AddDate(0, 0, n)}, Spend: -1}
		inputs = append(inputs, in)
		want = append(want, evaluate(r, in))
	}
	var tills sync.WaitGroup
	for range 8 {
		tills.Go(func() {
			var o verno.Outcome
			for range 10 {
				for n := range inputs {
					in := inputs[n]
					r.Evaluate(&in, true, &o)
					if !cmp.Equal(o.Totals, want[n].Totals) || !cmp.Equal(o.Explained, want[n].Explained) {
						t.Errorf("basket %d: %+v, want %+v", n, o.Totals, want[n].Totals)
					}
				}
			}
		})
	}
	tills.Wait()
}
