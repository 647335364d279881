package pass

import (
	"encoding/json"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/money"
)

// appleFields are the fields of one style.
type appleFields struct {
	Header    []appleField `json:"headerFields,omitempty"`
	Primary   []appleField `json:"primaryFields,omitempty"`
	Secondary []appleField `json:"secondaryFields,omitempty"`
	Auxiliary []appleField `json:"auxiliaryFields,omitempty"`
	Footer    []appleField `json:"footerFields,omitempty"`
	Back      []appleField `json:"backFields,omitempty"`
}

// appleField is one field. Value is a text or a json.Number.
type appleField struct {
	Key               string    `json:"key"`
	Label             string    `json:"label,omitempty"`
	Value             any       `json:"value"`
	AttributedValue   string    `json:"attributedValue,omitempty"`
	ChangeMessage     string    `json:"changeMessage,omitempty"`
	TextAlignment     string    `json:"textAlignment,omitempty"`
	DataDetectorTypes *[]string `json:"dataDetectorTypes,omitempty"` // an empty list finds nothing
	DateStyle         string    `json:"dateStyle,omitempty"`
	TimeStyle         string    `json:"timeStyle,omitempty"`
	IgnoresTimeZone   bool      `json:"ignoresTimeZone,omitempty"`
	NumberStyle       string    `json:"numberStyle,omitempty"`
	CurrencyCode      string    `json:"currencyCode,omitempty"`
	Row               *int      `json:"row,omitempty"`
}

// appleTime is a moment as Apple takes it: with its zone, and nothing after it.
func appleTime(t time.Time) string { return t.Format(time.RFC3339) }

// perRow is how many auxiliary fields of an event ticket stand in a row.
const perRow = 4

// fieldsOf draws all groups of a face, and refuses a key that stands twice: a phone would compare the wrong values.
func fieldsOf(w *words, f *card.Face) (*appleFields, error) {
	seen := map[string]bool{}
	var twice string
	group := func(area card.Area, list []card.Field) []appleField {
		drawn := make([]appleField, 0, len(list))
		for i := range list {
			if seen[list[i].Key] {
				twice = list[i].Key
			}
			seen[list[i].Key] = true
			drawn = append(drawn, drawField(w, area, &list[i]))
		}
		return drawn
	}
	all := &appleFields{
		Header: group(card.AreaHeader, f.Header), Primary: group(card.AreaPrimary, f.Primary),
		Secondary: group(card.AreaSecondary, f.Secondary), Auxiliary: group(card.AreaAuxiliary, f.Auxiliary),
		Back: group(card.AreaBack, f.Back),
	}
	all.Back = append(all.Back, group(card.AreaBack, linkFields(f.Links))...)
	if twice != "" {
		return nil, fmt.Errorf("pass: the key %q stands twice on a card", twice)
	}
	if f.Style == card.StyleEventTicket && len(all.Auxiliary) > perRow {
		for i := range all.Auxiliary {
			row := min(i/perRow, 1)
			all.Auxiliary[i].Row = &row
		}
	}
	return all, nil
}

// linkFields are a card's links as fields of its back.
func linkFields(links []card.Link) []card.Field {
	list := make([]card.Field, len(links))
	for i, l := range links {
		list[i] = card.Field{Key: "link-" + strconv.Itoa(i+1), Label: l.Title, Value: card.Value{Link: l.URL}}
	}
	return list
}

// drawField draws one field. A field without a value stays, so that a phone sees when it gets one.
func drawField(w *words, area card.Area, f *card.Field) appleField {
	d := appleField{Key: f.Key, Label: w.say(f.Label), Value: ""}
	if announces(f.Change) {
		d.ChangeMessage = w.say(f.Change)
	}
	if f.Right && area != card.AreaPrimary && area != card.AreaBack {
		d.TextAlignment = "PKTextAlignmentRight"
	}
	drawValue(w, &d, &f.Value)
	if text, ok := d.Value.(string); ok && area == card.AreaBack && d.AttributedValue == "" && d.DateStyle == "" {
		d.DataDetectorTypes = detectors(text)
	}
	return d
}

// announces says whether a phone takes a text for a change: in each language it must have the place of the new value, once.
func announces(change card.Text) bool {
	for _, s := range change {
		if strings.Count(s, "%@") != 1 {
			return false
		}
	}
	return !change.Empty()
}

// detectors keep a phone from taking the number of a card for a telephone; nil where it may look for what it knows.
func detectors(text string) *[]string {
	if text == "" || strings.HasPrefix(text, "+") || strings.ContainsFunc(text, unicode.IsLetter) {
		return nil
	}
	return &[]string{}
}

func drawValue(w *words, d *appleField, v *card.Value) {
	switch {
	case v.Points != nil:
		d.Value, d.NumberStyle = json.Number(v.Points.Format(v.Scale)), "PKNumberStyleDecimal"
	case v.Money != nil:
		d.Value, d.CurrencyCode = json.Number(v.Currency.Format(*v.Money)), string(v.Currency)
	case v.Number != nil:
		d.Value, d.NumberStyle = json.Number(strconv.FormatInt(*v.Number, 10)), "PKNumberStyleDecimal"
	case v.Percent != nil:
		drawPercent(w, d, *v.Percent)
	case !v.Date.IsZero():
		d.Value, d.DateStyle, d.TimeStyle = appleTime(v.Date), "PKDateStyleMedium", "PKDateStyleNone"
		if v.WithTime {
			d.TimeStyle = "PKDateStyleShort"
		}
		d.IgnoresTimeZone = true // A day and an hour are those of the place, wherever the phone is.
	case v.Link != "":
		says := v.Text
		if says.Empty() {
			says = card.Text{"en": shownLink(v.Link)}
		}
		d.Value, d.AttributedValue = w.say(says), w.say(anchored(says, v.Link))
	default:
		d.Value = w.say(v.Text)
	}
}

// drawPercent draws hundredths of a percent. Phones round a percentage to the whole, so that a broken one is a text.
func drawPercent(w *words, d *appleField, hundredths int64) {
	text := money.Percent(hundredths).String()
	if !strings.Contains(text, ".") {
		d.Value, d.NumberStyle = decimal(hundredths, 4), "PKNumberStylePercent"
		return
	}
	d.Value = w.say(card.Text{"en": text + "%", "ru": strings.Replace(text, ".", ",", 1) + "\u00a0%"})
}

// anchored is a text that leads somewhere, in all its languages.
func anchored(t card.Text, link string) card.Text {
	all := make(card.Text, len(t))
	for lang, s := range t {
		all[lang] = `<a href="` + html.EscapeString(link) + `">` + html.EscapeString(s) + `</a>`
	}
	return all
}

// shownLink is an address without what only machines need.
func shownLink(link string) string {
	for _, scheme := range []string{"https://", "http://", "mailto:", "tel:"} {
		if rest, ok := strings.CutPrefix(link, scheme); ok {
			return strings.TrimSuffix(rest, "/")
		}
	}
	return link
}
