package rig

import (
	"encoding/json"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Kind is a kind of chain that can be made up: what it sells and where, to whom, and when they come.
type Kind struct {
	Business string // as the brand calls it
	Accent   string // #rrggbb
	Name     both
	Slogan   both
	Shops    []Shop
	Site     Site
	Goods    []Ware
	Crowd    Crowd
	Expiry   verno.ExpiryTerms
	Share    money.Percent // the most of a receipt that points pay
	Levels   []tier
	Offers   []offer
	glyph    func(x, y float64) bool // what the logo shows, on a square from 0 to 1
}

// both is a text in the languages of the demo.
type both struct{ ru, en string }

func (b both) in(language string) string {
	if language == "ru" {
		return b.ru
	}
	return b.en
}

// Shop is a place, with its tills and those who work there.
type Shop struct {
	Name, Address       both
	Latitude, Longitude int64 // millionths of a degree
	Open, Shut          int   // hours
	Tills               int
	Weight              int // of its trade, against the other shops
}

// Site is a shop on the web, with neither a place nor tills.
type Site struct {
	Name    both
	Address string
	Weight  int // of its trade, against the shops
}

// Ware is something that is sold.
type Ware struct {
	SKU, Category string
	Name          both
	Price         int64 // minor units, of a piece or a kilogram
	Weight        int   // how often it is bought, against the others
	From, Until   int   // hours in which it is bought; 0 for always
	Weighed       bool
	Class         verno.GoodsClass
	VAT           money.Percent
}

// Crowd is who comes and when.
type Crowd struct {
	Members   int
	Receipts  int // on an ordinary day, in all shops
	Hours     [24]int
	Weekend   [24]int
	Days      [7]int // percent of an ordinary day, from Sunday
	Lines     []int  // weights of 1, 2, 3 … lines
	Anonymous int    // percent of the receipts
	Spends    int    // percent of the members who spend as soon as they can
	Returns   int    // of a thousand receipts
}

type tier struct {
	id   string
	name both
	from money.Amount
}

type offer struct {
	name  both
	offer verno.Promotion
}

func settings(text string) json.RawMessage { return json.RawMessage(text) }

// Kinds are the chains of the demo.
var Kinds = map[string]*Kind{"cafe": &cafe, "shop": &shop, "pharmacy": &pharmacy}

// Title is what the chain is called in a language.
func (k *Kind) Title(language string) string { return k.Name.in(language) }
