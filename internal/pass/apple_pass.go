package pass

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/card"
)

// AppleIdentity is what a pass has besides its face.
type AppleIdentity struct {
	Serial     string
	Token      string    // the authenticationToken, of 16 characters or more; with WebService
	WebService string    // where the phone asks for changes, without a slash at its end; empty for a pass that stays as it is
	NFCKey     []byte    // the point that a reader's answers are sealed to, compressed P-256; empty for none
	At         time.Time // of signing
}

// ErrNoNFC says that a pass is to speak with readers and its certificate may not sign such passes.
var ErrNoNFC = errors.New("pass: the certificate is not for passes with NFC")

// applePass is pass.json.
type applePass struct {
	FormatVersion      int             `json:"formatVersion"`
	PassType           string          `json:"passTypeIdentifier"`
	Serial             string          `json:"serialNumber"`
	Team               string          `json:"teamIdentifier"`
	Organization       string          `json:"organizationName"`
	Description        string          `json:"description"`
	WebService         string          `json:"webServiceURL,omitempty"`
	Token              string          `json:"authenticationToken,omitempty"`
	LogoText           string          `json:"logoText,omitempty"`
	Background         string          `json:"backgroundColor,omitempty"`
	Foreground         string          `json:"foregroundColor,omitempty"`
	Label              string          `json:"labelColor,omitempty"`
	SuppressStripShine bool            `json:"suppressStripShine,omitempty"`
	SharingProhibited  bool            `json:"sharingProhibited,omitempty"`
	GroupingIdentifier string          `json:"groupingIdentifier,omitempty"`
	ExpirationDate     string          `json:"expirationDate,omitempty"`
	Voided             bool            `json:"voided,omitempty"`
	RelevantDate       string          `json:"relevantDate,omitempty"`
	RelevantDates      []appleRelevant `json:"relevantDates,omitempty"`
	Locations          []appleLocation `json:"locations,omitempty"`
	Beacons            []appleBeacon   `json:"beacons,omitempty"`
	MaxDistance        int64           `json:"maxDistance,omitempty"`
	Barcodes           []appleBarcode  `json:"barcodes,omitempty"`
	Barcode            *appleBarcode   `json:"barcode,omitempty"` // for readers from before barcodes
	NFC                *appleNFC       `json:"nfc,omitempty"`
	Semantics          *appleSemantics `json:"semantics,omitempty"`
	FeaturedActions    []appleAction   `json:"featuredActions,omitempty"`
	StoreCard          *appleFields    `json:"storeCard,omitempty"`
	Coupon             *appleFields    `json:"coupon,omitempty"`
	EventTicket        *appleFields    `json:"eventTicket,omitempty"`
	Generic            *appleFields    `json:"generic,omitempty"`
	PosterGeneric      *appleFields    `json:"posterGeneric,omitempty"` // beside another style, for phones that know it
}

// appleRelevant is a moment or a span. A moment has two names, of which phones know one or the other.
type appleRelevant struct {
	Relevant string `json:"relevantDate,omitempty"`
	Date     string `json:"date,omitempty"`
	Start    string `json:"startDate,omitempty"`
	End      string `json:"endDate,omitempty"`
}

type appleLocation struct {
	Latitude  json.Number `json:"latitude"`
	Longitude json.Number `json:"longitude"`
	Text      string      `json:"relevantText,omitempty"`
}

type appleBeacon struct {
	UUID  string `json:"proximityUUID"`
	Major *int64 `json:"major,omitempty"`
	Minor *int64 `json:"minor,omitempty"`
	Text  string `json:"relevantText,omitempty"`
}

type appleBarcode struct {
	Format   string `json:"format"`
	Message  string `json:"message"`
	Encoding string `json:"messageEncoding"`
	Alt      string `json:"altText,omitempty"`
}

type appleNFC struct {
	Message string `json:"message"`
	Key     string `json:"encryptionPublicKey"`
}

type appleAction struct {
	Identifier string `json:"identifier"`
	Type       string `json:"type"`
	URL        string `json:"url"`
}

// applePassOf draws pass.json, without its texts in other languages, which are gathered in w.
func applePassOf(w *words, f *card.Face, id *AppleIdentity, s *Signer) (*applePass, error) {
	p := &applePass{
		FormatVersion: 1, PassType: s.PassType, Serial: id.Serial, Team: s.Team, Organization: w.plain(f.Merchant),
		Description: w.say(firstText(f.Description, f.Title)), WebService: id.WebService, Token: id.Token, LogoText: w.say(f.LogoText),
		Background: rgb(f.Colours.Background), Foreground: rgb(f.Colours.Foreground), Label: rgb(f.Colours.Label),
		SharingProhibited: f.NotShared, Voided: f.Voided, SuppressStripShine: f.Pictures[card.SlotStrip] != "",
	}
	if p.Description == "" {
		p.Description = p.Organization
	}
	if p.LogoText == "" && f.Pictures[card.SlotLogo] == "" {
		p.LogoText = p.Organization // A head with neither picture nor text says nothing of whose card it is.
	}
	if !f.Ends.IsZero() {
		p.ExpirationDate = appleTime(f.Ends)
	}
	fields, err := fieldsOf(w, f)
	if err != nil {
		return nil, err
	}
	switch f.Style {
	case card.StyleStoreCard:
		p.StoreCard = fields
	case card.StyleCoupon:
		p.Coupon = fields
	case card.StyleEventTicket:
		p.EventTicket, p.GroupingIdentifier = fields, grouping(f.Event)
	case card.StyleGeneric:
		p.Generic = fields
	default:
		return nil, fmt.Errorf("pass: there is no style %q", f.Style)
	}
	if hasPoster(f) {
		p.PosterGeneric, p.FeaturedActions = posterOf(fields), actions(f.Links)
	}
	p.code(&f.Code)
	p.near(w, f)
	p.Semantics = semanticsOf(f)
	if len(id.NFCKey) > 0 && f.NFCValue != "" {
		if !s.NFC {
			return nil, ErrNoNFC
		}
		p.NFC = &appleNFC{f.NFCValue, nfcKey(id.NFCKey)}
	}
	return p, nil
}

// firstText is the first of texts that says something.
func firstText(list ...card.Text) card.Text {
	for _, t := range list {
		if !t.Empty() {
			return t
		}
	}
	return nil
}

// rgb writes #rrggbb as Apple reads it everywhere; empty for anything else.
func rgb(hash string) string {
	n, err := strconv.ParseUint(strings.TrimPrefix(hash, "#"), 16, 24)
	if err != nil || len(hash) != len("#rrggbb") {
		return ""
	}
	return fmt.Sprintf("rgb(%d,%d,%d)", n>>16, n>>8&255, n&255)
}

// hasPoster says whether a face is drawn as a poster too: it has a background, and a style that has none in itself.
func hasPoster(f *card.Face) bool {
	return f.Pictures[card.SlotBackdrop] != "" && (f.Style == card.StyleGeneric || f.Style == card.StyleStoreCard)
}

// posterOf arranges fields on a poster, whose foot shows one.
func posterOf(fields *appleFields) *appleFields {
	poster := *fields
	if len(poster.Auxiliary) > 0 {
		poster.Footer, poster.Auxiliary = poster.Auxiliary[:1], poster.Auxiliary[1:]
	}
	return &poster
}

// actions are the buttons of a poster: a telephone can be called. What another link leads to Apple would have to be told.
func actions(links []card.Link) []appleAction {
	for _, l := range links {
		if strings.HasPrefix(l.URL, "tel:") {
			return []appleAction{{"call", "call", l.URL}}
		}
	}
	return nil
}

var appleFormats = map[card.Format]string{
	card.QR: "PKBarcodeFormatQR", card.PDF417: "PKBarcodeFormatPDF417", card.Aztec: "PKBarcodeFormatAztec",
	card.Code128: "PKBarcodeFormatCode128",
}

// code draws what a scanner reads. A watch shows no Code 128, so that a QR code follows it.
func (p *applePass) code(c *card.Code) {
	format := appleFormats[c.Format]
	if format == "" || c.Message == "" {
		return
	}
	p.Barcodes = []appleBarcode{{format, c.Message, encodingOf(c.Message), c.Alt}}
	if c.Format == card.Code128 {
		p.Barcodes = append(p.Barcodes, appleBarcode{appleFormats[card.QR], c.Message, encodingOf(c.Message), c.Alt})
	}
	p.Barcode = &p.Barcodes[len(p.Barcodes)-1]
}

// encodingOf is Latin-1, which every scanner reads, where it can be.
func encodingOf(message string) string {
	for _, r := range message {
		if r > 0xff {
			return "utf-8"
		}
	}
	return "iso-8859-1"
}

// near says where and when a pass comes up by itself.
func (p *applePass) near(w *words, f *card.Face) {
	for i := range f.Places[:min(len(f.Places), card.MaxPlaces)] {
		at := &f.Places[i]
		text := w.say(at.Greeting)
		if text == "" {
			text = w.plain(at.Name)
		}
		p.Locations = append(p.Locations, appleLocation{appleDegrees(at.LatitudeE6), appleDegrees(at.LongitudeE6), text})
	}
	for i := range f.Beacons[:min(len(f.Beacons), card.MaxPlaces)] {
		b := &f.Beacons[i]
		p.Beacons = append(p.Beacons, appleBeacon{b.UUID, b.Major, b.Minor, w.say(b.Greeting)})
	}
	p.MaxDistance = f.MaxDistance
	dated := f.Style == card.StyleEventTicket || f.Style == card.StyleGeneric // of others Apple wants places only
	if !dated || f.Event == nil || f.Event.Starts.IsZero() {
		return
	}
	start, end := f.Event.Starts, f.Event.Ends
	p.RelevantDate = appleTime(start)
	if end.After(start) && end.Sub(start) <= 24*time.Hour {
		p.RelevantDates = []appleRelevant{{Start: p.RelevantDate, End: appleTime(end)}}
		return
	}
	p.RelevantDates = []appleRelevant{{Relevant: p.RelevantDate, Date: p.RelevantDate}}
}

// appleDegrees writes millionths of a degree.
func appleDegrees(e6 int64) json.Number { return decimal(e6, 6) }

// decimal writes a number of which the last digits stand behind the point.
func decimal(n int64, places int) json.Number {
	sign, digits := "", strconv.FormatInt(n, 10)
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= places {
		digits = strings.Repeat("0", places+1-len(digits)) + digits
	}
	return json.Number(sign + digits[:len(digits)-places] + "." + digits[len(digits)-places:])
}

// grouping puts the tickets of one event into one stack.
func grouping(e *card.Event) string {
	if e == nil {
		return ""
	}
	sum := sha256.Sum256([]byte(e.Name.In("en") + "\n" + e.Venue.In("en") + "\n" + appleTime(e.Starts.UTC())))
	return hex.EncodeToString(sum[:8])
}

// compressedKey is how the DER form of a P-256 key begins whose point is compressed; the standard library writes the long
// form only.
var compressedKey = []byte{
	0x30, 0x39, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	0x03, 0x01, 0x07, 0x03, 0x22, 0x00,
}

func nfcKey(point []byte) string {
	return base64.StdEncoding.EncodeToString(append(bytes.Clone(compressedKey), point...))
}
