package card

import (
	"maps"
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
)

// Look is how cards look while their holder has a level. What it does not name, the template gives.
type Look struct {
	Colours  Colours         `json:"colours"`
	Pictures map[Slot]string `json:"pictures,omitempty"` // hashes; logo and icon say whose card it is, which no level changes
}

// Bounds of looks.
const (
	maxLooks     = 50
	maxLookLevel = 100 // characters of the ID of a level
)

// wear puts the look of a level over a face. A wallet that shows the strip at another place shows there that of the look.
func (f *Face) wear(d *Design, level string) {
	look, ok := d.Looks[level]
	if !ok || level == "" {
		return
	}
	f.Colours = look.Colours.over(f.Colours)
	if len(look.Pictures) == 0 {
		return
	}
	if f.Pictures == nil {
		f.Pictures = map[Slot]string{}
	}
	if strip := look.Pictures[SlotStrip]; strip != "" {
		f.Pictures[SlotHero] = strip
	}
	maps.Copy(f.Pictures, look.Pictures)
}

// over are colours in which others have filled what was left out.
func (c Colours) over(usual Colours) Colours {
	for _, one := range []struct {
		own   *string
		usual string
	}{{&c.Background, usual.Background}, {&c.Foreground, usual.Foreground}, {&c.Label, usual.Label}} {
		if *one.own == "" {
			*one.own = one.usual
		}
	}
	return c
}

// looks sees that the looks of levels can be read, and belong to cards that have levels.
func (c *check) looks(k *Kind, at string, looks map[string]Look, usual Colours) {
	switch {
	case len(looks) == 0:
		return
	case !k.Member:
		c.Say(at, "card_look_member")
		return
	case len(looks) > maxLooks:
		c.Say(at, "too_many", "max", strconv.Itoa(maxLooks))
		return
	}
	for _, level := range slices.Sorted(maps.Keys(looks)) {
		at, look := at+"/"+escape(level), looks[level]
		c.Text(at, level, 1, maxLookLevel)
		colours := look.Colours.over(usual)
		c.colours(at+"/colours", &colours)
		for _, slot := range slices.Sorted(maps.Keys(look.Pictures)) {
			c.OneOf(at+"/pictures", string(slot), string(SlotStrip), string(SlotThumbnail), string(SlotHero), string(SlotBackdrop))
			c.picture(at+"/pictures/"+escape(string(slot)), look.Pictures[slot])
		}
	}
}

// Unworn warns of looks that nobody's card has, since their level is none of those.
func (d *Design) Unworn(levels []verno.Level) []Warning {
	var c check
	for _, id := range slices.Sorted(maps.Keys(d.Looks)) {
		if !slices.ContainsFunc(levels, func(l verno.Level) bool { return l.ID == id }) {
			c.warn("/design/looks/"+escape(id), "card_look_unworn", "level", id)
		}
	}
	return c.warnings
}
