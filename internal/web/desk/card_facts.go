package desk

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/money"
)

// told is a template in words, part by part, by which two of them are compared.
func (b *board) told(t *card.Template) []fact {
	var list []fact
	say := func(id, label, value string) {
		if value != "" {
			list = append(list, fact{id, label, value})
		}
	}
	d := &t.Design
	say("name", b.Say("desk.template.name"), t.Name)
	say("title", b.Say("desk.template.title_field"), b.both(d.Title))
	say("logo_text", b.Say("desk.template.logo_text"), b.both(d.LogoText))
	say("background", b.Say("desk.template.colour.background"), d.Colours.Background)
	say("foreground", b.Say("desk.template.colour.foreground"), d.Colours.Foreground)
	say("label", b.Say("desk.template.colour.label"), d.Colours.Label)
	say("format", b.Say("desk.template.format"), b.formatName(d.Format))
	say("show_name", b.Say("desk.template.show_name"), b.yes(d.ShowName))
	for _, slot := range slots {
		if hash := d.Pictures[slot]; hash != "" {
			say("picture/"+string(slot), b.Say("desk.template.slot."+string(slot)), b.Say("desk.template.picture_named", "Name", cut(hash, 8)))
		}
	}
	b.toldLooks(d, say)
	for i, p := range slices.Concat(d.Front, d.Back) {
		say("field/"+p.Field, b.fieldName(&p), b.placedText(&p, i+1))
	}
	for i, l := range d.Links {
		say("link/"+strconv.Itoa(i), b.Say("desk.template.links"), b.both(l.Title)+" → "+l.URL)
	}
	for i, one := range d.Banners {
		say("banner/"+strconv.Itoa(i), b.Say("desk.template.banners"), b.both(one.Text)+" · "+one.From+" – "+cmp.Or(one.Until, "…"))
	}
	for i, one := range d.Beacons {
		say("beacon/"+strconv.Itoa(i), b.Say("desk.template.beacons"), one.UUID+" "+b.both(one.Greeting))
	}
	say("greeting", b.Say("desk.template.greeting"), b.both(d.Greeting))
	if d.MaxDistance > 0 {
		say("max_distance", b.Say("desk.template.max_distance"), strconv.FormatInt(d.MaxDistance, 10))
	}
	settings := settingsOf(t.Settings)
	for _, s := range b.kind.Settings {
		say("settings/"+s.Name, s.Title.In(b.Code), b.settingText(&s, settings[s.Name]))
	}
	return list
}

// both is a text in all its languages, on one line.
func (b *board) both(t card.Text) string {
	var parts []string
	for _, lang := range t.Languages() {
		if t[lang] != "" && !slices.Contains(parts, t[lang]) {
			parts = append(parts, t[lang])
		}
	}
	return strings.Join(parts, " / ")
}

func (b *board) yes(on bool) string {
	if on {
		return b.Say("desk.template.yes")
	}
	return b.Say("desk.template.no")
}

// placedText says where a field stands and what it says of itself.
func (b *board) placedText(p *card.Placed, n int) string {
	parts := []string{b.areaName(p.Area) + ", " + strconv.Itoa(n)}
	for _, text := range []string{b.both(p.Label), b.both(p.Text), b.both(p.Change)} {
		if text != "" {
			parts = append(parts, "«"+text+"»")
		}
	}
	if p.Silent {
		parts = append(parts, b.Say("desk.template.silent"))
	}
	return strings.Join(parts, " · ")
}

func (b *board) settingText(s *card.Setting, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return b.yes(v)
	case map[string]any:
		t := card.Text{}
		for lang, s := range v {
			t[lang], _ = s.(string)
		}
		return b.both(t)
	case json.Number:
		if n, err := v.Int64(); err == nil && s.Type == "money" {
			return b.Money(money.Amount(n), b.of.Currency)
		}
		return v.String()
	case string:
		return v
	default:
		return ""
	}
}

func (b *board) formatName(f card.Format) string {
	if f == "" {
		f = b.kind.Starter.Format
	}
	return b.Say("desk.template.format_name." + string(f))
}
