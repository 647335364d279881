package card

import "encoding/json"

// Template is what a merchant makes of a kind: its settings, and how its cards look. It is drafted, published in numbered
// versions, and cards show the version in force.
type Template struct {
	Kind     string          `json:"kind"`
	Name     string          `json:"name"` // for those who work with it
	Settings json.RawMessage `json:"settings"`
	Design   Design          `json:"design"`
}

// Design is how the cards of a template look. What it does not name, its kind gives.
type Design struct {
	Title       Text            `json:"title,omitempty"`
	LogoText    Text            `json:"logo_text,omitempty"`
	Colours     Colours         `json:"colours"`
	Pictures    map[Slot]string `json:"pictures,omitempty"` // hashes
	Format      Format          `json:"format"`
	Front       []Placed        `json:"front"`
	Back        []Placed        `json:"back"`
	Greeting    Text            `json:"greeting,omitempty"` // near a place that has none of its own
	MaxDistance int64           `json:"max_distance,omitempty"`
	Beacons     []Beacon        `json:"beacons,omitempty"`
	Links       []Link          `json:"links,omitempty"`
	Banners     []Banner        `json:"banners,omitempty"`
	ShowName    bool            `json:"show_name,omitempty"` // cards carry their holder's first name
	Looks       map[string]Look `json:"looks,omitempty"`     // of levels, by their IDs in the programme
}

// Area is a part of the front.
type Area string

// The areas, in the order in which they stand.
const (
	AreaHeader    Area = "header"
	AreaPrimary   Area = "primary"
	AreaSecondary Area = "secondary"
	AreaAuxiliary Area = "auxiliary"
	AreaBack      Area = "back"
)

// Placed is a field of the kind, or a text of the merchant's own, at its place.
type Placed struct {
	Field  string `json:"field"`           // of the kind, or "text/NAME" for one's own
	Area   Area   `json:"area"`            //
	Label  Text   `json:"label,omitempty"` // empty for the kind's own
	Text   Text   `json:"text,omitempty"`  // of one's own
	Change Text   `json:"change,omitempty"`
	Silent bool   `json:"silent,omitempty"` // a change says nothing
}

// Banner is an offer that a card shows on days.
type Banner struct {
	Text    Text   `json:"text"`
	Picture string `json:"picture,omitempty"` // takes the strip's place
	From    string `json:"from"`              // YYYY-MM-DD in the programme's zone, with
	Until   string `json:"until"`             // YYYY-MM-DD, with; empty for open
	Link    string `json:"link,omitempty"`
}
