package desk

import (
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// personForm shows who a member is, to be changed.
func (d *Desk) personForm(c *call) error {
	v, err := d.subject(c)
	if err != nil {
		return err
	}
	p := &v.Person
	c.form = filled("first_name", p.FirstName, "last_name", p.LastName, "phone", p.Phone, "email", p.Email, "birthday", p.Birthday,
		"gender", p.Gender, "tags", strings.Join(v.Tags, ", "), "external_id", v.ExternalID, "revision", strconv.FormatInt(v.Revision, 10))
	return c.show(c.Say("desk.person.title"), personPage(c, &v))
}

func (d *Desk) changePerson(c *call) error {
	v, err := d.subject(c)
	if err != nil {
		return err
	}
	value := func(name string) *string {
		s := strings.TrimSpace(c.form.Value(name))
		return &s
	}
	tags := strings.FieldsFunc(c.form.Value("tags"), func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
	revision, _ := strconv.ParseInt(c.form.Value("revision"), 10, 64)
	_, err = d.Members.Update(c.r.Context(), c.actor, c.now, v.ID, revision, member.Change{
		Phone: value("phone"), Email: value("email"), FirstName: value("first_name"), LastName: value("last_name"),
		Birthday: value("birthday"), Gender: value("gender"), Tags: &tags, ExternalID: value("external_id"),
	})
	if err != nil {
		at := map[string]string{}
		for i := range tags {
			at["tags/"+strconv.Itoa(i)] = "tags"
		}
		if err := c.mend(err, at); err != nil {
			return err
		}
		if verno.AsError(err).Code == "etag_mismatch" {
			c.stale(v.Revision)
		}
		return c.again(c.Say("desk.person.title"), personPage(c, &v))
	}
	c.did(memberPath(v.ID), "changed")
	return nil
}

// stale says that somebody else has written what a form changes, and lets the form be sent over what is there now.
func (c *call) stale(revision int64) {
	c.form.Wrong = c.Say("desk.stale")
	c.form.Values.Set("revision", strconv.FormatInt(revision, 10))
}

// consent writes down what a member says to a purpose that it has decided on before: it withdraws, or agrees to the same
// text again.
func (d *Desk) consent(c *call) error {
	v, err := d.subject(c)
	if err != nil {
		return err
	}
	list, err := d.Members.Consents(c.r.Context(), c.actor, v.ID)
	if err != nil {
		return err
	}
	for _, last := range lastWords(list) {
		if last.Purpose != c.form.Value("purpose") {
			continue
		}
		_, err := d.Members.Consent(c.r.Context(), c.actor, c.now, v.ID, member.Agreement{
			Purpose: last.Purpose, Granted: c.form.On("granted"), TextVersion: last.TextVersion, TextHash: last.TextHash, Channel: "desk",
		})
		if err != nil {
			return err
		}
		c.did(memberPath(v.ID), "consent")
		return nil
	}
	return verno.NotFound("not_found").With("thing", c.form.Value("purpose"))
}

// lastWords are what a member has said last to each purpose, in the order in which it first said something.
func lastWords(list []verno.Consent) []verno.Consent {
	var last []verno.Consent
	at := map[string]int{}
	for i := range list {
		n, known := at[list[i].Purpose]
		if !known {
			n = len(last)
			at[list[i].Purpose], last = n, append(last, verno.Consent{})
		}
		last[n] = list[i]
	}
	return last
}

// purpose is what a consent is to, in words where the words are known.
func purpose(c *call, name string) string {
	if id := "desk.purpose." + name; c.Has(id) {
		return c.Say(id)
	}
	return name
}

// birthdayInput is a calendar, but for a day whose year is not told: no calendar can show it.
func birthdayInput(value string) string {
	if len(value) > 1 && value[:2] == "--" {
		return ""
	}
	return "date"
}
