package verno

// walletCodes are the codes of what phones and readers are set up with.
var walletCodes = map[string]CodeText{
	"wallet_form_proof": {
		EN: "The form of Apple Wallet proves no phone, so that only a channel that takes phones as they are told can have it.",
		RU: "Форма Apple Wallet не подтверждает телефон, поэтому она бывает только у ссылки, которая принимает телефон без подтверждения.",
	},
	"wallet_form_birthday": {
		EN: "The form of Apple Wallet cannot ask for a birthday. Do not require one here.",
		RU: "Форма Apple Wallet не умеет спрашивать день рождения. Не требуйте его здесь.",
	},
	"key_limit": {
		EN: "{most} keys of this kind are in use already. Retire one that no reader needs any more.",
		RU: "Уже используется ключей этого вида: {most}. Выведите из обращения тот, который больше не нужен ни одному считывателю.",
	},
	"google_away": {
		EN: "Google cannot be reached just now. The card works; the link to save it can be had later.",
		RU: "Google сейчас недоступен. Карта работает, а ссылку для сохранения можно получить позже.",
	},
	"wallet_link_over": {
		EN: "This code is over. Show a new one on the other screen.",
		RU: "Этот код больше не действует. Откройте на другом экране новый.",
	},
	"google_card": {
		EN: "Google does not take this card as it is. A task at the desk says why.",
		RU: "Google не принимает эту карту в таком виде. Причина — в задаче в кабинете.",
	},
	"google_file": {
		EN: "This is not the JSON file of a service account, as the Google Cloud console gives it for download.",
		RU: "Это не JSON-файл сервисного аккаунта, который скачивают в консоли Google Cloud.",
	},
	"google_issuer": {
		EN: "The issuer ID is a number, such as 3388000000012345678. It stands in the Google Pay & Wallet Console.",
		RU: "Идентификатор эмитента — число, например 3388000000012345678. Он указан в Google Pay & Wallet Console.",
	},
	"google_key": {
		EN: "The private key in the file cannot be read, or is shorter than 2,048 bits. Make a new key in the console.",
		RU: "Закрытый ключ в файле не читается или короче 2048 бит. Создайте в консоли новый ключ.",
	},
	"google_off": {
		EN: "Cards cannot be saved in Google Wallet here: there is no Google account, it is not let in, or Verno has no public https address.",
		RU: "Сохранять карты в Google Кошелёк здесь нельзя: нет аккаунта Google, он не допущен или у Verno нет публичного адреса https.",
	},
	"google_signature": {
		EN: "This call was not signed by Google for this issuer.",
		RU: "Этот вызов не подписан Google для этого эмитента.",
	},
}
