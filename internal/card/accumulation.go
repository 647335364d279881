package card

import "slices"

// accumulation is the card that counts what was spent in half a year or a year; from a sum on, a discount applies.
var accumulation = define(Kind{
	Name: "accumulation", Title: Both("Accumulation card", "Накопительная карта"), Style: StyleStoreCard, Class: ClassLoyalty, Scan: ScanIdentify, Member: true,
	About: Both("Adds up the purchases of a period; after a sum a discount begins.", "Складывает покупки за период, после нужной суммы начинается скидка."),
	Needs: []string{"percent_discount"},
	Fields: []Known{
		knownSpent, knownPercent, knownMissing, knownLevel, knownNext, knownHolder, knownNumber, knownMerchant, knownNews, memberTermsField,
	},
	Starter: Design{
		Title: Both("Accumulation card", "Накопительная карта"), Format: QR,
		Colours: Colours{Background: "#12434f", Foreground: "#ffffff", Label: "#b4dbe3"},
		Front:   slices.Concat(at(AreaHeader, "percent"), at(AreaPrimary, "spent"), at(AreaSecondary, "missing", "holder")),
		Back:    back("news", "level", "next_level", "number", "merchant", "terms"),
	},
}, memberTerms{}, nil, func(f *Face, _ *memberTerms, x *Facts) {
	f.Balance, f.Level = moneyValue(x.Spent, x.Currency), Same(x.Level)
})
