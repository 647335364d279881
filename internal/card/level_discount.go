package card

import "slices"

// knownPercent is the discount that a member has come to.
var knownPercent = told(Known{
	Name: "percent", Label: Both("Your discount", "Ваша скидка"), Change: Both("Your discount is %@ now", "Ваша скидка теперь %@"),
}, func(x *Facts) Value { return percentValue(x.Percent) })

// levelDiscount is the card of a discount that grows with the level of its holder.
var levelDiscount = define(Kind{
	Name: "level_discount", Title: Both("Level card", "Карта с уровнями"), Style: StyleStoreCard, Class: ClassLoyalty, Scan: ScanIdentify, Member: true,
	About: Both("A discount that depends on the level or on points: the more is bought, the more is taken off.", "Скидка зависит от уровня или от баллов: чем больше покупок, тем она выше."),
	Needs: []string{"percent_discount"},
	Fields: []Known{
		knownPercent, knownLevel, knownNext, knownMissing, knownSpent, knownBalance, knownHolder, knownNumber, knownMerchant, knownNews, memberTermsField,
	},
	Starter: Design{
		Title: Both("Level card", "Карта с уровнями"), Format: QR,
		Colours: Colours{Background: "#3b1f4a", Foreground: "#ffffff", Label: "#dcc3ea"},
		Front: slices.Concat(at(AreaHeader, "level"), []Placed{{Field: "percent", Area: AreaPrimary, Silent: true}},
			at(AreaSecondary, "next_level", "missing")),
		Back: back("news", "spent", "number", "merchant", "terms"),
	},
}, memberTerms{}, nil, func(f *Face, _ *memberTerms, x *Facts) {
	f.Balance, f.Level = percentValue(x.Percent), Same(x.Level)
})
