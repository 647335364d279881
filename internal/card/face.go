package card

import (
	"slices"
	"time"

	"github.com/verno-loyalty/verno/money"
)

// Face is all that a card shows at a moment, in all its languages: what wallets, pages and printers draw. Two equal faces
// are the same card to look at, so that a change of the face is what a phone is told of.
type Face struct {
	Kind         string
	Style        Style
	Merchant     string // who issues it; Apple's organizationName, Google's issuerName
	Title        Text   // what it is called; Google's programName or title
	Description  Text   // for those who cannot see it
	LogoText     Text
	Header       []Field
	Primary      []Field
	Secondary    []Field
	Auxiliary    []Field
	Back         []Field
	Code         Code
	Colours      Colours
	Usual        Colours         // of the template, for wallets that cannot tell its cards apart; Colours where no level has a look
	Pictures     map[Slot]string // the hash of a picture, by where it stands
	Places       []Place         // at most MaxPlaces
	Beacons      []Beacon        // at most MaxPlaces
	MaxDistance  int64           // metres from a place; 0 leaves it to the phone
	Starts, Ends time.Time       // of an event, else of validity; zero where open
	Voided       bool            // used up, blocked, replaced or lapsed
	Links        []Link
	NotShared    bool // may not be handed on

	// What Google wants typed and Apple has as semantics. Zero where the kind has none.
	Balance  Value
	Level    Text
	Event    *Event
	Holder   string // a name, where the merchant lets cards carry one
	NFCValue string // what a reader gets by NFC: at most 64 bytes of ASCII; empty for none
}

// MaxPlaces is how many places, and how many beacons, Apple and Google take.
const MaxPlaces = 10

// MaxShops is how many online shops stand as links on a card's back.
const MaxShops = 3

// withShops adds online shops to the links of a design, but for those to which it leads itself.
func withShops(links, shops []Link) []Link {
	all := slices.Clone(links)
	for _, shop := range shops[:min(len(shops), MaxShops)] {
		if !slices.ContainsFunc(all, func(l Link) bool { return l.URL == shop.URL }) {
			all = append(all, shop)
		}
	}
	return all
}

// Style is how Apple lays a card out.
type Style string

// The styles.
const (
	StyleStoreCard   Style = "storeCard"
	StyleCoupon      Style = "coupon"
	StyleEventTicket Style = "eventTicket"
	StyleGeneric     Style = "generic"
)

// Field is one thing that a card says. Its key is unique on the face and stays, so that a phone sees what has changed.
type Field struct {
	Key    string
	Label  Text
	Value  Value
	Change Text // said when the value changes, with %@ for the new one; empty for a silent change
	Right  bool // stands at the right
}

// Value is a field's value: exactly one of its parts, or nothing.
type Value struct {
	Text   Text
	Points *money.Points // with Scale
	Scale  int
	Money  *money.Amount // with Currency
	Number *int64
	// Percent is in hundredths of a percent.
	Percent  *int64
	Currency money.Currency
	Date     time.Time
	WithTime bool // the date's time is shown too
	Link     string
}

// Code is what a scanner reads.
type Code struct {
	Format  Format
	Message string // digits of the card; what Scan of the kind takes
	Alt     string // under the code, for people
	// Live says that a wallet which can shows the code that rotates; Message stays what others show.
	Live bool
}

// Format is a symbology.
type Format string

// The formats.
const (
	QR      Format = "qr"
	PDF417  Format = "pdf417"
	Aztec   Format = "aztec"
	Code128 Format = "code128"
	NoCode  Format = "none"
)

// Colours are #rrggbb.
type Colours struct {
	Background string `json:"background"`
	Foreground string `json:"foreground"`
	Label      string `json:"label"`
}

// Slot is where a picture stands.
type Slot string

// The slots. A wallet that has no such place leaves the picture out.
const (
	SlotIcon      Slot = "icon"
	SlotLogo      Slot = "logo"
	SlotStrip     Slot = "strip"
	SlotThumbnail Slot = "thumbnail"
	SlotHero      Slot = "hero" // Google's wide picture; the strip where there is none
	SlotBackdrop  Slot = "background"
)

// Place is a point near which the card comes up by itself.
type Place struct {
	LatitudeE6, LongitudeE6 int64 // millionths of a degree
	Name                    string
	Greeting                Text
}

// Beacon is a transmitter near which the card comes up.
type Beacon struct {
	UUID         string `json:"uuid"`
	Major, Minor *int64 // 0 to 65535; nil for any
	Greeting     Text
}

// Link leads somewhere: a site, a telephone, an address of mail.
type Link struct {
	Title Text   `json:"title"`
	URL   string `json:"url"` // https:, tel: or mailto:
}

// Event is what a ticket is for.
type Event struct {
	Name, Venue, Address    Text
	Starts, Ends, Doors     time.Time
	Reminded                time.Time // since when its guests are reminded of it; zero for not now
	Section, Row, Seat      string
	LatitudeE6, LongitudeE6 int64
}
