package desk

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/money"
)

// The fields of the form are named as the API points at what they hold, so that what is wrong with one is said beside it.
const (
	maxCardRows = 40
	frontRows   = "design/front"
	backRows    = "design/back"
)

// cardForm is a template as the form shows it.
func (b *board) cardForm(t *card.Template, revision int64) *view.Form {
	v := url.Values{"revision": {strconv.FormatInt(revision, 10)}, "name": {t.Name}}
	d := &t.Design
	putWords(v, "design/title", d.Title)
	putWords(v, "design/logo_text", d.LogoText)
	putWords(v, "design/greeting", d.Greeting)
	v.Set("design/colours/background", d.Colours.Background)
	v.Set("design/colours/foreground", d.Colours.Foreground)
	v.Set("design/colours/label", d.Colours.Label)
	v.Set("design/format", string(d.Format))
	v.Set("design/max_distance", strconv.FormatInt(d.MaxDistance, 10))
	putOn(v, "design/show_name", d.ShowName)
	putLooks(v, d)
	for slot, hash := range d.Pictures {
		v.Set("design/pictures/"+string(slot), hash)
	}
	putPlaced(v, frontRows, d.Front)
	putPlaced(v, backRows, d.Back)
	for i, l := range d.Links {
		putWords(v, place("design/links", i, "title"), l.Title)
		v.Set(place("design/links", i, "url"), l.URL)
	}
	for i, b := range d.Banners {
		putWords(v, place("design/banners", i, "text"), b.Text)
		v.Set(place("design/banners", i, "from"), b.From)
		v.Set(place("design/banners", i, "until"), b.Until)
		v.Set(place("design/banners", i, "link"), b.Link)
		v.Set(place("design/banners", i, "picture"), b.Picture)
	}
	for i, b := range d.Beacons {
		putWords(v, place("design/beacons", i, "greeting"), b.Greeting)
		v.Set(place("design/beacons", i, "uuid"), b.UUID)
		v.Set(place("design/beacons", i, "major"), shownNumber(b.Major))
		v.Set(place("design/beacons", i, "minor"), shownNumber(b.Minor))
	}
	b.putSettings(v, t)
	return &view.Form{Values: v}
}

func putWords(v url.Values, name string, t card.Text) {
	for lang, s := range t {
		v.Set(name+"/"+lang, s)
	}
}

func putOn(v url.Values, name string, on bool) {
	if on {
		v.Set(name, "on")
	}
}

func putPlaced(v url.Values, under string, list []card.Placed) {
	for i, p := range list {
		v.Set(place(under, i, "field"), p.Field)
		v.Set(place(under, i, "area"), string(p.Area))
		putWords(v, place(under, i, "label"), p.Label)
		putWords(v, place(under, i, "text"), p.Text)
		putWords(v, place(under, i, "change"), p.Change)
		putOn(v, place(under, i, "silent"), p.Silent)
	}
}

func shownNumber(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// putSettings writes the settings of a kind as people type them.
func (b *board) putSettings(v url.Values, t *card.Template) {
	k, ok := card.Find(t.Kind)
	if !ok {
		return
	}
	for name, value := range settingsOf(t.Settings) {
		at := "settings/" + name
		switch value := value.(type) {
		case map[string]any:
			for lang, s := range value {
				text, _ := s.(string)
				v.Set(at+"/"+lang, text)
			}
		case bool:
			putOn(v, at, value)
		case json.Number:
			n, _ := value.Int64()
			v.Set(at, strconv.FormatInt(n, 10))
			switch {
			case onMap(name):
				v.Set(at, degrees(n))
			case inMoney(k, name):
				(&typed{b.teller, v}).money(at, money.Amount(n))
			}
		case string:
			v.Set(at, value)
		}
	}
	for _, s := range k.Settings {
		if onMap(s.Name) && v.Get("settings/"+s.Name) == degrees(0) {
			v.Del("settings/" + s.Name)
		}
	}
}

// onMap says whether a setting is a place on a map, which people write in degrees.
func onMap(name string) bool { return strings.HasSuffix(name, "_e6") }

// inMoney says whether a setting is a sum, which people write in the currency and not in its smallest coin.
func inMoney(k *card.Kind, name string) bool {
	return slices.ContainsFunc(k.Settings, func(s card.Setting) bool { return s.Name == name && s.Type == "money" })
}

// cardReading makes a template of what was typed.
type cardReading struct {
	*teller

	values url.Values
	faults map[string]string
}

func (b *board) readCard(values url.Values) (card.Template, map[string]string) {
	r := &cardReading{b.teller, values, map[string]string{}}
	t := card.Template{Kind: b.kind.Name, Name: strings.TrimSpace(values.Get("name")), Settings: r.settings(b.kind)}
	d := &t.Design
	d.Title, d.LogoText, d.Greeting = r.words("design/title"), r.words("design/logo_text"), r.words("design/greeting")
	d.Colours = card.Colours{
		Background: values.Get("design/colours/background"), Foreground: values.Get("design/colours/foreground"), Label: values.Get("design/colours/label"),
	}
	d.Format = card.Format(values.Get("design/format"))
	d.ShowName = values.Get("design/show_name") != ""
	d.MaxDistance = r.whole("design/max_distance")
	for name := range values {
		if slot, ok := strings.CutPrefix(name, "design/pictures/"); ok && values.Get(name) != "" {
			if d.Pictures == nil {
				d.Pictures = map[card.Slot]string{}
			}
			d.Pictures[card.Slot(slot)] = values.Get(name)
		}
	}
	d.Front, d.Back = split(slices.Concat(r.placed(frontRows), r.placed(backRows)))
	d.Links, d.Banners, d.Beacons = r.links(), r.banners(), r.beacons()
	d.Looks = r.looks(&d.Colours)
	return t, r.faults
}

// words are a text in all languages that it was typed in.
func (r *cardReading) words(name string) card.Text {
	var t card.Text
	for key := range r.values {
		lang, ok := strings.CutPrefix(key, name+"/")
		if !ok || strings.Contains(lang, "/") {
			continue
		}
		if s := strings.TrimSpace(strings.ReplaceAll(r.values.Get(key), "\r\n", "\n")); s != "" {
			if t == nil {
				t = card.Text{}
			}
			t[lang] = s
		}
	}
	return t
}

// whole is a whole number; 0 for nothing.
func (r *cardReading) whole(name string) int64 {
	text := strings.TrimSpace(r.values.Get(name))
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		r.faults[name] = r.Say("desk.rules.not_number")
	}
	return n
}

// placed are the rows of fields, as they stand in the form.
func (r *cardReading) placed(under string) []card.Placed {
	list := []card.Placed{}
	for i := 0; i < maxCardRows && r.values.Has(place(under, i, "field")); i++ {
		list = append(list, card.Placed{
			Field: r.values.Get(place(under, i, "field")), Area: card.Area(r.values.Get(place(under, i, "area"))), Label: r.words(place(under, i, "label")),
			Text: r.words(place(under, i, "text")), Change: r.words(place(under, i, "change")), Silent: r.values.Get(place(under, i, "silent")) != "",
		})
	}
	return list
}

// split sorts rows into those of the front, area by area, and those of the back.
func split(rows []card.Placed) (front, back []card.Placed) {
	slices.SortStableFunc(rows, func(a, b card.Placed) int { return slices.Index(areas, a.Area) - slices.Index(areas, b.Area) })
	at := slices.IndexFunc(rows, func(p card.Placed) bool { return p.Area == card.AreaBack })
	if at < 0 {
		return rows, []card.Placed{}
	}
	return rows[:at:at], rows[at:]
}

// areas are the parts of a card, as they are read.
var areas = []card.Area{card.AreaHeader, card.AreaPrimary, card.AreaSecondary, card.AreaAuxiliary, card.AreaBack}

func (r *cardReading) links() []card.Link {
	var list []card.Link
	for i := range maxCardRows {
		l := card.Link{Title: r.words(place("design/links", i, "title")), URL: strings.TrimSpace(r.values.Get(place("design/links", i, "url")))}
		if !l.Title.Empty() || l.URL != "" {
			list = append(list, l)
		}
	}
	return list
}

func (r *cardReading) banners() []card.Banner {
	var list []card.Banner
	for i := range maxCardRows {
		of := func(name string) string { return strings.TrimSpace(r.values.Get(place("design/banners", i, name))) }
		b := card.Banner{Text: r.words(place("design/banners", i, "text")), From: of("from"), Until: of("until"), Link: of("link"), Picture: of("picture")}
		if !b.Text.Empty() || b.From+b.Until+b.Link != "" {
			list = append(list, b)
		}
	}
	return list
}

func (r *cardReading) beacons() []card.Beacon {
	var list []card.Beacon
	for i := range maxCardRows {
		b := card.Beacon{UUID: strings.TrimSpace(r.values.Get(place("design/beacons", i, "uuid"))), Greeting: r.words(place("design/beacons", i, "greeting"))}
		for name, to := range map[string]**int64{"major": &b.Major, "minor": &b.Minor} {
			if at := place("design/beacons", i, name); strings.TrimSpace(r.values.Get(at)) != "" {
				n := r.whole(at)
				*to = &n
			}
		}
		if b.UUID != "" || !b.Greeting.Empty() || b.Major != nil || b.Minor != nil {
			list = append(list, b)
		}
	}
	return list
}

// settings are what the kind asks for, as its form has it.
func (r *cardReading) settings(kind *card.Kind) json.RawMessage {
	set := map[string]any{}
	for _, s := range kind.Settings {
		at := "settings/" + s.Name
		text := strings.TrimSpace(r.values.Get(at))
		switch {
		case s.Type == "words":
			if t := r.words(at); !t.Empty() {
				set[s.Name] = t
			}
		case s.Type == "yes_or_no":
			set[s.Name] = text != ""
		case onMap(s.Name):
			n, ok := millionths(text)
			if text != "" && !ok {
				r.faults[at] = r.Say("desk.rules.not_number")
			}
			set[s.Name] = n
		case s.Type == "money":
			set[s.Name] = (&reading{r.teller, r.values, r.faults}).money(at)
		case s.Type == "integer":
			set[s.Name] = r.whole(at)
		case text == "":
		case s.Type == "percent":
			set[s.Name] = strings.Replace(text, ",", ".", 1)
		default:
			set[s.Name] = text
		}
	}
	out, err := json.Marshal(set)
	if err != nil {
		return nil // Texts and numbers can always be written.
	}
	return out
}
