package verno

import "maps"

import "strings"

// CodeText is what people read for a code, in both languages. {name} stands for the parameter of that name. The
// cashier's sentence is short and fit for a till's screen; empty where the till is not concerned.
type CodeText struct{ EN, RU, CashierEN, CashierRU string }

// catalogues are the texts of all codes, one map a room of the house.
var catalogues = []map[string]CodeText{commonCodes, fieldCodes, checkoutCodes, accessCodes, memberCodes, brandCodes, cardCodes, walletCodes, certificateCodes, bearerCodes, admissionCodes, issueCodes, proofCodes}

// commonCodes are the codes that any request can get.
var commonCodes = map[string]CodeText{
	"internal": {
		EN: "Something went wrong on our side. Nothing was lost; try again with the same key.",
		RU: "У нас что-то пошло не так. Ничего не потеряно: повторите с тем же ключом.", CashierEN: "Try again", CashierRU: "Повторите",
	},
	"invalid_request":    {EN: "The request has errors; see the fields.", RU: "В запросе есть ошибки, см. поля."},
	"malformed_json":     {EN: "The body is not valid JSON: {reason}.", RU: "Тело запроса не является корректным JSON: {reason}."},
	"malformed_cursor":   {EN: "The cursor is not one that was given out.", RU: "Такой курсор не выдавался."},
	"malformed_header":   {EN: "The header {header} cannot be read.", RU: "Заголовок {header} не читается."},
	"not_found":          {EN: "There is no such {thing}.", RU: "Не найдено: {thing}."},
	"route_not_found":    {EN: "There is no such address.", RU: "Такого адреса нет."},
	"method_not_allowed": {EN: "This address does not take {method}.", RU: "Этот адрес не принимает {method}."},
	"media_type":         {EN: "Send JSON with Content-Type: application/json.", RU: "Присылайте JSON с Content-Type: application/json."},
	"not_acceptable":     {EN: "Answers are JSON; take application/json in Accept.", RU: "Ответы приходят в JSON: разрешите application/json в Accept."},
	"line_too_large":     {EN: "The line is longer than {limit} bytes.", RU: "Строка длиннее {limit} байт."},
	"body_too_large":     {EN: "The body is larger than {limit} bytes.", RU: "Тело запроса больше {limit} байт."},
	"rate_limited":       {EN: "Too many requests. Try again in {seconds} s.", RU: "Слишком много запросов. Повторите через {seconds} с."},
	"overloaded":         {EN: "Too busy right now; nothing was written. Try again with the same key.", RU: "Сейчас перегрузка, ничего не записано. Повторите с тем же ключом.", CashierEN: "Busy, try again", CashierRU: "Занято, повторите"},
	"stopping":           {EN: "Verno is being stopped and will let nobody in any more. Ask another node, or come back.", RU: "Verno останавливается и скоро перестанет принимать запросы. Обратитесь к другому узлу или повторите позже."},
	"storage_unavailable": {
		EN: "The database does not answer; nothing was written, or your key will tell. Try again with the same key.",
		RU: "База данных не отвечает. Ничего не записано или это покажет ваш ключ. Повторите с тем же ключом.", CashierEN: "Try again", CashierRU: "Повторите",
	},
	"outcome_unknown": {
		EN: "The connection to the database was lost at the very end. Ask for the operation by its key, or repeat with the same key.",
		RU: "Связь с базой прервалась в последний момент. Спросите операцию по ключу или повторите с тем же ключом.", CashierEN: "Try again", CashierRU: "Повторите",
	},
	"idempotency_key_missing": {EN: "The header Idempotency-Key is missing.", RU: "Нет заголовка Idempotency-Key."},
	"idempotency_key_invalid": {EN: "Idempotency-Key must have 1 to 255 visible ASCII characters.", RU: "Idempotency-Key — от 1 до 255 видимых символов ASCII."},
	"idempotency_key_reused":  {EN: "This key was used for another request.", RU: "Этот ключ уже использован для другого запроса."},
	"etag_mismatch":           {EN: "It was changed by someone else meanwhile. Read it again.", RU: "За это время это изменил кто-то другой. Прочитайте заново."},
	"etag_missing":            {EN: "The header If-Match is missing.", RU: "Нет заголовка If-Match."},
	"external_id_taken":       {EN: "Something else has the external id {external_id}.", RU: "Внешний идентификатор {external_id} уже занят."},
}

// fieldCodes are the codes of single fields.
var fieldCodes = map[string]CodeText{
	"required":         {EN: "Must be given.", RU: "Нужно указать."},
	"type":             {EN: "Must be {want}.", RU: "Должно быть: {want}."},
	"number_invalid":   {EN: "Is not a plain number of the wanted form.", RU: "Не похоже на число нужного вида."},
	"number_range":     {EN: "Must be from {min} to {max}.", RU: "Допустимо от {min} до {max}."},
	"quantity_invalid": {EN: "Must be a plain decimal above zero, at most a million, with at most three places.", RU: "Нужно число больше нуля, не больше миллиона, не более трёх знаков после точки."},
	"text_too_long":    {EN: "Has more than {max} characters.", RU: "Длиннее {max} символов."},
	"text_too_short":   {EN: "Has fewer than {min} characters.", RU: "Короче {min} символов."},
	"text_invalid":     {EN: "Has characters that are not allowed here.", RU: "Есть недопустимые символы."},
	"too_many":         {EN: "Has more than {max} elements.", RU: "Больше {max} элементов."},
	"duplicate":        {EN: "Stands there twice.", RU: "Повторяется."},
	"unknown_field":    {EN: "There is no such field.", RU: "Такого поля нет."},
	"unknown_value":    {EN: "Is none of: {known}.", RU: "Допустимые значения: {known}."},
	"date_invalid":     {EN: "Is not a date of the form {form}.", RU: "Это не дата вида {form}."},
	"date_far":         {EN: "Is more than {days} days away from the day on which it happened.", RU: "Отстоит от дня события больше чем на {days} дней."},
	"id_invalid":       {EN: "Is not an identifier of this kind.", RU: "Это не идентификатор нужного вида."},
	"currency_invalid": {EN: "Must be the programme's currency, {want}.", RU: "Нужна валюта программы: {want}."},
	"phone_invalid":    {EN: "Is not a phone number.", RU: "Это не номер телефона."},
	"email_invalid":    {EN: "Is not an e-mail address.", RU: "Это не адрес электронной почты."},
	"not_known":        {EN: "Names nothing that exists.", RU: "Такого не существует."},
}

// TextOf is the sentence for a code in a language ("ru" or "en"), with its parameters filled in; the code itself where
// the catalogue lacks it.
func TextOf(code, lang string, params map[string]string) string {
	t, ok := textOf(code)
	if !ok {
		return code
	}
	if lang == "ru" {
		return fill(t.RU, params)
	}
	return fill(t.EN, params)
}

// CashierTextOf is the short sentence for the till; empty where the code has none.
func CashierTextOf(code, lang string, params map[string]string) string {
	t, _ := textOf(code)
	if lang == "ru" {
		return fill(t.CashierRU, params)
	}
	return fill(t.CashierEN, params)
}

// Codes lists every code that the catalogue knows, in no order.
func Codes() map[string]CodeText {
	all := map[string]CodeText{}
	for _, c := range catalogues {
		maps.Copy(all, c)
	}
	return all
}

func textOf(code string) (CodeText, bool) {
	for _, c := range catalogues {
		if t, ok := c[code]; ok {
			return t, true
		}
	}
	return CodeText{}, false
}

func fill(text string, params map[string]string) string {
	for name, value := range params {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}
