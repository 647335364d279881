package verno

// accessCodes are the codes of log-ins, keys, tills and permissions.
var accessCodes = map[string]CodeText{
	"permission_missing": {
		EN: "You may not do this; it needs: {needed}.", RU: "Недостаточно прав; нужно: {needed}.",
		CashierEN: "Not allowed", CashierRU: "Нет прав",
	},
	"credential_missing": {
		EN: "Say who you are: send a key, a till's token or a session.", RU: "Нужна авторизация: ключ, токен кассы или сессия.",
		CashierEN: "Log in", CashierRU: "Войдите",
	},
	"credential_invalid": {
		EN: "This key, token or session is not valid: unknown, ended or revoked.",
		RU: "Ключ, токен или сессия недействительны: неизвестны, истекли или отозваны.", CashierEN: "Log in again", CashierRU: "Войдите снова",
	},
	"till_token_missing": {
		EN: "A cashier's session counts only together with the token of its till.",
		RU: "Сессия кассира действует только вместе с токеном её кассы.", CashierEN: "Pair this till again", CashierRU: "Подключите кассу заново",
	},
	"login_failed": {
		EN: "Wrong name, password or code, or too many tries. Check them, or wait a few minutes.",
		RU: "Неверное имя, пароль или код, либо слишком много попыток. Проверьте данные или подождите несколько минут.",
	},
	"second_factor_needed":  {EN: "Type the code from your authenticator app.", RU: "Введите код из приложения-аутентификатора."},
	"second_factor_active":  {EN: "A second factor is on already. Turn it off first.", RU: "Второй фактор уже включён. Сначала отключите его."},
	"second_factor_missing": {EN: "There is no second factor to confirm or turn off.", RU: "Второй фактор не настроен."},
	"code_wrong":            {EN: "This is not the code that the app shows now.", RU: "Это не тот код, который сейчас показывает приложение."},
	"pin_failed": {
		EN: "Wrong PIN, or this person does not work at this till.", RU: "Неверный PIN, или этот сотрудник не работает на этой кассе.",
		CashierEN: "Wrong PIN", CashierRU: "Неверный PIN",
	},
	"pin_invalid": {EN: "A PIN has 4 to 8 digits.", RU: "В PIN-коде от 4 до 8 цифр."},
	"pin_trivial": {
		EN: "This PIN is tried first: no repeats, no 1234, no years.", RU: "Такой PIN угадывают первым: без повторов, 1234 и годов.",
	},
	"pairing_failed": {
		EN: "This pairing code is wrong, was used or is older than ten minutes. Make a new one.",
		RU: "Код подключения неверен, использован или старше десяти минут. Создайте новый.", CashierEN: "Code not valid", CashierRU: "Код не подошёл",
	},
	"password_common":    {EN: "This password is among the first that are guessed.", RU: "Такой пароль подбирают одним из первых."},
	"password_has_login": {EN: "The password must not contain the log-in name.", RU: "В пароле не должно быть имени для входа."},
	"password_wrong":     {EN: "This is not the current password.", RU: "Это не текущий пароль."},
	"login_taken":        {EN: "Somebody logs in with this name already.", RU: "С таким именем уже входит кто-то другой."},
	"last_owner":         {EN: "Somebody must own the company: make another owner first.", RU: "У компании должен быть владелец: сначала назначьте другого."},
	"role_above":         {EN: "You cannot give or change the role {role}: it may do more than you.", RU: "Роль «{role}» вам не подвластна: у неё прав больше, чем у вас."},
	"scopes_above":       {EN: "A key cannot do what you may not do yourself: {scopes}.", RU: "Ключ не может уметь больше, чем вы: {scopes}."},
	"person_needed":      {EN: "Only a person who has logged in with a password can do this.", RU: "Это может сделать только человек, вошедший по паролю."},
	"till_needed":        {EN: "Only a paired till can do this.", RU: "Это может сделать только подключённая касса."},
	"store_foreign":      {EN: "You are bound to another store.", RU: "Вы привязаны к другому магазину.", CashierEN: "Another store's", CashierRU: "Это другой магазин"},
	"time_past":          {EN: "Must be in the future.", RU: "Должно быть в будущем."},
}
