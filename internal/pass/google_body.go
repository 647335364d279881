package pass

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
)

// GoogleView is all that classes and objects are made of.
type GoogleView struct {
	Face     *card.Face
	Front    []string // keys of the fields below the name, whether or not they say something on this card
	State    string   // of the card: active, blocked, replaced, used, lapsed
	News     card.Text
	Class    card.Class
	ClassID  string
	ID       string // of the object
	Account  GoogleAccount
	Pass     store.Pass
	Base     string // public address of Verno
	Callback string // where Google tells who saved the card; empty for nowhere
	Logo     string // address of a logo for a design without one
	Live     []byte // secret of the code that rotates; nil where there is none
	Machine  code.Machine
	Now      time.Time
}

// googleBody is a class or an object by the fields that Verno looks after. What is nil is not there: a patch takes it
// away, since Google keeps whatever a patch does not name.
type googleBody map[string]any

// set puts a value, or nil for one that says nothing.
func (b googleBody) set(name string, there bool, value any) {
	if !there {
		value = nil
	}
	b[name] = value
}

// text puts a text with its translations under two names, as Google has the older fields.
func (b googleBody) text(name string, t card.Text, most int) {
	l := localize(t, most)
	b.set(name, l != nil, l.plain())
	b.set("localized"+strings.ToUpper(name[:1])+name[1:], l != nil && len(l.Translations) > 0, l)
}

// whole is the body without what is not there, for an insert.
func (b googleBody) whole() googleBody {
	out := googleBody{}
	for name, v := range b {
		if v != nil {
			out[name] = v
		}
	}
	return out
}

// mayGo are the parts of fields that may be gone when their whole is told again: Google lays a patch over what
// it has at every depth, save lists, which it takes as they come.
var mayGo = map[string][]string{
	"barcode": {"alternateText"}, "rotatingBarcode": {"alternateText"}, "validTimeInterval": {"start", "end"},
	"seatInfo": {"section", "row", "seat"}, "dateTime": {"doorsOpen", "start", "end"},
}

// patch is the body as it is laid over what Google has: what is not there takes itself away, at every depth.
func (b googleBody) patch() googleBody {
	out := make(googleBody, len(b))
	for name, v := range b {
		out[name] = laidOver(name, v)
	}
	return out
}

func laidOver(field string, v any) any {
	switch v := v.(type) {
	case *localized:
		if v == nil {
			return nil
		}
		return map[string]any{"defaultValue": v.Default, "translatedValues": append([]translated{}, v.Translations...)}
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, name := range mayGo[field] {
			out[name] = nil
		}
		for name, one := range v {
			out[name] = laidOver("", one)
		}
		return out
	}
	return v
}

// with is a copy with one more field.
func (b googleBody) with(name string, value any) googleBody {
	out := make(googleBody, len(b)+1)
	maps.Copy(out, b)
	out[name] = value
	return out
}

// Lengths that Google cuts or advises.
const (
	longestName    = 60
	longestLabel   = 20
	longestModule  = 500
	longestAccount = 40
)

// GoogleClass is the class of a template. Each is put up for review as a whole: Google approves what it was shown, and
// takes no other word on it from us.
func GoogleClass(v *GoogleView) map[string]any {
	b := googleBody{
		"id":                                     v.ClassID,
		"multipleDevicesAndHoldersAllowedStatus": holders(v.Face),
	}
	b.set("callbackOptions", v.Callback != "", map[string]any{"url": v.Callback})
	b.set("enableSmartTap", len(v.Account.SmartTap) > 0, true)
	b.set("redemptionIssuers", len(v.Account.SmartTap) > 0, v.Account.SmartTap)
	rows := templateRows(v)
	b.set("classTemplateInfo", rows != nil, rows)
	if v.Class == card.ClassGeneric {
		return b // Its name, logo and colour stand in the object, and nobody reviews it.
	}
	b["reviewStatus"] = "UNDER_REVIEW"
	b["issuerName"] = cut(v.Face.Merchant, longestName)
	b.set("hexBackgroundColor", v.Face.Usual.Background != "", v.Face.Usual.Background) // all cards of a class have one
	switch v.Class {
	case card.ClassOffer:
		b.text("title", title(v.Face), longestName)
		b["provider"] = cut(v.Face.Merchant, longestName)
		b["redemptionChannel"] = "INSTORE"
		b["titleImage"] = v.logo()
	case card.ClassGiftCard:
		b.text("merchantName", title(v.Face), longestName)
		b.text("cardNumberLabel", card.Both("Card number", "Номер карты"), longestLabel)
		b["programLogo"] = v.logo()
		b["allowBarcodeRedemption"] = true
	case card.ClassEventTicket:
		eventClass(b, v)
	default:
		b.text("programName", title(v.Face), longestName)
		b.text("accountIdLabel", card.Both("Card number", "Номер карты"), longestLabel)
		b["programLogo"] = v.logo()
	}
	return b
}

func holders(f *card.Face) string {
	if f.NotShared {
		return "ONE_USER_ALL_DEVICES"
	}
	return "MULTIPLE_HOLDERS"
}

// title is what a card is called; its merchant where it has no name of its own.
func title(f *card.Face) card.Text {
	if f.Title.Empty() {
		return card.Same(f.Merchant)
	}
	return f.Title
}

func eventClass(b googleBody, v *GoogleView) {
	event := v.Face.Event
	if event == nil {
		event = &card.Event{}
	}
	name := event.Name
	if name.Empty() {
		name = title(v.Face)
	}
	b["eventName"] = localize(name, longestName)
	b["logo"] = v.logo()
	_, suffix, _ := strings.Cut(v.ClassID, ".")
	b["eventId"] = cut(suffix, 64)
	b.set("venue", !event.Venue.Empty() && !event.Address.Empty(), map[string]any{
		"name": localize(event.Venue, longestName), "address": localize(event.Address, longestModule),
	})
	times := map[string]any{}
	for name, at := range map[string]time.Time{"doorsOpen": event.Doors, "start": event.Starts, "end": event.Ends} {
		if !at.IsZero() {
			times[name] = at.Format(time.RFC3339)
		}
	}
	b.set("dateTime", len(times) > 0, times)
}

// GoogleObject is the object of a card.
func GoogleObject(v *GoogleView) map[string]any {
	f := v.Face
	b := googleBody{"id": v.ID, "classId": v.ClassID, "state": googleState(v)}
	barcode, rotating := v.barcodes()
	b.set("barcode", barcode != nil, barcode)
	b.set("rotatingBarcode", rotating != nil, rotating)
	b.set("passConstraints", rotating != nil, map[string]any{"screenshotEligibility": "INELIGIBLE"})
	hero := f.Pictures[card.SlotHero]
	if hero == "" {
		hero = f.Pictures[card.SlotStrip]
	}
	b.set("heroImage", hero != "", v.image(hero, card.SlotHero))
	modules := v.modules()
	b.set("textModulesData", len(modules) > 0, modules)
	places := merchantLocations(f.Places)
	b.set("merchantLocations", len(places) > 0, places)
	links := linksOf(slices.Concat(f.Links, leading(f)))
	b.set("linksModuleData", len(links) > 0, map[string]any{"uris": links})
	interval := validity(f)
	b.set("validTimeInterval", len(interval) > 0, interval)
	b.set("smartTapRedemptionValue", f.NFCValue != "" && len(v.Account.SmartTap) > 0, f.NFCValue)
	switch v.Class {
	case card.ClassLoyalty:
		b.set("accountId", v.number() != "", cut(v.number(), longestAccount))
		b.set("accountName", f.Holder != "", cut(f.Holder, longestAccount))
		b.set("loyaltyPoints", !f.Balance.Empty(), v.loyaltyPoints())
		level := localize(f.Level, longestLabel)
		b.set("secondaryLoyaltyPoints", level != nil, map[string]any{
			"localizedLabel": localize(card.Both("Level", "Уровень"), longestLabel), "balance": map[string]any{"string": level.plain()},
		})
	case card.ClassGiftCard:
		b["cardNumber"] = or(v.number(), v.Pass.Serial)
		b.set("balance", f.Balance.Money != nil, googleMoney(&f.Balance))
	case card.ClassEventTicket:
		b.set("ticketHolderName", f.Holder != "", cut(f.Holder, longestName))
		b.set("ticketNumber", v.number() != "", v.number())
		seat := seatOf(f.Event)
		b.set("seatInfo", len(seat) > 0, seat)
	case card.ClassGeneric:
		b["cardTitle"] = localize(card.Same(f.Merchant), longestName)
		b["header"] = localize(title(f), longestName)
		b["logo"] = v.logo()
		b.set("hexBackgroundColor", f.Colours.Background != "", f.Colours.Background)
	}
	return b
}

// googleState is what Google is told instead of deleting anything, which it cannot.
func googleState(v *GoogleView) string {
	over := !v.Face.Ends.IsZero() && v.Face.Ends.Before(v.Now)
	switch {
	case over || v.State == "lapsed":
		return "EXPIRED"
	case v.State == "used":
		return "COMPLETED"
	case v.Face.Voided:
		return "INACTIVE"
	}
	return "ACTIVE"
}

// issuer is whose the card is at Google.
func (v *GoogleView) issuer() string {
	id, _, _ := strings.Cut(v.ID, ".")
	return id
}

// number is a card's number for people.
func (v *GoogleView) number() string { return v.Face.Code.Alt }

// merchantLocations are the points near which Google speaks up.
func merchantLocations(places []card.Place) []map[string]json.Number {
	var out []map[string]json.Number
	for i := range places[:min(len(places), card.MaxPlaces)] {
		out = append(out, map[string]json.Number{
			"latitude": degrees(places[i].LatitudeE6), "longitude": degrees(places[i].LongitudeE6),
		})
	}
	return out
}
