package desk

import (
	"errors"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/poster"
)

// papers are the sizes of a poster, as its address names them.
var papers = []string{"a4", "a6"}

// channelPoster is a sheet to print with the code of a channel's address.
func (d *Desk) channelPoster(c *call) error {
	ch, err := d.channelOf(c)
	if err != nil {
		return err
	}
	paper, isPDF := strings.CutSuffix(c.r.PathValue("paper"), ".pdf")
	if !isPDF || paper != papers[0] && paper != papers[1] {
		return verno.NotFound("not_found").With("thing", c.r.PathValue("paper"))
	}
	s := poster.Sheet{
		Size: strings.ToUpper(paper), Address: d.joinAddress(c, &ch), Name: c.Brand.Name,
		Title: c.Say("setup.poster.title"), Does: c.Say("setup.poster.does"),
	}
	if s.Logo, err = d.Reader.Logo(c.r.Context(), c.actor.Tenant); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	s.Accent, _ = brand.Parse(c.Brand.Colour)
	if s.Gains, err = d.gains(c, ch.Programme); err != nil {
		return err
	}
	pdf, err := poster.Draw(s)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="`+ch.Code+"-"+paper+`.pdf"`)
	_, err = c.w.Write(pdf)
	return err
}

// mostGains is how many promotions a poster names.
const mostGains = 3

// gains are the names of what a programme offers at the moment, for who stands before the poster.
func (d *Desk) gains(c *call, id verno.ProgrammeID) ([]string, error) {
	v, err := d.Reader.PublishedVersion(c.r.Context(), c.actor.Tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	var lines []string
	for i := range v.Promotions {
		if v.Promotions[i].Active && len(lines) < mostGains {
			lines = append(lines, v.Promotions[i].Name)
		}
	}
	return lines, err
}
