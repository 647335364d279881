package verno

// issueCodes are the codes of how cards come to members: by links, with the plastic that they had, and by lists.
var issueCodes = map[string]CodeText{
	"link_off": {
		EN: "Links are not sent by {channel} here: no gateway is set up for it, or Verno has no public address.",
		RU: "Здесь ссылки так не отправляются ({channel}): не настроен шлюз или у Verno нет публичного адреса.",
	},
	"link_nowhere": {
		EN: "The member has told nothing to reach them by {channel}.",
		RU: "У участника не указано, куда отправить ссылку ({channel}).",
	},
	"link_consent": {
		EN: "The member has withdrawn the use of personal data: nothing is sent.",
		RU: "Участник отозвал согласие на обработку персональных данных: отправлять ему ничего нельзя.",
	},
	"link_too_many": {
		EN: "Enough links were sent. Another can be sent in {hours} h.",
		RU: "Ссылок отправлено достаточно. Следующую можно отправить через {hours} ч.",
	},
	"card_link_over": {
		EN: "This link opens nothing any more. Ask the shop for a new one, or enter with your phone number.",
		RU: "Эта ссылка больше не действует. Попросите в магазине новую или войдите по номеру телефона.",
	},
	"move_proof_needed": {
		EN:        "Show that the plastic card is the member's: a purchase made with it, its owner's phone, or the PIN at a till.",
		RU:        "Подтвердите, что карта принадлежит участнику: покупкой по ней, телефоном её владельца или PIN-кодом на кассе.",
		CashierEN: "Ask for a receipt or the PIN", CashierRU: "Спросите чек или PIN",
	},
	"move_refused": {
		EN:        "There is no such card, or what was told does not fit it.",
		RU:        "Такой карты нет, или указанное к ней не подходит.",
		CashierEN: "Does not fit this card", CashierRU: "К карте не подходит",
	},
	"move_too_many": {
		EN:        "Too many tries. Try again later, or ask at the shop.",
		RU:        "Слишком много попыток. Повторите позже или обратитесь в магазин.",
		CashierEN: "Too many tries", CashierRU: "Слишком много попыток",
	},
	"line_unreadable": {EN: "The line cannot be read: it is too long, a quotation mark is open, or it has other columns than the header.", RU: "Строка не читается: она слишком длинная, не закрыта кавычка или столбцов не столько, сколько в заголовке."},
	"line_nobody": {
		EN: "The line names nobody: it needs a phone, mail, a card number or an identifier.",
		RU: "Строка никого не называет: нужен телефон, почта, номер карты или идентификатор.",
	},
	"template_not_members": {
		EN: "By a list people get cards that say who they are. Coupons, certificates, passes and tickets are given to each one by one, or made blank for printing.",
		RU: "По списку выдают карты, которые говорят, кто покупает. Купоны, сертификаты, абонементы и билеты выдают по одному или выпускают заготовками для печати.",
	},
	"issue_started": {EN: "This issue of cards has begun. Stop it; what is done stays done.", RU: "Выпуск карт уже начат. Остановите его: что сделано, останется."},
	"line_two":      {EN: "The line names two different members.", RU: "В строке указаны два разных участника."},
	"list_unreadable": {
		EN: "This is no table with a header that has a column phone, email, number or external_id.",
		RU: "Это не таблица с заголовком, в котором есть столбец phone, email, number или external_id.",
	},
}
