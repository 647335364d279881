package card_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
)

// TestNear: few shops are all on the card; of many those where the holder buys, then their neighbours, and for somebody
// new the busiest.
func TestNear(t *testing.T) {
	t.Parallel()
	// A street of thirty shops, a hundredth of a degree apart, in Moscow.
	street := func(bought map[int]int64) []card.Spot {
		spots := make([]card.Spot, 30)
		for i := range spots {
			spots[i] = card.Spot{
				ID:    verno.StoreID{15: byte(i)},
				Place: card.Place{Name: strconv.Itoa(i), LatitudeE6: 55_750_000, LongitudeE6: 37_000_000 + int64(i)*10_000},
				Busy:  int64(i), Bought: bought[i],
			}
		}
		return spots
	}
	named := func(places []card.Place) string {
		names := make([]string, len(places))
		for i := range places {
			names[i] = places[i].Name
		}
		return strings.Join(names, " ")
	}
	for _, c := range []struct {
		spots []card.Spot
		want  string
	}{
		{nil, ""},
		{street(nil)[:3], "0 1 2"},
		{street(nil), "20 21 22 23 24 25 26 27 28 29"},
		{street(map[int]int64{5: 9, 29: 1}), "1 2 3 4 5 6 7 8 9 29"},
		{street(map[int]int64{5: 10, 29: 1}), "1 2 3 4 5 6 7 8 9 29"},
		{street(map[int]int64{0: 2, 1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2, 7: 2, 8: 2, 9: 2, 10: 1, 11: 3}), "1 2 3 4 5 6 7 8 9 11"},
	} {
		before := named(places(c.spots))
		if got := named(card.Near(c.spots)); got != c.want {
			t.Errorf("chose %q, not %q", got, c.want)
		}
		if named(places(c.spots)) != before {
			t.Error("what was given was put in another order")
		}
	}
}

func places(spots []card.Spot) []card.Place {
	list := make([]card.Place, len(spots))
	for i := range spots {
		list[i] = spots[i].Place
	}
	return list
}

// TestShopsAreLinks: online shops stand behind the links of a card's design, three at most, and none to which the design
// leads itself.
func TestShopsAreLinks(t *testing.T) {
	t.Parallel()
	k, _ := card.Find("points")
	template := k.Template("Card")
	template.Design.Links = []card.Link{{Title: card.Same("Our shop"), URL: "https://a.example"}}
	x := card.Facts{State: "active"}
	for _, name := range []string{"a", "b", "c", "d"} {
		x.Shops = append(x.Shops, card.Link{Title: card.Same(name), URL: "https://" + name + ".example"})
	}
	f, err := card.Show(&template, &x)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range f.Links {
		got = append(got, l.Title.In("en"))
	}
	if want := "Our shop b c"; strings.Join(got, " ") != want || len(template.Design.Links) != 1 {
		t.Errorf("the links are %v, want %s", got, want)
	}
}
