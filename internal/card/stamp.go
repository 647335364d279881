package card

import (
	"slices"
	"strconv"
	"strings"
)

// stampSettings say which card of stamps is shown where the programme has several, and what a full one gives.
type stampSettings struct {
	Promotion string `json:"promotion,omitempty" en:"Promotion of stamps" ru:"Акция со штампами" max:"200"`
	Reward    Text   `json:"reward,omitempty" en:"What a full card gives" ru:"Что даёт полная карта" max:"60"`
	Terms     Text   `json:"terms,omitempty" en:"Terms on the back" ru:"Условия на обороте" max:"4000"`
}

// shown is the card of stamps that the template is for: the one it names, else the first.
func (s *stampSettings) shown(x *Facts) Stamps {
	for _, one := range x.Stamps {
		if s.Promotion == "" || one.Name == s.Promotion {
			return one
		}
	}
	return Stamps{}
}

// tally is how far a card is filled.
func (s Stamps) tally() Value {
	if s.Needed <= 0 {
		return Value{}
	}
	n, of := strconv.FormatInt(s.Count, 10), strconv.FormatInt(s.Needed, 10)
	return textValue(Both(n+" of "+of, n+" из "+of))
}

// maxRow is the longest row of stamps that is drawn.
const maxRow = 12

// row draws a card of stamps, where it is short enough for that.
func (s Stamps) row() Value {
	if s.Needed <= 0 || s.Needed > maxRow {
		return Value{}
	}
	full := int(min(max(s.Count, 0), s.Needed))
	return textValue(Same(strings.Repeat("●", full) + strings.Repeat("○", int(s.Needed)-full)))
}

// knownStamps is the first card of stamps that a member fills, for cards of other kinds.
var knownStamps = told(Known{Name: "stamps", Label: Both("Stamps", "Штампы"), Change: Both("Stamps: %@", "Штампы: %@")},
	func(x *Facts) Value { return (&stampSettings{}).shown(x).tally() })

// stamp is the card of stamps: a reward after so many purchases.
var stamp = define(Kind{
	Name: "stamp", Title: Both("Stamp card", "Карта со штампами"), Style: StyleStoreCard, Class: ClassLoyalty, Scan: ScanIdentify, Member: true,
	About: Both("A stamp for each purchase, and a reward when the card is full.", "Штамп за каждую покупку и награда, когда карта заполнена."),
	Needs: []string{"stamps"},
	Fields: []Known{
		set(Known{Name: "stamps", Label: Both("Stamps", "Штампы"), Change: Both("Stamps: %@", "Штампы: %@")},
			func(s *stampSettings, x *Facts) Value { return s.shown(x).tally() }),
		set(Known{Name: "row", Label: Both("Your card", "Ваша карта")}, func(s *stampSettings, x *Facts) Value { return s.shown(x).row() }),
		set(Known{Name: "stamps_left", Label: Both("To the reward", "До награды")}, func(s *stampSettings, x *Facts) Value {
			one := s.shown(x)
			return some(one.Needed > 0, numberValue(max(one.Needed-one.Count, 0)))
		}),
		set(Known{Name: "reward", Label: Both("Reward", "Награда")}, func(s *stampSettings, _ *Facts) Value { return textValue(s.Reward) }),
		knownBalance, knownHolder, knownNumber, knownMerchant, knownNews,
		set(termsField, func(s *stampSettings, _ *Facts) Value { return textValue(s.Terms) }),
	},
	Starter: Design{
		Title: Both("Stamp card", "Карта со штампами"), Format: QR,
		Colours: Colours{Background: "#4a2c1a", Foreground: "#ffffff", Label: "#ecd2bd"},
		Front: slices.Concat(at(AreaHeader, "stamps_left"), at(AreaPrimary, "stamps"), at(AreaSecondary, "row"),
			at(AreaAuxiliary, "reward")),
		Back: slices.Concat(back("news"), []Placed{{Field: "balance", Area: AreaBack, Silent: true}}, back("number", "merchant", "terms")),
	},
}, stampSettings{Reward: Both("A drink as a gift", "Напиток в подарок")}, nil, func(f *Face, s *stampSettings, x *Facts) {
	f.Balance = s.shown(x).tally()
})
