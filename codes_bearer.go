package verno

// bearerCodes are the codes of cards that are good for whoever holds them: coupons and gift certificates.
var bearerCodes = map[string]CodeText{
	"coupon_unknown":     {EN: "This is not a coupon of this programme.", RU: "Это не купон этой программы.", CashierEN: "Not our coupon", CashierRU: "Это не наш купон"},
	"coupon_card_needed": {EN: "This promo code works only with its coupon.", RU: "Этот промокод действует только вместе с купоном.", CashierEN: "Scan the coupon", CashierRU: "Считайте купон"},
	"coupon_early":       {EN: "The coupon is not valid yet.", RU: "Купон ещё не начал действовать.", CashierEN: "Coupon not valid yet", CashierRU: "Купон ещё не действует"},
	"coupon_expired":     {EN: "The coupon has expired.", RU: "Срок действия купона истёк.", CashierEN: "Coupon expired", CashierRU: "Купон просрочен"},
	"coupon_blocked":     {EN: "The coupon is blocked or has been replaced.", RU: "Купон заблокирован или заменён.", CashierEN: "Coupon blocked", CashierRU: "Купон заблокирован"},
	"coupon_used":        {EN: "The coupon has already been used.", RU: "Купон уже использован.", CashierEN: "Coupon already used", CashierRU: "Купон использован"},
	"coupon_needs_member": {
		EN: "This coupon is personal: it works only with its holder's card.", RU: "Купон именной: он действует только с картой владельца.",
		CashierEN: "Scan the member's card", CashierRU: "Считайте карту участника",
	},
	"coupon_foreign":        {EN: "This coupon was issued to another member.", RU: "Купон выдан другому участнику.", CashierEN: "Another member's coupon", CashierRU: "Чужой купон"},
	"coupon_second":         {EN: "The basket already has a coupon for this offer.", RU: "В чеке уже есть купон на это предложение.", CashierEN: "One such coupon only", CashierRU: "Только один такой купон"},
	"coupon_not_for_basket": {EN: "The coupon does not apply to this basket. It remains valid.", RU: "Купон не подходит к этому чеку. Его можно использовать потом.", CashierEN: "Coupon does not apply", CashierRU: "Купон не подходит"},
	"coupon_no_offer":       {EN: "There is no active promotion for this coupon. It remains valid.", RU: "Для этого купона сейчас нет действующей акции. Его можно использовать потом.", CashierEN: "No offer for this coupon", CashierRU: "Акции для купона нет"},
	"certificate_short":     {EN: "The certificate has only {left} left.", RU: "На сертификате осталось только {left}.", CashierEN: "Only {left} left", CashierRU: "Осталось {left}"},
	"certificate_empty":     {EN: "The certificate is empty or has expired.", RU: "На сертификате ничего не осталось или его срок истёк.", CashierEN: "Certificate empty", CashierRU: "Сертификат пуст"},
	"certificate_foreign":   {EN: "The certificate was issued by another legal entity or in another currency and is not accepted here.", RU: "Сертификат выпущен другим юридическим лицом или в другой валюте и здесь не принимается.", CashierEN: "Not accepted here", CashierRU: "Здесь не принимается"},
	"certificate_too_large": {
		EN: "A certificate can be worth at most {max} {currency}, according to the programme's terms.",
		RU: "Номинал сертификата — не больше {max} {currency} по условиям программы.", CashierEN: "At most {max} {currency}", CashierRU: "Не больше {max} {currency}",
	},
	"top_up_too_large": {
		EN: "At most {max} {currency} can be added at once, according to the programme's terms.",
		RU: "За один раз можно внести не больше {max} {currency} по условиям программы.", CashierEN: "At most {max} {currency} at once", CashierRU: "За раз не больше {max} {currency}",
	},
	"certificate_unfilled": {
		EN: "This gift card has not been sold yet, so it is empty. Sell it at the till first.", RU: "Эту подарочную карту ещё никто не купил, денег на ней нет. Сначала её продают на кассе.",
		CashierEN: "Not sold yet: sell it first", CashierRU: "Карта не продана: сначала продайте",
	},
	"certificate_sold": {
		EN: "This gift card has already been sold.", RU: "Эта подарочная карта уже продана.",
		CashierEN: "Already sold", CashierRU: "Уже продана",
	},
	"certificate_returned": {
		EN: "This certificate has already been returned and refunded.", RU: "Этот сертификат уже возвращён вместе с деньгами.",
		CashierEN: "Already returned", CashierRU: "Уже возвращён",
	},
	"certificate_touched": {
		EN: "Only an unused certificate can be returned. This one has {left} left.",
		RU: "Вернуть можно только неиспользованный сертификат. На этом осталось {left}.", CashierEN: "Partly used: {left} left", CashierRU: "Потрачен: осталось {left}",
	},
	"certificate_not_for_points": {
		EN: "These certificates cannot be bought with points.", RU: "Такие сертификаты за баллы не продаются.", CashierEN: "Not for points", CashierRU: "За баллы не продаётся",
	},
}
