package verno

// memberCodes are the codes of members, their cards and consents, and of the office where programmes are published.
var memberCodes = map[string]CodeText{
	"phone_taken": {
		EN: "Another member already has this phone.", RU: "Этот телефон уже указан у другого участника.",
		CashierEN: "Phone already in use", CashierRU: "Телефон уже занят",
	},
	"email_taken": {
		EN: "Another member already has this email.", RU: "Эта почта уже указана у другого участника.",
		CashierEN: "Email already in use", CashierRU: "Почта уже занята",
	},
	"person_erased": {EN: "This person's data has been permanently deleted.", RU: "Данные этого человека удалены навсегда."},
	"member_merged": {EN: "This member has been merged into {into}.", RU: "Этот участник объединён с {into}."},
	"merge_self":    {EN: "A member cannot be merged with themselves.", RU: "Участника нельзя объединить с самим собой."},
	"merge_foreign": {EN: "Only members of the same programme can be merged.", RU: "Объединять можно только участников одной программы."},
	"holds_open": {
		EN: "Some of the balance is reserved for an open purchase. Try again when it is completed.",
		RU: "Часть средств отложена для открытой покупки. Повторите, когда она завершится.",
	},
	"card_state":          {EN: "This cannot be done: the card is {state}.", RU: "Это сделать нельзя: состояние карты — {state}."},
	"card_limit":          {EN: "A member can have at most {max} active cards.", RU: "У участника может быть не больше {max} действующих карт."},
	"programme_ambiguous": {EN: "Give the programme: there is none, or more than one.", RU: "Укажите программу: она не одна или её нет."},
	"consent_no_text":     {EN: "Give the text that was shown, or its hash.", RU: "Укажите текст, который показали, или его хеш."},
	"account_cooling": {
		EN: "The member's phone was changed recently. Spending is blocked until {until}.", RU: "У участника недавно сменился телефон. Списывать можно с {until}.",
		CashierEN: "Phone changed, no spending yet", CashierRU: "Новый телефон, пока не списать",
	},
	"money_stored": {
		EN: "The account holds {amount} of stored money. Pay it out first and record that, or record that the member gives it up.",
		RU: "На счёте {amount} — это деньги участника. Сначала верните их и отметьте это или отметьте письменный отказ.",
	},
	"adjust_daily": {
		EN: "This is above your daily limit of {limit}. You have {left} left today.",
		RU: "Это больше вашего дневного лимита {limit}. Сегодня осталось {left}.",
	},
	"second_person": {
		EN: "Someone else has to decide this: not the person who proposed it, nor anyone who joined the staff later.",
		RU: "Решить должен другой сотрудник: не тот, кто предложил, и не принятый на работу позже.",
	},
	"task_lapsed":    {EN: "This was not decided in time. Propose it again.", RU: "Решения вовремя не приняли. Предложите заново."},
	"task_undecided": {EN: "Only a pending adjustment can be approved or declined.", RU: "Одобрить или отклонить можно только корректировку, которая ждёт решения."},
	"task_done":      {EN: "The task is already done.", RU: "Задача уже закрыта."},
	"search_empty":   {EN: "Give exactly one field to search by.", RU: "Укажите одно поле для поиска."},
	"date_future":    {EN: "Must not be in the future.", RU: "Не может быть в будущем."},
	"too_many_lines": {EN: "Must be at most {max} lines.", RU: "Не больше {max} строк."},
	"consent_needed": {EN: "This consent is required to get a card.", RU: "Без этого согласия карту выдать нельзя."},
	"codes_too_many": {
		EN: "Too many codes were requested. Try again in {minutes} min.", RU: "Слишком много запросов кода. Повторите через {minutes} мин.",
	},
	"one_time_code_wrong": {EN: "Wrong code. Attempts left: {left}.", RU: "Неверный код. Осталось попыток: {left}."},
	"one_time_code_over":  {EN: "This code is no longer valid. Request a new one.", RU: "Этот код больше не действует. Запросите новый."},
	"channel_closed":      {EN: "This address is no longer open for joining.", RU: "По этому адресу вступить больше нельзя."},
	"texts_missing":       {EN: "The documents that members agree to have not been published yet.", RU: "Документы, с которыми соглашаются участники, ещё не опубликованы."},
	"tag_invalid":         {EN: "A tag must be 1 to {max} characters: letters, digits, '-', '_' or ':'.", RU: "В метке от 1 до {max} символов: буквы, цифры, «-», «_» или «:»."},
	"fixed_by_accounts":   {EN: "Accounts already use this, so it can no longer be changed.", RU: "Счета уже ведутся с этой настройкой, изменить её нельзя."},
	"time_zone_invalid":   {EN: "Must be the name of a time zone, such as Europe/Moscow.", RU: "Нужно название часового пояса, например Europe/Moscow."},
	"promotion_archived":  {EN: "An archived promotion can only be restored, and only archived promotions can be restored.", RU: "Акцию в архиве можно только вернуть, а вернуть можно только акцию из архива."},
	"channels_full":       {EN: "There are {max} ways to join already. Change one of them.", RU: "Ссылок для вступления уже {max}. Измените одну из них."},
	"promotions_full":     {EN: "The programme has reached the limit of promotions. Archive some first.", RU: "В программе уже предельное число акций. Отправьте часть в архив."},
	"card_number_invalid": {EN: "This is not a card number.", RU: "Это не номер карты.", CashierEN: "Check the number", CashierRU: "Проверьте номер"},
}
