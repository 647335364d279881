package promo

import (
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// birthdayBonus gives points once, or more points for every purchase, in the days around the member's birthday, which is
// once a year however often the member changes it.
type birthdayBonus struct {
	DaysBefore int64        `json:"days_before" min:"0" max:"60" unit:"days" doc:"Days before the birthday on which it begins."`
	DaysAfter  int64        `json:"days_after" min:"0" max:"60" unit:"days" doc:"Days after the birthday until which it goes on."`
	Points     money.Points `json:"points" min:"1" max:"1000000000000" way:"points" doc:"Points that are given once a year, with the first purchase around the birthday, in smallest units."`
	boost
	life
}

func newBirthdayBonus() *birthdayBonus { return new(birthdayBonus) }

func (t *birthdayBonus) turn() turn {
	if t.Points > 0 {
		return bonus
	}
	return multiplying
}

func (t *birthdayBonus) validate(c *check) {
	t.boost.validate(c)
	switch boosted := t.boost != (boost{}); {
	case t.Points > 0 && boosted:
		c.say("/settings/points", "one_of", "fields", "points, times, extra")
	case t.Points == 0 && !boosted:
		c.say("/settings/points", "required")
	}
}

func (t *birthdayBonus) open(s *sale, p *promotion) reason {
	found := false
	for _, id := range s.in.Member.Birthday {
		found = found || id == p.ID
	}
	if !found {
		return reason{code: "not_birthday"}
	}
	if t.had(s.in.Member.Usage[p.ID], s.in.Moment.At) {
		return reason{code: "already_given"}
	}
	return reason{}
}

// had reports whether the birthday of the year was already had: the present was given, or the days of more points for
// every purchase, as many as are around a birthday, have passed since the first of them.
func (t *birthdayBonus) had(used verno.Usage, at time.Time) bool {
	around := time.Duration(t.DaysBefore+t.DaysAfter) * 24 * time.Hour
	if t.Points > 0 {
		return used.Today > 0 && dayOf(at).Sub(dateOf(used.Day)) < daysAYear-around
	}
	since := dayOf(at).Sub(dateOf(used.Since))
	return used.Since > 0 && since > around && since < daysAYear-around
}

// Began is the first day of use around a birthday, given what was used before; zero for promotions of other types. A use
// that is half a year away from the first one belongs to another birthday.
func (r *Rules) Began(id verno.PromotionID, used verno.Usage, day int32) int32 {
	p := r.byID[id]
	if p == nil {
		return 0
	}
	if _, birthday := p.rule.(*birthdayBonus); !birthday {
		return 0
	}
	if used.Since > 0 && dateOf(day).Sub(dateOf(used.Since)) < daysAYear/2 {
		return used.Since
	}
	return day
}

// daysAYear is the shortest time from one birthday to the next. Presents are at least so far apart, less the days around
// a birthday: whoever gives another day of birth after the present gets no second one in the year.
const daysAYear = 365 * 24 * time.Hour

func (t *birthdayBonus) apply(s *sale, _ *promotion, d *draft) {
	if t.Points > 0 {
		d.points = t.Points
	} else {
		t.boost.apply(s, d)
	}
	d.life = t.life
}

// covers reports whether the window around a birthday holds the day of a moment. The birthdays of the years before and
// after are looked at too, as a window may cross New Year.
func (t *birthdayBonus) covers(month time.Month, day int, at time.Time) bool {
	today := dayOf(at)
	for year := today.Year() - 1; year <= today.Year()+1; year++ {
		born := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		if born.Month() != month {
			born = born.AddDate(0, 0, -1)
		}
		if !today.Before(born.AddDate(0, 0, -int(t.DaysBefore))) && !today.After(born.AddDate(0, 0, int(t.DaysAfter))) {
			return true
		}
	}
	return false
}

// dayOf is the date of a moment in its own zone, as midnight UTC, where every day has the same length.
func dayOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// dateOf reads a day written as YYYYMMDD.
func dateOf(day int32) time.Time {
	return time.Date(int(day/10_000), time.Month(day/100%100), int(day%100), 0, 0, 0, 0, time.UTC)
}
