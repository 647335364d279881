package verno_test

import "github.com/verno-loyalty/verno"

// What the pages of errors say beside the catalogue: headings, and what a program or a till does about a code. Pairs
// are English and Russian.

type pageText struct {
	head                               string
	code, status, sentence, screen, do string
	promotions, promotionsNote         string
}

var pageWords = map[string]pageText{
	"en": {
		head: `# Errors

<!-- Written by go test -run TestErrorPages . -update from the catalogue and the source. Do not edit. -->

Every error of the API is an RFC 9457 problem (` + "`application/problem+json`" + `). Programs go by ` + "`code`" + `; people read
` + "`detail`" + `, in the language of ` + "`Accept-Language`" + ` (` + "`ru`" + ` or ` + "`en`" + `). Codes are never changed, sentences may be.
` + "`cashier_message`" + ` is one short sentence for the till's screen; where it is absent, the cashier can do nothing about
the error. ` + "`errors`" + ` points at single fields. Quote ` + "`request_id`" + ` when you ask about a request.

` + "```json" + `
{
  "type": "/docs/errors#totals_changed",
  "title": "Conflict",
  "status": 409,
  "detail": "The totals have changed since the quote. Show the new ones and commit again with the same key.",
  "code": "totals_changed",
  "request_id": "req_5f0c8f1f3a5e9b27",
  "cashier_message": "Totals changed"
}
` + "```" + `

What an error means for the Idempotency-Key is said once for each group: only refusals are kept under the key. After
everything else the key is free. After no answer at all, repeat the request with the same key.

Words in braces stand for what the answer fills in.
`,
		code: "Code", status: "Status", sentence: "Sentence", screen: "On the till's screen", do: "What to do",
		promotions:     "Checks of promotions and programmes",
		promotionsNote: "Codes of fields in the answers of `validate`, `publish` and of writing a draft.",
	},
	"ru": {
		head: `# Ошибки

<!-- Пишет go test -run TestErrorPages . -update по каталогу и исходному тексту. Руками не править. -->

Любая ошибка API — это problem по RFC 9457 (` + "`application/problem+json`" + `). Программа смотрит на ` + "`code`" + `, человек читает
` + "`detail`" + ` — на языке из ` + "`Accept-Language`" + ` (` + "`ru`" + ` или ` + "`en`" + `). Коды не меняются никогда, фразы могут измениться.
` + "`cashier_message`" + ` — короткая фраза для экрана кассы; если её нет, кассир с этой ошибкой ничего сделать не может.
` + "`errors`" + ` указывает на отдельные поля. Когда спрашиваете о запросе, называйте ` + "`request_id`" + `.

` + "```json" + `
{
  "type": "/docs/errors#totals_changed",
  "title": "Конфликт",
  "status": 409,
  "detail": "Итоги изменились с момента расчёта. Покажите новые и повторите с тем же ключом.",
  "code": "totals_changed",
  "request_id": "req_5f0c8f1f3a5e9b27",
  "cashier_message": "Итог изменился"
}
` + "```" + `

Что ошибка значит для Idempotency-Key, сказано для каждой группы один раз: под ключом сохраняются только отказы. После
всех остальных ошибок ключ свободен. Если ответа не было вовсе, повторите запрос с тем же ключом.

Слова в фигурных скобках подставляются в ответе.
`,
		code: "Код", status: "Статус", sentence: "Фраза", screen: "На экране кассы", do: "Что делать",
		promotions:     "Проверка акций и программ",
		promotionsNote: "Коды полей в ответах `validate`, `publish` и при записи черновика.",
	},
}

// group is the errors of one kind: what they have in common is said once, above their table.
type group struct {
	use          use
	title, about [2]string
}

var groups = []group{
	{
		use{kind: verno.KindConflict},
		[2]string{"409: the world has changed", "409: обстоятельства изменились"},
		[2]string{
			"Nothing was done and the key is free. Do what the code says, then send the request again with the same key.",
			"Ничего не сделано, ключ свободен. Сделайте то, что следует из кода, и отправьте запрос снова с тем же ключом.",
		},
	},
	{
		use{kind: verno.KindRefused},
		[2]string{"422: refused", "422: отказ"},
		[2]string{
			"Understood and refused. A refusal that was decided under the key stays there: the same request gets it again, even if the balance has grown. To try anew, take a new key.",
			"Запрос понят, но в нём отказано. Отказ остаётся под ключом: на тот же запрос придёт тот же отказ, даже если баланс вырос. Чтобы попробовать ещё раз, нужен новый ключ.",
		},
	},
	{
		use{kind: verno.KindInvalid},
		[2]string{"422: the request is wrong", "422: запрос неверен"},
		[2]string{
			"Nothing was done, and nothing of it is kept under the key. Change the request; sending it again as it is changes nothing.",
			"Ничего не сделано, под ключом ничего не сохранено. Измените запрос: повторять его в том же виде бесполезно.",
		},
	},
	{
		use{kind: verno.KindForbidden},
		[2]string{"403: not allowed", "403: нельзя"},
		[2]string{"Nothing was done and the key is free.", "Ничего не сделано, ключ свободен."},
	},
	{
		use{kind: verno.KindNotFound},
		[2]string{"404: not found", "404: не найдено"},
		[2]string{
			"There is no such thing, or it is another company's or another store's: the answer does not tell which.",
			"Такого нет, либо это принадлежит другой компании или другому магазину: ответ этого не различает.",
		},
	},
	{
		use{kind: verno.KindUnauthorised},
		[2]string{"401: who are you", "401: кто вы"},
		[2]string{"Nothing was done and the key is free.", "Ничего не сделано, ключ свободен."},
	},
	{
		use{kind: verno.KindUnavailable},
		[2]string{"503: later", "503: позже"},
		[2]string{
			"Wait as long as `Retry-After` says and repeat the request with the same key. It happens once, however often you send it.",
			"Подождите столько, сколько указано в `Retry-After`, и повторите запрос с тем же ключом. Сколько бы раз он ни пришёл, выполнится он один раз.",
		},
	},
	{
		use{kind: verno.KindLimited},
		[2]string{"429: too often", "429: слишком часто"},
		[2]string{"Nothing was done and the key is free.", "Ничего не сделано, ключ свободен."},
	},
	{
		use{kind: verno.Internal},
		[2]string{"500: our fault", "500: наша ошибка"},
		[2]string{
			"The log has the cause under the `request_id`.",
			"Причина записана в журнале под этим `request_id`.",
		},
	},
	{
		use{kind: verno.KindMalformed},
		[2]string{"400, 405, 406, 415: the request cannot be read", "400, 405, 406, 415: запрос не читается"},
		[2]string{
			"The program that sent it is at fault. The key is free.",
			"Ошибка в программе, которая его отправила. Ключ свободен.",
		},
	},
	{
		use{kind: verno.KindPrecondition},
		[2]string{"412, 428: somebody else was faster", "412, 428: кто-то успел раньше"},
		[2]string{
			"Changes of settings and members say in `If-Match` which state they were made for.",
			"Изменения настроек и участников указывают в `If-Match`, для какого состояния они сделаны.",
		},
	},
	{
		use{kind: verno.KindTooLarge},
		[2]string{"413: too large", "413: слишком велик"},
		[2]string{"The body has a limit: 1 MiB, 8 MiB for batches.", "Размер тела ограничен: 1 МиБ, для пакетов — 8 МиБ."},
	},
	{
		use{field: true},
		[2]string{"Fields", "Поля"},
		[2]string{
			"These stand in `errors`, each with a JSON pointer to its field. The problem around them is mostly `invalid_request`.",
			"Они стоят в `errors`, каждый с JSON-указателем на поле. Сама ошибка при этом обычно `invalid_request`.",
		},
	},
}

// advice is what a program or a till does about a code, where the sentence and the group do not say it.
var advice = map[string][2]string{
	"totals_changed": {
		"Show the figures of `quote` in the answer, let the cashier agree, commit again with the new totals and the same key.",
		"Покажите суммы из `quote` в ответе, дождитесь согласия кассира и проведите чек снова: новые итоги, тот же ключ.",
	},
	"presence_stale":   {"Identify and quote again; the key may stay.", "Считайте карту и рассчитайте чек снова; ключ можно оставить."},
	"presence_invalid": {"Identify and quote again; the key may stay.", "Считайте карту и рассчитайте чек снова; ключ можно оставить."},
	"rules_stale":      {"Repeat it as it is.", "Повторите без изменений."},
	"owner_moved":      {"Identify and quote again.", "Считайте карту и рассчитайте чек снова."},
	"programme_unpublished": {
		"Sell without Verno until the marketer has published.", "Продавайте без Verno, пока маркетолог не опубликует программу.",
	},
	"card_not_usable": {
		"Unknown, blocked or erased: the answer is the same. Ask for another card or sell without one.",
		"Неизвестна, заблокирована или удалена: ответ один и тот же. Попросите другую карту или продавайте без карты.",
	},
	"bank_card_shown":         {"Ask for the loyalty card. Of the bank card nothing was kept.", "Попросите карту лояльности. Данные банковской карты нигде не сохранены."},
	"payment_card_number":     {"Send what stands for the card: the Payment Account Reference or the acquirer's token. Look where your program got a number from.", "Передавайте то, что заменяет карту: Payment Account Reference или токен эквайера. Проверьте, откуда в вашей программе номер."},
	"payment_token_invalid":   {"Send the token as the terminal gives it, without spaces.", "Передайте токен так, как его выдал терминал, без пробелов."},
	"payment_card_taken":      {"One card is of one member. The member who has it can remove it.", "Одна карта — у одного участника. Отвязать её может тот, к кому она привязана."},
	"payment_proof_needed":    {"A number, a phone or a code that can be copied is not enough: whoever has a copy would bind a bank card of their own for good.", "Номера, телефона или кода, который можно переснять, мало: с ним чужой человек привязал бы свою карту навсегда."},
	"payment_card_limit":      {"Remove a card that is not used any more.", "Отвяжите карту, которой больше не пользуются."},
	"payment_consent_missing": {"Show the member the text and send the consent.", "Покажите участнику текст и передайте согласие."},
	"code_unreadable":         {"Scan or type again.", "Считайте или введите ещё раз."},
	"code_expired":            {"A live code changes every 15 seconds: scan the one that is on the screen now.", "Живой код меняется каждые 15 секунд: считайте тот, что сейчас на экране."},
	"code_used": {
		"A live code identifies once, and its presence spends once. Scan the next code.",
		"Живой код опознаёт один раз, и списать по нему можно один раз. Считайте следующий код.",
	},
	"account_frozen": {"Quote again without spending. Earning goes on.", "Рассчитайте чек снова без списания. Начисление продолжается."},
	"strength_needed": {
		"The quote's `needs` says by what more could be spent: scan the live code, take the PIN or ask the member's phone. Or quote again without spending.",
		"В `needs` расчёта сказано, что позволит списать больше: считайте живой код, спросите PIN или телефон участника. Либо рассчитайте чек снова без списания.",
	},
	"spend_needs_member":  {"Identify first, or leave `spend_points` and `stored_money` out.", "Сначала считайте карту или уберите `spend_points` и `stored_money`."},
	"insufficient_points": {"Quote again; take a new key.", "Рассчитайте снова; возьмите новый ключ."},
	"insufficient_money": {
		"Take another tender and commit with a new key. The checkout's own name may stay.",
		"Выберите другую оплату и проведите чек с новым ключом. Имя чека можно оставить.",
	},
	"tenders_mismatch": {"The tenders other than points must add up to `totals.payable`.", "Все оплаты, кроме баллов, в сумме должны дать `totals.payable`."},
	"checkout_committed": {
		"Ask `GET /checkouts/{id}`: it has the receipt. If it is not the sale that you meant, take another name.",
		"Спросите `GET /checkouts/{id}`: там чек. Если это не та продажа, возьмите другое имя.",
	},
	"checkout_cancelled": {"Begin a new checkout.", "Начните новый чек."},
	"receipt_exists": {
		"The till has used this number before. Find the receipt with `POST /receipts/search`; do not count up blindly.",
		"Этот номер касса уже занимала. Найдите чек через `POST /receipts/search`; не перебирайте номера вслепую.",
	},
	"return_too_much":     {"Read the receipt: `returned` says what has come back.", "Прочитайте чек: в `returned` видно, что уже возвращено."},
	"return_unknown_line": {"`line_id` is the line's own id in the sale.", "`line_id` — это id позиции в самой продаже."},
	"return_not_a_sale":   {"Name the sale's receipt, not a return's.", "Укажите чек продажи, а не возврата."},
	"hold_ended":          {"A hold ends once. Place a new one.", "Резерв завершается один раз. Создайте новый."},
	"hold_short": {
		"`capturable` in the answer says how much. Capture that with a new key, or release the hold; take the rest in another tender.",
		"Сколько осталось, сказано в `capturable`. Заберите столько с новым ключом или снимите резерв; остальное примите другой оплатой.",
	},
	"idempotency_key_reused": {
		"A fault of the program: each sale needs a key of its own, made before the first try and stored with it.",
		"Ошибка программы: у каждой продажи должен быть свой ключ, созданный до первой попытки и сохранённый вместе с ней.",
	},
	"invalid_request": {"See `errors`.", "Смотрите `errors`."},
	"store_missing":   {"Send `terminal_id` or `store_id`, or use a till's token.", "Передайте `terminal_id` или `store_id` либо работайте с токеном кассы."},
	"store_unknown":   {"Check the identifier; a till cannot name another till.", "Проверьте идентификатор; касса не может назвать другую кассу."},
	"overloaded":      {"Nothing was written.", "Ничего не записано."},
	"stopping":        {"Only `/readyz` says so, for balancers; requests are answered until the door is closed.", "Так отвечает только `/readyz`, для балансировщика; на запросы Verno отвечает, пока не закроет вход."},
	"outcome_unknown": {"It may have been done. Repeat with the same key, or ask `GET /operations/{key}`.", "Могло выполниться. Повторите с тем же ключом или спросите `GET /operations/{key}`."},
	"internal":        {"Repeat with the same key; if it stays so, queue the sale.", "Повторите с тем же ключом; если не помогает, отложите продажу в очередь."},
	"rate_limited":    {"Wait as long as `Retry-After` says.", "Подождите столько, сколько указано в `Retry-After`."},
	"etag_mismatch":   {"Read it again, look at the difference, send the change with the new ETag.", "Прочитайте заново, сравните и отправьте изменение с новым ETag."},
	"body_too_large":  {"Hand a batch in as several.", "Разбейте пакет на несколько."},
	"till_needed":     {"Use the till's token.", "Используйте токен кассы."},
	"pairing_failed":  {"Make a new pairing code; each is good for ten minutes and once.", "Создайте новый код подключения: он действует десять минут и один раз."},
	"credential_invalid": {
		"A till: pair it again. A cashier: begin the shift again.", "Касса: подключите её заново. Кассир: начните смену заново.",
	},
	"time_out_of_range": {"Check the till's clock; `POST /terminals/{id}/heartbeat` says how far it is off.", "Проверьте часы кассы: `POST /terminals/{id}/heartbeat` покажет, насколько они ушли."},
}
