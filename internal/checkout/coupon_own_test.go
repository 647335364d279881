package checkout_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
)

// TestOwnCoupons: in the phone a member sees her coupons that are good for something, the latest first, with the code that a
// till reads; not those that were used or given back or have ended, and nobody else's.
func TestOwnCoupons(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		short, long, g := b.cappuccino(`,"valid_days":1`), b.cappuccino(`,"valid_days":30`), b.enrol()
		b.give(g, 1000)
		phone := b.phone(g)
		own := func(want ...verno.CardID) {
			t.Helper()
			list, err := b.till.OwnCoupons(b.ctx, phone)
			b.must(err)
			if len(list) != len(want) {
				t.Fatalf("she has %+v, want %d", list, len(want))
			}
			for i := range want {
				if list[i].Card != want[i] || list[i].Machine != b.machine(want[i]) || list[i].Number == "" || list[i].Offer["en"] != "10 off" || list[i].Ends.IsZero() {
					t.Errorf("she has %+v, want %s", list[i], want[i])
				}
			}
		}
		taken := func(gift verno.TemplateID) verno.CardID {
			t.Helper()
			b.later(time.Second)
			got, _, err := b.till.TakeGift(b.ctx, phone, b.taking(gift, ""))
			b.must(err)
			return got.Card
		}
		own()
		used, back, ends, stays := taken(long), taken(long), taken(short), taken(long)
		own(stays, ends, back, used)
		b.sell(b.at(0), b.withCoupons(b.show(b.at(0), g), 100_00, b.machine(used)))
		_, err := b.giveBackGift(back)
		b.must(err)
		own(stays, ends)
		b.later(25 * time.Hour)
		own(stays)
		list, err := b.till.OwnCoupons(b.ctx, b.phone(b.enrol()))
		if b.must(err); len(list) != 0 {
			t.Errorf("somebody else has %+v", list)
		}
	})
}
