package verno

// accessCodes are the codes of log-ins, keys, tills and permissions.
var accessCodes = map[string]CodeText{
	"permission_missing": {
		EN: "You do not have permission to do this. Required: {needed}.", RU: "Недостаточно прав. Нужно: {needed}.",
		CashierEN: "Not allowed", CashierRU: "Нет прав",
	},
	"credential_missing": {
		EN: "Authentication is required: send a key, a till's token or a session.", RU: "Нужна авторизация: ключ, токен кассы или сессия.",
		CashierEN: "Log in", CashierRU: "Войдите",
	},
	"credential_invalid": {
		EN: "This key, token or session is not valid: it is unknown, expired or revoked.",
		RU: "Ключ, токен или сессия недействительны: неизвестны, истекли или отозваны.", CashierEN: "Log in again", CashierRU: "Войдите снова",
	},
	"till_token_missing": {
		EN: "A cashier's session works only together with its till's token.",
		RU: "Сессия кассира действует только вместе с токеном её кассы.", CashierEN: "Pair this till again", CashierRU: "Подключите кассу заново",
	},
	"login_failed": {
		EN: "Wrong name, password or code, or too many attempts. Check them or wait a few minutes.",
		RU: "Неверное имя, пароль или код, либо слишком много попыток. Проверьте данные или подождите несколько минут.",
	},
	"second_factor_needed":  {EN: "Enter the code from your authenticator app.", RU: "Введите код из приложения-аутентификатора."},
	"second_factor_active":  {EN: "Two-step login is already on. Turn it off first.", RU: "Двухэтапный вход уже включён. Сначала отключите его."},
	"second_factor_missing": {EN: "Two-step login is not set up.", RU: "Двухэтапный вход не настроен."},
	"code_wrong":            {EN: "Wrong code. Enter the one the app shows now.", RU: "Неверный код. Введите тот, который приложение показывает сейчас."},
	"pin_failed": {
		EN: "Wrong PIN, or this cashier does not work at this till.", RU: "Неверный PIN, или этот кассир не работает на этой кассе.",
		CashierEN: "Wrong PIN", CashierRU: "Неверный PIN",
	},
	"pin_invalid": {EN: "A PIN must have 4 to 8 digits.", RU: "В PIN-коде от 4 до 8 цифр."},
	"pin_trivial": {
		EN: "This PIN is too easy to guess. Avoid repeated digits, 1234 and years.", RU: "Этот PIN легко угадать. Не используйте повторы, 1234 и годы.",
	},
	"pairing_failed": {
		EN: "This pairing code is wrong, already used or older than ten minutes. Get a new one.",
		RU: "Код подключения неверен, использован или старше десяти минут. Получите новый.", CashierEN: "Code not valid", CashierRU: "Код не подошёл",
	},
	"password_common":    {EN: "This password is too common. Choose another.", RU: "Этот пароль слишком распространён. Придумайте другой."},
	"password_has_login": {EN: "The password must not contain the login name.", RU: "В пароле не должно быть имени для входа."},
	"password_wrong":     {EN: "The current password is wrong.", RU: "Текущий пароль указан неверно."},
	"login_taken":        {EN: "This login name is already taken.", RU: "Это имя для входа уже занято."},
	"last_owner":         {EN: "The company must have an owner. Make someone else an owner first.", RU: "У компании должен быть владелец. Сначала назначьте другого."},
	"role_above":         {EN: "You cannot give or change the role {role}: it has more permissions than you.", RU: "Роль «{role}» нельзя выдать или изменить: у неё больше прав, чем у вас."},
	"scopes_above":       {EN: "A key cannot have permissions that you do not have: {scopes}.", RU: "У ключа не может быть прав, которых нет у вас: {scopes}."},
	"person_needed":      {EN: "Only someone logged in with a password can do this.", RU: "Это может сделать только сотрудник, вошедший по паролю."},
	"till_needed":        {EN: "Only a paired till can do this.", RU: "Это может сделать только подключённая касса."},
	"store_foreign":      {EN: "You work for another store.", RU: "Вы работаете в другом магазине.", CashierEN: "Another store", CashierRU: "Другой магазин"},
	"time_past":          {EN: "Must be in the future.", RU: "Должно быть в будущем."},
}
