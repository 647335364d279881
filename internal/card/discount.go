package card

import (
	"slices"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// discountSettings say what a card of one discount takes off, as it is written on it. The promotion that takes it off is
// the programme's.
type discountSettings struct {
	Percent money.Percent `json:"percent" en:"Discount" ru:"Скидка" required:"true"`
	Terms   Text          `json:"terms,omitempty" en:"Terms on the back" ru:"Условия на обороте" max:"4000"`
}

// discount is the card of one discount for everybody: it works without an account.
var discount = define(Kind{
	Name: "discount", Title: Both("Discount card", "Дисконтная карта"), Style: StyleStoreCard, Class: ClassLoyalty, Scan: ScanIdentify, Member: true,
	About: Both("One discount on every purchase, without points or an account page.", "Постоянная скидка на каждую покупку, без баллов и личного кабинета."),
	Needs: []string{"card_discount"},
	Fields: []Known{
		set(Known{Name: "percent", Label: Both("Your discount", "Ваша скидка"), Change: Both("Your discount is %@ now", "Ваша скидка теперь %@")},
			func(s *discountSettings, x *Facts) Value {
				if x.Percent > 0 {
					return percentValue(x.Percent)
				}
				return percentValue(int64(s.Percent))
			}),
		knownSpent, knownHolder, knownNumber, knownStarts, knownEnds, knownMerchant, knownNews,
		set(termsField, func(s *discountSettings, _ *Facts) Value { return textValue(s.Terms) }),
	},
	Starter: Design{
		Title: Both("Discount card", "Дисконтная карта"), Format: QR,
		Colours: Colours{Background: "#1f2a44", Foreground: "#ffffff", Label: "#b9c6e6"},
		Front:   slices.Concat(at(AreaPrimary, "percent"), at(AreaSecondary, "number"), at(AreaAuxiliary, "holder", "ends")),
		Back:    back("news", "spent", "merchant", "terms"),
	},
}, discountSettings{Percent: 500}, nil, nil)

// Percent is what a card of the template takes off now, in hundredths of a percent, as it says of itself; 0 for nothing.
func (t *Template) Percent(x *Facts) int64 {
	k, ok := Find(t.Kind)
	if !ok {
		return 0
	}
	field, ok := k.Field("percent")
	if !ok {
		return 0
	}
	var ignored verno.Faults
	if v := field.value(k.settings(t.Settings, &ignored), x); v.Percent != nil {
		return *v.Percent
	}
	return 0
}
