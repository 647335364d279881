package desk

import (
	"errors"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Tasks are what a person must look at: what an offline sale left, and what waits for a second person's word.
var taskPages = []page{
	{"GET /tasks", verno.MayReadMembers, (*Desk).tasks},
	{"GET /tasks/{id}", verno.MayReadMembers, (*Desk).task},
	{"POST /tasks/{id}/done", changing, (*Desk).endTask},
	{"POST /tasks/{id}/approve", verno.MayAdjustAny, (*Desk).approveTask},
	{"POST /tasks/{id}/refuse", verno.MayAdjustAny, (*Desk).refuseTask},
}

func taskPath(id verno.TaskID) string { return "/tasks/" + id.String() }

// errand is a task in words.
type errand struct {
	verno.Task
	title   string // what has happened
	text    string // what it means, and what to do
	raw     string // the words of an outside service, as it said them
	member  member.View
	receipt *store.ReceiptRow // what it is about, where it is about one
	place   string            // of the receipt
	asks    *member.Proposal  // what waits for a second person
	scale   int               // of the points that it asks for
	points  *member.Points    // of the member, on the task's own page while a second person can still decide
	by      string            // who asks for it
	ender   string            // who has ended it
}

// waits says that a second person can still decide.
func (t *errand) waits(c *call) bool {
	return t.asks != nil && t.DoneAt.IsZero() && c.now.Before(t.asks.Until)
}

// mine says that the reader has asked for it, so that somebody else must decide.
func (t *errand) mine(c *call) bool { return t.asks != nil && t.asks.By == c.actor.Name() }

// tasks lists what is to be looked at, or all that ever was.
func (d *Desk) tasks(c *call) error {
	c.Styles = append(c.Styles, "desk_people.css")
	after, err := after[verno.TaskID](c)
	if err != nil {
		return err
	}
	all := c.Query.Get("all") != ""
	rows, err := d.Members.Tasks(c.r.Context(), c.actor, all, after, pageSize+1)
	if err != nil {
		return err
	}
	rows, next := cutPage(rows, func(t *verno.Task) verno.TaskID { return t.ID })
	names, list := d.naming(c), make([]errand, len(rows))
	for i := range rows {
		if list[i], err = d.errand(c, names, rows[i]); err != nil {
			return err
		}
	}
	return c.show(c.Say("desk.tasks"), taskList(c, list, next, all))
}

// errand tells what a task is about.
func (d *Desk) errand(c *call, names *naming, t verno.Task) (errand, error) {
	out := errand{Task: t, title: t.Kind}
	var err error
	if out.ender, err = names.actor(t.DoneBy); err != nil {
		return out, err
	}
	if walletTask(c, &out) {
		return out, nil
	}
	if t.Kind == checkout.TaskTwoPlaces {
		err = d.twoPlaces(c, names, &out)
		return out, err
	}
	if q, ok := member.ProposalOf(t); ok {
		err = d.proposed(c, names, &out, q)
		return out, err
	}
	id, err := verno.ParseID[verno.ReceiptID](t.Ref)
	if err != nil {
		return out, nil //nolint:nilerr // It is about something that this version does not know, and is shown by its kind.
	}
	out.receipt, err = d.Reader.Receipt(c.r.Context(), c.actor.Tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	if out.place, err = names.store(out.receipt.Store); err != nil {
		return out, err
	}
	if err := d.about(c, &out, out.receipt.Member); err != nil {
		return out, err
	}
	err = d.left(c, &out)
	return out, err
}

// about reads the member of a task; none where nobody showed a card.
func (d *Desk) about(c *call, t *errand, id verno.MemberID) (err error) {
	if !id.IsZero() {
		t.member, err = d.Members.Read(c.r.Context(), c.actor, id)
	}
	return err
}

// proposed tells of an adjustment that waits, or has waited.
func (d *Desk) proposed(c *call, names *naming, t *errand, q member.Proposal) error {
	t.asks = &q
	if err := d.about(c, t, q.Member); err != nil {
		return err
	}
	units, err := d.Reader.Units(c.r.Context(), c.actor.Tenant)
	if err != nil {
		return err
	}
	for i := range units {
		if units[i].ID == verno.PointsUnit(t.member.Programme) {
			t.scale = units[i].Scale
		}
	}
	if t.by, err = names.actor(q.By); err != nil {
		return err
	}
	id, n := "desk.task.give", q.Points
	if n < 0 {
		id, n = "desk.task.take", -n
	}
	t.title = c.Say(id, "Points", points(c, n, t.scale), "Name", fullName(c, &t.member))
	t.text = c.Say("desk.task.proposed", "By", t.by, "Reason", c.Say("desk.reason."+q.Reason))
	return nil
}

// left tells of what an offline sale left.
func (d *Desk) left(c *call, t *errand) error {
	amount, err := strconv.ParseInt(t.Detail, 10, 64)
	if err != nil {
		return nil //nolint:nilerr // It has another form of detail and is shown by its kind.
	}
	switch t.Kind {
	case "points_debt":
		p, err := d.Members.Points(c.r.Context(), c.actor, c.now, t.receipt.Member)
		if err != nil {
			return err
		}
		t.title = c.Say("desk.task.debt", "Points", points(c, money.Points(amount), p.Scale))
		t.text = c.Say("desk.task.debt_hint")
	case "money_debt", "certificate_debt":
		id := "desk.task." + t.Kind
		t.title = c.Say(id, "Sum", c.Money(money.Amount(amount), t.receipt.Currency))
		t.text = c.Say(id + "_hint")
	case "coupon_reused":
		t.title, t.text = c.Say("desk.task.coupon_reused"), c.Say("desk.task.coupon_reused_hint")
	case "charged_differs":
		id := "desk.task.more"
		if amount < 0 {
			id, amount = "desk.task.less", -amount
		}
		t.title = c.Say(id, "Sum", c.Money(money.Amount(amount), t.receipt.Currency))
		t.text = c.Say(id + "_hint")
	}
	return nil
}

func (d *Desk) task(c *call) error {
	t, err := d.taskOf(c)
	if err != nil {
		return err
	}
	return c.show(t.title, taskPage(c, &t, c.doneText()))
}

func (d *Desk) taskOf(c *call) (errand, error) {
	c.Styles = append(c.Styles, "desk_people.css")
	id, err := path[verno.TaskID](c, "id")
	if err != nil {
		return errand{}, err
	}
	row, err := d.Members.Task(c.r.Context(), c.actor, id)
	if err != nil {
		return errand{}, err
	}
	t, err := d.errand(c, d.naming(c), row)
	if err == nil && t.waits(c) {
		t.points = &member.Points{}
		*t.points, err = d.Members.Points(c.r.Context(), c.actor, c.now, t.asks.Member)
	}
	return t, err
}

// decide runs what ends a task. Where it cannot be ended the page says why.
func (d *Desk) decide(c *call, what string, do func(verno.TaskID) error) error {
	t, err := d.taskOf(c)
	if err != nil {
		return err
	}
	if err := do(t.ID); err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return c.again(t.title, taskPage(c, &t, ""))
	}
	c.did(taskPath(t.ID), what)
	return nil
}

func (d *Desk) endTask(c *call) error {
	return d.decide(c, "task", func(id verno.TaskID) error {
		_, err := d.Members.EndTask(c.r.Context(), c.actor, c.now, id)
		return err
	})
}

func (d *Desk) approveTask(c *call) error {
	return d.decide(c, "approved", func(id verno.TaskID) error {
		_, err := d.Members.Approve(c.r.Context(), c.actor, c.now, id)
		return err
	})
}

func (d *Desk) refuseTask(c *call) error {
	return d.decide(c, "refused", func(id verno.TaskID) error {
		_, err := d.Members.Refuse(c.r.Context(), c.actor, c.now, id)
		return err
	})
}
