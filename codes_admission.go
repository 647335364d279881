package verno

// admissionCodes are the codes of entries that are marked at a door.
var admissionCodes = map[string]CodeText{
	"entry_wrong_card": {
		EN: "This card is no pass or ticket: it lets nobody in.", RU: "Это не абонемент и не билет: по этой карте не входят.",
		CashierEN: "Not a pass or a ticket", CashierRU: "Это не абонемент и не билет",
	},
	"entry_none_left": {
		EN: "No entries are left on this pass. Sell more, and it lets in again.", RU: "На абонементе не осталось занятий. Продайте новые, и он снова пустит.",
		CashierEN: "No entries left", CashierRU: "Занятий не осталось",
	},
	"entry_already": {
		EN: "This ticket was used at {at}. It lets in once.", RU: "По этому билету уже вошли: {at}. Он действует один раз.",
		CashierEN: "Used already: {at}", CashierRU: "Уже вошли: {at}",
	},
	"entry_just_now": {
		EN:        "An entry by this pass was marked {seconds} s ago. To mark one more, say so with again.",
		RU:        "Вход по этому абонементу отмечен {seconds} с назад. Чтобы отметить ещё один, укажите again.",
		CashierEN: "Marked {seconds} s ago", CashierRU: "Уже отмечен {seconds} с назад",
	},
	"entry_too_early": {
		EN: "It lets in from {from}.", RU: "Вход с {from}.", CashierEN: "Too early: from {from}", CashierRU: "Ещё рано: вход с {from}",
	},
	"entry_closed": {
		EN: "The pass is not good at this hour. Hours of entry: {hours}.", RU: "В это время абонемент не действует. Часы входа: {hours}.",
		CashierEN: "Not at this hour: {hours}", CashierRU: "Не в это время: {hours}",
	},
	"entry_over": {
		EN: "The event was over at {until}.", RU: "Событие закончилось: {until}.", CashierEN: "The event is over", CashierRU: "Событие уже закончилось",
	},
	"entry_expired": {
		EN: "It was good until {until}.", RU: "Срок действия закончился: {until}.", CashierEN: "Expired: {until}", CashierRU: "Срок вышел: {until}",
	},
	"entry_undo_late": {
		EN: "An entry can be undone within a minute.", RU: "Отметку входа можно отменить в течение минуты.",
		CashierEN: "Too late to undo", CashierRU: "Отменить уже нельзя",
	},
}
