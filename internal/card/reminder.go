package card

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
)

// ReminderField is the field in which a ticket reminds of its event. It stands on the back from the first day on, with
// nothing to say before its time: a phone tells only of a change of what it has.
const ReminderField = "reminder"

// Reminders are when the tickets of a template remind of their event, the earliest first, and when that begins: nobody is
// reminded of what has begun. There are none for a template of another kind, or of an event that has no time yet.
func (t *Template) Reminders(zone *time.Location) (at []time.Time, begins time.Time) {
	if t.Kind != eventTicket.Name {
		return nil, time.Time{}
	}
	var ignored verno.Faults
	s, ok := eventTicket.settings(t.Settings, &ignored).(*eventSettings)
	if !ok {
		return nil, time.Time{}
	}
	return s.reminders(zone)
}

func (s *eventSettings) reminders(zone *time.Location) (at []time.Time, begins time.Time) {
	begins = moment(s.Starts, momentForm, zone)
	if begins.IsZero() {
		return nil, begins
	}
	hours := []int64{s.Remind, s.RemindAgain}
	slices.Sort(hours)
	slices.Reverse(hours)
	for _, h := range slices.Compact(hours) {
		if h > 0 {
			at = append(at, begins.Add(-time.Duration(h)*time.Hour))
		}
	}
	return at, begins
}

// remind puts the reminder of a ticket on top of its back. A ticket that lets nobody in any more reminds of nothing.
func (s *eventSettings) remind(f *Face, e *Event, x *Facts) {
	all, begins := s.reminders(x.At.Location())
	if len(all) == 0 {
		return
	}
	field := Field{Key: ReminderField, Label: Both("Reminder", "Напоминание"), Value: textValue(Same(Nothing))}
	due := slices.IndexFunc(all, func(at time.Time) bool { return x.At.Before(at) })
	if due < 0 {
		due = len(all)
	}
	lapsed := !x.Ends.IsZero() && !x.At.Before(x.Ends)
	if due > 0 && x.At.Before(begins) && !f.Voided && !lapsed {
		e.Reminded = all[due-1]
		field.Value, field.Change = textValue(e.reminder(due > 1)), soon(x.At, begins)
	}
	f.Back = append([]Field{field}, f.Back...)
}

// soon is how a phone begins to tell of what begins on another day or on this one. It is no part of what is told, which
// stays as it is while days go by.
func soon(now, begins time.Time) Text {
	day := func(t time.Time) string { return t.Format(dayForm) }
	switch day(begins) {
	case day(now):
		return Both("Today: %@", "Сегодня: %@")
	case day(now.AddDate(0, 0, 1)):
		return Both("Tomorrow: %@", "Завтра: %@")
	}
	return Both("Soon: %@", "Скоро: %@")
}

var weekdays = [7]string{"воскресенье", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота"}

var monthsOf = [12]string{
	"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
}

// reminder is what an event is, when it begins, and where its guest sits. Said again it is put otherwise, as a phone tells
// only of what is not the same as before.
func (e *Event) reminder(again bool) Text {
	t := e.Starts
	en, ru := t.Format("Monday 2 January, 15:04"), weekdays[t.Weekday()]+", "+strconv.Itoa(t.Day())+" "+monthsOf[t.Month()-1]+", "+t.Format("15:04")
	if again {
		en, ru = t.Format("at 15:04 on 2 January"), "в "+t.Format("15:04")+", "+strconv.Itoa(t.Day())+" "+monthsOf[t.Month()-1]
	}
	said := func(lang, when string, section, row, seat string) string {
		var place []string
		for _, part := range [...][2]string{{section, e.Section}, {row, e.Row}, {seat, e.Seat}} {
			if part[1] != "" {
				place = append(place, part[0]+" "+part[1])
			}
		}
		return strings.Join(append([]string{e.Name.In(lang) + " — " + when}, place...), ", ")
	}
	return Both(said("en", en, "section", "row", "seat"), said("ru", ru, "сектор", "ряд", "место"))
}
