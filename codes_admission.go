package verno

// admissionCodes are the codes of entries that are marked at a door.
var admissionCodes = map[string]CodeText{
	"entry_wrong_card": {
		EN: "This card is not a pass or a ticket.", RU: "Эта карта — не абонемент и не билет.",
		CashierEN: "Not a pass or a ticket", CashierRU: "Это не абонемент и не билет",
	},
	"entry_none_left": {
		EN: "This pass has no entries left. Sell more to use it again.", RU: "На абонементе не осталось посещений. Продайте новые, и он снова будет действовать.",
		CashierEN: "No entries left", CashierRU: "Посещений не осталось",
	},
	"entry_already": {
		EN: "This ticket was already used: {at}. It is valid once.", RU: "По этому билету уже вошли: {at}. Он действует один раз.",
		CashierEN: "Already used: {at}", CashierRU: "Уже вошли: {at}",
	},
	"entry_just_now": {
		EN:        "An entry on this pass was marked {seconds} s ago. To mark another one, send again: true.",
		RU:        "Вход по этому абонементу отмечен {seconds} с назад. Чтобы отметить ещё один, укажите again: true.",
		CashierEN: "Marked {seconds} s ago", CashierRU: "Уже отмечен {seconds} с назад",
	},
	"entry_too_early": {
		EN: "Entry starts at {from}.", RU: "Вход с {from}.", CashierEN: "Too early: from {from}", CashierRU: "Ещё рано: вход с {from}",
	},
	"entry_closed": {
		EN: "The pass is not valid at this time. Entry hours: {hours}.", RU: "В это время абонемент не действует. Часы входа: {hours}.",
		CashierEN: "Not at this time: {hours}", CashierRU: "Не в это время: {hours}",
	},
	"entry_over": {
		EN: "The event ended at {until}.", RU: "Событие закончилось: {until}.", CashierEN: "The event has ended", CashierRU: "Событие уже закончилось",
	},
	"entry_expired": {
		EN: "Expired: {until}.", RU: "Срок действия истёк: {until}.", CashierEN: "Expired: {until}", CashierRU: "Срок вышел: {until}",
	},
	"entry_undo_late": {
		EN: "An entry can only be undone within a minute.", RU: "Отменить вход можно только в течение минуты.",
		CashierEN: "Too late to undo", CashierRU: "Отменить уже нельзя",
	},
}
