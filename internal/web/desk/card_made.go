package desk

import (
	"crypto/sha256"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// madePages are cards that have something for themselves, such as the seat of a ticket or the post of an employee.
var madePages = []page{
	{"GET /cards/{id}/made", verno.MayReadConfig | verno.MayReadMembers, (*Desk).madeCards},
	{"GET /cards/{id}/made/new", verno.MayReadConfig | changing, (*Desk).makeCardForm},
	{"POST /cards/{id}/made/new", verno.MayReadConfig | changing, (*Desk).makeCard},
	{"GET /made_cards/{card}", changing, (*Desk).madeCard},
	{"POST /made_cards/{card}", changing, (*Desk).rewriteCard},
	{"GET /made_cards/{card}/{act}", changing, (*Desk).cardActForm},
	{"POST /made_cards/{card}/{act}", changing, (*Desk).cardAct},
}

// ownForm is what a card of a kind has for itself, as a form asks for it.
type ownForm struct {
	kind     *card.Kind
	title    string // of the template
	template verno.TemplateID
	member   verno.MemberID // zero for whoever holds it
	holder   string         // what that member is called
	card     member.Card    // zero for a new one
	worth    *worth         // of a card that is good for something by itself
	next     member.Card    // that has replaced it, if any
	key      string
	done     string
}

// made says whether there is a card yet.
func (f *ownForm) made() bool { return !f.card.ID.IsZero() }

// heading is what its page is called.
func (f *ownForm) heading(c *call) string {
	if f.made() {
		return c.Say("desk.made.title")
	}
	return c.Say("desk.made.new")
}

// dated says whether a new card may be given days of its own.
func (f *ownForm) dated() bool { return !f.made() && f.kind.Scan == card.ScanEnter }

// back is the page from which one came.
func (f *ownForm) back(c *call) (templ.SafeURL, string) {
	if !f.member.IsZero() {
		return templ.SafeURL(Base + memberPath(f.member)), f.holder
	}
	if f.kind.Scan == card.ScanTender && c.actor.May.Has(finding) {
		return templ.SafeURL(Base + "/certificates"), c.Say("desk.certificate.title")
	}
	if c.actor.May.Has(verno.MayReadConfig) {
		return templ.SafeURL(cardPath(f.template) + "/made"), f.title
	}
	return templ.SafeURL(Base + "/"), c.Say("desk.overview")
}

func madePath(id verno.CardID) string { return "/made_cards/" + id.String() }

// makes says whether cards of a kind are made one by one at a form of their own: those that let in, those that show whose
// they are, and coupons.
func makes(k *card.Kind) bool {
	return k.Scan == card.ScanEnter || k.Scan == card.ScanShow || k.Scan == card.ScanRedeem
}

// madeCards lists the cards that were made of a template.
func (d *Desk) madeCards(c *call) error {
	before, err := after[verno.CardID](c)
	if err != nil {
		return err
	}
	b, err := d.templateBoard(c)
	if err != nil {
		return err
	}
	rows, err := d.Members.CardsMade(c.r.Context(), c.actor, b.ID, before, pageSize+1)
	if err != nil {
		return err
	}
	rows, next := cutPage(rows, func(m *member.Made) verno.CardID { return m.ID })
	c.dressCard()
	return c.show(b.Name, madeList(c, b, rows, next))
}

// ownText is what stands on a card alone, on one line.
func ownText(k *card.Kind, d *card.Document) string {
	var parts []string
	for _, o := range k.Own {
		if v := d.Values[o.Name]; v != "" {
			parts = append(parts, v)
		}
	}
	return orDash(strings.Join(parts, " · "))
}

// making is the form of a card that is to be made of the template that the path names.
func (d *Desk) making(c *call, of string) (*ownForm, error) {
	c.Styles = append(c.Styles, "desk_people.css")
	b, err := d.templateBoard(c)
	if err != nil {
		return nil, err
	}
	if !makes(b.kind) {
		return nil, verno.NotFound("not_found").With("thing", b.Name)
	}
	f := &ownForm{kind: b.kind, title: b.Name, template: b.ID, key: d.onceKey(c)}
	if of == "" {
		return f, nil
	}
	if f.member.UnmarshalText([]byte(of)) != nil {
		return nil, verno.NotFound("not_found").With("thing", of)
	}
	f.holder, err = d.holderOf(c, f.member)
	return f, err
}

// holderOf is what the member is called whose a card is or is to be.
func (d *Desk) holderOf(c *call, id verno.MemberID) (string, error) {
	v, err := d.Members.Read(c.r.Context(), c.actor, id)
	return fullName(c, &v), err
}

func (d *Desk) makeCardForm(c *call) error {
	f, err := d.making(c, c.Query.Get("member"))
	if err != nil {
		return err
	}
	c.form = filled("member", c.Query.Get("member"))
	return d.showOwn(c, f, false)
}

func (d *Desk) showOwn(c *call, f *ownForm, again bool) error {
	title := f.heading(c)
	if f.made() {
		var err error
		if f.worth, err = d.worthOf(c, f); err != nil {
			return err
		}
	}
	if again {
		return c.again(title, ownPage(c, f))
	}
	return c.show(title, ownPage(c, f))
}

// makeCard makes a card of a template, for a member or for whoever holds it.
func (d *Desk) makeCard(c *call) error {
	f, err := d.making(c, c.form.Value("member"))
	if err != nil {
		return err
	}
	doc := card.Document{Values: ownValues(f.kind, c.form.Values)}
	faults := map[string]string{}
	if f.dated() {
		doc.Starts = c.dayTyped("starts_at", 0, faults)
		doc.Ends = c.dayTyped("ends_at", 1, faults)
	}
	if len(faults) > 0 {
		c.form.Faults, c.form.Wrong = faults, c.Say("common.wrong_fields")
		return d.showOwn(c, f, true)
	}
	made, _, err := d.Members.IssueOnce(c.r.Context(), c.actor, c.now, member.TemplateRequest{
		Key: "desk " + f.key, BodyHash: sha256.Sum256([]byte(c.form.Values.Encode())), Template: f.template, Member: f.member, Document: doc,
	}, card.ScanEnter, card.ScanShow, card.ScanRedeem)
	if err == nil {
		c.did(madePath(made.ID), "card_made")
		return nil
	}
	if err := c.mend(err, nil); err != nil {
		return err
	}
	return d.showOwn(c, f, true)
}

// dayTyped reads a day in the zone of the desk, and so many days more.
func (c *call) dayTyped(name string, more int, faults map[string]string) time.Time {
	text := c.form.Value(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(time.DateOnly, text, c.zone)
	if err != nil {
		faults[name] = verno.TextOf("date_invalid", c.Code, map[string]string{"form": "2026-12-31"})
		return t
	}
	return t.AddDate(0, 0, more)
}

// ownValues are what was typed of what a card has for itself.
func ownValues(k *card.Kind, typed url.Values) map[string]string {
	values := map[string]string{}
	for _, o := range k.Own {
		if v := strings.TrimSpace(typed.Get("values/" + o.Name)); v != "" {
			values[o.Name] = v
		}
	}
	return values
}

// ownOf reads a card that has something for itself, with what it has.
func (d *Desk) ownOf(c *call) (*ownForm, *card.Document, error) {
	c.Styles = append(c.Styles, "desk_people.css")
	ctx := c.r.Context()
	id, err := path[verno.CardID](c, "card")
	if err != nil {
		return nil, nil, err
	}
	f := &ownForm{done: c.doneText()}
	if f.card, err = d.Members.Card(ctx, c.actor, id); err != nil {
		return nil, nil, err
	}
	f.template, f.member = f.card.Template, f.card.Member
	f.kind = kindOf(&f.card)
	if !hasPage(&f.card) {
		return nil, nil, verno.NotFound("not_found").With("thing", id.String())
	}
	row, err := d.Reader.CardTemplate(ctx, c.actor.Tenant, f.template)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, nil, err
	}
	if f.title = row.Name; !f.member.IsZero() {
		if f.holder, err = d.holderOf(c, f.member); err != nil {
			return nil, nil, err
		}
	}
	if by := f.card.ReplacedBy; !by.IsZero() {
		if f.next, err = d.Members.Card(ctx, c.actor, by); err != nil {
			return nil, nil, err
		}
	}
	doc, err := d.Members.CardDocument(ctx, c.actor, id)
	return f, &doc, err
}

func (d *Desk) madeCard(c *call) error {
	f, doc, err := d.ownOf(c)
	if err != nil {
		return err
	}
	c.form = filled("revision", strconv.FormatInt(f.card.Revision, 10))
	for name, value := range doc.Values {
		c.form.Values.Set("values/"+name, value)
	}
	return d.showOwn(c, f, false)
}

// rewriteCard writes what stands on a card alone. Phones are told, as of every change of a card.
func (d *Desk) rewriteCard(c *call) error {
	f, doc, err := d.ownOf(c)
	if err != nil {
		return err
	}
	revision, _ := strconv.ParseInt(c.form.Value("revision"), 10, 64)
	doc.Values = ownValues(f.kind, c.form.Values)
	_, err = d.Members.RewriteCard(c.r.Context(), c.actor, c.now, f.card.ID, revision, *doc)
	switch e := verno.AsError(err); {
	case e == nil:
		c.did(madePath(f.card.ID), "card_rewritten")
		return nil
	case e.Kind == verno.KindPrecondition:
		// What was typed stays, and is sent over what is there now if it is sent again.
		c.form.Values.Set("revision", strconv.FormatInt(f.card.Revision, 10))
		c.form.Wrong = c.Say("desk.made.overtaken")
		return d.showOwn(c, f, true)
	}
	if err := c.mend(err, nil); err != nil {
		return err
	}
	return d.showOwn(c, f, true)
}

// owns says whether a card has something of its own that the desk can change.
func owns(card *member.Card) bool {
	k := kindOf(card)
	return k != nil && !card.Template.IsZero() && len(k.Own) > 0
}

// kindOf is the kind of a card of a template; nil for cards that are older than templates.
func kindOf(one *member.Card) *card.Kind {
	if one.Template.IsZero() {
		return nil
	}
	k, _ := card.Find(one.Kind)
	return k
}

// cardText says what a card is and since when.
func cardText(c *call, card *member.Card) string {
	if k := kindOf(card); k != nil {
		return c.Say("desk.made.since", "Kind", k.Title.In(c.Code), "Date", c.on(card.IssuedAt))
	}
	return c.Say("desk.card."+cardKind(card), "Date", c.on(card.IssuedAt))
}

// makeable are the templates of which a member can be made a card: those that name a member at the till, such as a club's,
// and others, such as tickets and business cards.
func (d *Desk) makeable(c *call, of verno.ProgrammeID) (naming, others []store.CardTemplate, err error) {
	if !c.actor.May.Has(verno.MayReadConfig) {
		return nil, nil, nil
	}
	const most = 200
	list, err := d.Reader.CardTemplates(c.r.Context(), c.actor.Tenant, of, false, verno.TemplateID{}, most)
	for i := range list {
		switch k, ok := card.Find(list[i].Kind); {
		case !ok || list[i].Published == 0:
		case k.Scan == card.ScanIdentify:
			naming = append(naming, list[i])
		case makes(k):
			others = append(others, list[i])
		}
	}
	return naming, others, err
}

// ownInput is the field of one thing that a card has for itself.
func (c *call) ownInput(o *card.Own) view.Input {
	attrs := templ.Attributes{"maxlength": strconv.Itoa(o.Max), "autocomplete": "off"}
	if o.Required {
		attrs["required"] = true
	}
	input := view.Input{Name: "values/" + o.Name, Label: o.Title.In(c.Code), Optional: !o.Required, Attrs: attrs}
	switch o.Name {
	case "phone":
		input.Type = "tel"
	case "email":
		input.Type = "email"
	}
	return input
}
