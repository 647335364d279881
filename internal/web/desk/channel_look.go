package desk

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/poster"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// dresser is the page on which a form is given its look, with the look as it stands in the page's own form.
type dresser struct {
	*store.Channel

	form    *view.Form
	palette []string
	whole   string // hash of the picture that was just sent, from which the middle was cut
}

// lookPath is the page of a form's look.
func lookPath(ch *store.Channel) string { return Base + "/channels/" + ch.ID.String() + "/look" }

// pictureOfPath is the page on which its picture is chosen and cut.
func pictureOfPath(ch *store.Channel) string {
	return Base + "/channels/" + ch.ID.String() + "/picture"
}

// channelLook shows the form's look as it is in use.
func (d *Desk) channelLook(c *call) error {
	ch, err := d.channelOf(c)
	if err != nil {
		return err
	}
	l := newDresser(&ch, &view.Form{Values: lookValues(&ch)})
	if d.known(c, c.Query.Get("whole")) {
		l.whole = c.Query.Get("whole")
	}
	return d.showLook(c, l, http.StatusOK)
}

// known says whether a picture is there.
func (d *Desk) known(c *call, hash string) bool {
	there, err := d.Reader.HasPicture(c.r.Context(), c.actor.Tenant, hash)
	return err == nil && there
}

func newDresser(ch *store.Channel, form *view.Form) *dresser {
	l := &dresser{Channel: ch, form: form, palette: slices.Clone(usual)}
	for _, one := range []string{ch.Look.Accent, form.Value("accent")} {
		if colour, ok := brand.Parse(one); ok && !slices.Contains(l.palette, colour.String()) {
			l.palette = append([]string{colour.String()}, l.palette...)
		}
	}
	return l
}

// templateColours are the colours of the forms to begin with.
func templateColours() (list []string) {
	for i := range member.LookTemplates {
		list = append(list, member.LookTemplates[i].Look.Accent)
	}
	return list
}

// spoken are the words of a look, by the fields in which they are typed.
func spoken(l *store.ChannelLook) map[string]*map[string]string {
	return map[string]*map[string]string{"title": &l.Title, "lead": &l.Lead, "button": &l.Button}
}

// lookValues is a look as the page's form has it.
func lookValues(ch *store.Channel) url.Values {
	v := url.Values{"revision": {strconv.FormatInt(ch.Revision, 10)}, "lang": {""}}
	fillLook(v, &ch.Look, ch.Fields)
	return v
}

func fillLook(v url.Values, l *store.ChannelLook, fields map[string]string) {
	for name, said := range spoken(l) {
		for _, lang := range words.Languages {
			v.Set(name+"_"+lang, (*said)[lang])
		}
	}
	for _, field := range channelFields {
		v.Set("ask_"+field, fields[field])
	}
	v.Set("accent", l.Accent)
	v.Set("kept", l.Picture)
}

// look reads the form of the page: the picture is the one that the page was shown with, unless it is taken away.
func (l *dresser) look() store.ChannelLook {
	look := store.ChannelLook{Accent: l.form.Value("accent"), Picture: l.form.Value("kept")}
	if look.Accent == "other" {
		look.Accent = l.form.Value("accent_other")
	}
	if l.form.On("no_picture") {
		look.Picture = ""
	}
	for name, said := range spoken(&look) {
		for _, lang := range words.Languages {
			if text := strings.TrimSpace(l.form.Value(name + "_" + lang)); text != "" {
				if *said == nil {
					*said = map[string]string{}
				}
				(*said)[lang] = text
			}
		}
	}
	return look
}

func (d *Desk) showLook(c *call, l *dresser, status int) error {
	c.dress()
	shown, err := d.joinPreview(c, l)
	if err != nil {
		return err
	}
	return c.showAs(status, l.Name, lookPage(c, l, shown))
}

// changeLook saves a look, or shows what is typed without saving it, or with a template's words in its place.
func (d *Desk) changeLook(c *call) error {
	ch, err := d.channelOf(c)
	if err != nil {
		return err
	}
	var raw []byte
	if strings.HasPrefix(c.r.Header.Get("Content-Type"), "multipart/form-data") {
		if c.form, raw, err = view.ReadUpload(c.w, c.r, brand.MaxBytes, "picture"); c.form == nil {
			return err
		}
	}
	l := newDresser(&ch, c.form)
	if err != nil {
		return d.lookAgain(c, l, err)
	}
	act := c.form.Value("act")
	if name, ok := strings.CutPrefix(act, "template:"); ok {
		d.wear(c, l, name)
		return d.showLook(c, newDresser(&ch, c.form), http.StatusOK)
	}
	if raw != nil {
		if err := d.keepPhoto(c, l, raw); err != nil {
			return d.lookAgain(c, l, err)
		}
	}
	if act == "show" {
		return d.showLook(c, l, http.StatusOK)
	}
	return d.saveLook(c, l)
}

// wear puts a template's words, fields and colour into the form; a merchant that has a colour keeps it.
func (d *Desk) wear(c *call, l *dresser, name string) {
	t := member.LookTemplateOf(name)
	if t == nil {
		return
	}
	look := templateLook(c, t)
	look.Picture = l.form.Value("kept")
	fillLook(l.form.Values, &look, t.Fields)
}

// templateLook is the look of a template for this merchant.
func templateLook(c *call, t *member.LookTemplate) store.ChannelLook {
	look := t.Look
	if c.Brand.Style != "" {
		look.Accent = ""
	}
	return look
}

// keepPhoto keeps a picture that was sent and the middle of it, in the shape that forms have it.
func (d *Desk) keepPhoto(c *call, l *dresser, raw []byte) error {
	whole, err := d.Office.AddPicture(c.r.Context(), c.actor, c.now, raw)
	if err != nil {
		return err
	}
	area := poster.PreviewShape.Within(int(whole.Width), int(whole.Height))
	made, err := brand.Cut(whole.PNG, area, poster.PreviewShape)
	if err != nil {
		return err
	}
	kept, err := d.Office.AddPicture(c.r.Context(), c.actor, c.now, made)
	if err != nil {
		return err
	}
	l.whole = whole.Hash
	l.form.Values.Set("kept", kept.Hash)
	l.form.Values.Del("no_picture")
	return nil
}

func (d *Desk) saveLook(c *call, l *dresser) error {
	revision, err := strconv.ParseInt(c.form.Value("revision"), 10, 64)
	if err != nil {
		return d.lookAgain(c, l, verno.Precondition("etag_mismatch"))
	}
	look, q := l.look(), formOf(l.Channel)
	q.Look, q.Fields = &look, askedIn(c)
	if _, err := d.Members.ChangeChannel(c.r.Context(), c.actor, c.now, l.ID, revision, q); err != nil {
		return d.lookAgain(c, l, err)
	}
	to := lookPath(l.Channel) + "?done=look_saved"
	if l.whole != "" {
		to += "&whole=" + l.whole
	}
	c.to(to)
	return nil
}

// formOf is a channel as somebody would say it.
func formOf(ch *store.Channel) member.ChannelForm {
	return member.ChannelForm{Name: ch.Name, Programme: ch.Programme, Store: ch.Store, Fields: maps.Clone(ch.Fields), Proof: ch.Proof, Wallet: ch.Wallet}
}

// lookFields are where the faults of a look are said.
var lookFields = map[string]string{
	"look/title/ru": "title_ru", "look/title/en": "title_en", "look/lead/ru": "lead_ru", "look/lead/en": "lead_en",
	"look/button/ru": "button_ru", "look/button/en": "button_en", "look/accent": "accent", "look/picture": "picture", "wallet_form": "ask_birthday",
	"fields/name": "ask_name", "fields/birthday": "ask_birthday", "fields/email": "ask_email",
}

func (d *Desk) lookAgain(c *call, l *dresser, err error) error {
	if e := c.explain(err); e.Kind != verno.KindInvalid && e.Kind != verno.KindConflict && e.Kind != verno.KindPrecondition {
		return err
	}
	l.form.Fail(c.r, c.Page, err, lookFields)
	return d.showLook(c, l, http.StatusUnprocessableEntity)
}

// lookPreview draws the form with what is typed at the moment.
func (d *Desk) lookPreview(c *call) error {
	ch, err := d.channelOf(c)
	if err != nil {
		return err
	}
	shown, err := d.joinPreview(c, newDresser(&ch, c.form))
	if err != nil {
		return err
	}
	return view.Answer(c.w, c.r, http.StatusOK, c.Code, joinPhone(c, shown))
}

// joinShown is a form as a phone will have it.
type joinShown struct {
	*words.Lang

	says          site.FormWords
	picture, tint string // addresses; empty for none
	gift          string
	fields        []string
	proves        bool
	chosen, worn  string // the colour that was chosen where it cannot be read, and what is shown in its place
	ratio         string // of contrast
}

// joinPreview draws what a page's form holds.
func (d *Desk) joinPreview(c *call, l *dresser) (*joinShown, error) {
	look := l.look()
	lang := words.In(either(l.form.Value("lang"), c.Code))
	s := &joinShown{Lang: lang, says: site.WordsOf(&look, lang), proves: l.Proof == member.ProofCode, tint: site.Tint(c.Brand.Colour)}
	if accent, ok := brand.Parse(look.Accent); ok {
		s.tint = site.Tint(accent.String())
		if shades := brand.ShadesOf(accent); shades.Altered(accent) {
			s.chosen, s.worn = accent.String(), shades.Light.Accent.String()
			s.ratio = c.Decimal(strconv.FormatFloat(brand.Contrast(accent, brand.Colour{R: 0xff, G: 0xff, B: 0xff}), 'f', 1, 64))
		}
	}
	if look.Picture != "" && d.known(c, look.Picture) {
		s.picture = Base + "/card_pictures/" + look.Picture
	}
	for _, field := range channelFields {
		if how := l.form.Value("ask_" + field); how == member.FieldAsked || how == member.FieldRequired {
			s.fields = append(s.fields, field)
		}
	}
	gift, scale, err := d.Members.Greeting(c.r.Context(), *l.Channel, c.now)
	if errors.Is(err, verno.Conflict("programme_unpublished")) {
		return s, nil
	}
	if gift > 0 {
		s.gift = "+" + lang.PointsNamed(gift, scale)
	}
	return s, err
}
