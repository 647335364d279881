package card

import (
	"time"

	"github.com/verno-loyalty/verno/money"
)

// Facts is what there is to say of one card at a moment. A kind takes from it what it shows.
type Facts struct {
	At       time.Time // in the programme's zone
	Merchant string
	Currency money.Currency
	Scale    int // decimal places of points

	Number  string // for people
	Machine string // for scanners
	Reader  string // for readers by NFC; empty where the card says nothing to them
	State   string // active, blocked, replaced, used, lapsed
	Holder  string // first name; empty unless the design shows it

	Points   Points
	SavesFor Gift         // the gift that the member saves points for, if any
	Stored   money.Amount // stored money, cashback included
	Cashback money.Amount // that can be spent
	Spent    money.Amount // in the window of levels
	Level    string
	LevelID  string       // of the level in the programme; empty for none
	Next     string       // the level after it; empty at the top
	Missing  money.Amount // to the next
	Percent  int64        // hundredths of a percent that the card takes off now
	Stamps   []Stamps
	Left, Of int64 // uses of a pass that are left, and that it began with; Of is 0 where none are counted
	Worth    money.Amount

	Starts, Ends time.Time         // of this card's validity; zero where open
	Values       map[string]string // of this card alone: seat, row, a person's name and post
	Places       []Place           // chosen for this member
	Shops        []Link            // online shops where the card is valid
	News         Text              // the latest that a campaign told
}

// Points is a balance of points as its holder sees it.
type Points struct {
	Available money.Points
	Pending   money.Points // earned, not yet to be spent
	Debt      money.Points // zero or more
	Expiring  money.Points // the next to expire; zero where none will
	ExpireAt  time.Time
	Worth     money.Amount // of Available when it pays
}

// Gift is something that can be had for points.
type Gift struct {
	Offer Text
	Price money.Points
}

// Stamps is one card of stamps.
type Stamps struct {
	Name          string
	Count, Needed int64
}
