package desk

import (
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// release is the page on which drafts are looked through and put into force.
type release struct {
	*teller

	of       *draft
	form     *view.Form
	faults   []blame
	warnings []string
	list     []altered
	moved    bool // the drafts are not those any more that were looked at
}

// blame is a fault that keeps the drafts from being published, and where to mend it.
type blame struct{ where, label, text, to string }

// programmeDraft reads the programme that the path names.
func (d *Desk) programmeDraft(c *call) (*draft, error) {
	id, err := path[verno.ProgrammeID](c, "id")
	if err != nil {
		return nil, err
	}
	return d.draft(c, id)
}

func (d *Desk) release(c *call, form *view.Form) (*release, error) {
	of, err := d.programmeDraft(c)
	if err != nil {
		return nil, err
	}
	t := c.teller(&of.Draft, of.shops)
	rel := &release{teller: t, of: of, form: form, list: t.altered(of.live, of.next()), warnings: t.warnings(of)}
	for _, p := range promo.Validate(of.next()) {
		rel.faults = append(rel.faults, rel.blame(&p))
	}
	return rel, nil
}

// blame puts a problem of the rules into words.
func (rel *release) blame(p *promo.Problem) blame {
	name := p.Pointer[min(1, len(p.Pointer)):]
	if p.Promotion.IsZero() {
		return blame{
			rel.Say("desk.programme.terms"), "", rel.problem("", name, p.Code, p.Params),
			Base + "/programmes/" + rel.of.Draft.ID.String() + "/edit",
		}
	}
	b := blame{to: Base + "/promotions/" + p.Promotion.String()}
	if q := promotionOf(rel.of.next(), p.Promotion); q != nil {
		b.where, b.text = q.Name, rel.problem(q.Type, name, p.Code, p.Params)
		if f := fieldAt(q.Type, name); f != nil {
			b.label = rel.named(q.Type, f.Name)
		}
	}
	return b
}

// publishing shows what a publication would change, and what stands in its way.
func (d *Desk) publishing(c *call) error {
	rel, err := d.release(c, &view.Form{})
	if err != nil {
		return err
	}
	return c.show(c.Say("desk.publish.title"), releasePage(c, rel))
}

// publish puts the drafts into force if they are still those that were looked at.
func (d *Desk) publish(c *call) error {
	rel, err := d.release(c, c.form)
	if err != nil {
		return err
	}
	if c.form.Value("digest") != rel.of.digest() {
		rel.moved = true
		return c.again(c.Say("desk.publish.title"), releasePage(c, rel))
	}
	id := rel.of.Draft.ID
	v, err := d.Office.Publish(c.r.Context(), c.actor, c.now, id, rel.of.Revision, c.form.Value("note"))
	if e := verno.AsError(err); e != nil && (e.Kind == verno.KindPrecondition || e.Kind == verno.KindInvalid) {
		rel.moved = e.Kind == verno.KindPrecondition
		rel.form.Fail(c.r, c.Page, c.explain(err), nil)
		return c.again(c.Say("desk.publish.title"), releasePage(c, rel))
	}
	if err != nil {
		return err
	}
	c.to(Base + "/programmes/" + id.String() + "/versions/" + strconv.FormatInt(v.Number, 10) + "?done=published")
	return nil
}

// versions lists what was in force, newest first.
func (d *Desk) versions(c *call) error {
	id, err := path[verno.ProgrammeID](c, "id")
	if err != nil {
		return err
	}
	p, err := d.Office.Programme(c.r.Context(), c.actor, id)
	if err != nil {
		return err
	}
	below, err := strconv.ParseInt(either(c.Query.Get("after"), "0"), 10, 64)
	if err != nil {
		return verno.Malformed("malformed_cursor")
	}
	list, err := d.Office.Versions(c.r.Context(), c.actor, id, max(below, 0), pageSize+1)
	if err != nil {
		return err
	}
	next := ""
	if len(list) > pageSize {
		list = list[:pageSize]
		next = strconv.FormatInt(list[pageSize-1].Number, 10)
	}
	return c.show(c.Say("desk.version.list"), versionList(c, &p, list, d.publishers(c, list), next))
}

// publishers are the names of those who have published, by their identifiers.
func (d *Desk) publishers(c *call, list []store.VersionHead) map[string]string {
	names := map[string]string{}
	for _, v := range list {
		if _, known := names[v.PublishedBy]; known {
			continue
		}
		names[v.PublishedBy] = c.Say("desk.version.by_api")
		var id verno.StaffID
		if id.UnmarshalText([]byte(v.PublishedBy)) != nil {
			continue
		}
		names[v.PublishedBy] = ""
		if s, err := d.Gate.StaffMember(c.r.Context(), c.actor, id); err == nil {
			names[v.PublishedBy] = s.Name
		}
	}
	return names
}

// pair are two versions side by side.
type pair struct {
	*teller

	id            verno.ProgrammeID
	before, after *verno.Version // before is nil for the first
	by            string
	published     int64 // the number of the version in force
	list          []altered
	form          *view.Form
}

func (d *Desk) pair(c *call) (*pair, error) {
	of, err := d.programmeDraft(c)
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseInt(c.r.PathValue("number"), 10, 64)
	if err != nil {
		return nil, verno.NotFound("not_found").With("thing", "version")
	}
	p := &pair{id: of.Draft.ID, published: of.Published, form: c.form}
	if p.after, err = d.Office.Version(c.r.Context(), c.actor, of.Draft.ID, number); err != nil {
		return nil, err
	}
	with, err := strconv.ParseInt(c.Query.Get("with"), 10, 64)
	if err != nil {
		with = number - 1
	}
	if with > 0 && with != number {
		if p.before, err = d.Office.Version(c.r.Context(), c.actor, of.Draft.ID, with); err != nil {
			return nil, err
		}
	}
	p.teller = c.teller(&p.after.Programme, of.shops)
	p.list = p.altered(p.before, p.after)
	head := store.VersionHead{PublishedBy: p.after.PublishedBy}
	p.by = d.publishers(c, []store.VersionHead{head})[head.PublishedBy]
	return p, nil
}

// version shows a version beside the one before it, or beside another.
func (d *Desk) version(c *call) error {
	p, err := d.pair(c)
	if err != nil {
		return err
	}
	return c.show(c.Say("desk.version.title", "N", p.after.Number), versionPage(c, p))
}

// rollback puts an older version into force again.
func (d *Desk) rollback(c *call) error {
	p, err := d.pair(c)
	if err != nil {
		return err
	}
	v, err := d.Office.Rollback(c.r.Context(), c.actor, c.now, p.id, p.after.Number, c.form.Value("note"))
	if e := verno.AsError(err); e != nil && e.Kind == verno.KindInvalid {
		p.form.Fail(c.r, c.Page, c.explain(err), nil)
		return c.again(c.Say("desk.version.title", "N", p.after.Number), versionPage(c, p))
	}
	if err != nil {
		return err
	}
	c.to(Base + "/programmes/" + p.id.String() + "/versions/" + strconv.FormatInt(v.Number, 10) + "?done=rolled_back")
	return nil
}
