package desk

import (
	"crypto/sha256"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// side is one of two members of a merge, with what it brings.
type side struct {
	member.View
	points member.Points
	cards  int
	stands member.Standing
}

// merging is a merge while it is prepared: whom it keeps, whom it joins to that one, and who was found for it.
type merging struct {
	keep  side
	other *side // nil while it is looked for
	done  bool  // the two are one already, as after a second click
	key   string
	q     string
	found []member.View
	wrong string
}

// together is the balance that both have.
func (m *merging) together() money.Points { return m.keep.points.Balance + m.other.points.Balance }

func (d *Desk) side(c *call, v member.View) (side, error) {
	s := side{View: v}
	var err error
	if s.points, err = d.Members.Points(c.r.Context(), c.actor, c.now, v.ID); err != nil {
		return s, err
	}
	if s.stands, err = d.Members.Standing(c.r.Context(), c.actor, c.now, v.ID); err != nil {
		return s, err
	}
	cards, err := d.Members.Cards(c.r.Context(), c.actor, v.ID)
	for i := range cards {
		if cards[i].State == verno.CardActive {
			s.cards++
		}
	}
	return s, err
}

// mergeForm looks for the other one, and then shows both side by side with what will be.
func (d *Desk) mergeForm(c *call) error {
	m, err := d.merging(c, c.Query.Get("with"))
	if err != nil {
		return err
	}
	if m.other == nil {
		m.q = strings.TrimSpace(c.Query.Get("q"))
		if err := d.candidates(c, m); err != nil {
			return err
		}
	}
	return c.show(c.Say("desk.merge.title"), mergePage(c, m))
}

func (d *Desk) merging(c *call, with string) (*merging, error) {
	v, err := d.subject(c)
	if err != nil {
		return nil, err
	}
	m := &merging{key: d.onceKey(c)}
	if m.keep, err = d.side(c, v); err != nil || with == "" {
		return m, err
	}
	id, err := verno.ParseID[verno.MemberID](with)
	if err != nil {
		return nil, verno.NotFound("not_found").With("thing", with)
	}
	if v, err = d.Members.Read(c.r.Context(), c.actor, id); err != nil {
		return nil, err
	}
	if m.done = v.ID == m.keep.ID && id != v.ID; v.ID == m.keep.ID && !m.done {
		return nil, verno.Invalid("merge_self")
	}
	other, err := d.side(c, v)
	m.other = &other
	return m, err
}

// candidates finds whom the member may be the same person as. What cannot be looked for is said beside the field.
func (d *Desk) candidates(c *call, m *merging) error {
	if m.q == "" {
		return nil
	}
	found, err := d.Members.Search(c.r.Context(), c.actor, searchFor(m.q, verno.MemberID{}))
	if e := c.explain(err); err != nil {
		if e.Kind != verno.KindInvalid {
			return err
		}
		m.wrong = c.Error(e)
		return nil
	}
	for i := range found {
		if found[i].ID != m.keep.ID && found[i].ErasedAt.IsZero() {
			m.found = append(m.found, found[i])
		}
	}
	return nil
}

func (d *Desk) merge(c *call) error {
	m, err := d.merging(c, c.form.Value("with"))
	if err != nil {
		return err
	}
	if m.done {
		c.did(memberPath(m.keep.ID), "merged")
		return nil
	}
	if m.other == nil {
		return verno.InvalidField("/with", "required")
	}
	_, err = d.Members.Merge(c.r.Context(), c.actor, c.now, member.Merge{
		Key: "desk " + m.key, BodyHash: sha256.Sum256([]byte(m.keep.ID.String() + " " + m.other.ID.String())), From: m.other.ID, Into: m.keep.ID,
	})
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return c.again(c.Say("desk.merge.title"), mergePage(c, m))
	}
	c.did(memberPath(m.keep.ID), "merged")
	return nil
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// storedText is stored money of each currency.
func storedText(c *call, list []member.StoredMoney) string {
	sums := make([]string, len(list))
	for i, s := range list {
		sums[i] = c.Money(s.Amount, s.Currency)
	}
	return strings.Join(sums, ", ")
}

// storedTogether is the stored money that both of a merge have, by who owes it in which currency.
func storedTogether(m *merging) []member.StoredMoney {
	all := append([]member.StoredMoney{}, m.keep.points.Stored...)
	for _, s := range m.other.points.Stored {
		all = addStored(all, s)
	}
	return all
}

func addStored(all []member.StoredMoney, s member.StoredMoney) []member.StoredMoney {
	for i := range all {
		if all[i].Unit == s.Unit {
			all[i].Amount += s.Amount
			return all
		}
	}
	return append(all, s)
}
