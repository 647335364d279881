package verno

// proofCodes are the codes of what proves that a member is there: the PIN, and the yes in the member's own phone.
var proofCodes = map[string]CodeText{
	"pin_digits": {EN: "A PIN has {min} to {max} digits.", RU: "В PIN-коде от {min} до {max} цифр.", CashierEN: "{min} to {max} digits", CashierRU: "От {min} до {max} цифр"},
	"pin_guessable": {
		EN: "Whoever knows a little of you tries this PIN first: no repeats, no 1234, no birthdays, no end of the phone.",
		RU: "Такой PIN угадывают первым: без повторов, 1234, дат рождения и конца номера телефона.",
	},
	"pin_unset": {
		EN: "The member has set no PIN. It is set in the settings of the card.", RU: "Участник не задал PIN. Его задают в настройках карты.",
		CashierEN: "No PIN is set", CashierRU: "PIN не задан",
	},
	"pin_wrong": {
		EN: "Wrong PIN. Tries left: {left}.", RU: "Неверный PIN. Осталось попыток: {left}.",
		CashierEN: "Wrong PIN, tries left: {left}", CashierRU: "Неверный PIN, осталось попыток: {left}",
	},
	"pin_locked": {
		EN: "The PIN is locked after too many wrong ones. The member sets a new one in the settings of the card.",
		RU: "PIN заблокирован после нескольких ошибок. Участник задаёт новый в настройках карты.", CashierEN: "PIN locked: ask for the live code", CashierRU: "PIN заблокирован: нужен живой код",
	},
	"confirmation_no_phone": {
		EN: "The member has the card open in no phone, so nobody can be asked.", RU: "Карты участника нет ни в одном телефоне: спросить некого.",
		CashierEN: "No phone to ask", CashierRU: "Некого спросить",
	},
	"confirmation_waits": {
		EN: "Another till is asking this member now. Try again when that is answered, in two minutes at most.",
		RU: "Участника сейчас спрашивает другая касса. Повторите, когда он ответит, — самое большее через две минуты.", CashierEN: "Another till is asking", CashierRU: "Спрашивает другая касса",
	},
	"confirmation_over": {
		EN: "This question was answered, withdrawn or left too long. Ask again.", RU: "Вопрос уже закрыт: на него ответили, его отозвали или вышло время. Спросите ещё раз.",
		CashierEN: "Ask the phone again", CashierRU: "Спросите телефон ещё раз",
	},
	"confirmation_differs": {
		EN: "The member said yes to another purchase: the totals, the store or the checkout are not the same. Ask again.",
		RU: "Участник согласился на другую покупку: итог, магазин или чек не те. Спросите ещё раз.", CashierEN: "Changed since: ask again", CashierRU: "Чек изменился: спросите ещё раз",
	},
	"nothing_to_spend": {
		EN: "There is nothing that could pay a part of this purchase.", RU: "Этой покупки нечем оплатить даже часть.",
		CashierEN: "Nothing to spend", CashierRU: "Списать нечего",
	},
}
