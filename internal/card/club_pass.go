package card

import (
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
)

// clubSettings say how many entries a new pass has, how long it is good, and when lessons are.
type clubSettings struct {
	Uses      int64  `json:"uses" en:"Entries of a new pass; 0 for no count" ru:"Посещений в новом абонементе; 0 — без счёта" min:"0" max:"10000"`
	ValidDays int64  `json:"valid_days" en:"Days that it is good; 0 for no end" ru:"Сколько дней действует; 0 — бессрочно" min:"0" max:"3650"`
	Hours     string `json:"hours,omitempty" en:"Hours of entry, such as mon-fri 08:00-22:00, sat 10:00-18:00; empty for any time" ru:"Часы входа, например пн-пт 08:00-22:00, сб 10:00-18:00; пусто — в любое время" max:"200"`
	Activity  Text   `json:"activity,omitempty" en:"What it is for" ru:"На что абонемент" max:"60"`
	Timetable Text   `json:"timetable,omitempty" en:"Timetable" ru:"Расписание" max:"2000"`
	Terms     Text   `json:"terms,omitempty" en:"Terms on the back" ru:"Условия на обороте" max:"4000"`
}

// clubPass lets its holder in so many times; each entry is marked at the till.
var clubPass = define(Kind{
	Name: "club_pass", Title: Both("Club pass", "Абонемент"), Style: StyleGeneric, Class: ClassGeneric, Scan: ScanEnter,
	About: Both("Entry to lessons or a club: how many are left, and the timetable.", "Вход на занятия или в клуб: сколько осталось и расписание."),
	Fields: []Known{
		told(Known{Name: "left", Label: Both("Lessons left", "Осталось занятий"), Change: Both("Lessons left: %@", "Осталось занятий: %@")},
			func(x *Facts) Value {
				if x.Of <= 0 {
					return Value{}
				}
				n, of := strconv.FormatInt(x.Left, 10), strconv.FormatInt(x.Of, 10)
				return textValue(Both(n+" of "+of, n+" из "+of))
			}),
		set(Known{Name: "activity", Label: Both("Pass to", "Абонемент на")}, func(s *clubSettings, _ *Facts) Value { return textValue(s.Activity) }),
		set(Known{Name: "timetable", Label: Both("Timetable", "Расписание"), Change: Both("New timetable: %@", "Новое расписание: %@"), Long: true},
			func(s *clubSettings, _ *Facts) Value { return textValue(s.Timetable) }),
		knownHolder, knownStarts, knownEnds, knownNumber, knownMerchant, knownNews,
		set(termsField, func(s *clubSettings, _ *Facts) Value { return textValue(s.Terms) }),
	},
	Starter: Design{
		Title: Both("Club pass", "Абонемент"), Format: QR, Colours: Colours{Background: "#1b4332", Foreground: "#ffffff", Label: "#b7e4c7"},
		Front: slices.Concat([]Placed{{Field: "ends", Area: AreaHeader, Silent: true}}, at(AreaPrimary, "activity"), at(AreaSecondary, "left", "holder")),
		Back:  back("timetable", "news", "starts", "number", "merchant", "terms"),
	},
}, clubSettings{Uses: 8, ValidDays: 30, Activity: Both("Lessons", "Занятия")}, func(s *clubSettings, f *verno.Faults) {
	checkHours(f, "/settings/hours", s.Hours)
}, func(f *Face, _ *clubSettings, x *Facts) {
	f.Voided = f.Voided || x.Of > 0 && x.Left <= 0
	f.NotShared = true
	if x.Of > 0 {
		f.Balance = numberValue(max(x.Left, 0))
	}
})
