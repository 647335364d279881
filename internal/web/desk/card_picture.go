package desk

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// slots are the places for pictures, as they are offered.
var slots = []card.Slot{card.SlotLogo, card.SlotIcon, card.SlotStrip, card.SlotThumbnail, card.SlotBackdrop, card.SlotHero}

// shapes are the sizes of the places at three times a phone's points, as wallets want them. A logo keeps its own shape.
var shapes = map[card.Slot]brand.Shape{
	card.SlotIcon: {Width: 114, Height: 114}, card.SlotLogo: {Width: 480, Height: 150}, card.SlotStrip: {Width: 1125, Height: 432},
	card.SlotThumbnail: {Width: 270, Height: 270}, card.SlotBackdrop: {Width: 540, Height: 660}, card.SlotHero: {Width: 1032, Height: 336},
}

// slots are the places that the style of a kind has.
func (b *board) slots() []card.Slot {
	return slices.DeleteFunc(slices.Clone(slots), func(s card.Slot) bool {
		switch s {
		case card.SlotStrip:
			return b.kind.Style == card.StyleGeneric
		case card.SlotThumbnail:
			return b.kind.Style != card.StyleGeneric && b.kind.Style != card.StyleEventTicket
		case card.SlotBackdrop:
			return b.kind.Style != card.StyleEventTicket
		default:
			return false
		}
	})
}

// shape is the size of a place on cards of the board's kind.
func (b *board) shape(slot card.Slot) brand.Shape {
	if slot == card.SlotStrip && b.kind.Style == card.StyleEventTicket {
		return brand.Shape{Width: 1125, Height: 294}
	}
	return shapes[slot]
}

// framing is a page on which a picture is chosen for a place and cut to its size.
type framing struct {
	title          string
	back, backName string // the page whose picture it is
	at             string // its address, without a picture
	there          bool   // a picture stands in the place
	shape          brand.Shape
	form           *view.Form
	library        []store.Picture
	chosen         *store.Picture // what is cut; nil while nothing is chosen
	area           brand.Area
}

// with is its address with a picture chosen on it.
func (f *framing) with(picture string) string {
	sign := "?"
	if strings.Contains(f.at, "?") {
		sign = "&"
	}
	return f.at + sign + "picture=" + picture
}

// cutting is the framing of a picture of a card.
type cutting struct {
	*board
	framing

	slot  card.Slot
	level string // whose look it is for; empty for the template itself
}

func (d *Desk) cutting(c *call) (*cutting, error) {
	b, err := d.templateBoard(c)
	if err != nil {
		return nil, err
	}
	f := &cutting{board: b, slot: card.Slot(c.r.PathValue("slot")), level: c.Query.Get("level")}
	f.framing.form = &view.Form{}
	there := b.slots()
	if f.level != "" {
		there = b.lookSlots()
	}
	if !slices.Contains(there, f.slot) || f.level != "" && !slices.ContainsFunc(b.looks(), func(l levelLook) bool { return l.id == f.level }) {
		return nil, verno.NotFound("not_found").With("thing", string(f.slot))
	}
	f.framing.shape = b.shape(f.slot)
	f.title, f.back, f.backName = f.called(), cardPath(f.ID), f.Name
	f.at, f.there = cardPath(f.ID)+picturePath(f.slot, f.level), f.stands() != ""
	return f, d.shelve(c, &f.framing)
}

// shelve puts the pictures that there are beside a framing.
func (d *Desk) shelve(c *call, f *framing) (err error) {
	const most = 24
	f.library, err = d.Office.Pictures(c.r.Context(), c.actor)
	f.library = f.library[:min(len(f.library), most)]
	return err
}

// choose takes a picture to be cut. The area begins as large as the shape lets it be, in the middle.
func (d *Desk) choose(c *call, f *framing, hash string) error {
	p, err := d.Office.Picture(c.r.Context(), c.actor, hash)
	if err != nil {
		return err
	}
	f.chosen = &p
	f.area = f.shape.Within(int(p.Width), int(p.Height))
	return nil
}

// cardPicture shows the pictures that there are, or the one that is to be cut.
func (d *Desk) cardPicture(c *call) error {
	f, err := d.cutting(c)
	if err != nil {
		return err
	}
	return d.framed(c, &f.framing)
}

// cardPictureSave keeps a file that was sent, or puts a picture, cut or whole, into its place in the draft.
func (d *Desk) cardPictureSave(c *call) error {
	f, err := d.cutting(c)
	if err != nil {
		return err
	}
	return d.framingSent(c, &f.framing, func(hash string) error {
		t := f.Drafted
		f.put(&t.Design, hash)
		_, err := d.Office.ChangeTemplate(c.r.Context(), c.actor, c.now, f.ID, f.Revision, t)
		return err
	}, "saved")
}

// framed shows a framing, with the picture that its address names.
func (d *Desk) framed(c *call, f *framing) error {
	if hash := c.Query.Get("picture"); hash != "" {
		if err := d.choose(c, f, hash); err != nil {
			return err
		}
	}
	return c.showFrame(f, http.StatusOK)
}

func (c *call) showFrame(f *framing, status int) error {
	c.dressCard()
	c.Scripts = append(c.Scripts, "desk_crop.js")
	return c.showAs(status, f.title, cardFrame(c, f))
}

// framingSent answers what a framing's page sends: it keeps a file, or has put take a picture, cut or whole, or none to its place.
func (d *Desk) framingSent(c *call, f *framing, put func(hash string) error, done string) error {
	if strings.HasPrefix(c.r.Header.Get("Content-Type"), "multipart/form-data") {
		return d.pictureSent(c, f)
	}
	f.form = c.form
	hash := ""
	if act := c.form.Value("act"); act != "none" {
		err := d.choose(c, f, c.form.Value("picture"))
		if err != nil {
			return err
		}
		if hash = f.chosen.Hash; act != "whole" {
			if hash, err = d.cutPicture(c, f); err != nil {
				return d.pictureRefused(c, f, err)
			}
		}
	}
	if err := put(hash); err != nil {
		return d.pictureRefused(c, f, err)
	}
	c.to(f.back + "?done=" + done)
	return nil
}

func placedPicture(before map[card.Slot]string, slot card.Slot, hash string) map[card.Slot]string {
	after := map[card.Slot]string{}
	maps.Copy(after, before)
	if after[slot] = hash; hash == "" {
		delete(after, slot)
	}
	return after
}

// pictureSent keeps a file, and goes on to cutting it.
func (d *Desk) pictureSent(c *call, f *framing) error {
	form, raw, err := view.ReadUpload(c.w, c.r, brand.MaxBytes, "file")
	if form == nil {
		return err
	}
	if f.form = form; err != nil {
		return d.pictureRefused(c, f, err)
	}
	if raw == nil {
		form.Faults, form.Wrong = map[string]string{"picture": c.Say("desk.template.choose_file")}, c.Say("common.wrong_fields")
		return c.showFrame(f, http.StatusUnprocessableEntity)
	}
	p, err := d.Office.AddPicture(c.r.Context(), c.actor, c.now, raw)
	if err != nil {
		return d.pictureRefused(c, f, err)
	}
	c.to(f.with(p.Hash))
	return nil
}

// put puts a picture into its place, in the design or in the look of a level; the empty hash takes it away.
func (f *cutting) put(d *card.Design, hash string) {
	if f.level == "" {
		d.Pictures = placedPicture(d.Pictures, f.slot, hash)
		return
	}
	looks := map[string]card.Look{}
	maps.Copy(looks, d.Looks)
	look := looks[f.level]
	look.Pictures = placedPicture(look.Pictures, f.slot, hash)
	looks[f.level] = look
	d.Looks = looks
}

// stands is the picture that stands in the place now.
func (f *cutting) stands() string {
	if f.level == "" {
		return f.Drafted.Design.Pictures[f.slot]
	}
	return f.Drafted.Design.Looks[f.level].Pictures[f.slot]
}

// called names the place.
func (f *cutting) called() string {
	title := f.Say("desk.template.slot." + string(f.slot))
	if f.level != "" {
		title += ", " + f.Say("desk.template.level", "Level", f.levelName(f.level))
	}
	return title
}

// picturePath is the page of a place under that of its template.
func picturePath(slot card.Slot, level string) string {
	path := "/pictures/" + string(slot)
	if level != "" {
		path += "?" + url.Values{"level": {level}}.Encode()
	}
	return path
}

// pictureAct is what a button asks for that leads to a place for a picture.
func pictureAct(slot card.Slot, level string) string {
	act := "picture:" + string(slot)
	if level != "" {
		act += ":" + level
	}
	return act
}

func (d *Desk) pictureRefused(c *call, f *framing, err error) error {
	if e := verno.AsError(err); e == nil || e.Kind != verno.KindInvalid && e.Kind != verno.KindConflict && e.Kind != verno.KindPrecondition {
		return err
	}
	f.form.Fail(c.r, c.Page, err, map[string]string{"file": "picture"})
	return c.showFrame(f, http.StatusUnprocessableEntity)
}

// cutPicture cuts the chosen picture to the area of the form and keeps what comes of it.
func (d *Desk) cutPicture(c *call, f *framing) (string, error) {
	for name, to := range map[string]*int{"x": &f.area.X, "y": &f.area.Y, "width": &f.area.Width} {
		n, err := strconv.Atoi(strings.TrimSpace(c.form.Value(name)))
		if err != nil {
			return "", verno.InvalidField("/"+name, "number_invalid")
		}
		*to = n
	}
	f.area.Height = f.shape.High(f.area.Width)
	if !f.area.In(int(f.chosen.Width), int(f.chosen.Height)) {
		return "", verno.InvalidField("/width", "number_range", "min", "1", "max", strconv.FormatInt(f.chosen.Width, 10))
	}
	made, err := brand.Cut(f.chosen.PNG, f.area, f.shape)
	if err != nil {
		return "", err
	}
	p, err := d.Office.AddPicture(c.r.Context(), c.actor, c.now, made)
	return p.Hash, err
}
