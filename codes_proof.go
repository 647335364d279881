package verno

// proofCodes are the codes of what proves that a member is there: the PIN, and the yes in the member's own phone.
var proofCodes = map[string]CodeText{
	"pin_digits": {EN: "A PIN must have {min} to {max} digits.", RU: "В PIN-коде от {min} до {max} цифр.", CashierEN: "{min} to {max} digits", CashierRU: "От {min} до {max} цифр"},
	"pin_guessable": {
		EN: "This PIN is too easy to guess. Avoid repeated digits, 1234, birthdays and the end of your phone number.",
		RU: "Этот PIN легко угадать. Не используйте повторы, 1234, даты рождения и конец номера телефона.",
	},
	"pin_unset": {
		EN: "The member has no PIN. It can be set in the card's settings.", RU: "У участника нет PIN. Его можно задать в настройках карты.",
		CashierEN: "No PIN set", CashierRU: "PIN не задан",
	},
	"pin_wrong": {
		EN: "Wrong PIN. Attempts left: {left}.", RU: "Неверный PIN. Осталось попыток: {left}.",
		CashierEN: "Wrong PIN, attempts left: {left}", CashierRU: "Неверный PIN, осталось попыток: {left}",
	},
	"pin_locked": {
		EN: "The PIN is locked after too many wrong attempts. The member can set a new one in the card's settings.",
		RU: "PIN заблокирован после нескольких ошибок. Участник может задать новый в настройках карты.", CashierEN: "PIN locked: ask for the live code", CashierRU: "PIN заблокирован: нужен живой код",
	},
	"confirmation_no_phone": {
		EN: "The member's card is not open on any phone, so they cannot be asked.", RU: "Карта участника не открыта ни на одном телефоне: спросить некого.",
		CashierEN: "No phone to ask", CashierRU: "Некого спросить",
	},
	"confirmation_waits": {
		EN: "Another till is asking this member now. Try again when they have answered, in two minutes at most.",
		RU: "Участника сейчас спрашивает другая касса. Повторите, когда он ответит, — самое большее через две минуты.", CashierEN: "Another till is asking", CashierRU: "Спрашивает другая касса",
	},
	"confirmation_over": {
		EN: "This request was already answered, cancelled or timed out. Ask again.", RU: "Вопрос уже закрыт: участник ответил, касса отменила или вышло время. Спросите ещё раз.",
		CashierEN: "Ask the phone again", CashierRU: "Спросите телефон ещё раз",
	},
	"confirmation_differs": {
		EN: "The member confirmed a different purchase: the total, the store or the checkout has changed. Ask again.",
		RU: "Участник подтвердил другую покупку: изменились итог, магазин или чек. Спросите ещё раз.", CashierEN: "Receipt changed: ask again", CashierRU: "Чек изменился: спросите ещё раз",
	},
	"nothing_to_spend": {
		EN: "The member has nothing to spend on this purchase.", RU: "Участнику нечего списать за эту покупку.",
		CashierEN: "Nothing to spend", CashierRU: "Списать нечего",
	},
}
