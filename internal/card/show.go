package card

import (
	"maps"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
)

// maxNFC is how many bytes a reader takes by NFC.
const maxNFC = 64

// Nothing is what a field says that is kept on the card although it has nothing to say, so that phones tell of a change.
const Nothing = "—"

// States of a card beside those of package verno, which say only whether its code is alive.
const (
	StateUsed   = "used"
	StateLapsed = "lapsed"
)

// Show makes the face of a card at the moment that the facts tell of. A template that was published is shown whatever
// it holds: what has become wrong since, such as a field that is no more, is left out. Error: unknown_value, for a kind
// that there is not.
func Show(t *Template, x *Facts) (Face, error) {
	k, ok := Find(t.Kind)
	if !ok {
		return Face{}, verno.InvalidField("/kind", "unknown_value", "known", names())
	}
	var ignored verno.Faults
	settings, d := k.settings(t.Settings, &ignored), t.Design.over(k)
	if !d.ShowName {
		hidden := *x
		hidden.Holder = ""
		x = &hidden
	}
	f := Face{
		Kind: k.Name, Style: k.Style, Merchant: x.Merchant, Title: d.Title, Description: describing(d.Title, x.Merchant), LogoText: d.LogoText,
		Code: Code{Format: d.Format, Message: x.Machine, Alt: spaced(x.Number), Live: k.Scan == ScanIdentify}, Colours: d.Colours, Usual: d.Colours,
		Pictures: maps.Clone(d.Pictures), Places: slices.Clone(x.Places), Beacons: d.Beacons, MaxDistance: d.MaxDistance,
		Starts: x.Starts, Ends: x.Ends, Voided: x.State != string(verno.CardActive), Links: withShops(d.Links, x.Shops),
		NotShared: k.Member, Holder: x.Holder,
	}
	f.wear(&d, x.LevelID)
	if len(x.Reader) <= maxNFC && k.Scan == ScanIdentify {
		f.NFCValue = x.Reader
	}
	f.place(k, &d, settings, x)
	k.face(&f, settings, x)
	f.finish(&d, x)
	return f, nil
}

func describing(title Text, merchant string) Text {
	t := make(Text, len(title))
	for lang, s := range title {
		t[lang] = s
		if merchant != "" {
			t[lang] += ", " + merchant
		}
	}
	return t
}

// place puts the fields of a design where they stand.
func (f *Face) place(k *Kind, d *Design, settings any, x *Facts) {
	for _, p := range slices.Concat(d.Front, d.Back) {
		field, ok := p.field(k, settings, x)
		area := f.area(p.Area)
		if ok && area != nil && len(*area) < Room(p.Area) {
			*area = append(*area, field)
		}
	}
}

func (f *Face) area(a Area) *[]Field {
	switch a {
	case AreaHeader:
		return &f.Header
	case AreaPrimary:
		return &f.Primary
	case AreaSecondary:
		return &f.Secondary
	case AreaAuxiliary:
		return &f.Auxiliary
	case AreaBack:
		return &f.Back
	default:
		return nil
	}
}

// field is a placed field with its value; false where it says nothing.
func (p *Placed) field(k *Kind, settings any, x *Facts) (Field, bool) {
	if own, is := ownText(p.Field); is {
		return Field{Key: ownKey(own), Label: p.Label, Value: textValue(p.Text), Change: p.change(nil)}, !p.Text.Empty()
	}
	known, ok := k.Field(p.Field)
	if !ok {
		return Field{}, false
	}
	field := Field{Key: known.Name, Label: known.Label, Value: known.value(settings, x), Change: p.change(known.Change)}
	if !p.Label.Empty() {
		field.Label = p.Label
	}
	if field.Value.Empty() && known.Kept {
		field.Value, field.Change = textValue(Same(Nothing)), nil // That there is nothing any more is told to nobody.
	}
	return field, !field.Value.Empty()
}

func (p *Placed) change(usual Text) Text {
	switch {
	case p.Silent:
		return nil
	case !p.Change.Empty():
		return p.Change
	default:
		return usual
	}
}

// finish adds what all kinds share: the banner of the day, what has become of the card, and the bounds of wallets.
func (f *Face) finish(d *Design, x *Facts) {
	if b := d.banner(x.At); b != nil {
		f.Back = append([]Field{{Key: "banner", Label: Both("Offer", "Акция"), Value: Value{Text: b.Text, Link: b.Link}, Change: Both("%@", "%@")}}, f.Back...)
		if b.Picture != "" {
			if f.Pictures == nil {
				f.Pictures = map[Slot]string{}
			}
			f.Pictures[SlotStrip], f.Pictures[SlotHero] = b.Picture, b.Picture
		}
	}
	lapsed := !f.Ends.IsZero() && !x.At.Before(f.Ends)
	f.Voided = f.Voided || lapsed
	if f.Voided {
		f.Back = append([]Field{{Key: "state", Label: Both("State", "Состояние"), Value: textValue(stateWords(x.State, lapsed))}}, f.Back...)
	}
	if x.State == string(verno.CardBlocked) || verno.CardState(x.State).Over() || f.Code.Message == "" {
		f.Code, f.NFCValue = Code{Format: NoCode}, "" // It says nothing to a till any more.
	}
	for i := range f.Places {
		if f.Places[i].Greeting.Empty() {
			f.Places[i].Greeting = d.Greeting
		}
	}
	f.Places, f.Beacons = f.Places[:min(len(f.Places), MaxPlaces)], f.Beacons[:min(len(f.Beacons), MaxPlaces)]
}

// banner is the first banner of a day.
func (d *Design) banner(at time.Time) *Banner {
	today := at.Format(dayForm)
	for i := range d.Banners {
		if b := &d.Banners[i]; b.From <= today && (b.Until == "" || today <= b.Until) {
			return b
		}
	}
	return nil
}

func stateWords(state string, lapsed bool) Text {
	switch {
	case state == string(verno.CardBlocked):
		return Both("Blocked", "Заблокирована")
	case state == string(verno.CardReplaced):
		return Both("Replaced by another card", "Заменена другой картой")
	case state == string(verno.CardReturned):
		return Both("Returned, the money was given back", "Возвращён, деньги отданы")
	case state == StateLapsed || lapsed:
		return Both("No longer valid", "Срок действия истёк")
	default:
		return Both("Used up", "Использована")
	}
}

// over is a design in which its kind has filled what was left out.
func (d *Design) over(k *Kind) Design {
	own, usual := *d, &k.Starter
	if own.Title.Empty() {
		own.Title = usual.Title
	}
	own.Colours = own.Colours.over(usual.Colours)
	if own.Format == "" {
		own.Format = usual.Format
	}
	if own.Front == nil {
		own.Front = usual.Front
	}
	if own.Back == nil {
		own.Back = usual.Back
	}
	return own
}

// clone is a design that shares nothing with another one.
func (d *Design) clone() Design {
	c := *d
	c.Title, c.LogoText, c.Greeting = maps.Clone(d.Title), maps.Clone(d.LogoText), maps.Clone(d.Greeting)
	c.Pictures, c.Front, c.Back = maps.Clone(d.Pictures), slices.Clone(d.Front), slices.Clone(d.Back)
	c.Beacons, c.Links, c.Banners = slices.Clone(d.Beacons), slices.Clone(d.Links), slices.Clone(d.Banners)
	c.Looks = maps.Clone(d.Looks)
	return c
}
