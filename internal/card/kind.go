package card

import (
	"encoding/json"
	"reflect"
	"slices"

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
	Name     string
	Title    Text // what people call it
	About    Text // one sentence: what it is for
	Style    Style
	Class    Class
	Scan     Scan
	Member   bool // belongs to a member; else to whoever holds it
	Fields   []Known
	Settings []Setting // of a template, for forms
	Own      []Own     // what each card has for itself
	// Needs are types of promotion: while none of them is in force, nobody gives what the card promises. Empty for none.
	Needs []string
	// Starter is the design that a new template begins with, and Begin its settings.
	Starter Design
	Begin   json.RawMessage
	// settings reads and checks the settings of a template.
	settings func(raw json.RawMessage, faults *verno.Faults) any
	// face adds what the kind alone knows.
	face func(f *Face, settings any, facts *Facts)
}

// Known is a field that a kind can show.
type Known struct {
	Name   string
	Label  Text
	Change Text // what a change says by default; empty for a silent one
	// Kept fields stand on a card even while they say nothing, since a phone tells only of changes of what it has.
	Kept  bool
	Long  bool // for the back only
	value func(settings any, facts *Facts) Value
}

// Own is what each card of a kind has for itself.
type Own struct {
	Name     string
	Title    Text
	Required bool
	Max      int  // characters
	Personal bool // tells who holds the card, and is sealed where it is kept
}

// The names that cards had before there were templates. They show the standard template of their programme.
const (
	LegacyPhone   = "loyalty"
	LegacyPlastic = "plastic"
)

// Standard is the kind of the template that a programme begins with.
const Standard = "points"

// Find finds a kind by name; the names of older cards mean the standard one.
func Find(name string) (*Kind, bool) {
	if name == LegacyPhone || name == LegacyPlastic {
		name = Standard
	}
	i := slices.IndexFunc(kinds, func(k *Kind) bool { return k.Name == name })
	if i < 0 {
		return nil, false
	}
	return kinds[i], true
}

// Kinds are all kinds, in the order in which a merchant is shown them.
func Kinds() []*Kind { return slices.Clone(kinds) }

// Template is a template of the kind as it begins, with a name for those who work with it.
func (k *Kind) Template(name string) Template {
	return Template{Kind: k.Name, Name: name, Settings: slices.Clone(k.Begin), Design: k.Starter.clone()}
}

// Field finds a field that the kind can show.
func (k *Kind) Field(name string) (Known, bool) {
	i := slices.IndexFunc(k.Fields, func(f Known) bool { return f.Name == name })
	if i < 0 {
		return Known{}, false
	}
	return k.Fields[i], true
}

// define ties a kind to the type of its settings, to those that a template begins with, and to what only the kind knows
// of a face. Check and face may be nil.
func define[S any](k Kind, begin S, check func(s *S, faults *verno.Faults), face func(f *Face, s *S, facts *Facts)) *Kind {
	raw, err := json.Marshal(begin)
	if err != nil {
		panic("card: the settings of " + k.Name + " cannot be written: " + err.Error())
	}
	k.Begin, k.Settings = raw, describe(reflect.TypeFor[S]())
	k.settings = func(raw json.RawMessage, faults *verno.Faults) any {
		s := new(S)
		readSettings(raw, s, faults)
		if check != nil {
			check(s, faults)
		}
		return s
	}
	k.face = func(f *Face, settings any, facts *Facts) {
		if s, ok := settings.(*S); ok && face != nil {
			face(f, s, facts)
		}
	}
	return &k
}

// set is a field whose value stands in the settings.
func set[S any](f Known, value func(s *S, facts *Facts) Value) Known {
	f.value = func(settings any, facts *Facts) Value {
		s, ok := settings.(*S)
		if !ok {
			return Value{}
		}
		return value(s, facts)
	}
	return f
}

// told is a field whose value stands in the facts.
func told(f Known, value func(facts *Facts) Value) Known {
	f.value = func(_ any, facts *Facts) Value { return value(facts) }
	return f
}
