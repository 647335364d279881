package card

import (
	"slices"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// giftSettings say what a new certificate is worth and how long it is good.
type giftSettings struct {
	Worth     money.Amount `json:"worth" en:"Worth of a new certificate" ru:"Номинал нового сертификата" min:"0" max:"1000000000"`
	ValidDays int64        `json:"valid_days" en:"Days that it is good; 0 for no end" ru:"Сколько дней действует; 0 — бессрочно" min:"0" max:"3650"`
	ForPoints bool         `json:"for_points,omitempty" en:"Can be bought with points" ru:"Можно купить за баллы"`
	Wish      Text         `json:"wish,omitempty" en:"Message" ru:"Пожелание" max:"120"`
	Terms     Text         `json:"terms,omitempty" en:"Terms on the back" ru:"Условия на обороте" max:"4000"`
}

// giftCertificate is paid for once and pays for goods until nothing is left of it.
var giftCertificate = define(Kind{
	Name: "gift_certificate", Title: Both("Gift certificate", "Подарочный сертификат"), Style: StyleStoreCard, Class: ClassGiftCard, Scan: ScanTender,
	About: Both("Bought for money or points, given away, and spent like money.", "Покупается за деньги или баллы, дарится, оплачивает покупки как деньги."),
	Fields: []Known{
		told(Known{Name: "worth", Label: Both("Balance", "Остаток"), Change: Both("Balance of your certificate: %@", "На сертификате осталось %@")},
			func(x *Facts) Value { return moneyValue(x.Worth, x.Currency) }),
		told(Known{Name: "from", Label: Both("From", "От кого")}, func(x *Facts) Value { return textValue(Same(x.Values["from"])) }),
		told(Known{Name: "to", Label: Both("For", "Кому")}, func(x *Facts) Value { return textValue(Same(x.Values["to"])) }),
		set(Known{Name: "wish", Label: Both("Message", "Пожелание")}, func(s *giftSettings, x *Facts) Value {
			if own := x.Values["wish"]; own != "" {
				return textValue(Same(own))
			}
			return textValue(s.Wish)
		}),
		knownStarts, knownEnds, knownNumber, knownMerchant, knownNews,
		set(termsField, func(s *giftSettings, _ *Facts) Value { return textValue(s.Terms) }),
	},
	Own: []Own{
		{Name: "from", Title: Both("From", "От кого"), Max: 60, Personal: true},
		{Name: "to", Title: Both("For", "Кому"), Max: 60, Personal: true},
		{Name: "wish", Title: Both("Message", "Пожелание"), Max: 120, Personal: true},
	},
	Starter: Design{
		Title: Both("Gift certificate", "Подарочный сертификат"), Format: QR,
		Colours: Colours{Background: "#5b1233", Foreground: "#ffffff", Label: "#f0c6d8"},
		Front:   slices.Concat(at(AreaPrimary, "worth"), at(AreaSecondary, "to", "from"), at(AreaAuxiliary, "ends")),
		Back:    back("wish", "news", "number", "merchant", "terms"),
	},
}, giftSettings{Worth: 100_000, ValidDays: 365}, func(s *giftSettings, f *verno.Faults) {
	if s.Worth == 0 {
		f.Say("/settings/worth", "required")
	}
}, func(f *Face, _ *giftSettings, x *Facts) {
	f.Balance = moneyValue(x.Worth, x.Currency)
	f.Voided = f.Voided || x.Worth <= 0
	f.NotShared = false // It is made to be handed on.
})
