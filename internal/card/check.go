package card

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/verno-loyalty/verno"
)

// MaxName is the longest name of a template.
const MaxName = 100

// Bounds of a design.
const (
	maxTitle     = 60
	maxLabel     = 30
	maxShort     = 60
	maxBackText  = 4000
	maxChange    = 120
	maxLanguages = 12
	maxLinks     = 8
	maxBanners   = 12
	maxBack      = 24
	maxRadius    = 50_000 // metres
	maxAddress   = 500    // bytes of a link
)

// Warning is what may be published and should be looked at first.
type Warning = verno.FieldError

// Check says what is wrong with a template, as an invalid request, and what should be looked at. Known says which
// pictures there are.
func Check(t *Template, known func(hash string) bool) ([]Warning, error) {
	c := &check{known: known}
	c.Text("/name", t.Name, 1, MaxName)
	k, ok := Find(t.Kind)
	if !ok || k.Name != t.Kind {
		c.Say("/kind", "unknown_value", "known", names())
		return nil, c.Err()
	}
	k.settings(t.Settings, &c.Faults)
	c.design(k, &t.Design)
	return c.warnings, c.Err()
}

// CheckValues looks at what a card has for itself.
func (k *Kind) CheckValues(at string, values map[string]string, f *verno.Faults) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.ContainsFunc(k.Own, func(o Own) bool { return o.Name == name }) {
			f.Say(at+"/"+escape(name), "unknown_field")
		}
	}
	for _, o := range k.Own {
		least := 0
		if o.Required {
			least = 1
		}
		f.Text(at+"/"+o.Name, values[o.Name], least, o.Max)
	}
}

// Room is how many fields an area holds. Secondary and auxiliary fields share theirs, save on a ticket.
func Room(a Area) int {
	switch a {
	case AreaHeader:
		return 3
	case AreaPrimary:
		return 1
	case AreaSecondary, AreaAuxiliary:
		return 4
	case AreaBack:
		return maxBack
	default:
		return 0
	}
}

// Shared says that the two lower areas of a style hold four fields together.
func Shared(s Style) bool { return s != StyleEventTicket }

func names() string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = k.Name
	}
	return strings.Join(list, ", ")
}

type check struct {
	verno.Faults
	known    func(hash string) bool
	warnings []Warning
}

func (c *check) warn(pointer, code string, params ...string) {
	c.warnings = append(c.warnings, verno.InvalidField(pointer, code, params...).Fields...)
}

func (c *check) design(k *Kind, d *Design) {
	const root = "/design"
	checkText(&c.Faults, root+"/title", d.Title, maxTitle)
	checkText(&c.Faults, root+"/logo_text", d.LogoText, maxShort)
	checkText(&c.Faults, root+"/greeting", d.Greeting, maxChange)
	full := d.over(k)
	c.colours(root+"/colours", &full.Colours)
	c.looks(k, root+"/looks", d.Looks, full.Colours)
	c.OneOf(root+"/format", string(full.Format), string(QR), string(PDF417), string(Aztec), string(Code128), string(NoCode))
	if full.Format == NoCode && k.Scan != ScanShow {
		c.warn(root+"/format", "card_code_none")
	}
	for _, slot := range slices.Sorted(maps.Keys(d.Pictures)) {
		c.OneOf(root+"/pictures", string(slot), string(SlotIcon), string(SlotLogo), string(SlotStrip), string(SlotThumbnail), string(SlotHero), string(SlotBackdrop))
		c.picture(root+"/pictures/"+escape(string(slot)), d.Pictures[slot])
	}
	c.places(k, root, d)
	if d.MaxDistance < 0 || d.MaxDistance > maxRadius {
		c.Say(root+"/max_distance", "number_range", "min", "0", "max", strconv.Itoa(maxRadius))
	}
	c.beacons(root+"/beacons", d.Beacons)
	c.links(root+"/links", d.Links)
	c.banners(root+"/banners", d.Banners)
}

func (c *check) picture(at, hash string) {
	if hash == "" || !c.known(hash) {
		c.Say(at, "not_known")
	}
}

// places looks at what stands where.
func (c *check) places(k *Kind, root string, d *Design) {
	seen, full := map[string]bool{}, map[Area]int{}
	for i := range d.Front {
		at := root + "/front/" + strconv.Itoa(i)
		p := &d.Front[i]
		c.OneOf(at+"/area", string(p.Area), string(AreaHeader), string(AreaPrimary), string(AreaSecondary), string(AreaAuxiliary))
		c.placed(k, at, p, seen)
		area := p.Area
		if area == AreaAuxiliary && Shared(k.Style) {
			area = AreaSecondary
		}
		if full[area]++; full[area] == Room(area)+1 && Room(area) > 0 {
			c.Say(at, "card_area_full", "max", strconv.Itoa(Room(area)))
		}
	}
	for i := range d.Back {
		at := root + "/back/" + strconv.Itoa(i)
		c.OneOf(at+"/area", string(d.Back[i].Area), string(AreaBack))
		c.placed(k, at, &d.Back[i], seen)
		if i == maxBack {
			c.Say(root+"/back", "too_many", "max", strconv.Itoa(maxBack))
			return
		}
	}
}

var ownName = regexp.MustCompile(`^[a-z0-9_]{1,30}$`)

// ownText is the name of a text of the merchant's own; false for a field of the kind.
func ownText(field string) (string, bool) { return strings.CutPrefix(field, "text/") }

func (c *check) placed(k *Kind, at string, p *Placed, seen map[string]bool) {
	if seen[p.Field] {
		c.Say(at+"/field", "duplicate")
	}
	seen[p.Field] = true
	most := maxShort
	if p.Area == AreaBack {
		most = maxBackText
	}
	own, is := ownText(p.Field)
	known, found := k.Field(p.Field)
	switch {
	case is && !ownName.MatchString(own):
		c.Say(at+"/field", "text_invalid")
	case is && p.Text.Empty():
		c.Say(at+"/text", "required")
	case !is && !found:
		c.Say(at+"/field", "unknown_field")
	case !is && !p.Text.Empty():
		c.Say(at+"/text", "unknown_field")
	case known.Long && p.Area != AreaBack:
		c.Say(at+"/area", "card_back_only")
	}
	checkText(&c.Faults, at+"/label", p.Label, maxLabel)
	checkText(&c.Faults, at+"/text", p.Text, most)
	checkText(&c.Faults, at+"/change", p.Change, maxChange)
	for _, lang := range p.Change.Languages() {
		if !strings.Contains(p.Change[lang], "%@") {
			c.Say(at+"/change/"+escape(lang), "card_change_value")
		}
	}
	if p.Area != AreaBack {
		label := p.Label
		if label.Empty() {
			label = known.Label
		}
		c.long(at+"/label", label)
		c.long(at+"/text", p.Text)
	}
}

// maxWord is the longest word that four columns of a phone leave room for.
const maxWord = 14

// long warns of words that phones cut off.
func (c *check) long(at string, t Text) {
	for _, lang := range t.Languages() {
		for word := range strings.FieldsSeq(t[lang]) {
			if utf8.RuneCountInString(word) > maxWord {
				c.warn(at+"/"+escape(lang), "card_word_long", "word", word)
				break
			}
		}
	}
}

func (c *check) beacons(at string, list []Beacon) {
	if len(list) > MaxPlaces {
		c.Say(at, "too_many", "max", strconv.Itoa(MaxPlaces))
		return
	}
	for i, b := range list {
		at := at + "/" + strconv.Itoa(i)
		if !uuid.MatchString(b.UUID) {
			c.Say(at+"/uuid", "uuid_invalid")
		}
		checkText(&c.Faults, at+"/greeting", b.Greeting, maxChange)
		c.number16(at+"/major", b.Major)
		c.number16(at+"/minor", b.Minor)
	}
}

// number16 sees that a number, where there is one, has at most sixteen bits.
func (c *check) number16(at string, n *int64) {
	if n != nil && (*n < 0 || *n > 65_535) {
		c.Say(at, "number_range", "min", "0", "max", "65535")
	}
}

var uuid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

func (c *check) links(at string, list []Link) {
	if len(list) > maxLinks {
		c.Say(at, "too_many", "max", strconv.Itoa(maxLinks))
		return
	}
	for i, l := range list {
		at := at + "/" + strconv.Itoa(i)
		if l.Title.Empty() {
			c.Say(at+"/title", "required")
		}
		checkText(&c.Faults, at+"/title", l.Title, maxShort)
		checkLink(&c.Faults, at+"/url", l.URL)
	}
}

func (c *check) banners(at string, list []Banner) {
	if len(list) > maxBanners {
		c.Say(at, "too_many", "max", strconv.Itoa(maxBanners))
		return
	}
	for i, b := range list {
		at := at + "/" + strconv.Itoa(i)
		if b.Text.Empty() {
			c.Say(at+"/text", "required")
		}
		checkText(&c.Faults, at+"/text", b.Text, maxChange)
		checkDate(&c.Faults, at+"/from", b.From, dayForm, "2026-12-31")
		if b.Until != "" {
			checkDate(&c.Faults, at+"/until", b.Until, dayForm, "2026-12-31")
		}
		checkDays(&c.Faults, at+"/until", b.From, b.Until)
		if b.Picture != "" {
			c.picture(at+"/picture", b.Picture)
		}
		if b.Link != "" {
			checkLink(&c.Faults, at+"/link", b.Link)
		}
	}
}

// checkText looks at a text in all its languages.
func checkText(f *verno.Faults, at string, t Text, most int) {
	if len(t) > maxLanguages {
		f.Say(at, "too_many", "max", strconv.Itoa(maxLanguages))
		return
	}
	for _, lang := range t.Languages() {
		if b, err := language.ParseBase(lang); err != nil || b.String() != lang {
			f.Say(at+"/"+escape(lang), "language_invalid")
			continue
		}
		// A text for the back may have several lines.
		f.Text(at+"/"+lang, strings.ReplaceAll(t[lang], "\n", " "), 0, most)
	}
}

var (
	dialled = regexp.MustCompile(`^\+?[0-9]{3,15}$`)
	mailbox = regexp.MustCompile(`^[A-Za-z0-9.!#$*+/=^_{|}~-]{1,64}@[\p{L}0-9-]+(\.[\p{L}0-9-]+)+$`)
	// site is an address of the web with a host that has a dot, and nobody's name and password before it.
	site = regexp.MustCompile(`^https://[\p{L}0-9-]+(\.[\p{L}0-9-]+)+(:[0-9]{1,5})?([/?#]\S*)?$`)
)

// CheckSite sees that an address leads to a site, and to nothing else.
func CheckSite(f *verno.Faults, at, s string) {
	if !strings.HasPrefix(s, "https:") || !leads(s) {
		f.Say(at, "site_invalid")
	}
}

// checkLink sees that an address leads to a site, a telephone or a mailbox, and nowhere else.
func checkLink(f *verno.Faults, at, s string) {
	if !leads(s) {
		f.Say(at, "link_invalid")
	}
}

func leads(s string) bool {
	scheme, rest, _ := strings.Cut(s, ":")
	switch {
	case len(s) > maxAddress || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '"' || r == '<' || r == '>' || r == '\\' || r == 0x7f }):
		return false
	case scheme == "https":
		return site.MatchString(s)
	case scheme == "tel":
		return dialled.MatchString(rest)
	default:
		return scheme == "mailto" && mailbox.MatchString(rest)
	}
}
