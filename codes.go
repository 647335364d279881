package verno

import (
	"maps"
	"strings"
	"time"
)

// CodeText is what people read for a code, in both languages. {name} stands for the parameter of that name; moments are
// told as the reader writes them. The cashier's sentence is short and fit for a till's screen; empty where the till is not
// concerned.
type CodeText struct{ EN, RU, CashierEN, CashierRU string }

// catalogues are the texts of all codes, one map a room of the house.
var catalogues = []map[string]CodeText{commonCodes, fieldCodes, checkoutCodes, accessCodes, memberCodes, brandCodes, cardCodes, walletCodes, certificateCodes, bearerCodes, admissionCodes, issueCodes, proofCodes, paymentCodes, giftCodes}

// commonCodes are the codes that any request can get.
var commonCodes = map[string]CodeText{
	"internal": {
		EN: "Something went wrong on our side. Nothing was lost: try again with the same key.",
		RU: "У нас что-то пошло не так. Ничего не потеряно: повторите с тем же ключом.", CashierEN: "Try again", CashierRU: "Повторите",
	},
	"invalid_request":    {EN: "The request has errors. See the fields.", RU: "В запросе есть ошибки: они указаны у полей."},
	"malformed_json":     {EN: "The body is not valid JSON: {reason}.", RU: "Тело запроса не является корректным JSON: {reason}."},
	"malformed_cursor":   {EN: "Unknown cursor. Use the one from the last answer, or start over.", RU: "Неизвестный курсор. Возьмите его из последнего ответа или начните сначала."},
	"malformed_header":   {EN: "The header {header} is not valid.", RU: "Заголовок {header} записан неверно."},
	"not_found":          {EN: "Not found: {thing}.", RU: "Не найдено: {thing}."},
	"route_not_found":    {EN: "There is nothing at this address.", RU: "По этому адресу ничего нет."},
	"method_not_allowed": {EN: "This address does not accept {method}.", RU: "Этот адрес не принимает {method}."},
	"media_type":         {EN: "Send JSON with Content-Type: application/json.", RU: "Присылайте JSON с Content-Type: application/json."},
	"not_acceptable":     {EN: "Answers are JSON: allow application/json in Accept.", RU: "Ответы приходят в JSON: разрешите application/json в Accept."},
	"line_too_large":     {EN: "The line is longer than {limit} bytes.", RU: "Строка длиннее {limit} байт."},
	"body_too_large":     {EN: "The body is larger than {limit} bytes.", RU: "Тело запроса больше {limit} байт."},
	"rate_limited":       {EN: "Too many requests. Try again in {seconds} s.", RU: "Слишком много запросов. Повторите через {seconds} с."},
	"overloaded":         {EN: "The server is busy and nothing was saved. Try again with the same key.", RU: "Сервер перегружен, ничего не записано. Повторите с тем же ключом.", CashierEN: "Busy, try again", CashierRU: "Занято, повторите"},
	"stopping":           {EN: "Verno is shutting down and will stop accepting requests. Use another node, or try again later.", RU: "Verno останавливается и скоро перестанет принимать запросы. Обратитесь к другому узлу или повторите позже."},
	"storage_unavailable": {
		EN: "The database is not responding. Try again with the same key: nothing is recorded twice.",
		RU: "База данных не отвечает. Повторите с тем же ключом: дважды ничего не запишется.", CashierEN: "Try again", CashierRU: "Повторите",
	},
	"outcome_unknown": {
		EN: "The connection to the database was lost at the last moment. Look the operation up by its key, or try again with the same key.",
		RU: "Связь с базой прервалась в последний момент. Запросите операцию по ключу или повторите с тем же ключом.", CashierEN: "Try again", CashierRU: "Повторите",
	},
	"idempotency_key_missing": {EN: "The header Idempotency-Key is missing.", RU: "Нет заголовка Idempotency-Key."},
	"idempotency_key_invalid": {EN: "Idempotency-Key must be 1 to 255 visible ASCII characters.", RU: "Idempotency-Key — от 1 до 255 видимых символов ASCII."},
	"idempotency_key_reused":  {EN: "This key was already used for another request. Use a new one.", RU: "Этот ключ уже использован для другого запроса. Возьмите новый."},
	"etag_mismatch":           {EN: "Someone else has changed this in the meantime. Reload it and try again.", RU: "Пока вы работали, это изменил кто-то другой. Загрузите заново и повторите."},
	"etag_missing":            {EN: "The header If-Match is missing.", RU: "Нет заголовка If-Match."},
	"external_id_taken":       {EN: "The external ID {external_id} is already in use.", RU: "Внешний идентификатор {external_id} уже занят."},
}

// fieldCodes are the codes of single fields.
var fieldCodes = map[string]CodeText{
	"required":         {EN: "This is required.", RU: "Обязательное поле."},
	"type":             {EN: "Must be {want}.", RU: "Должно быть: {want}."},
	"number_invalid":   {EN: "Must be a plain number.", RU: "Нужно обычное число."},
	"number_range":     {EN: "Must be between {min} and {max}.", RU: "Допустимо от {min} до {max}."},
	"quantity_invalid": {EN: "Must be a number above 0 and up to 1,000,000, with up to three decimal places.", RU: "Нужно число больше 0 и до 1 000 000, не более трёх знаков после точки."},
	"text_too_long":    {EN: "Must be at most {max} characters.", RU: "Не длиннее {max} символов."},
	"text_too_short":   {EN: "Must be at least {min} characters.", RU: "Не короче {min} символов."},
	"text_invalid":     {EN: "Contains characters that are not allowed.", RU: "Есть недопустимые символы."},
	"too_many":         {EN: "Must have at most {max} items.", RU: "Не больше {max} элементов."},
	"duplicate":        {EN: "Must not be repeated.", RU: "Не должно повторяться."},
	"unknown_field":    {EN: "Unknown field.", RU: "Неизвестное поле."},
	"unknown_value":    {EN: "Must be one of: {known}.", RU: "Допустимые значения: {known}."},
	"date_invalid":     {EN: "Must be a date in the format {form}.", RU: "Нужна дата в виде {form}."},
	"date_far":         {EN: "Must be within {days} days of the event.", RU: "Должно быть не дальше {days} дней от события."},
	"id_invalid":       {EN: "Must be an identifier of this kind.", RU: "Нужен идентификатор этого вида."},
	"currency_invalid": {EN: "Must be in the programme's currency, {want}.", RU: "Нужна валюта программы: {want}."},
	"phone_invalid":    {EN: "This is not a phone number.", RU: "Это не номер телефона."},
	"email_invalid":    {EN: "This is not an email address.", RU: "Это не адрес электронной почты."},
	"not_known":        {EN: "Does not exist.", RU: "Не существует."},
}

// TextOf is the sentence for a code in a language ("ru" or "en"), with its parameters filled in; the code itself where
// the catalogue lacks it.
func TextOf(code, lang string, params map[string]string) string {
	t, ok := textOf(code)
	if !ok {
		return code
	}
	if lang == "ru" {
		return fill(t.RU, lang, params)
	}
	return fill(t.EN, lang, params)
}

// CashierTextOf is the short sentence for the till; empty where the code has none.
func CashierTextOf(code, lang string, params map[string]string) string {
	t, _ := textOf(code)
	if lang == "ru" {
		return fill(t.CashierRU, lang, params)
	}
	return fill(t.CashierEN, lang, params)
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

func fill(text, lang string, params map[string]string) string {
	if len(params) == 0 {
		return text
	}
	pairs := make([]string, 0, 2*len(params))
	for name, value := range params {
		switch {
		case moments[name]:
			value = sayMoment(value, lang)
		case name == "ratio" && lang == "ru":
			value = strings.Replace(value, ".", ",", 1)
		}
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// moments are the parameters that are moments (RFC 3339, in the zone of the place) or days (YYYY-MM-DD) for programs.
var moments = map[string]bool{"at": true, "date": true, "from": true, "until": true}

// sayMoment is a moment, or a day, as readers of a language write it, in its own zone; whatever else it is given as it is.
func sayMoment(value, lang string) string {
	day, clock := "2 January 2006", ", 15:04"
	if lang == "ru" {
		day, clock = "02.01.2006", " 15:04"
	}
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return t.Format(day + clock)
	}
	if t, err := time.Parse(time.DateOnly, value); err == nil {
		return t.Format(day)
	}
	return value
}
