package card

import "slices"

// privilegeSettings say what a closed circle gets.
type privilegeSettings struct {
	Club     Text `json:"club" en:"Name of the circle" ru:"Название клуба" required:"true" max:"60"`
	Benefits Text `json:"benefits,omitempty" en:"What its members get" ru:"Что получают участники" max:"2000"`
	Terms    Text `json:"terms,omitempty" en:"Terms on the back" ru:"Условия на обороте" max:"4000"`
}

// privilege opens offers that others do not see.
var privilege = define(Kind{
	Name: "privilege", Title: Both("Privilege pass", "Клубная карта"), Style: StyleGeneric, Class: ClassLoyalty, Scan: ScanIdentify, Member: true,
	About: Both("Opens closed offers and the privileges of a club.", "Открывает закрытые предложения и привилегии клуба."),
	Fields: []Known{
		set(Known{Name: "club", Label: Both("Club", "Клуб")}, func(s *privilegeSettings, _ *Facts) Value { return textValue(s.Club) }),
		set(Known{Name: "benefits", Label: Both("Your privileges", "Ваши привилегии"), Change: Both("New privileges: %@", "Новые привилегии: %@"), Long: true},
			func(s *privilegeSettings, _ *Facts) Value { return textValue(s.Benefits) }),
		knownLevel, knownPercent, knownBalance, knownHolder, knownNumber, knownStarts, knownEnds, knownMerchant, knownNews,
		set(termsField, func(s *privilegeSettings, _ *Facts) Value { return textValue(s.Terms) }),
	},
	Starter: Design{
		Title: Both("Privilege pass", "Клубная карта"), Format: QR, ShowName: true,
		Colours: Colours{Background: "#141414", Foreground: "#f5e9cf", Label: "#c9a961"},
		Front:   slices.Concat(at(AreaHeader, "level"), at(AreaPrimary, "club"), at(AreaSecondary, "holder", "ends"), at(AreaAuxiliary, "number")),
		Back:    back("benefits", "news", "merchant", "terms"),
	},
}, privilegeSettings{Club: Both("Club of friends", "Клуб друзей")}, nil, func(f *Face, _ *privilegeSettings, x *Facts) {
	f.Level = Same(x.Level)
})
