package card

import "slices"

// storedValue is the card of an e-wallet: money that was topped up, paid back and is spent.
var storedValue = define(Kind{
	Name: "stored_value", Title: Both("Wallet card", "Карта с деньгами"), Style: StyleStoreCard, Class: ClassLoyalty, Scan: ScanIdentify, Member: true,
	About: Both("Money on the card: topped up, paid back as cashback, spent up to the whole receipt.", "Деньги на карте: пополнение, кешбэк живыми деньгами, оплата до всего чека."),
	Fields: []Known{
		knownStored, knownCashback, knownBalance, knownWorth, knownExpiring, knownDebt, knownLevel, knownHolder, knownNumber, knownMerchant, knownNews, memberTermsField,
	},
	Starter: Design{
		Title: Both("Wallet card", "Карта с деньгами"), Format: QR,
		Colours: Colours{Background: "#0a2540", Foreground: "#ffffff", Label: "#b8d2ee"},
		Front: slices.Concat(at(AreaHeader, "level"), at(AreaPrimary, "stored"),
			[]Placed{{Field: "balance", Area: AreaSecondary, Silent: true}}, at(AreaSecondary, "holder"), at(AreaAuxiliary, "cashback", "debt")),
		Back: back("news", "worth", "expiring", "number", "merchant", "terms"),
	},
}, memberTerms{}, nil, func(f *Face, _ *memberTerms, x *Facts) {
	f.Balance, f.Level = moneyValue(x.Stored, x.Currency), Same(x.Level)
})
