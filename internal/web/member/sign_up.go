package member

import (
	"errors"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
)

// signsUp says whether the phone that shows a channel's page can ask its holder by itself.
func (f *Face) signsUp(c *call, j *joining) (bool, error) {
	if !j.Wallet || f.Passes == nil || device(c.r) != "apple" {
		return false, nil
	}
	return f.Passes.SignsUp(c.r.Context(), j.Tenant, c.now)
}

// signUp gives a phone a pass that belongs to nobody yet, and asks for its holder.
func (f *Face) signUp(c *call) error {
	j, err := f.open(c)
	if unready(err) {
		return c.show(c.Say("join.title"), notYet(c))
	}
	if err != nil {
		return err
	}
	can := j.Wallet && f.Passes != nil
	if can {
		can, err = f.Passes.SignsUp(c.r.Context(), j.Tenant, c.now)
	}
	if err == nil && !can {
		err = verno.NotFound("route_not_found")
	}
	if err != nil {
		return err
	}
	visit := verno.VisitID{}
	if t, ok := f.Members.OpenTicket(c.r.Context(), j.Channel, c.Query.Get("ticket"), c.now); ok {
		visit = t.Visit // of the page that led here
	} else if counts(c.r) {
		if visit, err = f.Members.Visit(c.r.Context(), j.Channel, sources(c.Query), c.now); err != nil {
			return err
		}
	}
	waits, err := f.Members.NewSignUp(c.r.Context(), j.Channel, visit, c.Code, c.now)
	if err != nil {
		return err
	}
	template, err := f.Reader.StandardTemplate(c.r.Context(), j.Tenant, j.Programme)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	issued, err := f.Passes.IssueSignUp(c.r.Context(), waits, template.ID)
	if err != nil {
		return err
	}
	file, err := f.Passes.ApplePass(c.r.Context(), issued, c.now)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", pass.AppleType)
	h.Set("Content-Length", strconv.Itoa(len(file)))
	h.Set("Last-Modified", issued.ModifiedAt.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	_, _ = c.w.Write(file) // Whoever has gone away is not told.
	return nil
}
