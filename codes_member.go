package verno

// memberCodes are the codes of members, their cards and consents, and of the office where programmes are published.
var memberCodes = map[string]CodeText{
	"phone_taken": {
		EN: "This phone belongs to a member already.", RU: "Этот телефон уже есть у участника программы.",
		CashierEN: "Phone is registered", CashierRU: "Телефон уже есть",
	},
	"email_taken": {
		EN: "This e-mail address belongs to a member already.", RU: "Эта почта уже есть у участника программы.",
		CashierEN: "E-mail is registered", CashierRU: "Почта уже есть",
	},
	"person_erased": {EN: "The person was erased, for ever.", RU: "Данные этого человека удалены навсегда."},
	"member_merged": {EN: "This member was merged into {into}.", RU: "Этот участник объединён с {into}."},
	"merge_self":    {EN: "A member cannot be merged into itself.", RU: "Участника нельзя объединить с самим собой."},
	"merge_foreign": {EN: "Only members of one programme can be merged.", RU: "Объединять можно только участников одной программы."},
	"holds_open": {
		EN: "Value is reserved for an open purchase. Try again when it is closed.",
		RU: "Часть средств зарезервирована для незакрытой покупки. Повторите, когда она завершится.",
	},
	"card_state":          {EN: "The card is {state}; this cannot be done with it.", RU: "Карта в состоянии {state}, это с ней сделать нельзя."},
	"card_limit":          {EN: "A member has {max} active cards at most.", RU: "У участника не больше {max} действующих карт."},
	"programme_ambiguous": {EN: "Say which programme: there is none or more than one.", RU: "Укажите программу: она не одна или её нет."},
	"consent_no_text":     {EN: "The text that was shown must be given, or its hash.", RU: "Нужен показанный текст или его хеш."},
	"account_cooling": {
		EN: "The member's phone was changed: nothing can be spent until {until}.", RU: "У участника сменился телефон: списание откроется {until}.",
		CashierEN: "Phone changed, no spending yet", CashierRU: "Новый телефон, пока не списать",
	},
	"money_stored": {
		EN: "There are {amount} of stored money. Pay them out first, and say so, or say that they were given up.",
		RU: "На счёте {amount} — это деньги участника. Сначала верните их и укажите это либо укажите письменный отказ.",
	},
	"adjust_daily": {
		EN: "This is above what you may adjust in a day, {limit}; {left} are left today.",
		RU: "Это больше вашего дневного лимита {limit}; сегодня осталось {left}.",
	},
	"second_person": {
		EN: "A second person must decide this: not who asked for it, and nobody who joined the staff since.",
		RU: "Это решает второй сотрудник: не тот, кто предложил, и не принятый на работу позже.",
	},
	"task_lapsed":    {EN: "Nobody decided this in time. Ask for it anew.", RU: "Решения вовремя не приняли. Предложите заново."},
	"task_undecided": {EN: "An adjustment that waits is approved or refused, and nothing else is.", RU: "Ожидающую корректировку одобряют или отклоняют; с другими задачами этого не делают."},
	"task_done":      {EN: "The task is done already.", RU: "Задача уже закрыта."},
	"search_empty":   {EN: "Say what to look for: one field.", RU: "Укажите, что искать: одно поле."},
	"date_future":    {EN: "Must not be in the future.", RU: "Не может быть в будущем."},
	"consent_needed": {EN: "There is no card without this agreement.", RU: "Без этого согласия карту не выдать."},
	"codes_too_many": {
		EN: "Too many codes were asked for. Try again in {minutes} min.", RU: "Слишком много запросов кода. Повторите через {minutes} мин.",
	},
	"one_time_code_wrong": {EN: "This is not the code that was sent. Tries left: {left}.", RU: "Код не тот, что мы отправили. Осталось попыток: {left}."},
	"one_time_code_over":  {EN: "This code is not valid any more. Ask for a new one.", RU: "Этот код больше не действует. Запросите новый."},
	"channel_closed":      {EN: "Nobody joins by this address any more.", RU: "По этому адресу больше не вступают."},
	"texts_missing":       {EN: "The texts that members agree to are not published yet.", RU: "Тексты, с которыми соглашаются участники, ещё не опубликованы."},
	"tag_invalid":         {EN: "A tag has 1 to {max} characters: letters, digits, '-', '_' or ':'.", RU: "В метке от 1 до {max} символов: буквы, цифры, «-», «_» или «:»."},
	"fixed_by_accounts":   {EN: "Accounts count in it: it can no longer be changed.", RU: "В этом ведутся счета, изменить уже нельзя."},
	"time_zone_invalid":   {EN: "Is not the name of a time zone, such as Europe/Moscow.", RU: "Это не название часового пояса, например Europe/Moscow."},
	"promotion_archived":  {EN: "An archived promotion can only be restored, and only an archived one.", RU: "Акцию из архива можно только вернуть, а возвращать можно только из архива."},
	"promotions_full":     {EN: "The programme has as many promotions as it can have. Archive some.", RU: "В программе уже предельное число акций. Часть отправьте в архив."},
	"card_number_invalid": {EN: "Is not a card number.", RU: "Это не номер карты.", CashierEN: "Check the number", CashierRU: "Проверьте номер"},
}
