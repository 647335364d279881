package promo

import (
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
)

// The week of a schedule is counted in minutes from Monday, 00:00.
const (
	minutesADay  = 24 * 60
	minutesAWeek = 7 * minutesADay
)

// span is a part of the week, from included, until not. A span ends by the end of the week; one that runs past midnight
// on Sunday is two.
type span struct{ from, until int }

// minuteOfWeek is where a moment stands in the week of its zone.
func minuteOfWeek(t time.Time) int {
	day := (int(t.Weekday()) + 6) % 7
	return day*minutesADay + t.Hour()*60 + t.Minute()
}

// checkSchedule checks a schedule and returns the parts of the week in which it is open, nil for all of it.
func (c *check) checkSchedule(s *verno.Schedule) []span {
	if s.From != nil && s.Until != nil && !s.From.Before(*s.Until) {
		c.say("/schedule/until", "not_after")
	}
	days := c.weekdays(s.Weekdays)
	hours := c.hours(s.Hours)
	c.stores(s.Stores)
	if len(s.Weekdays) == 0 && len(s.Hours) == 0 {
		return nil
	}
	var spans []span
	for _, d := range days {
		for _, h := range hours {
			spans = appendSpan(spans, d*minutesADay+h.from, d*minutesADay+h.until)
		}
	}
	return spans
}

// appendSpan adds a span that may run past the end of the week.
func appendSpan(spans []span, from, until int) []span {
	if until <= minutesAWeek {
		return append(spans, span{from, until})
	}
	return append(spans, span{from, minutesAWeek}, span{0, until - minutesAWeek})
}

// weekdays returns the days counted from Monday as 0; all for none.
func (c *check) weekdays(list []int) []int {
	if len(list) == 0 {
		return []int{0, 1, 2, 3, 4, 5, 6}
	}
	if len(list) > 7 {
		c.say("/schedule/weekdays", "too_many", "max", "7")
		return nil
	}
	var days []int
	seen := map[int]bool{}
	for i, d := range list {
		at := "/schedule/weekdays/" + strconv.Itoa(i)
		c.number(at, int64(d), 1, 7)
		if seen[d] {
			c.say(at, "duplicate")
		}
		seen[d] = true
		days = append(days, d-1)
	}
	return days
}

// hours returns the parts of a day; one that runs past midnight ends after the day does, so that Friday night belongs to
// Friday.
func (c *check) hours(list []verno.Hours) []span {
	if len(list) == 0 {
		return []span{{0, minutesADay}}
	}
	if len(list) > maxHours {
		c.say("/schedule/hours", "too_many", "max", strconv.Itoa(maxHours))
		return nil
	}
	var spans []span
	for i, h := range list {
		at := "/schedule/hours/" + strconv.Itoa(i)
		from, fromOK := clock(h.From)
		until, untilOK := clock(h.Until)
		if !fromOK || from == minutesADay {
			c.say(at+"/from", "bad_time")
		}
		if !untilOK {
			c.say(at+"/until", "bad_time")
		}
		if from == until {
			c.say(at+"/until", "empty_hours")
		}
		if until < from {
			until += minutesADay
		}
		spans = append(spans, span{from, until})
	}
	return spans
}

// clock reads "HH:MM" as minutes, up to and with "24:00".
func clock(s string) (minutes int, ok bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	for _, i := range []int{0, 1, 3, 4} {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	h := int(s[0]-'0')*10 + int(s[1]-'0')
	m := int(s[3]-'0')*10 + int(s[4]-'0')
	minutes = h*60 + m
	return minutes, m < 60 && minutes <= minutesADay
}

func (c *check) stores(list []verno.StoreID) {
	if len(list) > maxStores {
		c.say("/schedule/stores", "too_many", "max", strconv.Itoa(maxStores))
		return
	}
	seen := make(map[verno.StoreID]bool, len(list))
	for i, id := range list {
		at := "/schedule/stores/" + strconv.Itoa(i)
		if id.IsZero() {
			c.say(at, "required")
		} else if seen[id] {
			c.say(at, "duplicate")
		}
		seen[id] = true
	}
}
