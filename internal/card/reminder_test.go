package card_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/card"
)

// evening is a ticket to an event with reminders, and what there is to say of it at a moment.
func evening(t *testing.T, settings map[string]any, at time.Time) (card.Template, card.Facts) {
	t.Helper()
	kind, _ := card.Find("event_ticket")
	template, facts := kind.Template("Evening"), anybody()
	all := map[string]any{"name": map[string]string{"en": "Jazz", "ru": "Джаз"}, "starts": "2026-12-12T19:00", "remind": 24, "remind_again": 3}
	maps.Copy(all, settings)
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	template.Settings, facts.At = raw, at
	return template, facts
}

// reminder is what a ticket reminds of, and how a phone tells it; false for one that has no such field.
func reminder(t *testing.T, template *card.Template, facts *card.Facts, lang string) (value, change string, there bool) {
	t.Helper()
	f, err := card.Show(template, facts)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(f.Back, func(f card.Field) bool { return f.Key == card.ReminderField })
	if i < 0 {
		return "", "", false
	}
	return f.Back[i].Value.Text.In(lang), f.Back[i].Change.In(lang), true
}

// TestReminder: a ticket says nothing before its time, then reminds in words that stay while days go by, reminds again in
// other words, and is silent once the event begins.
func TestReminder(t *testing.T) {
	t.Parallel()
	day := func(d, h, m int) time.Time { return time.Date(2026, time.December, d, h, m, 0, 0, moscow) }
	for _, c := range []struct {
		at            time.Time
		lang          string
		value, change string
	}{
		{day(11, 18, 59), "en", card.Nothing, ""},
		{day(11, 19, 0), "en", "Jazz — Saturday 12 December, 19:00, section A, row 3, seat 14", "Tomorrow: %@"},
		{day(11, 19, 0), "ru", "Джаз — суббота, 12 декабря, 19:00, сектор A, ряд 3, место 14", "Завтра: %@"},
		{day(12, 0, 0), "ru", "Джаз — суббота, 12 декабря, 19:00, сектор A, ряд 3, место 14", "Сегодня: %@"},
		{day(12, 16, 0), "en", "Jazz — at 19:00 on 12 December, section A, row 3, seat 14", "Today: %@"},
		{day(12, 16, 0), "ru", "Джаз — в 19:00, 12 декабря, сектор A, ряд 3, место 14", "Сегодня: %@"},
		{day(12, 19, 0), "en", card.Nothing, ""},
	} {
		template, facts := evening(t, nil, c.at)
		if value, change, _ := reminder(t, &template, &facts, c.lang); value != c.value || change != c.change {
			t.Errorf("%v %s: %q told as %q", c.at, c.lang, value, change)
		}
	}
	template, facts := evening(t, map[string]any{"remind": 168, "remind_again": 0}, day(6, 10, 0))
	if value, change, _ := reminder(t, &template, &facts, "en"); value == card.Nothing || change != "Soon: %@" {
		t.Errorf("six days before: %q told as %q", value, change)
	}
}

// TestNobodyIsReminded: not by a ticket that was used, blocked, returned or has lapsed; and one that reminds of nothing, or of
// what has no time yet, has no such field.
func TestNobodyIsReminded(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.December, 12, 10, 0, 0, 0, moscow)
	for name, change := range map[string]func(x *card.Facts){
		"used": func(x *card.Facts) { x.Left, x.Of = 0, 1 }, "marked used": func(x *card.Facts) { x.State = card.StateUsed },
		"blocked": func(x *card.Facts) { x.State = "blocked" }, "returned": func(x *card.Facts) { x.State = "returned" },
		"lapsed": func(x *card.Facts) { x.Ends = at.Add(-time.Hour) },
	} {
		template, facts := evening(t, nil, at)
		change(&facts)
		if value, change, there := reminder(t, &template, &facts, "en"); !there || value != card.Nothing || change != "" {
			t.Errorf("%s: %q told as %q", name, value, change)
		}
	}
	for name, settings := range map[string]map[string]any{
		"never": {"remind": 0, "remind_again": 0}, "no time": {"starts": ""},
	} {
		template, facts := evening(t, settings, at)
		if value, _, there := reminder(t, &template, &facts, "en"); there {
			t.Errorf("%s: %q", name, value)
		}
		if list, _ := template.Reminders(moscow); len(list) != 0 {
			t.Errorf("%s: %v", name, list)
		}
	}
}

// TestReminders: they are moments in the zone of the place, the earliest first, and the same hours said twice are one.
func TestReminders(t *testing.T) {
	t.Parallel()
	template, _ := evening(t, map[string]any{"remind": 3, "remind_again": 24}, morning)
	list, begins := template.Reminders(moscow)
	if len(list) != 2 || !list[0].Equal(begins.Add(-24*time.Hour)) || !list[1].Equal(begins.Add(-3*time.Hour)) || begins.UTC().Hour() != 16 {
		t.Errorf("%v before %v", list, begins)
	}
	template, _ = evening(t, map[string]any{"remind": 24, "remind_again": 24}, morning)
	if list, _ := template.Reminders(moscow); len(list) != 1 {
		t.Errorf("twice the same: %v", list)
	}
	kind, _ := card.Find("club_pass")
	club := kind.Template("Club")
	if list, _ := club.Reminders(moscow); len(list) != 0 {
		t.Errorf("a club pass reminds: %v", list)
	}
}
