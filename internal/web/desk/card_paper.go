package desk

import (
	"errors"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/poster"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// paperPages give cards to print and cut out. They are asked for with a POST, since who prints is written into the log.
var paperPages = []page{
	{"POST /paper_cards/{card}", changing, (*Desk).paperCard},
	{"POST /issues/{id}/paper", issues, (*Desk).paperIssue},
}

// mostPapers is how many cards one file has; the next begins after the last of them.
const mostPapers = 50 * poster.PapersOnSheet

func paperPath(id verno.CardID) string { return Base + "/paper_cards/" + id.String() }

func (d *Desk) paperCard(c *call) error {
	id, err := path[verno.CardID](c, "card")
	if err != nil {
		return err
	}
	face, err := d.Members.PrintCard(c.r.Context(), c.actor, c.now, id)
	if err != nil {
		return err
	}
	return d.papers(c, []card.Face{face}, id.String())
}

func (d *Desk) paperIssue(c *call) error {
	id, err := path[verno.IssueID](c, "id")
	if err != nil {
		return err
	}
	if _, err := d.Members.Issue(c.r.Context(), c.actor, id); err != nil {
		return err
	}
	after, _ := strconv.ParseInt(c.form.Value("after"), 10, 64) // Of what is no number there is nothing before.
	faces, _, err := d.Members.PrintIssue(c.r.Context(), c.actor, c.now, id, max(after, 0), mostPapers)
	if err == nil && len(faces) == 0 {
		err = verno.NotFound("not_found").With("thing", id.String())
	}
	if err != nil {
		return err
	}
	return d.papers(c, faces, id.String()+"-"+strconv.FormatInt(after+1, 10))
}

// papers answers with a file of cards to be cut out.
func (d *Desk) papers(c *call, faces []card.Face, name string) error {
	logos := map[string][]byte{}
	list := make([]poster.Paper, len(faces))
	for i := range faces {
		f := &faces[i]
		hash := f.Pictures[card.SlotLogo]
		if _, known := logos[hash]; !known {
			logo, err := d.paperLogo(c, hash)
			if err != nil {
				return err
			}
			logos[hash] = logo
		}
		list[i] = poster.Paper{Name: f.Merchant, Title: f.Title.In(c.Code), About: paperAbout(c, f), Number: f.Code.Alt, Code: f.Code.Message, Logo: logos[hash]}
		list[i].Background, _ = brand.Parse(f.Colours.Background)
		list[i].Foreground, _ = brand.Parse(f.Colours.Foreground)
	}
	pdf, err := poster.Papers(c.Brand.Name, list)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="`+name+`.pdf"`)
	_, err = c.w.Write(pdf)
	return err
}

// paperLogo is the picture of a design, else that of the business; nil for none.
func (d *Desk) paperLogo(c *call, hash string) (logo []byte, err error) {
	if hash == "" {
		logo, err = d.Reader.Logo(c.r.Context(), c.actor.Tenant)
	} else {
		var p store.Picture
		p, err = d.Reader.Picture(c.r.Context(), c.actor.Tenant, hash)
		logo = p.PNG
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return logo, err
}

// paperAbout is what stays true of a card on paper: which event and seat it is for, what a certificate was sold for, whose it is.
func paperAbout(c *call, f *card.Face) string {
	var parts []string
	switch k, _ := card.Find(f.Kind); {
	case f.Event != nil:
		parts = append(parts, f.Event.Name.In(c.Code))
		if !f.Event.Starts.IsZero() {
			parts = append(parts, c.Moment(f.Event.Starts))
		}
		for _, field := range f.Auxiliary {
			parts = append(parts, field.Label.In(c.Code)+" "+view.ValueText(c.Lang, &field.Value))
		}
	case k != nil && k.Scan == card.ScanTender:
		parts = append(parts, view.ValueText(c.Lang, &f.Balance))
	case f.Holder != "":
		parts = append(parts, f.Holder)
	}
	return strings.Join(parts, " · ")
}
