package pass_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/card"
)

// TestABannerComesAndGoesByItself: phones are told on the first day of a banner and on the day after its last, and on no
// other, though nobody has done anything.
func TestABannerComesAndGoesByItself(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		day := func(n int) string { return b.clock().AddDate(0, 0, n).Format(time.DateOnly) }
		b.shop.template.Design.Banners = []card.Banner{{Text: card.Both("Pies", "Пироги"), From: day(2), Until: day(3)}}
		p := b.join(1)
		b.settle()
		for i, want := range []int{0, 1, 0, 1, 0} {
			had := b.heard(p)
			b.pass(24 * time.Hour)
			b.settle()
			if n := b.heard(p) - had; n != want {
				t.Errorf("day %d: told %d times, want %d", i+1, n, want)
			}
		}
	})
}
