package verno

// bearerCodes are the codes of cards that are good for whoever holds them: coupons and gift certificates.
var bearerCodes = map[string]CodeText{
	"coupon_unknown":     {EN: "This is no coupon of this programme.", RU: "Это не купон этой программы.", CashierEN: "No coupon of ours", CashierRU: "Это не наш купон"},
	"coupon_card_needed": {EN: "This word works with its coupon only. Scan the coupon.", RU: "Это слово действует только вместе с купоном. Считайте купон.", CashierEN: "Scan the coupon", CashierRU: "Считайте купон"},
	"coupon_early":       {EN: "The coupon is not good yet.", RU: "Купон ещё не начал действовать.", CashierEN: "Coupon not good yet", CashierRU: "Купон ещё не действует"},
	"coupon_expired":     {EN: "The coupon has expired.", RU: "Срок действия купона истёк.", CashierEN: "Coupon expired", CashierRU: "Купон просрочен"},
	"coupon_blocked":     {EN: "The coupon is blocked or was replaced.", RU: "Купон заблокирован или заменён.", CashierEN: "Coupon blocked", CashierRU: "Купон заблокирован"},
	"coupon_used":        {EN: "The coupon is used up.", RU: "Купон уже использован.", CashierEN: "Coupon used up", CashierRU: "Купон использован"},
	"coupon_needs_member": {
		EN: "The coupon is personal: scan its holder's card too.", RU: "Купон именной: считайте и карту его владельца.",
		CashierEN: "Scan the member's card", CashierRU: "Считайте карту участника",
	},
	"coupon_foreign":        {EN: "The coupon is another member's.", RU: "Купон выдан другому участнику.", CashierEN: "Another member's coupon", CashierRU: "Чужой купон"},
	"coupon_second":         {EN: "Another coupon of this offer is in the basket already.", RU: "В чеке уже есть купон на это предложение.", CashierEN: "One coupon of a kind", CashierRU: "Только один такой купон"},
	"coupon_not_for_basket": {EN: "The coupon does not fit what is in the basket. It stays good.", RU: "Купон не подходит к этому чеку. Он остаётся действующим.", CashierEN: "Coupon does not fit", CashierRU: "Купон не подходит"},
	"coupon_no_offer":       {EN: "No promotion in force belongs to this coupon. It stays good.", RU: "К этому купону сейчас нет действующей акции. Он остаётся действующим.", CashierEN: "No offer for this coupon", CashierRU: "Акции для купона нет"},
	"certificate_short":     {EN: "There is only {left} left on the certificate.", RU: "На сертификате осталось только {left}.", CashierEN: "Only {left} left", CashierRU: "Осталось {left}"},
	"certificate_empty":     {EN: "Nothing is left on the certificate, or its time is over.", RU: "На сертификате ничего не осталось или его срок истёк.", CashierEN: "Nothing left on it", CashierRU: "Сертификат пуст"},
	"certificate_foreign":   {EN: "The certificate was issued by another legal entity, or in another currency, and cannot pay here.", RU: "Сертификат выпущен другим юридическим лицом или в другой валюте и здесь не принимается.", CashierEN: "Not accepted here", CashierRU: "Здесь не принимается"},
	"certificate_too_large": {
		EN: "A certificate may be worth {max} {currency} at most, as the programme's terms say.",
		RU: "Номинал сертификата — не больше {max} {currency}: так сказано в условиях программы.", CashierEN: "At most {max} {currency}", CashierRU: "Не больше {max} {currency}",
	},
	"top_up_too_large": {
		EN: "At most {max} {currency} can be paid in at once, as the programme's terms say.",
		RU: "За один раз можно внести не больше {max} {currency}: так сказано в условиях программы.", CashierEN: "At most {max} {currency} at once", CashierRU: "За раз не больше {max} {currency}",
	},
	"certificate_unfilled": {
		EN: "Nobody has bought this gift card yet, so nothing is on it. It is sold at the till first.", RU: "Эту подарочную карту ещё никто не купил, денег на ней нет. Сначала её продают на кассе.",
		CashierEN: "Not sold yet: sell it first", CashierRU: "Карта не продана: сначала продайте",
	},
	"certificate_sold": {
		EN: "This gift card was sold before and cannot be sold again.", RU: "Эта подарочная карта уже продана, второй раз её продать нельзя.",
		CashierEN: "Sold before", CashierRU: "Уже продана",
	},
	"certificate_returned": {
		EN: "This certificate was returned, and the money was given back.", RU: "Этот сертификат уже возвращён, деньги за него отданы.",
		CashierEN: "Returned before", CashierRU: "Уже возвращён",
	},
	"certificate_touched": {
		EN: "A certificate is taken back while all of it is there. On this one {left} is left.",
		RU: "Сертификат принимают обратно, пока с него ничего не потрачено. На этом осталось {left}.", CashierEN: "Used: {left} left", CashierRU: "Потрачен: осталось {left}",
	},
	"certificate_not_for_points": {
		EN: "These certificates cannot be bought with points.", RU: "Такие сертификаты за баллы не продаются.", CashierEN: "Not for points", CashierRU: "За баллы не продаётся",
	},
}
