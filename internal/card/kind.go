package card

import (
	"encoding/json"

	"github.com/verno-loyalty/verno"
)

// Scan is what scanning a card at a till does.
type Scan string

// What scanning does.
const (
	ScanIdentify Scan = "identify" // says who buys: points are earned and spent
	ScanRedeem   Scan = "redeem"   // a coupon: its promotion applies to this basket, once
	ScanTender   Scan = "tender"   // a certificate: pays, down to what it is worth
	ScanEnter    Scan = "enter"    // a pass or ticket: one entry is marked
	ScanShow     Scan = "show"     // a business card: nothing is moved
)

// Class is Google's class of a card.
type Class string

// The classes.
const (
	ClassLoyalty     Class = "loyalty"
	ClassOffer       Class = "offer"
	ClassGiftCard    Class = "giftCard"
	ClassEventTicket Class = "eventTicket"
	ClassGeneric     Class = "generic"
)

// Kind is a kind of card.
type Kind struct {
	Name   string
	Title  Text // what people call it
	About  Text // one sentence: what it is for
	Style  Style
	Class  Class
	Scan   Scan
	Member bool // belongs to a member; else to whoever holds it
	Fields []Known
	// Starter is the design that a new template begins with.
	Starter Design
	// settings reads and checks the settings of a template; nil where the kind has none.
	settings func(raw json.RawMessage, faults *verno.Faults) any
	// face adds what the kind alone knows.
	face func(f *Face, settings any, facts *Facts)
}

// Known is a field that a kind can show.
type Known struct {
	Name   string
	Label  Text
	Change Text // what a change says by default; empty for a silent one
	value  func(settings any, facts *Facts) Value
}
