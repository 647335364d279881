package desk

import (
	"net/http"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// cardPages are the pages of templates of cards.
var cardPages = []page{
	{"GET /cards", verno.MayReadConfig, (*Desk).cards},
	{"GET /cards/new", verno.MayWriteConfig, (*Desk).cardNew},
	{"POST /cards/new", verno.MayWriteConfig, (*Desk).cardCreate},
	{"GET /cards/{id}", verno.MayReadConfig, (*Desk).card},
	{"POST /cards/{id}", verno.MayWriteConfig, (*Desk).cardSave},
	{"POST /cards/{id}/preview", verno.MayReadConfig, (*Desk).cardPreview},
	{"POST /cards/{id}/act/{act}", verno.MayWriteConfig, (*Desk).templateAct},
	{"GET /cards/{id}/publish", verno.MayReadConfig, (*Desk).cardPublishing},
	{"POST /cards/{id}/publish", verno.MayPublish, (*Desk).cardPublish},
	{"GET /cards/{id}/versions", verno.MayReadConfig, (*Desk).cardVersions},
	{"GET /cards/{id}/versions/{number}", verno.MayReadConfig, (*Desk).cardVersion},
	{"POST /cards/{id}/versions/{number}/rollback", verno.MayPublish, (*Desk).cardRollBack},
	{"GET /cards/{id}/pictures/{slot}", verno.MayWriteConfig, (*Desk).cardPicture},
	{"POST /cards/{id}/pictures/{slot}", verno.MayWriteConfig, (*Desk).cardPictureSave},
	{"GET /card_pictures/{hash}", verno.MayReadConfig, (*Desk).cardPictureFile},
}

const cardBase = Base + "/cards"

// maxCounted is how far cards are counted.
const maxCounted = 100_000

// template is a template as the list shows it.
type template struct {
	campaign.Template

	kind    *card.Kind
	issued  int64
	picture string // the card as an Apple pass, as it is drafted
}

// cards lists the templates of a programme.
func (d *Desk) cards(c *call) error {
	id, err := d.programmeOf(c)
	if err != nil {
		return err
	}
	if id.IsZero() {
		return c.show(c.Say("desk.template.title"), cardList(c, nil, nil, false))
	}
	p, err := d.Office.Programme(c.r.Context(), c.actor, id)
	if err != nil {
		return err
	}
	archived := c.Query.Get("archived") != ""
	rows, err := d.Office.Templates(c.r.Context(), c.actor, id, archived, verno.TemplateID{}, 200)
	if err != nil {
		return err
	}
	sizes, err := d.pictureSizes(c)
	if err != nil {
		return err
	}
	list := make([]template, 0, len(rows))
	for _, row := range rows {
		t := template{Template: row}
		t.kind, _ = card.Find(row.Kind)
		if t.issued, err = d.Reader.CardsShowing(c.r.Context(), &row.CardTemplate, maxCounted); err != nil {
			return err
		}
		t.picture = c.board(&p, row, sizes).wallet(c.Code, samples[0]).Apple().SVG
		list = append(list, t)
	}
	c.dressCard()
	return c.show(c.Say("desk.template.title"), cardList(c, &p, list, archived))
}

func (c *call) dressCard() { c.Styles = append(c.Styles, "desk_card.css") }

// counted says how many cards there are, and that there are more than were counted.
func counted(c *call, n int64) string {
	if n >= maxCounted {
		return c.Say("desk.template.issued_many", "N", c.Number(maxCounted))
	}
	return c.Count("desk.template.issued", n)
}

// cardNew shows the kinds of card.
func (d *Desk) cardNew(c *call) error { return d.showKinds(c, &view.Form{}) }

func (d *Desk) showKinds(c *call, form *view.Form) error {
	id, err := d.programmeOf(c)
	if err != nil {
		return err
	}
	p, err := d.Office.Programme(c.r.Context(), c.actor, id)
	if err != nil {
		return err
	}
	var list []template
	for _, k := range card.Kinds() {
		t := template{kind: k}
		t.Drafted = k.Template(k.Title.In(c.Code))
		t.picture = c.board(&p, t.Template, nil).wallet(c.Code, samples[0]).Apple().SVG
		list = append(list, t)
	}
	c.dressCard()
	if form.Wrong != "" {
		return c.again(c.Say("desk.template.new"), cardKinds(c, id, list, form))
	}
	return c.show(c.Say("desk.template.new"), cardKinds(c, id, list, form))
}

// cardCreate drafts a template of the kind that was chosen.
func (d *Desk) cardCreate(c *call) error {
	id, err := d.programmeOf(c)
	if err != nil {
		return err
	}
	name := c.form.Value("name")
	if k, ok := card.Find(c.form.Value("kind")); ok && name == "" {
		name = k.Title.In(c.Code)
	}
	t, err := d.Office.CreateTemplate(c.r.Context(), c.actor, c.now, id, card.Template{Kind: c.form.Value("kind"), Name: name})
	if e := verno.AsError(err); e != nil && (e.Kind == verno.KindInvalid || e.Kind == verno.KindConflict) {
		c.form.Fail(c.r, c.Page, err, nil)
		return d.showKinds(c, c.form)
	}
	if err != nil {
		return err
	}
	c.to(cardPath(t.ID))
	return nil
}

func cardPath(id verno.TemplateID) string { return cardBase + "/" + id.String() }

// board is one template on the desk, with what its preview needs.
type board struct {
	*teller
	campaign.Template

	kind     *card.Kind
	form     *view.Form
	lang     string // of the preview
	sample   string
	said     string // what was done just now
	fresh    string // the field that was added just now and waits for its text
	unsaved  bool   // the form is not what is stored
	overtook []change
	sizes    map[string][2]int // of pictures, by hash
	running  []verno.Promotion // that are in force
}

// board begins the page of a template.
func (c *call) board(p *store.Programme, t campaign.Template, sizes map[string][2]int) *board {
	b := &board{teller: c.teller(&p.Draft, nil), Template: t, lang: c.Code, sample: samples[0], sizes: sizes}
	b.kind, _ = card.Find(t.Drafted.Kind)
	return b
}

// pictureSizes are the width and height of each picture that there is.
func (d *Desk) pictureSizes(c *call) (map[string][2]int, error) {
	list, err := d.Office.Pictures(c.r.Context(), c.actor)
	sizes := make(map[string][2]int, len(list))
	for _, one := range list {
		sizes[one.Hash] = [2]int{int(one.Width), int(one.Height)}
	}
	return sizes, err
}

// templateBoard reads the template that the path names.
func (d *Desk) templateBoard(c *call) (*board, error) {
	id, err := path[verno.TemplateID](c, "id")
	if err != nil {
		return nil, err
	}
	t, err := d.Office.Template(c.r.Context(), c.actor, id)
	if err != nil {
		return nil, err
	}
	p, err := d.Office.Programme(c.r.Context(), c.actor, t.Programme)
	if err != nil {
		return nil, err
	}
	sizes, err := d.pictureSizes(c)
	if err != nil {
		return nil, err
	}
	b := c.board(&p, t, sizes)
	if b.kind == nil {
		return nil, verno.NotFound("not_found").With("thing", t.Kind)
	}
	b.running, err = d.inForce(c, t.Programme)
	return b, err
}

// wallet is a template as it looks with the card of somebody.
func (b *board) wallet(lang, sample string) view.Wallet { return b.walletOf(&b.Drafted, lang, sample) }

func (b *board) walletOf(t *card.Template, lang, sample string) view.Wallet {
	l := words.In(lang)
	x := b.facts(l, t, sample)
	f, err := card.Show(t, &x)
	if err != nil {
		f = card.Face{}
	}
	return view.Wallet{Lang: l, Face: &f, Picture: b.picture, Mark: b.Brand.Picture}
}

// picture is where a picture of the tenant is.
func (b *board) picture(hash string) (address string, width, height int) {
	size, ok := b.sizes[hash]
	if !ok {
		return "", 0, 0
	}
	return Base + "/card_pictures/" + hash, size[0], size[1]
}

// templateAct archives a template, takes it back, makes it the standard one, or makes another like it.
func (d *Desk) templateAct(c *call) error {
	b, err := d.templateBoard(c)
	if err != nil {
		return err
	}
	ctx, to := c.r.Context(), cardBase
	revision, _ := strconv.ParseInt(c.form.Value("revision"), 10, 64)
	switch c.r.PathValue("act") {
	case "archive":
		_, err = d.Office.ArchiveTemplate(ctx, c.actor, c.now, b.ID, revision)
	case "restore":
		_, err = d.Office.RestoreTemplate(ctx, c.actor, c.now, b.ID, revision)
		to = cardPath(b.ID)
	case "standard":
		_, err = d.Office.MakeStandard(ctx, c.actor, c.now, b.ID)
		to = cardPath(b.ID) + "?done=standard"
	case "copy":
		like := b.Drafted
		like.Name = c.Say("desk.promotion.copy_of", "Name", cut(like.Name, card.MaxName-12))
		var made campaign.Template
		made, err = d.Office.CreateTemplate(ctx, c.actor, c.now, b.Programme, like)
		to = cardPath(made.ID)
	default:
		err = verno.NotFound("not_found").With("thing", c.r.PathValue("act"))
	}
	if err == nil {
		c.to(to)
	}
	return err
}

// cardPictureFile serves a picture. It never changes, since it is named by what it shows.
func (d *Desk) cardPictureFile(c *call) error {
	p, err := d.Office.Picture(c.r.Context(), c.actor, c.r.PathValue("hash"))
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	c.w.WriteHeader(http.StatusOK)
	_, err = c.w.Write(p.PNG)
	return err
}
