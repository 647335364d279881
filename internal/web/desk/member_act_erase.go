package desk

import (
	"net/http"
	"strings"

	"github.com/verno-loyalty/verno/internal/member"
)

// exportMember hands out all that is known of a person, as a file. It is posted, because the books note each time.
func (d *Desk) exportMember(c *call) error {
	v, err := d.subject(c)
	if err != nil {
		return err
	}
	all, err := d.Members.Export(c.r.Context(), c.actor, c.now, v.ID)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="`+v.ID.String()+`.json"`)
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(all)
	return nil
}

// eraseForm says what will be gone for ever.
func (d *Desk) eraseForm(c *call) error {
	v, p, err := d.leaving(c)
	if err != nil {
		return err
	}
	return c.show(c.Say("desk.erase.title"), erasePage(c, &v, &p))
}

func (d *Desk) leaving(c *call) (member.View, member.Points, error) {
	v, err := d.subject(c)
	if err != nil {
		return v, member.Points{}, err
	}
	p, err := d.Members.Points(c.r.Context(), c.actor, c.now, v.ID)
	return v, p, err
}

func (d *Desk) erase(c *call) error {
	v, p, err := d.leaving(c)
	if err != nil {
		return err
	}
	if !strings.EqualFold(strings.TrimSpace(c.form.Value("word")), c.Say("desk.erase.word")) {
		c.form.Faults = map[string]string{"word": c.Say("desk.erase.word_wrong", "Word", c.Say("desk.erase.word"))}
		return c.again(c.Say("desk.erase.title"), erasePage(c, &v, &p))
	}
	if len(p.Stored) > 0 && c.form.Value("stored_money") == "" {
		c.form.Faults = map[string]string{"stored_money": c.Say("desk.erase.stored_needed")}
		return c.again(c.Say("desk.erase.title"), erasePage(c, &v, &p))
	}
	if err := d.Members.Erase(c.r.Context(), c.actor, c.now, v.ID, member.Stored(c.form.Value("stored_money"))); err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return c.again(c.Say("desk.erase.title"), erasePage(c, &v, &p))
	}
	c.did(memberPath(v.ID), "erased")
	return nil
}
