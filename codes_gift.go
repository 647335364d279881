package verno

// giftCodes are the codes of gifts, which are had for points.
var giftCodes = map[string]CodeText{
	"gift_unknown": {
		EN: "There is no such gift in the catalogue.", RU: "Такого подарка в каталоге нет.", CashierEN: "No such gift", CashierRU: "Нет такого подарка",
	},
	"gift_over": {
		EN: "This gift cannot be taken now: its dates, its promotion or its card is not in force.",
		RU: "Этот подарок сейчас не получить: не действует его срок, акция или шаблон.", CashierEN: "Not available now", CashierRU: "Сейчас недоступен",
	},
	"gift_used": {
		EN: "Only an unused gift can be returned.", RU: "Вернуть можно только неиспользованный подарок.", CashierEN: "Already used", CashierRU: "Уже использован",
	},
	"gift_returned": {
		EN: "This gift has already been returned.", RU: "Этот подарок уже вернули.", CashierEN: "Already returned", CashierRU: "Уже возвращён",
	},
}
