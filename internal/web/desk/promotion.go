package desk

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// offer is a promotion as the list shows it.
type offer struct {
	*store.Promotion

	state        string // live, planned, new, off, over or archived: what members meet now
	changed      bool   // a publication would change it
	what, bounds string
}

// states are the parts of the list, in their order.
var states = []string{"live", "planned", "new", "off", "over", "archived"}

// programmeOf finds the programme that a page is about: the one that the address names, else the first.
func (d *Desk) programmeOf(c *call) (verno.ProgrammeID, error) {
	var id verno.ProgrammeID
	if text := c.Query.Get("programme"); text != "" {
		if id.UnmarshalText([]byte(text)) != nil {
			return id, verno.NotFound("not_found").With("thing", "programme")
		}
		return id, nil
	}
	all, err := d.Office.Programmes(c.r.Context(), c.actor, id, 1)
	if err != nil || len(all) == 0 {
		return id, err
	}
	return all[0].Draft.ID, nil
}

// promotions lists what a programme offers, by what members meet of it.
func (d *Desk) promotions(c *call) error {
	id, err := d.programmeOf(c)
	if err != nil {
		return err
	}
	all, err := d.Office.Programmes(c.r.Context(), c.actor, verno.ProgrammeID{}, 50)
	if err != nil {
		return err
	}
	if id.IsZero() {
		return c.show(c.Say("desk.promotions"), noProgramme(c))
	}
	of, err := d.draft(c, id)
	if err != nil {
		return err
	}
	return c.show(c.Say("desk.promotions"), promotionList(c, of, all, c.teller(&of.Draft, of.shops).offers(of, c.now)))
}

// offers sorts the promotions by their states.
func (t *teller) offers(d *draft, now time.Time) map[string][]offer {
	found := map[string][]offer{}
	for i := range d.promotions {
		o := offer{Promotion: &d.promotions[i], changed: d.changed(&d.promotions[i])}
		o.state = stateOf(d, o.Promotion, now)
		o.what, o.bounds = t.says(&o.Draft)
		found[o.state] = append(found[o.state], o)
	}
	for _, list := range found {
		slices.SortStableFunc(list, func(a, b offer) int { return b.Draft.Priority - a.Draft.Priority })
	}
	return found
}

func stateOf(d *draft, p *store.Promotion, now time.Time) string {
	live := d.inForce(p.Draft.ID)
	switch {
	case live == nil && !p.ArchivedAt.IsZero():
		return "archived"
	case live == nil:
		return "new"
	case !live.Active:
		return "off"
	case live.Schedule.Until != nil && !now.Before(*live.Schedule.Until):
		return "over"
	case live.Schedule.From != nil && now.Before(*live.Schedule.From):
		return "planned"
	default:
		return "live"
	}
}

// promotionNew lets somebody choose what a new promotion is to do, and then is the empty form of that type.
func (d *Desk) promotionNew(c *call) error {
	if c.Query.Get("kind") == "" {
		id, err := d.programmeOf(c)
		if err != nil {
			return err
		}
		if id.IsZero() {
			c.to(Base + "/promotions") // There is no programme yet, which that page says.
			return nil
		}
		p, err := d.Office.Programme(c.r.Context(), c.actor, id)
		if err != nil {
			return err
		}
		return c.show(c.Say("desk.promotion.new"), kindCards(c, c.teller(&p.Draft, nil)))
	}
	e, err := d.editor(c)
	if err != nil {
		return err
	}
	p := verno.Promotion{Type: e.kind, Active: true, Name: c.Say("desk.kind." + e.kind + ".name")}
	e.form = e.formOf(&p, 0)
	e.start()
	return d.showEditor(c, e, false)
}

// editor is the page of one promotion.
type editor struct {
	*teller

	kind    string
	of      *draft
	stored  *store.Promotion // nil for a new one
	form    *view.Form
	example *example
	theirs  []change // what somebody else has changed meanwhile
}

// editor begins the page of a new promotion of the type, or of the promotion, that the address names.
func (d *Desk) editor(c *call) (*editor, error) {
	e := &editor{kind: c.Query.Get("kind")}
	var id verno.ProgrammeID
	var err error
	if c.r.PathValue("id") != "" {
		at, err := path[verno.PromotionID](c, "id")
		if err != nil {
			return nil, err
		}
		p, err := d.Office.Promotion(c.r.Context(), c.actor, at)
		if err != nil {
			return nil, err
		}
		e.stored, e.kind, id = &p, p.Draft.Type, p.Programme
	} else if id, err = d.programmeOf(c); err != nil {
		return nil, err
	}
	if _, known := kinds[e.kind]; !known {
		return nil, verno.NotFound("not_found").With("thing", e.kind)
	}
	if e.of, err = d.draft(c, id); err != nil {
		return nil, err
	}
	e.teller = c.teller(&e.of.Draft, e.of.shops)
	return e, nil
}

// showEditor shows a form with its example beside it.
func (d *Desk) showEditor(c *call, e *editor, again bool) error {
	r := e.reading(cloned(e.form.Values))
	p := r.promotion(e.kind)
	if e.stored != nil {
		p.ID = e.stored.Draft.ID
	}
	e.example = r.example(e.of, &p, c.now)
	c.Scripts = append(c.Scripts, "desk_rules.js")
	title := c.Say("desk.promotion.new")
	if e.stored != nil {
		title = e.stored.Draft.Name
	}
	if again {
		return c.again(title, promotionForm(c, e))
	}
	return c.show(title, promotionForm(c, e))
}

func cloned(values map[string][]string) map[string][]string {
	m := make(map[string][]string, len(values))
	for k, v := range values {
		m[k] = slices.Clone(v)
	}
	return m
}

// promotionExample answers the example of a form that is being filled in.
func (d *Desk) promotionExample(c *call) error {
	e, err := d.editor(c)
	if err != nil {
		return err
	}
	r := e.reading(c.form.Values)
	p := r.promotion(e.kind)
	if e.stored != nil {
		p.ID = e.stored.Draft.ID
	}
	e.form, e.example = c.form, r.example(e.of, &p, c.now)
	return view.Answer(c.w, c.r, http.StatusOK, c.Code, exampleResult(e))
}

// promotionCreate makes a draft of what was typed.
func (d *Desk) promotionCreate(c *call) error {
	e, err := d.editor(c)
	if err != nil {
		return err
	}
	e.form = c.form
	r := e.reading(c.form.Values)
	p := r.promotion(e.kind)
	if len(r.faults) > 0 {
		return d.misread(c, e, r)
	}
	made, err := d.Office.CreatePromotion(c.r.Context(), c.actor, c.now, e.of.Draft.ID, p)
	if err != nil {
		return d.refused(c, e, err)
	}
	c.to(Base + "/promotions/" + made.Draft.ID.String() + "?done=saved")
	return nil
}

// promotion is the form of a draft.
func (d *Desk) promotion(c *call) error {
	e, err := d.editor(c)
	if err != nil {
		return err
	}
	e.form = e.formOf(&e.stored.Draft, e.stored.Revision)
	return d.showEditor(c, e, false)
}

// promotionSave writes a draft over the revision that the form was made of. If somebody else was faster, the form comes
// back with what they have changed.
func (d *Desk) promotionSave(c *call) error {
	e, err := d.editor(c)
	if err != nil {
		return err
	}
	e.form = c.form
	r := e.reading(c.form.Values)
	p := r.promotion(e.kind)
	p.ID = e.stored.Draft.ID
	if len(r.faults) > 0 {
		return d.misread(c, e, r)
	}
	back := Base + "/promotions/" + p.ID.String()
	if samePromotion(&p, &e.stored.Draft) {
		c.to(back + "?done=same")
		return nil
	}
	_, err = d.Office.ChangePromotion(c.r.Context(), c.actor, c.now, r.revision(), p)
	if e := verno.AsError(err); e != nil && e.Kind == verno.KindPrecondition {
		return d.overtaken(c, p)
	}
	if err != nil {
		return d.refused(c, e, err)
	}
	c.to(back + "?done=saved")
	return nil
}

// revision is that of the draft of which a form was made.
func (r *reading) revision() int64 {
	n, err := strconv.ParseInt(r.values.Get("revision"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// overtaken shows a form again whose draft has changed since, with the difference. Saving it again writes it over that.
func (d *Desk) overtaken(c *call, mine verno.Promotion) error {
	e, err := d.editor(c)
	if err != nil {
		return err
	}
	e.form = c.form
	e.form.Values.Set("revision", strconv.FormatInt(e.stored.Revision, 10))
	e.theirs = compare(e.promotion(&mine), e.promotion(&e.stored.Draft))
	return d.showEditor(c, e, true)
}

// misread shows a form again in which something could not be understood.
func (d *Desk) misread(c *call, e *editor, r *reading) error {
	e.form.Faults, e.form.Wrong = r.faults, c.Say("common.wrong_fields")
	return d.showEditor(c, e, true)
}

// refused shows a form again of which the rules do not approve.
func (d *Desk) refused(c *call, e *editor, err error) error {
	e.failRules(e.form, e.kind, c.explain(err))
	return d.showEditor(c, e, true)
}

// promotionAct archives a promotion, takes it back, switches it on or off, or makes another one like it.
func (d *Desk) promotionAct(c *call) error {
	e, err := d.editor(c)
	if err != nil {
		return err
	}
	p := e.stored.Draft
	ctx, revision := c.r.Context(), e.reading(c.form.Values).revision()
	to := Base + "/promotions?programme=" + e.of.Draft.ID.String()
	switch c.r.PathValue("act") {
	case "archive":
		_, err = d.Office.ArchivePromotion(ctx, c.actor, c.now, p.ID, revision)
	case "restore":
		_, err = d.Office.RestorePromotion(ctx, c.actor, c.now, p.ID, revision)
	case "switch":
		p.Active = !p.Active
		_, err = d.Office.ChangePromotion(ctx, c.actor, c.now, revision, p)
		to = Base + "/promotions/" + p.ID.String()
	case "copy":
		p.Name = c.Say("desk.promotion.copy_of", "Name", cut(p.Name, 150))
		var made store.Promotion
		made, err = d.Office.CreatePromotion(ctx, c.actor, c.now, e.of.Draft.ID, p)
		to = Base + "/promotions/" + made.Draft.ID.String()
	default:
		err = verno.NotFound("not_found").With("thing", c.r.PathValue("act"))
	}
	if err == nil {
		c.to(to)
	}
	return err
}

// cut is the beginning of a text.
func cut(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most])
}
