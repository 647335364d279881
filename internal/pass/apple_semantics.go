package pass

import "github.com/verno-loyalty/verno/internal/card"

// appleSemantics tells a phone what the fields mean, so that it can put an event into the calendar or show a balance.
type appleSemantics struct {
	Balance       *appleAmount   `json:"balance,omitempty"`
	Programme     string         `json:"membershipProgramName,omitempty"`
	Number        string         `json:"membershipProgramNumber,omitempty"`
	EventType     string         `json:"eventType,omitempty"`
	EventName     string         `json:"eventName,omitempty"`
	EventStart    string         `json:"eventStartDate,omitempty"`
	EventEnd      string         `json:"eventEndDate,omitempty"`
	VenueName     string         `json:"venueName,omitempty"`
	VenueRegion   string         `json:"venueRegionName,omitempty"`
	VenueDoors    string         `json:"venueDoorsOpenDate,omitempty"`
	VenueLocation *appleLocation `json:"venueLocation,omitempty"`
	Seats         []appleSeat    `json:"seats,omitempty"`
}

// appleAmount is money, its amount a text.
type appleAmount struct {
	Amount   string `json:"amount"`
	Currency string `json:"currencyCode"`
}

type appleSeat struct {
	Section string `json:"seatSection,omitempty"`
	Row     string `json:"seatRow,omitempty"`
	Number  string `json:"seatNumber,omitempty"`
}

// semanticsOf says what there is to say, nil for nothing. Texts are in one language: phones do not look these up.
func semanticsOf(f *card.Face) *appleSemantics {
	var s appleSemantics
	if f.Balance.Money != nil {
		s.Balance = &appleAmount{f.Balance.Currency.Format(*f.Balance.Money), string(f.Balance.Currency)}
	}
	if f.Style == card.StyleStoreCard {
		s.Programme, s.Number = f.Title.In("en"), f.Code.Alt
	}
	if e := f.Event; e != nil && f.Style == card.StyleEventTicket {
		s.event(e)
	}
	if s.Balance == nil && s.Programme == "" && s.EventType == "" {
		return nil
	}
	return &s
}

func (s *appleSemantics) event(e *card.Event) {
	s.EventType, s.EventName = "PKEventTypeGeneric", e.Name.In("en")
	s.VenueName, s.VenueRegion = e.Venue.In("en"), e.Address.In("en")
	if !e.Starts.IsZero() {
		s.EventStart = appleTime(e.Starts)
	}
	if !e.Ends.IsZero() {
		s.EventEnd = appleTime(e.Ends)
	}
	if !e.Doors.IsZero() {
		s.VenueDoors = appleTime(e.Doors)
	}
	if e.LatitudeE6 != 0 || e.LongitudeE6 != 0 {
		s.VenueLocation = &appleLocation{Latitude: appleDegrees(e.LatitudeE6), Longitude: appleDegrees(e.LongitudeE6)}
	}
	if e.Section != "" || e.Row != "" || e.Seat != "" {
		s.Seats = []appleSeat{{e.Section, e.Row, e.Seat}}
	}
}
