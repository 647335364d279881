package verno

// issueCodes are the codes of how cards come to members: by links, with the plastic that they had, and by lists.
var issueCodes = map[string]CodeText{
	"link_off": {
		EN: "Links cannot be sent by {channel}: no gateway is set up, or Verno has no public address.",
		RU: "Отправить ссылку нельзя ({channel}): не настроен шлюз или у Verno нет публичного адреса.",
	},
	"link_nowhere": {
		EN: "The member has no contact for {channel}.",
		RU: "У участника не указано, куда отправить ссылку ({channel}).",
	},
	"link_to_member": {
		EN: "A member's card goes to the member's own phone or mail only.",
		RU: "Карта участника отправляется только на его собственный телефон или почту.",
	},
	"link_consent": {
		EN: "The member has withdrawn consent to the processing of personal data. Nothing can be sent.",
		RU: "Участник отозвал согласие на обработку персональных данных: отправлять ему ничего нельзя.",
	},
	"link_too_many": {
		EN: "Too many links were sent. Try again in {hours} h.",
		RU: "Отправлено слишком много ссылок. Следующую можно отправить через {hours} ч.",
	},
	"certificate_not_here": {
		EN:        "A till sends only a certificate that it sold itself within the last day, while nothing is spent and no phone has it.",
		RU:        "Касса отправляет только сертификат, который сама продала за последние сутки, пока он не потрачен и его нет ни в одном телефоне.",
		CashierEN: "Not sold here today, or already in use", CashierRU: "Продан не здесь или уже в телефоне",
	},
	"card_link_over": {
		EN: "This link has expired. Ask the shop for a new one, or log in with your phone number.",
		RU: "Эта ссылка больше не действует. Попросите в магазине новую или войдите по номеру телефона.",
	},
	"move_proof_needed": {
		EN:        "Confirm that the plastic card belongs to the member: by a purchase made with it, its owner's phone, or the PIN at a till.",
		RU:        "Подтвердите, что карта принадлежит участнику: покупкой по ней, телефоном её владельца или PIN-кодом на кассе.",
		CashierEN: "Ask for a receipt or the PIN", CashierRU: "Спросите чек или PIN",
	},
	"move_refused": {
		EN:        "The card was not found, or the details do not match it.",
		RU:        "Карта не найдена, или данные к ней не подходят.",
		CashierEN: "Details do not match", CashierRU: "Данные не подходят",
	},
	"move_too_many": {
		EN:        "Too many attempts. Try again later, or ask at the shop.",
		RU:        "Слишком много попыток. Повторите позже или обратитесь в магазин.",
		CashierEN: "Too many attempts", CashierRU: "Слишком много попыток",
	},
	"line_unreadable": {EN: "The line cannot be read: it is too long, has an unclosed quotation mark, or its columns do not match the header.", RU: "Строка не читается: она слишком длинная, не закрыта кавычка или столбцы не совпадают с заголовком."},
	"line_nobody": {
		EN: "The line does not say who it is about: give a phone, an email, a card number or an identifier.",
		RU: "В строке не указано, о ком она: нужен телефон, почта, номер карты или идентификатор.",
	},
	"template_not_members": {
		EN: "Only member cards can be issued by a list. Coupons, certificates, passes and tickets are issued one by one, or printed blank.",
		RU: "По списку выдают только карты участников. Купоны, сертификаты, абонементы и билеты выдают по одному или печатают заготовками.",
	},
	"issue_started": {EN: "This issue of cards has already started. You can stop it: cards already issued are kept.", RU: "Выпуск карт уже начат. Его можно остановить: выданные карты останутся."},
	"line_two":      {EN: "The line refers to two different members.", RU: "В строке указаны два разных участника."},
	"list_unreadable": {
		EN: "The file needs a header with a column phone, email, number or external_id, in UTF-8 or Windows-1251.",
		RU: "В файле нужен заголовок со столбцом phone, email, number или external_id, в кодировке UTF-8 или Windows-1251.",
	},
}
