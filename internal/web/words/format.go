package words

import (
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/money"
)

// space joins the groups of a number: a space that no line breaks at.
const space = "\u00a0"

// Number is a whole number with its digits in groups.
func (l *Lang) Number(n int64) string { return l.grouped(strconv.FormatInt(n, 10)) }

// Money is a sum with the sign of its currency: 1 234,50 ₽ and ₽1,234.50. Whole sums lose their zeros.
func (l *Lang) Money(a money.Amount, c money.Currency) string {
	text := l.Decimal(strings.TrimSuffix(c.Format(a), ".00"))
	if l.Code == "ru" {
		return text + space + sign(c)
	}
	s := sign(c)
	if len(s) == len(string(c)) && s == string(c) {
		return s + space + text
	}
	if rest, negative := strings.CutPrefix(text, "−"); negative {
		return "−" + s + rest
	}
	return s + text
}

// Currency is what people call a currency, with its sign: Russian rouble, ₽.
func (l *Lang) Currency(c money.Currency) string {
	id := "desk.currency." + strings.ToLower(string(c))
	if !l.Has(id) {
		return string(c)
	}
	return l.Say(id) + "," + space + sign(c)
}

// Points is a number of points at a scale, without their name.
func (l *Lang) Points(p money.Points, scale int) string { return l.Decimal(p.Format(scale)) }

// PointsNamed is a number of points with their name, where the language has a form for it.
func (l *Lang) PointsNamed(p money.Points, scale int) string {
	if scale == 0 {
		return l.Count("points", int64(p))
	}
	return l.Points(p, scale)
}

// Percent is a share.
func (l *Lang) Percent(p money.Percent) string {
	if l.Code == "ru" {
		return l.Decimal(p.String()) + space + "%"
	}
	return l.Decimal(p.String()) + "%"
}

// Quantity is a number of pieces or a weight.
func (l *Lang) Quantity(q money.Quantity) string { return l.Decimal(q.String()) }

func sign(c money.Currency) string {
	if s, ok := signs[c]; ok {
		return s
	}
	return string(c)
}

var signs = map[money.Currency]string{"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "KZT": "₸", "GEL": "₾", "TRY": "₺", "UAH": "₴", "AMD": "֏"}

// Decimal writes a decimal number, which has a point, in the language's way.
func (l *Lang) Decimal(text string) string {
	whole, places, cut := strings.Cut(text, ".")
	whole = l.grouped(whole)
	switch {
	case !cut:
		return whole
	case l.Code == "ru":
		return whole + "," + places
	}
	return whole + "." + places
}

// grouped puts the digits of a whole number into groups of three; Russian has none in numbers of four digits.
func (l *Lang) grouped(text string) string {
	digits, negative := strings.CutPrefix(text, "-")
	by, least := ",", 4
	if l.Code == "ru" {
		by, least = space, 5
	}
	var b strings.Builder
	if negative {
		b.WriteString("−")
	}
	for i, d := range []byte(digits) {
		if rest := len(digits) - i; i > 0 && rest%3 == 0 && len(digits) >= least {
			b.WriteString(by)
		}
		b.WriteByte(d)
	}
	return b.String()
}

// Zone is a time zone as people know it: a city, and how far its clocks are from the zero meridian at a moment.
func (l *Lang) Zone(name string, at time.Time) string {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return name
	}
	city := name
	if id := "desk.zone." + strings.ReplaceAll(strings.ToLower(name), "/", "_"); l.Has(id) {
		city = l.Say(id)
	}
	_, seconds := at.In(zone).Zone()
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	offset := sign + strconv.Itoa(seconds/3600)
	if rest := seconds % 3600 / 60; rest != 0 {
		offset += ":" + strconv.Itoa(rest/10) + strconv.Itoa(rest%10)
	}
	return city + " (UTC" + offset + ")"
}

var (
	months      = [...]string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}
	shortMonths = [...]string{"янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"}
	weekdays    = [...]string{"вс", "пн", "вт", "ср", "чт", "пт", "сб"}
)

// Phone is a number as people write it, where it is Russian or Kazakh: +7 900 123-45-67. Others stay as they are.
func (l *Lang) Phone(number string) string {
	if len(number) != len("+79001234567") || !strings.HasPrefix(number, "+7") {
		return number
	}
	return number[:2] + space + number[2:5] + space + number[5:8] + "-" + number[8:10] + "-" + number[10:]
}

// Date is a day: 22 ноября 2026, 22 November 2026. Of the zero time there is none.
func (l *Lang) Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if l.Code == "ru" {
		return strconv.Itoa(t.Day()) + space + months[t.Month()-1] + space + strconv.Itoa(t.Year())
	}
	return t.Format("2" + space + "January" + space + "2006")
}

// Day is a day without its year: 22 ноя, 22 Nov.
func (l *Lang) Day(t time.Time) string {
	if l.Code == "ru" {
		return strconv.Itoa(t.Day()) + space + shortMonths[t.Month()-1]
	}
	return t.Format("2" + space + "Jan")
}

// Weekday is the short name of a day of the week.
func (l *Lang) Weekday(t time.Time) string {
	if l.Code == "ru" {
		return weekdays[t.Weekday()]
	}
	return t.Format("Mon")
}

// Moment is a day and a time of it: 22 ноября 2026, 14:05.
func (l *Lang) Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return l.Date(t) + ", " + t.Format("15:04")
}
