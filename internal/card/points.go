package card

import "slices"

// memberTerms are the settings of kinds that take all they show from the member's account.
type memberTerms struct {
	Terms Text `json:"terms,omitempty" en:"Terms on the back" ru:"Условия на обороте" max:"4000"`
}

var memberTermsField = set(termsField, func(s *memberTerms, _ *Facts) Value { return textValue(s.Terms) })

// points is the card of a programme of points: what they are, what they are worth and when some lapse. It is the standard
// kind, so it shows stored money and a card of stamps too where the member has them. Of what one sale changes, one thing
// is told, since a phone that is told of several says only that something has changed.
var points = define(Kind{
	Name: Standard, Title: Both("Points card", "Бонусная карта"), Style: StyleStoreCard, Class: ClassLoyalty, Scan: ScanIdentify, Member: true,
	About: Both("Earns points with every purchase and lets members pay with them.", "Копит баллы с каждой покупки, ими же можно платить."),
	Needs: []string{"points_by_amount"},
	Fields: []Known{
		knownBalance, knownWorth, knownPending, knownExpiring, knownAim, knownDebt, knownLevel, knownNext, knownMissing,
		told(knownStored, func(x *Facts) Value { return some(x.Stored != 0, moneyValue(x.Stored, x.Currency)) }),
		knownStamps, knownHolder, knownNumber, knownMerchant, knownNews, memberTermsField,
	},
	Starter: Design{
		Title: Both("Points card", "Бонусная карта"), Format: QR,
		Colours: Colours{Background: "#0b3d2e", Foreground: "#ffffff", Label: "#bfe3d2"},
		Front:   slices.Concat(at(AreaHeader, "level"), at(AreaPrimary, "balance"), at(AreaSecondary, "worth", "expiring"), at(AreaAuxiliary, "debt")),
		Back: slices.Concat(back("news", "aim", "pending", "next_level", "missing", "stored"),
			[]Placed{{Field: "stamps", Area: AreaBack, Silent: true}}, back("number", "merchant", "terms")),
	},
}, memberTerms{}, nil, func(f *Face, _ *memberTerms, x *Facts) {
	f.Balance, f.Level = pointsValue(x.Points.Available, x.Scale), Same(x.Level)
})
