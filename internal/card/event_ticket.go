package card

import (
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
)

// eventSettings say what an event is, where and when, in the programme's zone.
type eventSettings struct {
	Name        Text   `json:"name" en:"Event" ru:"Событие" required:"true" max:"60"`
	Venue       Text   `json:"venue,omitempty" en:"Place" ru:"Место" max:"60"`
	Address     Text   `json:"address,omitempty" en:"Address" ru:"Адрес" max:"200"`
	Starts      string `json:"starts,omitempty" en:"Begins" ru:"Начало" form:"moment"`
	Doors       string `json:"doors,omitempty" en:"Doors open" ru:"Вход с" form:"moment"`
	Ends        string `json:"ends,omitempty" en:"Ends" ru:"Конец" form:"moment"`
	LatitudeE6  int64  `json:"latitude_e6" en:"Latitude, millionths of a degree" ru:"Широта, миллионные доли градуса" min:"-90000000" max:"90000000"`
	LongitudeE6 int64  `json:"longitude_e6" en:"Longitude, millionths of a degree" ru:"Долгота, миллионные доли градуса" min:"-180000000" max:"180000000"`
	Remind      int64  `json:"remind" en:"Remind so many hours before; 0 for never" ru:"Напомнить за столько часов; 0 — не напоминать" min:"0" max:"336"`
	RemindAgain int64  `json:"remind_again" en:"Remind again so many hours before; 0 for once" ru:"Напомнить ещё раз за столько часов; 0 — один раз" min:"0" max:"336"`
	Terms       Text   `json:"terms,omitempty" en:"Terms on the back" ru:"Условия на обороте" max:"4000"`
}

// afterEvent is how long a ticket without an end counts as that of an event that still goes on.
const afterEvent = 12 * time.Hour

// event is the event of a ticket, with the holder's place in it.
func (s *eventSettings) event(x *Facts) *Event {
	zone := x.At.Location()
	e := &Event{
		Name: s.Name, Venue: s.Venue, Address: s.Address, Starts: moment(s.Starts, momentForm, zone), Ends: moment(s.Ends, momentForm, zone),
		Doors: moment(s.Doors, momentForm, zone), Section: x.Values["section"], Row: x.Values["row"], Seat: x.Values["seat"],
		LatitudeE6: s.LatitudeE6, LongitudeE6: s.LongitudeE6,
	}
	if e.Ends.IsZero() && !e.Starts.IsZero() {
		e.Ends = e.Starts.Add(afterEvent)
	}
	return e
}

// Event is what a ticket is for, with its holder's place in it; false for a template of another kind.
func (t *Template) Event(x *Facts) (Event, bool) {
	if t.Kind != eventTicket.Name {
		return Event{}, false
	}
	var ignored verno.Faults
	s, ok := eventTicket.settings(t.Settings, &ignored).(*eventSettings)
	if !ok {
		return Event{}, false
	}
	return *s.event(x), true
}

func (s *eventSettings) check(f *verno.Faults) {
	if s.Starts != "" && s.Ends != "" && s.Ends <= s.Starts {
		f.Say("/settings/ends", "not_after_start")
	}
	if s.Starts != "" && s.Doors > s.Starts {
		f.Say("/settings/doors", "not_before_start")
	}
}

func ownValue(name string, label Text) Known {
	return told(Known{Name: name, Label: label}, func(x *Facts) Value { return textValue(Same(x.Values[name])) })
}

// eventTicket is the way to one seat of one event; a change of its time is told at once.
var eventTicket = define(Kind{
	Name: "event_ticket", Title: Both("Event ticket", "Билет на событие"), Style: StyleEventTicket, Class: ClassEventTicket, Scan: ScanEnter,
	About: Both("A ticket with a seat: it reminds, greets at the door and tells of changes.", "Билет с местом: напоминает, встречает у входа, сообщает о переносе."),
	Fields: []Known{
		set(Known{Name: "event", Label: Both("Event", "Событие")}, func(s *eventSettings, _ *Facts) Value { return textValue(s.Name) }),
		set(Known{Name: "starts", Label: Both("Begins", "Начало"), Change: Both("New time: %@", "Новое время: %@")},
			func(s *eventSettings, x *Facts) Value { return momentValue(s.event(x).Starts) }),
		set(Known{Name: "doors", Label: Both("Doors open", "Вход с")}, func(s *eventSettings, x *Facts) Value { return momentValue(s.event(x).Doors) }),
		set(Known{Name: "venue", Label: Both("Place", "Место проведения"), Change: Both("New place: %@", "Новое место: %@")},
			func(s *eventSettings, _ *Facts) Value { return textValue(s.Venue) }),
		set(Known{Name: "address", Label: Both("Address", "Адрес"), Long: true}, func(s *eventSettings, _ *Facts) Value { return textValue(s.Address) }),
		ownValue("section", Both("Section", "Сектор")), ownValue("row", Both("Row", "Ряд")), ownValue("seat", Both("Seat", "Место")),
		knownHolder, knownNumber, knownMerchant, knownNews,
		set(termsField, func(s *eventSettings, _ *Facts) Value { return textValue(s.Terms) }),
	},
	Own: []Own{
		{Name: "section", Title: Both("Section", "Сектор"), Max: 20},
		{Name: "row", Title: Both("Row", "Ряд"), Max: 20},
		{Name: "seat", Title: Both("Seat", "Место"), Max: 20},
	},
	Starter: Design{
		Title: Both("Event ticket", "Билет на событие"), Format: QR, Colours: Colours{Background: "#1a1a2e", Foreground: "#ffffff", Label: "#c7c7e8"},
		Front: slices.Concat(at(AreaHeader, "doors"), at(AreaPrimary, "event"), at(AreaSecondary, "starts", "venue"),
			at(AreaAuxiliary, "section", "row", "seat")),
		Back: back("news", "address", "number", "merchant", "terms"),
	},
}, eventSettings{Name: Both("Evening for friends", "Вечер для друзей"), Venue: Both("Our café", "Наше кафе"), Remind: 24},
	func(s *eventSettings, f *verno.Faults) { s.check(f) },
	func(f *Face, s *eventSettings, x *Facts) {
		e := s.event(x)
		f.Event = e
		if !e.Starts.IsZero() {
			f.Starts, f.Ends = e.Starts, e.Ends
		}
		f.Voided = f.Voided || x.Of > 0 && x.Left <= 0
		s.remind(f, e, x)
		if e.LatitudeE6 != 0 || e.LongitudeE6 != 0 {
			f.Places = append([]Place{{LatitudeE6: e.LatitudeE6, LongitudeE6: e.LongitudeE6, Name: e.Venue.In("")}}, f.Places...)
		}
	})
