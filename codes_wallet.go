package verno

// walletCodes are the codes of what phones and readers are set up with.
var walletCodes = map[string]CodeText{
	"wallet_form_proof": {
		EN: "Apple Wallet's form does not verify the phone, so only a link that accepts unverified phones can use it.",
		RU: "Форма Apple Wallet не подтверждает телефон, поэтому она доступна только ссылке, которая принимает телефон без подтверждения.",
	},
	"wallet_form_birthday": {
		EN: "Apple Wallet's form cannot ask for a birthday. Do not require one here.",
		RU: "Форма Apple Wallet не умеет спрашивать день рождения. Не требуйте его здесь.",
	},
	"key_limit": {
		EN: "{most} keys of this kind are already in use. Retire one that no reader needs.",
		RU: "Уже используется ключей этого вида: {most}. Выведите из обращения тот, который больше не нужен ни одному считывателю.",
	},
	"google_away": {
		EN: "Google cannot be reached right now. The card works. Try saving it again later.",
		RU: "Google сейчас недоступен. Карта работает, сохранить её можно позже.",
	},
	"wallet_link_over": {
		EN: "This code has expired. Show a new one on the other screen.",
		RU: "Этот код больше не действует. Откройте на другом экране новый.",
	},
	"google_card": {
		EN: "Google does not accept this card as it is. See the task at the desk for the reason.",
		RU: "Google не принимает эту карту в таком виде. Причина указана в задаче в кабинете.",
	},
	"google_file": {
		EN: "This is not a service account's JSON file. Download one from the Google Cloud console.",
		RU: "Это не JSON-файл сервисного аккаунта. Скачайте его в консоли Google Cloud.",
	},
	"google_issuer": {
		EN: "The issuer ID is a number, such as 3388000000012345678. Find it in the Google Pay & Wallet Console.",
		RU: "Идентификатор эмитента — число, например 3388000000012345678. Он указан в Google Pay & Wallet Console.",
	},
	"google_key": {
		EN: "The private key in the file cannot be read or is shorter than 2,048 bits. Create a new key in the console.",
		RU: "Закрытый ключ в файле не читается или короче 2048 бит. Создайте в консоли новый ключ.",
	},
	"google_off": {
		EN: "Cards cannot be saved to Google Wallet: no Google account is set up, its access is denied, or Verno has no public https address.",
		RU: "Сохранять карты в Google Кошелёк нельзя: аккаунт Google не настроен, у него нет доступа или у Verno нет публичного адреса https.",
	},
	"google_signature": {
		EN: "This request was not signed by Google for this issuer.",
		RU: "Этот запрос не подписан Google для этого эмитента.",
	},
}
