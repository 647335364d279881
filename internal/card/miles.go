package card

import "slices"

// milesSettings name what a carrier calls its points.
type milesSettings struct {
	Unit  Text `json:"unit,omitempty" en:"What the points are called" ru:"Как называются баллы" max:"30"`
	Terms Text `json:"terms,omitempty" en:"Terms on the back" ru:"Условия на обороте" max:"4000"`
}

// miles is the card of a carrier: points for distance or fare, paid with for a part of a ticket or the whole.
var miles = define(Kind{
	Name: "miles", Title: Both("Miles card", "Карта миль"), Style: StyleStoreCard, Class: ClassLoyalty, Scan: ScanIdentify, Member: true,
	About: Both("Miles for distance or fare, which pay a part of a ticket or the whole.", "Мили за расстояние или стоимость поездки; ими оплачивают билет целиком или частью."),
	Needs: []string{"points_by_amount", "points_by_quantity"},
	Fields: []Known{
		told(Known{Name: "balance", Label: Both("Miles", "Мили"), Change: Both("Miles on your card: %@", "Миль на карте: %@")},
			func(x *Facts) Value { return pointsValue(x.Points.Available, x.Scale) }),
		set(Known{Name: "unit", Label: Both("Counted in", "Единица")}, func(s *milesSettings, _ *Facts) Value { return textValue(s.Unit) }),
		knownWorth, knownPending, knownExpiring, knownDebt, knownLevel, knownNext, knownMissing, knownHolder, knownNumber, knownMerchant, knownNews,
		set(termsField, func(s *milesSettings, _ *Facts) Value { return textValue(s.Terms) }),
	},
	Starter: Design{
		Title: Both("Miles card", "Карта миль"), Format: QR, ShowName: true,
		Colours: Colours{Background: "#00305e", Foreground: "#ffffff", Label: "#a9cdf0"},
		Front: slices.Concat(at(AreaHeader, "level"), at(AreaPrimary, "balance"), at(AreaSecondary, "holder", "expiring"),
			at(AreaAuxiliary, "debt")),
		Back: back("news", "worth", "pending", "next_level", "missing", "number", "merchant", "terms"),
	},
}, milesSettings{}, nil, func(f *Face, _ *milesSettings, x *Facts) {
	f.Balance, f.Level = pointsValue(x.Points.Available, x.Scale), Same(x.Level)
})
