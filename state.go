package verno

import (
	"maps"
	"slices"

	"github.com/verno-loyalty/verno/money"
)

// OwnerState is what the rules need to know of an owner under its lock, beside balances: one row, read and written with
// every sale. It holds no personal data.
type OwnerState struct {
	Purchases  int64                      `json:"n,omitempty"`     // committed sales less whole returns
	Paid       int64                      `json:"pd,omitempty"`    // those of them for which money was paid, and not points alone
	FirstAt    int64                      `json:"first,omitempty"` // µs of the first paid purchase, 0 before it
	LastAt     int64                      `json:"last,omitempty"`  // µs of the latest purchase
	Spend      []MonthSpend               `json:"m,omitempty"`     // net spend by month of the store's calendar, oldest first
	Usage      map[PromotionID]Usage      `json:"u,omitempty"`     // limits of promotions by member
	StaticDay  int32                      `json:"sd,omitempty"`    // day on which a static code last spent, as YYYYMMDD
	StaticUsed money.Points               `json:"su,omitempty"`    // points that static codes spent on that day
	LiveSeen   map[CardID]int64           `json:"ls,omitempty"`    // last step of a live code that identified, by card
	LiveSpent  map[CardID]int64           `json:"lv,omitempty"`    // last step of a live code that has spent, by card
	ProofSpent map[CardID]int64           `json:"pv,omitempty"`    // µs of the last tap or PIN that has spent, by card
	Sighted    map[CardID]Sighting        `json:"sg,omitempty"`    // where a code was shown last, by card
	Waiting    bool                       `json:"w,omitempty"`     // lots wait for the first paid purchase
	Freed      []LotID                    `json:"fr,omitempty"`    // lots that the first paid purchase let go
	Holds      []OpenHold                 `json:"h,omitempty"`
	Cooling    int64                      `json:"co,omitempty"` // µs until which nothing is spent, as the phone was changed
	Enrolled   map[ProgrammeID]EnrolState `json:"e,omitempty"`
	Aims       map[ProgrammeID]Aim        `json:"a,omitempty"` // what the points are for; none where nothing was said
}

// Aim is what a member wants points to go to, until saying otherwise.
type Aim struct {
	For  AimFor     `json:"f"`
	Gift TemplateID `json:"g,omitzero"` // that is saved for, where a gift is
}

// AimFor is one of three things that points are for. Empty, nothing was said and the till asks.
type AimFor string

// What points are for.
const (
	AimDiscount AimFor = "discount" // they pay, as far as they may
	AimGift     AimFor = "gift"
	AimSave     AimFor = "save" // they are not offered
)

// Sighting is that a code was shown somewhere.
type Sighting struct {
	Store    StoreID    `json:"s"`
	Terminal TerminalID `json:"t,omitzero"`
	At       int64      `json:"a"`           // µs
	Step     int64      `json:"n,omitempty"` // of a live code
	Told     int64      `json:"d,omitempty"` // µs of when a person was last asked to look at the card's sightings
}

// EnrolState is what a programme remembers of a member's joining.
type EnrolState struct {
	At int64 `json:"at"`
}

// MonthSpend is the net spend of one month, minor units of the programme's currency.
type MonthSpend struct {
	Month int32        `json:"m"` // YYYYMM
	Spent money.Amount `json:"s"`
}

// Usage counts how often a promotion was used by one owner.
type Usage struct {
	Total int64 `json:"t"`
	Day   int32 `json:"d,omitempty"` // the last day of use, YYYYMMDD
	Today int64 `json:"n,omitempty"` // uses on that day
	Since int32 `json:"s,omitempty"` // of what is given around a birthday: the first day of use around the last one
}

// On is the number of uses on a day.
func (u Usage) On(day int32) int64 {
	if u.Day == day {
		return u.Today
	}
	return 0
}

// Add counts n uses on a day. A day before the last one counts in the total only.
func (u Usage) Add(day int32, n int64) Usage {
	u.Total += n
	switch {
	case day > u.Day:
		u.Day, u.Today = day, n
	case day == u.Day:
		u.Today += n
	}
	return u
}

// OpenHold is a hold that has not ended, as the owner's state keeps it: what is held is known wherever the owner is locked.
type OpenHold struct {
	ID       HoldID `json:"id"`
	Unit     UnitID `json:"u"`
	Amount   int64  `json:"n"`
	Deadline int64  `json:"t"`           // µs
	Checkout string `json:"c,omitempty"` // the open checkout that it belongs to
}

// Held is what live holds reserve of a unit at a time.
func (s *OwnerState) Held(unit UnitID, now int64) int64 {
	sum := int64(0)
	for i := range s.Holds {
		if h := &s.Holds[i]; h.Unit == unit && h.Deadline > now {
			sum += h.Amount
		}
	}
	return sum
}

// Clone copies a state, so that what is decided on the copy can be given up.
func (s *OwnerState) Clone() OwnerState {
	c := *s
	c.Spend, c.Holds, c.Freed = slices.Clone(s.Spend), slices.Clone(s.Holds), slices.Clone(s.Freed)
	c.Usage, c.Enrolled = maps.Clone(s.Usage), maps.Clone(s.Enrolled)
	c.Aims = maps.Clone(s.Aims)
	c.LiveSeen, c.LiveSpent, c.Sighted = maps.Clone(s.LiveSeen), maps.Clone(s.LiveSpent), maps.Clone(s.Sighted)
	c.ProofSpent = maps.Clone(s.ProofSpent)
	return c
}
