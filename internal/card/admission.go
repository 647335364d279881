package card

import (
	"time"

	"github.com/verno-loyalty/verno"
)

// Admission is how cards of a template let their holders in.
type Admission struct {
	Uses        int64     // entries that a new card has; 0 where they are not counted
	Once        bool      // lets in once, as a ticket does
	From, Until time.Time // when people are let in; zero for any time
	Hours       Hours     // of the week in which people are let in
}

// admitting are settings of a kind that lets in.
type admitting interface {
	admission(zone *time.Location) Admission
}

// admission of a club pass: as many times as were bought, in the hours of the club.
func (s *clubSettings) admission(*time.Location) Admission {
	hours, _ := ParseHours(s.Hours)
	return Admission{Uses: s.Uses, Hours: hours}
}

// admission of a ticket: once, from the opening of the doors, or the morning of the day, to the end of the event.
func (s *eventSettings) admission(zone *time.Location) Admission {
	e := s.event(&Facts{At: time.Time{}.In(zone)})
	a := Admission{Uses: 1, Once: true, From: e.Doors, Until: e.Ends}
	if a.From.IsZero() && !e.Starts.IsZero() {
		y, m, d := e.Starts.Date()
		a.From = time.Date(y, m, d, 0, 0, 0, 0, zone)
	}
	return a
}

// Admission says how cards of the template let in, with moments in the zone of its programme; false for one of a kind that
// lets nobody in.
func (t *Template) Admission(zone *time.Location) (Admission, bool) {
	k, ok := Find(t.Kind)
	if !ok || k.Scan != ScanEnter {
		return Admission{}, false
	}
	var ignored verno.Faults
	s, ok := k.settings(t.Settings, &ignored).(admitting)
	if !ok {
		return Admission{}, false
	}
	return s.admission(zone), true
}

// Entries are how many a card began with, or had when it was last filled; 0 where they are not counted. Cards from before
// this was written on them have what their template gives.
func (a *Admission) Entries(d *Document) int64 {
	if d.Uses > 0 {
		return d.Uses
	}
	return a.Uses
}

// Allows refuses a card at a time and place where it does not let in. The time is in the zone of the door, in which hours
// are read and moments are said. Errors: entry_too_early, entry_over, entry_expired, entry_closed.
func (a *Admission) Allows(d *Document, at time.Time) error {
	said := func(code, name string, t time.Time) error {
		return verno.Conflict(code).With(name, t.In(at.Location()).Format(time.RFC3339))
	}
	switch {
	case !d.Starts.IsZero() && at.Before(d.Starts):
		return said("entry_too_early", "from", d.Starts)
	case !a.From.IsZero() && at.Before(a.From):
		return said("entry_too_early", "from", a.From)
	case !d.Ends.IsZero() && !at.Before(d.Ends):
		return said("entry_expired", "until", d.Ends)
	case !a.Until.IsZero() && !at.Before(a.Until):
		return said("entry_over", "until", a.Until)
	case !a.Hours.Has(at):
		return verno.Conflict("entry_closed").With("hours", a.Hours.Text)
	}
	return nil
}
