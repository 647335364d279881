package api

import "github.com/verno-loyalty/verno/internal/card"

// Words are a text by language: "en", "ru", others.
type Words map[string]string

// CardDesign is how the cards of a template look. What it does not name, its kind gives.
type CardDesign struct {
	Title       Words             `json:"title,omitempty" maxProperties:"12" maxLength:"4000" doc:"By language; at most 60 characters."`
	LogoText    Words             `json:"logo_text,omitempty" maxProperties:"12" maxLength:"4000"`
	Colours     CardColours       `json:"colours,omitzero"`
	Pictures    map[string]string `json:"pictures,omitempty" maxProperties:"6" maxLength:"64" doc:"The hash of a picture by where it stands: icon, logo, strip, thumbnail, hero, background."`
	Format      string            `json:"format,omitempty" enum:"qr,pdf417,aztec,code128,none" doc:"Of the code."`
	Front       []CardPlaced      `json:"front,omitzero" maxItems:"24"`
	Back        []CardPlaced      `json:"back,omitzero" maxItems:"24"`
	Greeting    Words             `json:"greeting,omitempty" maxProperties:"12" maxLength:"4000" doc:"Near a place that has none of its own."`
	MaxDistance int64             `json:"max_distance,omitempty" minimum:"0" maximum:"50000" doc:"Metres from a place; 0 leaves it to the phone."`
	Beacons     []CardBeacon      `json:"beacons,omitempty" maxItems:"10"`
	Links       []CardLink        `json:"links,omitempty" maxItems:"8"`
	Banners     []CardBanner      `json:"banners,omitempty" maxItems:"12"`
	ShowName    bool              `json:"show_name,omitempty" doc:"Cards carry their holder's first name."`

	Looks map[string]CardLook `json:"looks,omitempty" maxProperties:"50" doc:"How cards look while their holder has a level, by its ID in the programme. What a look does not name, the design gives. Google Wallet has one colour for all loyalty cards of a template and shows only the pictures of a look."`
}

// CardLook is how cards look while their holder has a level.
type CardLook struct {
	Colours  CardColours       `json:"colours,omitzero"`
	Pictures map[string]string `json:"pictures,omitempty" maxProperties:"4" maxLength:"64" doc:"The hash of a picture by where it stands: strip, thumbnail, hero, background."`
}

// CardColours are #rrggbb.
type CardColours struct {
	Background string `json:"background,omitempty" maxLength:"7" example:"#0b3d2e"`
	Foreground string `json:"foreground,omitempty" maxLength:"7"`
	Label      string `json:"label,omitempty" maxLength:"7"`
}

// CardPlaced is a field of the kind, or a text of the merchant's own, at its place.
type CardPlaced struct {
	Field  string `json:"field" minLength:"1" maxLength:"40" example:"balance" doc:"Of the kind, or text/NAME for one's own."`
	Area   string `json:"area" enum:"header,primary,secondary,auxiliary,back"`
	Label  Words  `json:"label,omitempty" maxProperties:"12" maxLength:"4000" doc:"Left out for the kind's own."`
	Text   Words  `json:"text,omitempty" maxProperties:"12" maxLength:"4000" doc:"Of one's own."`
	Change Words  `json:"change,omitempty" maxProperties:"12" maxLength:"4000" doc:"What a phone says of a change, with %@ for the new value."`
	Silent bool   `json:"silent,omitempty" doc:"A change says nothing."`
}

// CardBeacon is a transmitter near which the card comes up.
type CardBeacon struct {
	UUID     string `json:"uuid" minLength:"36" maxLength:"36"`
	Major    *int64 `json:"major,omitempty" minimum:"0" maximum:"65535"`
	Minor    *int64 `json:"minor,omitempty" minimum:"0" maximum:"65535"`
	Greeting Words  `json:"greeting,omitempty" maxProperties:"12" maxLength:"4000"`
}

// CardLink leads somewhere.
type CardLink struct {
	Title Words  `json:"title" maxProperties:"12" maxLength:"4000"`
	URL   string `json:"url" minLength:"1" maxLength:"500" doc:"https:, tel: or mailto:."`
}

// CardBanner is an offer that a card shows on days.
type CardBanner struct {
	Text    Words  `json:"text" maxProperties:"12" maxLength:"4000"`
	Picture string `json:"picture,omitempty" maxLength:"64" doc:"Takes the strip's place."`
	From    string `json:"from" minLength:"10" maxLength:"10" example:"2026-12-01" doc:"The first day."`
	Until   string `json:"until,omitempty" maxLength:"10" doc:"The last day; left out for open."`
	Link    string `json:"link,omitempty" maxLength:"500"`
}

func (b *CardTemplateBody) template() card.Template {
	d := &b.Design
	t := card.Template{Kind: b.Kind, Name: b.Name, Settings: b.Settings, Design: card.Design{
		Title: card.Text(d.Title), LogoText: card.Text(d.LogoText), Colours: card.Colours(d.Colours), Format: card.Format(d.Format),
		Greeting: card.Text(d.Greeting), MaxDistance: d.MaxDistance, ShowName: d.ShowName, Front: placed(d.Front), Back: placed(d.Back),
	}}
	t.Design.Pictures = renamed[card.Slot](d.Pictures)
	for level, look := range d.Looks {
		if t.Design.Looks == nil {
			t.Design.Looks = map[string]card.Look{}
		}
		t.Design.Looks[level] = card.Look{Colours: card.Colours(look.Colours), Pictures: renamed[card.Slot](look.Pictures)}
	}
	for _, one := range d.Beacons {
		t.Design.Beacons = append(t.Design.Beacons, card.Beacon{UUID: one.UUID, Major: one.Major, Minor: one.Minor, Greeting: card.Text(one.Greeting)})
	}
	for _, one := range d.Links {
		t.Design.Links = append(t.Design.Links, card.Link{Title: card.Text(one.Title), URL: one.URL})
	}
	for _, one := range d.Banners {
		t.Design.Banners = append(t.Design.Banners, card.Banner{
			Text: card.Text(one.Text), Picture: one.Picture, From: one.From, Until: one.Until, Link: one.Link,
		})
	}
	return t
}

// renamed is a map whose names are of another type; nil for one that is empty.
func renamed[T, F ~string](list map[F]string) map[T]string {
	var out map[T]string
	for name, value := range list {
		if out == nil {
			out = make(map[T]string, len(list))
		}
		out[T(name)] = value
	}
	return out
}

func placed(list []CardPlaced) []card.Placed {
	if list == nil {
		return nil // The kind's own; an empty list is nothing at all.
	}
	out := make([]card.Placed, 0, len(list))
	for _, p := range list {
		out = append(out, card.Placed{
			Field: p.Field, Area: card.Area(p.Area), Label: card.Text(p.Label), Text: card.Text(p.Text), Change: card.Text(p.Change), Silent: p.Silent,
		})
	}
	return out
}

func showPlaced(list []card.Placed) []CardPlaced {
	if list == nil {
		return nil
	}
	out := make([]CardPlaced, 0, len(list))
	for _, p := range list {
		out = append(out, CardPlaced{p.Field, string(p.Area), Words(p.Label), Words(p.Text), Words(p.Change), p.Silent})
	}
	return out
}

func showCardTemplateBody(t *card.Template) CardTemplateBody {
	d := &t.Design
	b := CardTemplateBody{Kind: t.Kind, Name: t.Name, Settings: t.Settings, Design: CardDesign{
		Title: Words(d.Title), LogoText: Words(d.LogoText), Colours: CardColours(d.Colours), Format: string(d.Format), Greeting: Words(d.Greeting),
		MaxDistance: d.MaxDistance, ShowName: d.ShowName, Front: showPlaced(d.Front), Back: showPlaced(d.Back),
	}}
	b.Design.Pictures = renamed[string](d.Pictures)
	for level, look := range d.Looks {
		if b.Design.Looks == nil {
			b.Design.Looks = map[string]CardLook{}
		}
		b.Design.Looks[level] = CardLook{Colours: CardColours(look.Colours), Pictures: renamed[string](look.Pictures)}
	}
	for _, one := range d.Beacons {
		b.Design.Beacons = append(b.Design.Beacons, CardBeacon{one.UUID, one.Major, one.Minor, Words(one.Greeting)})
	}
	for _, one := range d.Links {
		b.Design.Links = append(b.Design.Links, CardLink{Words(one.Title), one.URL})
	}
	for _, one := range d.Banners {
		b.Design.Banners = append(b.Design.Banners, CardBanner{Words(one.Text), one.Picture, one.From, one.Until, one.Link})
	}
	return b
}
