package desk

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// card is the designer of a template.
func (d *Desk) card(c *call) error {
	b, err := d.templateBoard(c)
	if err != nil {
		return err
	}
	b.begin(c.Query)
	b.form = b.cardForm(b.full(), b.Revision)
	return c.showBoard(b, false)
}

// begin takes in whose card is to be looked at, and in which language.
func (b *board) begin(v url.Values) {
	if s := v.Get("show/sample"); slices.Contains(b.samples(), s) {
		b.sample = s
	}
	if l := v.Get("show/lang"); l == "ru" || l == "en" {
		b.lang = l
	}
}

// full is the draft in which the kind has filled what was left out, since a form shows all of it.
func (b *board) full() *card.Template {
	t := b.Drafted
	usual := b.kind.Template(t.Name)
	if t.Design.Front == nil {
		t.Design.Front = usual.Design.Front
	}
	if t.Design.Back == nil {
		t.Design.Back = usual.Design.Back
	}
	if t.Design.Format == "" {
		t.Design.Format = usual.Design.Format
	}
	if t.Design.Colours == (card.Colours{}) {
		t.Design.Colours = usual.Design.Colours
	}
	return &t
}

func (c *call) showBoard(b *board, again bool) error {
	c.dressCard()
	c.Scripts = append(c.Scripts, "desk_card.js")
	if again {
		return c.again(b.Name, cardDesigner(c, b))
	}
	return c.show(b.Name, cardDesigner(c, b))
}

// cardSave does what a button of the designer asks for: it moves, adds and takes away fields in the form, or writes the
// draft.
func (d *Desk) cardSave(c *call) error {
	b, err := d.templateBoard(c)
	if err != nil {
		return err
	}
	b.begin(c.form.Values)
	if c.form.Value("act") == "restore" {
		c.form = restored(c.form)
	}
	t, faults := b.readCard(c.form.Values)
	b.form = c.form
	act := c.form.Value("act")
	b.unsaved = true
	if what, rest, _ := strings.Cut(act, ":"); act != "" && what != "save" && what != "picture" && what != "publish" {
		b.arrange(&t, what, rest)
		b.Drafted = t
		b.form = b.rearranged(&t, c.form)
		return c.showBoard(b, false)
	}
	stored := b.Drafted
	b.Drafted = t
	if len(faults) > 0 {
		b.form.Faults, b.form.Wrong = faults, c.Say("common.wrong_fields")
		return c.showBoard(b, true)
	}
	revision, _ := strconv.ParseInt(c.form.Value("revision"), 10, 64)
	_, err = d.Office.ChangeTemplate(c.r.Context(), c.actor, c.now, b.ID, revision, t)
	switch e := verno.AsError(err); {
	case e == nil:
		c.to(savedTo(act, b))
		return nil
	case e.Kind == verno.KindPrecondition:
		b.overtook = compare(b.told(&t), b.told(&stored))
		b.form.Values.Set("revision", strconv.FormatInt(b.Revision, 10))
	case e.Kind == verno.KindInvalid || e.Kind == verno.KindConflict:
		b.form.Fail(c.r, c.Page, err, nil)
	default:
		return err
	}
	return c.showBoard(b, true)
}

// restored is a form as it was before, from what its page has kept of it.
func restored(form *view.Form) *view.Form {
	values, err := url.ParseQuery(form.Value("state"))
	if err != nil || !values.Has("name") {
		values = maps.Clone(form.Values)
		values.Del("state")
	}
	for _, name := range []string{"act", "revision"} {
		values[name] = form.Values[name]
	}
	return &view.Form{Values: values}
}

// savedTo is where somebody goes on after the draft was saved.
func savedTo(act string, b *board) string {
	if act == "publish" {
		return cardPath(b.ID) + "/publish"
	}
	if rest, ok := strings.CutPrefix(act, "picture:"); ok {
		slot, level, _ := strings.Cut(rest, ":")
		if slices.Contains(b.slots(), card.Slot(slot)) {
			return cardPath(b.ID) + picturePath(card.Slot(slot), level)
		}
	}
	return cardPath(b.ID) + "?done=saved&" + url.Values{"show/sample": {b.sample}, "show/lang": {b.lang}}.Encode()
}

// cardPreview answers the pictures of what the form holds at the moment.
func (d *Desk) cardPreview(c *call) error {
	b, err := d.templateBoard(c)
	if err != nil {
		return err
	}
	b.begin(c.form.Values)
	b.Drafted, _ = b.readCard(c.form.Values)
	b.form = c.form
	return view.Answer(c.w, c.r, http.StatusOK, c.Code, cardPreviews(c, b))
}

// rearranged is the form of a template whose rows were changed; all else in it stays as it was typed.
func (b *board) rearranged(t *card.Template, typed *view.Form) *view.Form {
	form := b.cardForm(t, 0)
	for name := range form.Values {
		if !rowOf(name) {
			form.Values.Del(name)
		}
	}
	for name, values := range typed.Values {
		if !rowOf(name) && name != "act" {
			form.Values[name] = values
		}
	}
	return form
}

func rowOf(name string) bool {
	return strings.HasPrefix(name, frontRows+"/") || strings.HasPrefix(name, backRows+"/")
}

// arrange changes the rows of a template, and says what it did.
func (b *board) arrange(t *card.Template, what, rest string) {
	rows := slices.Concat(t.Design.Front, t.Design.Back)
	at, to, _ := strings.Cut(rest, ":")
	i, err := strconv.Atoi(at)
	within := err == nil && i >= 0 && i < len(rows)
	switch {
	case what == "add":
		rows = b.added(rows, b.form.Value("add/field"), card.Area(b.form.Value("add/area")))
	case !within:
		return
	case what == "remove":
		b.said = b.Say("desk.template.said_removed", "Field", b.fieldName(&rows[i]))
		rows = slices.Delete(rows, i, i+1)
	case what == "up" || what == "down":
		rows = b.stepped(rows, i, what == "up")
	case what == "move":
		area, before, _ := strings.Cut(to, ":")
		n, _ := strconv.Atoi(before)
		rows = b.dropped(rows, i, card.Area(area), n)
	}
	t.Design.Front, t.Design.Back = split(rows)
}

// added puts a field of the kind, or a text of the merchant's own, into an area.
func (b *board) added(rows []card.Placed, field string, area card.Area) []card.Placed {
	p := card.Placed{Field: field, Area: area}
	if field == "text" {
		taken := map[string]bool{}
		for i := range rows {
			taken[rows[i].Field] = true
		}
		n := 1
		for taken["text/own_"+strconv.Itoa(n)] {
			n++
		}
		p.Field, p.Text = "text/own_"+strconv.Itoa(n), card.Text{b.Code: b.Say("desk.template.own_text")}
		b.fresh = p.Field
	} else if known, ok := b.kind.Field(field); !ok {
		return rows
	} else if known.Long {
		p.Area = card.AreaBack
	}
	if !slices.Contains(areas, p.Area) || len(rows) >= maxCardRows {
		return rows
	}
	b.said = b.Say("desk.template.said_added", "Field", b.fieldName(&p), "Area", b.areaName(p.Area))
	return append(rows, p)
}

// stepped moves a row past its neighbour; one at the edge of its area moves into the next area.
func (b *board) stepped(rows []card.Placed, i int, up bool) []card.Placed {
	step := 1
	if up {
		step = -1
	}
	if j := i + step; j >= 0 && j < len(rows) && rows[j].Area == rows[i].Area {
		rows[i], rows[j] = rows[j], rows[i]
		b.sayMoved(rows, j)
		return rows
	}
	at := slices.Index(areas, rows[i].Area) + step
	if at < 0 || at >= len(areas) {
		return rows
	}
	n := maxCardRows
	if !up {
		n = 0
	}
	return b.dropped(rows, i, areas[at], n)
}

// dropped puts a row at a place of an area.
func (b *board) dropped(rows []card.Placed, i int, area card.Area, n int) []card.Placed {
	if !slices.Contains(areas, area) {
		return rows
	}
	p := rows[i]
	if known, ok := b.kind.Field(p.Field); ok && known.Long && area != card.AreaBack {
		b.said = b.Say("desk.template.said_long", "Field", b.fieldName(&p))
		return rows
	}
	p.Area = area
	rows = slices.Delete(rows, i, i+1)
	at := 0
	for at < len(rows) && slices.Index(areas, rows[at].Area) < slices.Index(areas, area) {
		at++
	}
	for ; n > 0 && at < len(rows) && rows[at].Area == area; n-- {
		at++
	}
	rows = slices.Insert(rows, at, p)
	b.sayMoved(rows, at)
	return rows
}

func (b *board) sayMoved(rows []card.Placed, at int) {
	n := 1
	for i := at - 1; i >= 0 && rows[i].Area == rows[at].Area; i-- {
		n++
	}
	b.said = b.Say("desk.template.said_moved", "Field", b.fieldName(&rows[at]), "Area", b.areaName(rows[at].Area), "N", n)
}

// fieldName is what a row is called.
func (b *board) fieldName(p *card.Placed) string {
	if label := p.Label.In(b.Code); label != "" {
		return label
	}
	if known, ok := b.kind.Field(p.Field); ok {
		return known.Label.In(b.Code)
	}
	if text := p.Text.In(b.Code); text != "" {
		return cut(text, 40)
	}
	return b.Say("desk.template.own_text")
}

func (b *board) areaName(a card.Area) string { return b.Say("desk.template.area." + string(a)) }

// unused are the fields of the kind that stand nowhere.
func (b *board) unused() []view.Option {
	var list []view.Option
	rows := slices.Concat(b.Drafted.Design.Front, b.Drafted.Design.Back)
	for _, f := range b.kind.Fields {
		if !slices.ContainsFunc(rows, func(p card.Placed) bool { return p.Field == f.Name }) {
			list = append(list, view.Option{Value: f.Name, Label: f.Label.In(b.Code)})
		}
	}
	return append(list, view.Option{Value: "text", Label: b.Say("desk.template.own_text_new")})
}

// languages are those that the form asks a text in: that of the page first, then the other, then whatever else is there.
func (b *board) languages() []string {
	list := []string{b.Code, b.Other()}
	for _, t := range []card.Text{b.Drafted.Design.Title, b.Drafted.Design.LogoText, b.Drafted.Design.Greeting} {
		for _, lang := range slices.Sorted(maps.Keys(t)) {
			if !slices.Contains(list, lang) {
				list = append(list, lang)
			}
		}
	}
	return list
}

// pages of a card that can be looked at: each wallet, and what is said of it.
type drawing struct {
	title string
	view.Drawn
}

func (b *board) drawings() []drawing {
	w := b.wallet(b.lang, b.sample)
	return []drawing{{"iPhone", w.Apple()}, {"Android", w.Google()}, {b.Say("view.web_card"), w.Web()}}
}

// said tells what a phone would cut off, once for each text.
func cutOff(list []drawing) []string {
	var texts []string
	for _, one := range list {
		for _, text := range one.Cut {
			if line := one.title + ": " + cut(text, 80); !slices.Contains(texts, line) {
				texts = append(texts, line)
			}
		}
	}
	return texts
}

// labels names fields in the language of the page, whatever the card speaks.
func labels(c *call, list []card.Text) string {
	names := make([]string, len(list))
	for i, l := range list {
		names[i] = l.In(c.Code)
	}
	return strings.Join(names, ", ")
}
