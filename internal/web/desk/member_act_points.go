package desk

import (
	"crypto/sha256"
	"net/url"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// adjustment is a correction while it is written.
type adjustment struct {
	member.View
	points member.Points
	once   money.Points // that the reader corrects without a second person
	key    string
	size   money.Points // what is asked for, below zero to take; zero while it is no number
}

// after is the balance that the correction leaves.
func (a *adjustment) after() money.Points { return a.points.Balance + a.size }

// short says that more would be taken than there is.
func (a *adjustment) short() bool { return -a.size > max(a.points.Available, 0) }

// asks says that a second person will be asked.
func (a *adjustment) asks() bool { return max(a.size, -a.size) > a.once }

func (d *Desk) adjustment(c *call) (*adjustment, error) {
	v, err := d.subject(c)
	if err != nil {
		return nil, err
	}
	a := &adjustment{View: v, key: d.onceKey(c)}
	if a.points, err = d.Members.Points(c.r.Context(), c.actor, c.now, v.ID); err != nil {
		return nil, err
	}
	a.once = d.Members.AtOnce(c.actor, a.points.Scale)
	return a, nil
}

// adjustForm shows the form with the result of what stands in it, so that nobody adjusts blindly. What is typed comes in
// the address: a script asks again with each change.
func (d *Desk) adjustForm(c *call) error {
	a, err := d.adjustment(c)
	if err != nil {
		return err
	}
	c.form = filled("how", c.Query.Get("how"), "points", c.Query.Get("points"), "reason", c.Query.Get("reason"))
	if c.form.Value("how") == "" {
		c.form.Values.Set("how", "give")
	}
	a.size, _ = sizeOf(c.form.Values, a.points.Scale)
	return c.show(c.Say("desk.points.title"), adjustPage(c, a))
}

// sizeOf reads how many points a form gives or takes.
func sizeOf(form url.Values, scale int) (money.Points, bool) {
	typed := strings.NewReplacer(" ", "", "\u00a0", "", ",", ".").Replace(form.Get("points"))
	n, err := money.ParsePoints(typed, scale)
	if err != nil || n <= 0 {
		return 0, false
	}
	if form.Get("how") == "take" {
		n = -n
	}
	return n, true
}

func (d *Desk) adjust(c *call) error {
	a, err := d.adjustment(c)
	if err != nil {
		return err
	}
	var ok bool
	if a.size, ok = sizeOf(c.form.Values, a.points.Scale); !ok {
		err = verno.InvalidField("/points", "number_range", "min", "1", "max", money.MaxPoints.Format(a.points.Scale))
	}
	var done member.Adjusted
	if err == nil {
		done, err = d.Members.Adjust(c.r.Context(), c.actor, c.now, member.Adjust{
			Key: "desk " + a.key, BodyHash: sha256.Sum256([]byte(a.ID.String() + " " + a.size.Format(0) + " " + c.form.Value("reason"))),
			Member: a.ID, Points: a.size, Reason: c.form.Value("reason"),
		})
	}
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return c.again(c.Say("desk.points.title"), adjustPage(c, a))
	}
	if !done.Task.IsZero() {
		c.did(taskPath(done.Task), "proposed")
		return nil
	}
	c.did(memberPath(a.ID), "adjusted")
	return nil
}

// reasons are why points may be corrected, as a reader chooses among them.
func (c *call) reasons() []option {
	list := []option{{Label: c.Say("desk.points.choose")}}
	for _, r := range member.Reasons {
		list = append(list, option{Value: r, Label: c.Say("desk.reason." + r)})
	}
	return list
}
