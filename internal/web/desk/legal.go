package desk

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// legalPages are about the texts that members agree to.
var legalPages = []page{
	{"GET /legal", verno.MayReadConfig, joining((*Desk).legalTexts)},
	{"GET /legal/{purpose}/{language}", verno.MayReadConfig, joining((*Desk).legalText)},
	{"POST /legal/{purpose}/{language}", verno.MayWriteConfig | verno.MayPublish, joining((*Desk).publishLegal)},
}

// legalLanguages are those that texts are published in.
var legalLanguages = []string{"ru", "en"}

// legalWork is what the page of one text shows.
type legalWork struct {
	purpose, language string
	versions          []store.LegalText  // the newest first
	agreed            []store.AgreedText // of the purpose, by text
	shown             *store.LegalText   // an older one that the reader looks at
	preview           bool
	fresh             bool // made from a template, in force nowhere
}

func (d *Desk) legalTexts(c *call) error {
	list, err := d.Office.LegalTexts(c.r.Context(), c.actor)
	if err != nil {
		return err
	}
	return c.show(c.Say("desk.legal.title"), legalList(c, list))
}

// legalVersions reads all versions of the text that the address names.
func (d *Desk) legalVersions(c *call) (*legalWork, error) {
	w := &legalWork{purpose: c.r.PathValue("purpose"), language: c.r.PathValue("language")}
	if !slices.Contains(campaign.Purposes, w.purpose) || !slices.Contains(legalLanguages, w.language) {
		return nil, verno.NotFound("not_found").With("thing", w.purpose)
	}
	var err error
	w.versions, err = d.Reader.LegalTextVersions(c.r.Context(), c.actor.Tenant, w.purpose, w.language, 100)
	if err != nil {
		return nil, err
	}
	w.agreed, err = d.Reader.AgreedTexts(c.r.Context(), c.actor.Tenant, w.purpose)
	return w, err
}

// agreedTo is how many members have agreed to a version.
func (w *legalWork) agreedTo(t *store.LegalText) int64 {
	for _, a := range w.agreed {
		if bytes.Equal(a.Hash, t.Hash) {
			return a.Members
		}
	}
	return 0
}

// legalText shows the text in force in a form, or a template where none is, or an older version to read.
func (d *Desk) legalText(c *call) error {
	w, err := d.legalVersions(c)
	if err != nil {
		return err
	}
	if number, err := strconv.ParseInt(c.Query.Get("v"), 10, 64); err == nil {
		at := slices.IndexFunc(w.versions, func(t store.LegalText) bool { return t.Version == number })
		if at < 0 {
			return verno.NotFound("not_found").With("thing", "v="+c.Query.Get("v"))
		}
		w.shown = &w.versions[at]
		return c.show(w.shown.Title, legalPage(c, w))
	}
	values := url.Values{}
	if len(w.versions) > 0 {
		values.Set("title", w.versions[0].Title)
		values.Set("body", w.versions[0].Body)
	} else {
		w.fresh = true
		for _, draft := range campaign.LegalDrafts(campaign.LegalFacts{Business: c.Brand.Name}) {
			if draft.Purpose == w.purpose && draft.Language == w.language {
				values.Set("title", draft.Title)
				values.Set("body", draft.Body)
			}
		}
	}
	c.form = &view.Form{Values: values}
	return c.show(c.Say("desk.legal."+w.purpose), legalPage(c, w))
}

// publishLegal puts a text into force, or shows first how it will look.
func (d *Desk) publishLegal(c *call) error {
	w, err := d.legalVersions(c)
	if err != nil {
		return err
	}
	if c.form.On("preview") {
		w.preview = true
		return c.show(c.Say("desk.legal."+w.purpose), legalPage(c, w))
	}
	_, err = d.Office.PublishLegal(c.r.Context(), c.actor, c.now, campaign.LegalDraft{
		Purpose: w.purpose, Language: w.language, Title: c.form.Value("title"), Body: c.form.Value("body"),
	})
	if e := verno.AsError(err); err != nil && e.Kind != verno.KindInvalid && e.Kind != verno.KindConflict {
		return err
	}
	if err != nil {
		c.form.Fail(c.r, c.Page, err, nil)
		return c.again(c.Say("desk.legal."+w.purpose), legalPage(c, w))
	}
	c.to(Base + "/legal")
	return nil
}

// inForce finds the newest version of a text; nil where nothing was published.
func inForce(list []store.LegalText, purpose, language string) *store.LegalText {
	for i := range list {
		if list[i].Purpose == purpose && list[i].Language == language {
			return &list[i]
		}
	}
	return nil
}
