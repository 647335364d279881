package desk

import (
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// issue is the page on which a draft is looked through and put into force.
type issue struct {
	*board

	now    *card.Template // in force; nil where nothing was published yet
	list   []change
	shown  int64 // cards that will change
	faults []remark
	soft   []remark
	moved  bool
}

func (d *Desk) issue(c *call) (*issue, error) {
	b, err := d.templateBoard(c)
	if err != nil {
		return nil, err
	}
	i := &issue{board: b}
	b.form = c.form
	if b.Published > 0 {
		v, err := d.Office.TemplateVersion(c.r.Context(), c.actor, b.ID, b.Published)
		if err != nil {
			return nil, err
		}
		i.now = &v.Template
		i.list = compare(b.told(i.now), b.told(&b.Drafted))
	} else {
		i.list = compare(nil, b.told(&b.Drafted))
	}
	i.faults, i.soft = b.checked()
	i.shown, err = d.Reader.CardsShowing(c.r.Context(), &b.CardTemplate, maxCounted)
	return i, err
}

// cardPublishing shows what a publication changes, and for how many cards.
func (d *Desk) cardPublishing(c *call) error {
	i, err := d.issue(c)
	if err != nil {
		return err
	}
	c.dressCard()
	return c.show(c.Say("desk.template.publish"), cardRelease(c, i))
}

// cardPublish puts the draft into force if it is still the one that was looked at.
func (d *Desk) cardPublish(c *call) error {
	i, err := d.issue(c)
	if err != nil {
		return err
	}
	revision, _ := strconv.ParseInt(c.form.Value("revision"), 10, 64)
	if revision == 0 {
		revision = -1 // Zero would mean whatever is drafted.
	}
	v, err := d.Office.PublishTemplate(c.r.Context(), c.actor, c.now, i.ID, revision, c.form.Value("note"))
	if e := verno.AsError(err); e != nil && (e.Kind == verno.KindPrecondition || e.Kind == verno.KindInvalid) {
		i.moved = e.Kind == verno.KindPrecondition
		c.form.Fail(c.r, c.Page, err, nil)
		c.dressCard()
		return c.again(c.Say("desk.template.publish"), cardRelease(c, i))
	}
	if err != nil {
		return err
	}
	c.to(cardVersionPath(i.ID, v.Number) + "?done=published")
	return nil
}

func cardVersionPath(id verno.TemplateID, number int64) string {
	return cardPath(id) + "/versions/" + strconv.FormatInt(number, 10)
}

// cardVersions lists what was in force, newest first.
func (d *Desk) cardVersions(c *call) error {
	b, err := d.templateBoard(c)
	if err != nil {
		return err
	}
	below, err := strconv.ParseInt(either(c.Query.Get("after"), "0"), 10, 64)
	if err != nil {
		return verno.Malformed("malformed_cursor")
	}
	list, err := d.Office.TemplateVersions(c.r.Context(), c.actor, b.ID, max(below, 0), pageSize+1)
	if err != nil {
		return err
	}
	next := ""
	if len(list) > pageSize {
		list = list[:pageSize]
		next = strconv.FormatInt(list[pageSize-1].Number, 10)
	}
	return c.show(c.Say("desk.version.list"), cardVersionList(c, b, list, d.publishers(c, list), next))
}

// edition is a version of a template beside the one before it, or beside another.
type edition struct {
	*board

	before, after *campaign.PublishedTemplate // before is nil for the first
	by            string
	list          []change
	push          store.PushState // how far phones have been told
}

func (d *Desk) edition(c *call) (*edition, error) {
	b, err := d.templateBoard(c)
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseInt(c.r.PathValue("number"), 10, 64)
	if err != nil {
		return nil, verno.NotFound("not_found").With("thing", "version")
	}
	after, err := d.Office.TemplateVersion(c.r.Context(), c.actor, b.ID, number)
	if err != nil {
		return nil, err
	}
	e := &edition{board: b, after: &after}
	b.form = c.form
	with, err := strconv.ParseInt(c.Query.Get("with"), 10, 64)
	if err != nil {
		with = number - 1
	}
	if with > 0 && with != number {
		before, err := d.Office.TemplateVersion(c.r.Context(), c.actor, b.ID, with)
		if err != nil {
			return nil, err
		}
		e.before, e.list = &before, compare(b.told(&before.Template), b.told(&after.Template))
	}
	e.by = d.publishers(c, []store.VersionHead{after.VersionHead})[after.PublishedBy]
	e.push, err = d.Reader.PushState(c.r.Context(), c.actor.Tenant)
	return e, err
}

// cardVersion shows a version, and how far the phones have been told of it.
func (d *Desk) cardVersion(c *call) error {
	e, err := d.edition(c)
	if err != nil {
		return err
	}
	c.dressCard()
	return c.show(c.Say("desk.version.title", "N", e.after.Number), cardVersionPage(c, e))
}

// cardRollBack puts an older version into force again.
func (d *Desk) cardRollBack(c *call) error {
	e, err := d.edition(c)
	if err != nil {
		return err
	}
	v, err := d.Office.RollBackTemplate(c.r.Context(), c.actor, c.now, e.ID, e.after.Number, c.form.Value("note"))
	if x := verno.AsError(err); x != nil && (x.Kind == verno.KindInvalid || x.Kind == verno.KindConflict) {
		c.form.Fail(c.r, c.Page, err, nil)
		c.dressCard()
		return c.again(c.Say("desk.version.title", "N", e.after.Number), cardVersionPage(c, e))
	}
	if err != nil {
		return err
	}
	c.to(cardVersionPath(e.ID, v.Number) + "?done=rolled_back")
	return nil
}

// pushing says whether phones are still being told of changes.
func (e *edition) pushing() bool { return e.push.Marking || e.push.Waiting > 0 }

// emptyForm is a form in which nothing was typed yet.
func emptyForm(f *view.Form) *view.Form {
	if f == nil {
		return &view.Form{}
	}
	return f
}
