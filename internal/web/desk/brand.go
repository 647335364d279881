package desk

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// usual are colours that suit most, for who has no logo to take one from.
var usual = []string{"#0b6b4f", "#1b4b9b", "#8a1f4c", "#b0431f", "#4a3aa8", "#2f3a44"}

// look is all that the page of a merchant's look shows.
type look struct {
	form    *view.Form
	picture string
	palette []string
	fixed   bool // the reader may not change it
}

func (d *Desk) brand(c *call) error {
	l, err := d.Office.Look(c.r.Context(), c.actor)
	if err != nil {
		return err
	}
	form := &view.Form{Values: map[string][]string{
		"name": {l.Name}, "business": {l.Business}, "accent": {l.Accent}, "revision": {strconv.FormatInt(l.Revision, 10)},
	}}
	page, err := d.look(c, form)
	if err != nil {
		return err
	}
	c.dress()
	return c.show(c.Say("desk.brand.title"), brandPage(c, page))
}

// look adds to a form what it offers.
func (d *Desk) look(c *call, form *view.Form) (*look, error) {
	l := &look{form: form, picture: c.Brand.Picture, fixed: !c.actor.May.Has(verno.MayWriteConfig)}
	own, err := d.Office.Palette(c.r.Context(), c.actor)
	for _, one := range own {
		l.palette = append(l.palette, one.String())
	}
	for _, one := range usual {
		if len(l.palette) < len(usual) && !slices.Contains(l.palette, one) {
			l.palette = append(l.palette, one)
		}
	}
	if chosen := form.Value("accent"); chosen == "" {
		form.Values.Set("accent", brand.Own.String())
	}
	if chosen, ok := brand.Parse(form.Value("accent")); ok && !slices.Contains(l.palette, chosen.String()) {
		l.palette = append([]string{chosen.String()}, l.palette...)
	}
	return l, err
}

func (d *Desk) changeBrand(c *call) error {
	form, logo, err := view.ReadUpload(c.w, c.r, brand.MaxBytes, "logo")
	if form == nil {
		return err
	}
	c.form = form
	revision, _ := strconv.ParseInt(form.Value("revision"), 10, 64)
	accent := form.Value("accent")
	if form.On("from_logo") && logo != nil {
		accent = ""
	}
	if err == nil {
		_, err = d.Office.ChangeLook(c.r.Context(), c.actor, c.now, revision, campaign.LookChange{
			Name: form.Value("name"), Business: form.Value("business"), Accent: accent, Logo: logo, NoLogo: form.On("no_logo"),
		})
	}
	if err == nil {
		c.to(Base + "/brand")
		return nil
	}
	if e := verno.AsError(err); e.Kind == verno.Internal || errors.Is(err, verno.NotFound("not_found")) {
		return err
	}
	form.Fail(c.r, c.Page, err, nil)
	page, err := d.look(c, form)
	if err != nil {
		return err
	}
	c.dress()
	return c.again(c.Say("desk.brand.title"), brandPage(c, page))
}

// brandPreview draws the phone with what is typed at the moment.
func (d *Desk) brandPreview(c *call) error {
	return view.Answer(c.w, c.r, http.StatusOK, c.Code, view.Phone(c.Page, preview(c, c.Query.Get("name"), c.Query.Get("accent"))))
}

func (c *call) dress() { c.Styles = append(c.Styles, "brand.css") }

func preview(c *call, name, accent string) view.Preview {
	chosen, ok := brand.Parse(accent)
	if !ok {
		chosen = brand.Own
	}
	return view.Preview{
		Name: name, Picture: c.Brand.Picture, Tint: site.Tint(chosen.String()), Balance: c.Number(125), Unit: c.Say("brand.preview_unit"),
		Rows: [][2]string{{c.Say("brand.preview_bought"), "+25"}, {c.Say("brand.preview_welcome"), "+100"}},
	}
}

// darkened says whether the colour that was chosen is shown a little darker on paper.
func darkened(accent string) bool {
	chosen, ok := brand.Parse(accent)
	return ok && brand.ShadesOf(chosen).Altered(chosen)
}
