package member_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// TestPlacesOfACard: of a chain's many shops a card has those where its holder buys and their neighbours; a shop that
// closes leaves the card at once.
func TestPlacesOfACard(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		street := b.street(14)
		m := b.enrol(anna())
		greets := func() (said []string) {
			_, x, err := b.roll.CardFacts(b.ctx, b.actor.Tenant, m.Cards[0].ID, b.clock())
			b.must(err)
			for _, p := range x.Places {
				if !p.Greeting.Empty() {
					said = append(said, p.Name+": "+p.Greeting.In("ru"))
				}
			}
			return said
		}
		near := func() (names []string) {
			_, x, err := b.roll.CardFacts(b.ctx, b.actor.Tenant, m.Cards[0].ID, b.clock())
			b.must(err)
			for _, p := range x.Places {
				names = append(names, p.Name)
			}
			slices.Sort(names)
			return names
		}
		if got := near(); len(got) != 10 {
			b.t.Fatalf("without a sale %v", got)
		}
		s := b.shop()
		s.actor.Store = street[12].ID
		_, err := s.sell(s.live(m.Cards[0].ID).Presence, 0)()
		b.must(err)
		want := []string{"04", "05", "06", "07", "08", "09", "10", "11", "12", "13"}
		if got := near(); !slices.Equal(got, want) {
			b.t.Fatalf("after a sale at 12: %v", got)
		}
		if got := greets(); len(got) != 0 {
			b.t.Errorf("shops greet with %v", got)
		}
		polite := street[12]
		polite.Greeting = map[string]string{"ru": "Кофе за углом"}
		b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
			_, err := tx.ChangePlace(b.ctx, polite)
			return err
		}))
		if got := greets(); !slices.Equal(got, []string{"12: Кофе за углом"}) {
			b.t.Errorf("a shop greets with %v", got)
		}
		gone := street[11]
		gone.ClosedAt, gone.UpdatedAt = b.clock(), b.clock()
		b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
			_, err := tx.ChangePlace(b.ctx, gone)
			return err
		}))
		if got := near(); len(got) != 10 || slices.Contains(got, "11") || !slices.Contains(got, "03") {
			b.t.Fatalf("after 11 closed: %v", got)
		}
	})
}

// street opens shops one after another along a street.
func (b *bundle) street(n int) []verno.Store {
	b.t.Helper()
	like, err := b.store.Reader().Place(b.ctx, b.actor.Tenant, b.made.Store)
	b.must(err)
	shops := make([]verno.Store, n)
	b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
		for i := range shops {
			north, east := int64(55_750_000), int64(37_000_000+i*10_000)
			shops[i] = like
			shops[i].ID, shops[i].ExternalID = verno.NewID[verno.StoreID](b.clock(), rand.Reader), fmt.Sprint("street ", i)
			shops[i].Name, shops[i].Latitude, shops[i].Longitude = fmt.Sprintf("%02d", i), &north, &east
			if _, err := tx.InsertPlace(b.ctx, shops[i]); err != nil {
				return err
			}
		}
		return nil
	}))
	return shops
}

// TestOnlineShopIsNoPlace: an online shop stands on a card as a link, while it is open, and among no places.
func TestOnlineShopIsNoPlace(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		street := b.street(2)
		m := b.enrol(anna())
		far := int64(55_000_000)
		shop := street[1]
		shop.Online, shop.WebAddress, shop.Latitude, shop.Longitude = true, "https://shop.example.com", &far, &far
		put := func() {
			b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
				_, err := tx.ChangePlace(b.ctx, shop)
				return err
			}))
			shop.Revision++
		}
		put()
		_, x, err := b.roll.CardFacts(b.ctx, b.actor.Tenant, m.Cards[0].ID, b.clock())
		b.must(err)
		if len(x.Places) != 1 || x.Places[0].Name != street[0].Name || len(x.Shops) != 1 || x.Shops[0].URL != shop.WebAddress || x.Shops[0].Title.In("ru") != shop.Name {
			b.t.Errorf("places %+v, shops %+v", x.Places, x.Shops)
		}
		shop.ClosedAt = b.clock()
		put()
		if _, x, err = b.roll.CardFacts(b.ctx, b.actor.Tenant, m.Cards[0].ID, b.clock()); err != nil || len(x.Shops) != 0 {
			b.t.Errorf("closed: %+v, %v", x.Shops, err)
		}
	})
}
