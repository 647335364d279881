package card

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/verno-loyalty/verno"
)

// Spot is a store of the trade that a card may come up near to, and what speaks for it.
type Spot struct {
	Place

	ID     verno.StoreID
	Bought int64 // how often the holder of the card bought there of late
	Busy   int64 // how often anybody did
}

// Near chooses the places of a card, of which wallets take few: first where its holder buys most; then what lies nearest to
// where they buy most; and for somebody who has bought nowhere yet where most people buy. They come in the order of
// their IDs, so that a card does not change only because somebody bought once more where they always do.
func Near(spots []Spot) []Place {
	chosen := slices.Clone(spots)
	slices.SortFunc(chosen, func(a, b Spot) int {
		return cmp.Or(cmp.Compare(b.Bought, a.Bought), cmp.Compare(b.Busy, a.Busy), bytes.Compare(a.ID[:], b.ID[:]))
	})
	if len(chosen) > MaxPlaces && chosen[0].Bought > 0 {
		usual := chosen[0].Place
		known := slices.IndexFunc(chosen, func(s Spot) bool { return s.Bought == 0 })
		if known >= 0 {
			slices.SortFunc(chosen[known:], func(a, b Spot) int {
				return cmp.Or(cmp.Compare(apart(usual, a.Place), apart(usual, b.Place)), bytes.Compare(a.ID[:], b.ID[:]))
			})
		}
	}
	chosen = chosen[:min(len(chosen), MaxPlaces)]
	slices.SortFunc(chosen, func(a, b Spot) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	places := make([]Place, len(chosen))
	for i := range chosen {
		places[i] = chosen[i].Place
	}
	return places
}

// degree is a degree in the numbers of a place.
const degree = 1_000_000

// apart compares distances: it grows with the way between two places, as far as shops of a chain lie apart. Meridians come
// together towards the poles by the cosine of the latitude, for which Bhaskara's fraction is right to a few thousandths.
func apart(a, b Place) int64 {
	north := a.LatitudeE6 - b.LatitudeE6
	east := max(a.LongitudeE6-b.LongitudeE6, b.LongitudeE6-a.LongitudeE6)
	east = min(east, 360*degree-east)
	at := a.LatitudeE6 / degree
	east = east * (32_400 - 4*at*at) / (32_400 + at*at)
	return north*north + east*east
}
