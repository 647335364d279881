package verno

// paymentCodes are the codes of bank cards: of those by which members are known, and of those that nobody should show.
var paymentCodes = map[string]CodeText{
	"bank_card_shown": {
		EN: "This is a bank card. Nothing of it was kept: scan the loyalty card.", RU: "Это банковская карта. Её данные нигде не сохранены: считайте карту лояльности.",
		CashierEN: "This is a bank card", CashierRU: "Это банковская карта",
	},
	"payment_card_number": {
		EN: "This looks like the number of a bank card, which must never be sent here. Nothing was kept. Send the token that the terminal or the acquirer gives for the card.",
		RU: "Похоже на номер банковской карты, а его сюда передавать нельзя. Ничего не сохранено. Передайте токен, который выдаёт для карты терминал или банк-эквайер.",
	},
	"payment_token_invalid": {
		EN: "A token of a bank card has 16 to 128 letters, digits and signs, without spaces.", RU: "В токене банковской карты от 16 до 128 латинских букв, цифр и знаков, без пробелов.",
	},
	"payment_card_taken": {
		EN: "This bank card is already registered.", RU: "Эта банковская карта уже привязана.",
	},
	"payment_card_limit": {
		EN: "A member can have at most {max} bank cards registered.", RU: "У участника может быть не больше {max} привязанных банковских карт.",
	},
	"payment_proof_needed": {
		EN: "To register a bank card the member shows the live code, holds the phone to a reader or types the PIN.", RU: "Чтобы привязать банковскую карту, участник показывает живой код, подносит телефон к считывателю или вводит PIN.",
		CashierEN: "Ask for the live code", CashierRU: "Нужен живой код",
	},
	"payment_consent_missing": {
		EN: "The member has not agreed to be recognised by a bank card. Send the consent with the request.", RU: "Участник не дал согласия узнавать его по банковской карте. Передайте согласие вместе с запросом.",
	},
}
