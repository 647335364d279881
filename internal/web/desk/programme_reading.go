package desk

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/money"
)

// reading takes what was typed into a form about rules for what it means, and notes what it cannot understand at its
// field. Fields are named as the rules point at them, without the first slash: settings/percent, schedule/hours/0/from.
type reading struct {
	*teller

	values url.Values
	faults map[string]string
}

func (t *teller) reading(values url.Values) *reading {
	return &reading{t, values, map[string]string{}}
}

func (r *reading) text(name string) string { return strings.TrimSpace(r.values.Get(name)) }

func (r *reading) on(name string) bool { return r.values.Get(name) != "" }

func (r *reading) fault(name string) { r.faults[name] = r.Say("desk.rules.not_number") }

var thousands = regexp.MustCompile(`,(\d{3})\b`)

// plain is a number as a program writes it: 1 240,50 ₽ becomes 1240.50. In English a comma before three digits parts
// thousands; else it is a decimal point.
func (r *reading) plain(name string) string {
	text := strings.Map(func(c rune) rune {
		switch c {
		case ' ', '\u00a0', '\u202f', '\t', '%', '₽', '$', '€', '+':
			return -1
		case '−', '–':
			return '-'
		}
		return c
	}, r.values.Get(name))
	if r.Code == "en" {
		text = thousands.ReplaceAllString(text, "$1")
	}
	return strings.Replace(text, ",", ".", 1)
}

func (r *reading) money(name string) money.Amount {
	text := r.plain(name)
	if text == "" {
		return 0
	}
	a, err := r.of.Currency.ParseAmount(text)
	if err != nil {
		r.fault(name)
	}
	return a
}

func (r *reading) points(name string) money.Points {
	text := r.plain(name)
	if text == "" {
		return 0
	}
	p, err := money.ParsePoints(text, r.of.Points.Scale)
	if err != nil {
		r.fault(name)
	}
	return p
}

func (r *reading) percent(name string) money.Percent {
	text := r.plain(name)
	if text == "" {
		return 0
	}
	p, err := money.ParsePercent(text)
	if err != nil {
		r.fault(name)
	}
	return p
}

func (r *reading) whole(name string) int64 {
	text := r.plain(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		r.fault(name)
	}
	return n
}

// seconds is a time that was given as a number and, in a field of its own, its unit.
func (r *reading) seconds(name string) int64 {
	n := r.whole(name)
	for _, s := range spans {
		if s.name != r.values.Get(name+"/unit") {
			continue
		}
		if n < -maxSpan || n > maxSpan {
			r.fault(name)
			return 0
		}
		return n * s.seconds
	}
	return n
}

const maxSpan = 1_000_000_000

// moment is a time as the browser's field for it gives one, in the programme's zone.
func (r *reading) moment(name string) *time.Time {
	text := r.text(name)
	if text == "" {
		return nil
	}
	at, err := time.ParseInLocation(minute, strings.TrimSuffix(text, ":00"), r.zone)
	if err != nil {
		if at, err = time.ParseInLocation(minute, text, r.zone); err != nil {
			r.faults[name] = r.Say("desk.rules.not_time")
			return nil
		}
	}
	at = at.UTC()
	return &at
}

// minute is how the browser's field for a day and a time writes one.
const minute = "2006-01-02T15:04"

// lines are the lines of a field with one name on each.
func (r *reading) lines(name string) []string {
	var list []string
	for line := range strings.Lines(r.values.Get(name)) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// list are all values of boxes that have one name.
func (r *reading) list(name string) []string {
	var list []string
	for _, v := range r.values[name] {
		if v != "" {
			list = append(list, v)
		}
	}
	return list
}

// rows is how many rows of a list a form has.
func rows(values url.Values, list string, most int) int {
	n := 0
	for name := range values {
		rest, ok := strings.CutPrefix(name, list+"/")
		if !ok {
			continue
		}
		at, _, _ := strings.Cut(rest, "/")
		if i, err := strconv.Atoi(at); err == nil && i >= n && i < most {
			n = i + 1
		}
	}
	return n
}

// place is the name of a field of a row of a list.
func place(list string, row int, field string) string {
	return list + "/" + strconv.Itoa(row) + "/" + field
}

// typed writes numbers into a form as people of the language would type them.
type typed struct {
	*teller

	values url.Values
}

func (w *typed) decimal(text string) string {
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	if w.Code == "ru" {
		return strings.Replace(text, ".", ",", 1)
	}
	return text
}

func (w *typed) text(name, value string) {
	if value != "" {
		w.values.Set(name, value)
	}
}

func (w *typed) on(name string, is bool) {
	if is {
		w.values.Set(name, "on")
	}
}

func (w *typed) money(name string, a money.Amount) {
	if a != 0 {
		w.values.Set(name, w.decimal(w.of.Currency.Format(a)))
	}
}

func (w *typed) points(name string, p money.Points) {
	if p != 0 {
		w.values.Set(name, w.decimal(p.Format(w.of.Points.Scale)))
	}
}

func (w *typed) whole(name string, n int64) {
	if n != 0 {
		w.values.Set(name, strconv.FormatInt(n, 10))
	}
}

func (w *typed) seconds(name string, seconds int64) {
	n, unit := span(seconds)
	w.whole(name, n)
	w.values.Set(name+"/unit", unit)
}

func (w *typed) moment(name string, at *time.Time) {
	if at != nil {
		w.values.Set(name, at.In(w.zone).Format(minute))
	}
}

func (w *typed) lines(name string, list []string) { w.text(name, strings.Join(list, "\n")) }

// symbol is the sign that stands after a sum's field.
func (t *teller) symbol() string {
	sum := t.Money(0, t.of.Currency)
	return strings.Trim(sum, "0.,\u00a0 ")
}
