package pass

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/money"
)

// The most of what Google shows or takes.
const (
	mostModules = 10
	mostLinks   = 10
	mostRows    = 2
)

// newsField is the field of a face in which campaigns speak. At Google it is a message.
const newsField = "news"

// PicturePath is where the pictures of cards are fetched from.
const PicturePath = "/p/"

// PictureURL is the public address of a picture in the shape of a slot; of the empty slot as it is.
func PictureURL(base string, tenant verno.TenantID, hash string, slot card.Slot) string {
	name := hash
	if slot != "" {
		name += "-" + string(slot)
	}
	return base + PicturePath + tenant.String() + "/" + name + ".png"
}

func (v *GoogleView) image(hash string, slot card.Slot) map[string]any {
	return v.imageAt(PictureURL(v.Base, v.Pass.Tenant, hash, slot))
}

func (v *GoogleView) imageAt(address string) map[string]any {
	said := v.Face.Description
	if said.Empty() {
		said = title(v.Face)
	}
	return map[string]any{"sourceUri": map[string]any{"uri": address}, "contentDescription": localize(said, longestModule)}
}

// logo is the picture that Google wants of everybody.
func (v *GoogleView) logo() map[string]any {
	for _, slot := range []card.Slot{card.SlotLogo, card.SlotIcon} {
		if hash := v.Face.Pictures[slot]; hash != "" {
			return v.image(hash, card.SlotLogo)
		}
	}
	if v.Logo != "" {
		return v.imageAt(v.Logo)
	}
	return v.image(strings.TrimPrefix(or(v.Face.Usual.Background, "#000000"), "#"), card.SlotLogo)
}

var googleFormats = map[card.Format]string{
	card.QR: "QR_CODE", card.PDF417: "PDF_417", card.Aztec: "AZTEC", card.Code128: "CODE_128",
}

// barcodes are the code that stays, and the one that rotates where the card has one. Each is what internal/code would show
// at the same moment. The secret goes to Google's API and nowhere else.
func (v *GoogleView) barcodes() (still, rotating map[string]any) {
	c := &v.Face.Code
	format := googleFormats[c.Format]
	if format == "" || c.Message == "" {
		return nil, nil
	}
	still = map[string]any{"type": format, "value": c.Message}
	if c.Alt != "" {
		still["alternateText"] = c.Alt
	}
	if !c.Live || len(v.Live) == 0 {
		return still, nil
	}
	if c.Format != card.QR && c.Format != card.PDF417 {
		format = "QR_CODE" // No other one rotates.
	}
	head, digits := code.LiveHead(v.Machine)
	rotating = map[string]any{
		"type": format, "valuePattern": head + "{totp_value_0}",
		"totpDetails": map[string]any{
			"algorithm": "TOTP_SHA1", "periodMillis": strconv.FormatInt(code.Step.Milliseconds(), 10),
			"parameters": []map[string]any{{"key": strings.ToUpper(hex.EncodeToString(v.Live)), "valueLength": digits}},
		},
	}
	if c.Alt != "" {
		rotating["alternateText"] = c.Alt
	}
	return still, rotating
}

// front and back are the fields of a face that Google shows as texts: all but what has a place of its own there.
func (v *GoogleView) front() []card.Field {
	f := v.Face
	return slices.DeleteFunc(slices.Concat(f.Secondary, f.Auxiliary), v.placed)
}

func (v *GoogleView) placed(f card.Field) bool {
	if v.elsewhere(f.Key) && (f.Key != "number" || v.number() != "") {
		return true
	}
	balance := v.Class == card.ClassLoyalty || v.Class == card.ClassGiftCard && v.Face.Balance.Money != nil
	return balance && !v.Face.Balance.Empty() && reflect.DeepEqual(f.Value, v.Face.Balance)
}

// elsewhere says whether a field has a place of its own on the cards of a class, wherever a design puts it.
func (v *GoogleView) elsewhere(key string) bool {
	switch key {
	case newsField, "merchant":
		return true
	case "number":
		return v.Class != card.ClassOffer && v.Class != card.ClassGeneric
	case "level":
		return v.Class == card.ClassLoyalty
	}
	return false
}

// modules are the fields as texts, those of the front before those of the back.
func (v *GoogleView) modules() []map[string]any {
	f := v.Face
	var out []map[string]any
	seen := map[string]bool{}
	for _, field := range slices.DeleteFunc(slices.Concat(v.front(), f.Header, f.Primary, f.Back), v.placed) {
		id := moduleID(field.Key)
		body := localize(valueText(&field.Value), longestModule)
		if seen[id] || body == nil || len(out) == mostModules {
			continue
		}
		seen[id] = true
		module := map[string]any{"id": id, "body": body.plain()}
		if len(body.Translations) > 0 {
			module["localizedBody"] = body
		}
		if head := localize(field.Label, longestName); head != nil {
			module["header"] = head.plain()
			if len(head.Translations) > 0 {
				module["localizedHeader"] = head
			}
		}
		out = append(out, module)
	}
	return out
}

// moduleID is a field's key in the letters that Google takes.
func moduleID(key string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_') {
			return r
		}
		return '_'
	}, key)
}

// templateRows put the fields of the front under the name, in rows of up to three. They are the same for all cards of a
// template, so that a field stands there which says nothing on the card that was the first.
func templateRows(v *GoogleView) map[string]any {
	var items []map[string]any
	for _, key := range v.Front {
		if v.elsewhere(key) {
			continue
		}
		path := "object.textModulesData['" + moduleID(key) + "']"
		items = append(items, map[string]any{"firstValue": map[string]any{"fields": []map[string]any{{"fieldPath": path}}}})
	}
	var rows []map[string]any
	for len(items) > 0 && len(rows) < mostRows {
		n := min(len(items), 3)
		row := items[:n]
		items = items[n:]
		switch n {
		case 1:
			rows = append(rows, map[string]any{"oneItem": map[string]any{"item": row[0]}})
		case 2:
			rows = append(rows, map[string]any{"twoItems": map[string]any{"startItem": row[0], "endItem": row[1]}})
		default:
			rows = append(rows, map[string]any{"threeItems": map[string]any{"startItem": row[0], "middleItem": row[1], "endItem": row[2]}})
		}
	}
	if rows == nil {
		return nil
	}
	return map[string]any{"cardTemplateOverride": map[string]any{"cardRowTemplateInfos": rows}}
}

// loyaltyPoints is the balance, with the name that its field has on the card.
func (v *GoogleView) loyaltyPoints() map[string]any {
	f := v.Face
	label := card.Both("Balance", "Баланс")
	for _, field := range slices.Concat(f.Header, f.Primary, f.Secondary, f.Auxiliary) {
		if reflect.DeepEqual(field.Value, f.Balance) && !field.Label.Empty() {
			label = field.Label
			break
		}
	}
	return map[string]any{"localizedLabel": localize(label, longestLabel), "balance": googleBalance(&f.Balance)}
}

// googleBalance is a value in exactly one of the forms that Google has.
func googleBalance(b *card.Value) map[string]any {
	switch {
	case b.Money != nil:
		return map[string]any{"money": googleMoney(b)}
	case b.Points != nil && b.Scale == 0 && *b.Points <= math.MaxInt32 && *b.Points >= math.MinInt32:
		return map[string]any{"int": int64(*b.Points)}
	case b.Number != nil && *b.Number <= math.MaxInt32 && *b.Number >= math.MinInt32:
		return map[string]any{"int": *b.Number}
	}
	return map[string]any{"string": localize(valueText(b), longestLabel).plain()}
}

// googleMoney is an amount in millionths, as a text; nil for a value that is none.
func googleMoney(b *card.Value) map[string]any {
	if b.Money == nil {
		return nil
	}
	zeros := strings.Repeat("0", max(0, 6-b.Currency.Exponent()))
	micros := strconv.FormatInt(int64(*b.Money), 10)
	if *b.Money != money.Amount(0) {
		micros += zeros
	}
	return map[string]any{"currencyCode": string(b.Currency), "micros": micros}
}

// leading are the fields that say one thing and lead to another: as a text they would only say it.
func leading(f *card.Face) []card.Link {
	var list []card.Link
	for _, field := range slices.Concat(f.Header, f.Primary, f.Secondary, f.Auxiliary, f.Back) {
		if v := &field.Value; v.Link != "" && !v.Text.Empty() {
			list = append(list, card.Link{Title: v.Text, URL: v.Link})
		}
	}
	return list
}

func linksOf(links []card.Link) []map[string]any {
	var out []map[string]any
	for i, l := range links[:min(len(links), mostLinks)] {
		one := map[string]any{"id": "link-" + strconv.Itoa(i), "uri": l.URL}
		if said := localize(l.Title, longestName); said != nil {
			one["description"] = said.plain()
			if len(said.Translations) > 0 {
				one["localizedDescription"] = said
			}
		}
		out = append(out, one)
	}
	return out
}

func validity(f *card.Face) map[string]any {
	out := map[string]any{}
	if !f.Starts.IsZero() {
		out["start"] = map[string]any{"date": f.Starts.Format(time.RFC3339)}
	}
	if !f.Ends.IsZero() {
		out["end"] = map[string]any{"date": f.Ends.Format(time.RFC3339)}
	}
	return out
}

func seatOf(e *card.Event) map[string]any {
	out := map[string]any{}
	if e == nil {
		return out
	}
	for name, text := range map[string]string{"section": e.Section, "row": e.Row, "seat": e.Seat} {
		if text != "" {
			out[name] = localize(card.Same(text), longestLabel)
		}
	}
	return out
}

// degrees writes millionths of a degree as a decimal number, exactly.
func degrees(e6 int64) json.Number {
	sign := ""
	if e6 < 0 {
		sign, e6 = "-", -e6
	}
	return json.Number(fmt.Sprintf("%s%d.%06d", sign, e6/1_000_000, e6%1_000_000))
}
