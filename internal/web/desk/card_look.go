package desk

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// levelLooks is how the fields of looks begin.
const levelLooks = "design/looks/"

// pointed writes the ID of a level as a step of a pointer, and named reads it back.
var (
	pointed = strings.NewReplacer("~", "~0", "/", "~1")
	named   = strings.NewReplacer("~1", "/", "~0", "~")
)

// levelLook is a level as the designer shows it.
type levelLook struct {
	id, name string
	gone     bool   // the programme has it no more
	at       string // how its fields begin
}

// looks are the levels of the programme, and those that it has no more and that still have a look.
func (b *board) looks() []levelLook {
	var list []levelLook
	if !b.kind.Member {
		return nil
	}
	for _, l := range b.of.Levels.Levels {
		list = append(list, levelLook{l.ID, l.Name, false, levelLooks + pointed.Replace(l.ID) + "/"})
	}
	for _, gone := range b.Drafted.Design.Unworn(b.of.Levels.Levels) {
		id := gone.Params["level"]
		list = append(list, levelLook{id, id, true, levelLooks + pointed.Replace(id) + "/"})
	}
	return list
}

// levelName is what a level is called; its ID where the programme has it no more.
func (b *board) levelName(id string) string {
	if i := slices.IndexFunc(b.of.Levels.Levels, func(l verno.Level) bool { return l.ID == id }); i >= 0 {
		return b.of.Levels.Levels[i].Name
	}
	return id
}

// lookSlots are the pictures that a level may have of its own on cards of the kind: the wide one, under the name that its
// style has for it.
func (b *board) lookSlots() []card.Slot {
	return slices.DeleteFunc(b.slots(), func(s card.Slot) bool { return s != card.SlotStrip && s != card.SlotHero })
}

// putLooks writes looks as the form shows them, with the template's colours where a look names none.
func putLooks(v url.Values, d *card.Design) {
	for id, look := range d.Looks {
		at := levelLooks + pointed.Replace(id) + "/"
		putOn(v, at+"on", true)
		for name, colour := range coloursOf(&look.Colours) {
			v.Set(at+"colours/"+name, either(*colour, *coloursOf(&d.Colours)[name]))
		}
		for slot, hash := range look.Pictures {
			v.Set(at+"pictures/"+string(slot), hash)
		}
	}
}

func coloursOf(c *card.Colours) map[string]*string {
	return map[string]*string{"background": &c.Background, "foreground": &c.Foreground, "label": &c.Label}
}

// looks are those that are ticked. A colour that is the template's goes on following it.
func (r *cardReading) looks(usual *card.Colours) map[string]card.Look {
	var looks map[string]card.Look
	for field := range r.values {
		step, ok := strings.CutPrefix(field, levelLooks)
		step, ticked := strings.CutSuffix(step, "/on")
		if !ok || !ticked || strings.Contains(step, "/") || r.values.Get(field) == "" {
			continue
		}
		look, at := card.Look{}, levelLooks+step+"/"
		for name, colour := range coloursOf(&look.Colours) {
			if typed := r.values.Get(at + "colours/" + name); typed != *coloursOf(usual)[name] {
				*colour = typed
			}
		}
		for picture := range r.values {
			if slot, ok := strings.CutPrefix(picture, at+"pictures/"); ok && r.values.Get(picture) != "" {
				look.Pictures = placedPicture(look.Pictures, card.Slot(slot), r.values.Get(picture))
			}
		}
		if looks == nil {
			looks = map[string]card.Look{}
		}
		looks[named.Replace(step)] = look
	}
	return looks
}

// toldLooks says what the looks of a template are, for its comparison with another.
func (b *board) toldLooks(d *card.Design, say func(id, label, value string)) {
	for _, id := range slices.Sorted(maps.Keys(d.Looks)) {
		look, label := d.Looks[id], b.Say("desk.template.level", "Level", b.levelName(id))
		colours := look.Colours
		var parts []string
		for _, name := range colourNames {
			if c := *coloursOf(&colours)[name]; c != "" {
				parts = append(parts, b.Say("desk.template.colour."+name)+" "+c)
			}
		}
		for _, slot := range slots {
			if hash := look.Pictures[slot]; hash != "" {
				parts = append(parts, b.Say("desk.template.slot."+string(slot))+" "+cut(hash, 8))
			}
		}
		say("look/"+id, label, either(strings.Join(parts, " · "), b.Say("desk.template.look_same")))
	}
}

// colourNames are the colours of a card, as they are read.
var colourNames = []string{"background", "foreground", "label"}

// samples are the members with whose card a template is looked at, and one of each level between the lowest and the top.
func (b *board) samples() []string {
	list := slices.Clone(samples)
	if all := b.of.Levels.Levels; len(all) > 2 && b.kind.Member {
		for _, l := range all[1 : len(all)-1] {
			list = append(list, levelSample+l.ID)
		}
	}
	return list
}

// levelSample is how the samples of a level begin.
const levelSample = "level/"

func (b *board) sampleName(sample string) string {
	if id, ok := strings.CutPrefix(sample, levelSample); ok {
		return b.Say("desk.template.level", "Level", b.levelName(id))
	}
	return b.Say("desk.template.sample_of." + sample)
}

// rank gives a sample member the level that it has, and the next.
func (b *board) rank(l *words.Lang, sample string, x *card.Facts) {
	all := b.of.Levels.Levels
	if len(all) == 0 {
		x.Level, x.Next = l.Say("desk.template.sample_silver"), l.Say("desk.template.sample_gold")
		if sample == "gold" {
			x.Level, x.Next = x.Next, ""
		}
		return
	}
	at := 0
	switch id, level := strings.CutPrefix(sample, levelSample); {
	case level:
		at = max(0, slices.IndexFunc(all, func(l verno.Level) bool { return l.ID == id }))
	case sample == "gold":
		at = len(all) - 1
	case sample == "new" && all[0].From > 0:
		x.Level, x.LevelID, x.Next = "", "", all[0].Name
		return
	}
	x.Level, x.LevelID, x.Next = all[at].Name, all[at].ID, ""
	if at+1 < len(all) {
		x.Next = all[at+1].Name
	}
}
