package card

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
)

// Hours are those of a week in which something is open; the zero Hours are all of them.
type Hours struct {
	Text string // as they were written
	open []opening
}

// opening is a part of the day on some days of the week.
type opening struct {
	days        [7]bool // from Sunday on
	from, until int     // minutes of the day; until is not in it, and not after from where it lies on the next day
}

// dayNames are how people write days, from Sunday on.
var dayNames = [7][2]string{{"sun", "вс"}, {"mon", "пн"}, {"tue", "вт"}, {"wed", "ср"}, {"thu", "чт"}, {"fri", "пт"}, {"sat", "сб"}}

// ParseHours reads hours as people write them: "mon-fri 08:00-22:00, sat 10:00-18:00", or the same with Russian days. The
// empty text is all hours.
func ParseHours(text string) (Hours, bool) {
	h := Hours{Text: strings.TrimSpace(text)}
	if h.Text == "" {
		return h, true
	}
	for part := range strings.FieldsFuncSeq(strings.ToLower(h.Text), func(r rune) bool { return r == ',' || r == ';' }) {
		dashed := strings.NewReplacer("–", "-", "—", "-").Replace(part)
		words := strings.Fields(strings.ReplaceAll(dashed, " - ", "-"))
		if len(words) != 2 {
			return Hours{}, false
		}
		days, ok := parseDays(words[0])
		from, until, timed := parseSpan(words[1])
		if !ok || !timed {
			return Hours{}, false
		}
		h.open = append(h.open, opening{days, from, until})
	}
	return h, len(h.open) > 0
}

// parseDays reads a day, or the days from one to another.
func parseDays(text string) (days [7]bool, ok bool) {
	first, last, span := strings.Cut(text, "-")
	from, to := dayNamed(first), dayNamed(first)
	if span {
		to = dayNamed(last)
	}
	if from < 0 || to < 0 {
		return days, false
	}
	for i := from; ; i = (i + 1) % 7 {
		if days[i] = true; i == to {
			return days, true
		}
	}
}

func dayNamed(name string) int {
	return slices.IndexFunc(dayNames[:], func(n [2]string) bool { return name == n[0] || name == n[1] })
}

// parseSpan reads two times of the day; the second may lie on the next day.
func parseSpan(text string) (from, until int, ok bool) {
	first, last, _ := strings.Cut(text, "-")
	from, begins := parseMinute(first)
	until, ends := parseMinute(last)
	return from, until, begins && ends && from < 24*60 && from != until
}

func parseMinute(text string) (int, bool) {
	hour, minute, ok := strings.Cut(text, ":")
	h, badHour := strconv.Atoi(hour)
	m, badMinute := strconv.Atoi(minute)
	ok = ok && badHour == nil && badMinute == nil && len(hour) <= 2 && len(minute) == 2
	return 60*h + m, ok && h >= 0 && m >= 0 && m < 60 && 60*h+m <= 24*60
}

// Has says whether a time, in the zone of the door, is in the hours.
func (h *Hours) Has(at time.Time) bool {
	if len(h.open) == 0 {
		return true
	}
	day, minute := int(at.Weekday()), 60*at.Hour()+at.Minute()
	before := (day + 6) % 7
	return slices.ContainsFunc(h.open, func(o opening) bool {
		if o.until > o.from {
			return o.days[day] && minute >= o.from && minute < o.until
		}
		return o.days[day] && minute >= o.from || o.days[before] && minute < o.until
	})
}

// checkHours notes hours that cannot be read.
func checkHours(f *verno.Faults, at, text string) {
	if _, ok := ParseHours(text); !ok {
		f.Say(at, "hours_invalid")
	}
}
