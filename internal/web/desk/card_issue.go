package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/exchange"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// issues is what whoever issues cards to many must be allowed: to bring people in, and to see the numbers of their cards.
const issues = verno.MayImport | verno.MayReadMembers | verno.MayWriteMembers

// issuePages issue cards to the people of a list, or so many that nobody has yet.
var issuePages = []page{
	{"GET /issues", issues, (*Desk).issueList},
	{"POST /issues", issues, (*Desk).issueSend},
	{"POST /issues/blanks", issues, (*Desk).issueBlanks},
	{"GET /issues/{id}", issues, (*Desk).issueShow},
	{"POST /issues/{id}/act/{act}", issues, (*Desk).issueAct},
}

// issueLists are what came of the lines, as files.
var issueLists = list{"/issues/{id}/result", issues, (*Desk).issueSheet}

const (
	issueBase = Base + "/issues"
	// shownIssues is how many of the latest issues are listed.
	shownIssues = 50
	// loadLasts is how long a list may take to be kept, in place of the time that a page has.
	loadLasts = 2 * time.Minute
	// maxList is how many bytes a list has as it is sent.
	maxList = 16 << 20
)

// issuing is the page on which an issue is begun, with those that were begun before.
type issuing struct {
	list, blanks *view.Form
	cards, links []option
	stock        []option // cards that can be made before anybody has them
	key          string
	rows         []member.Issue
}

func (d *Desk) issuing(c *call) (*issuing, error) {
	p := &issuing{list: &view.Form{}, blanks: filled("count", "100"), key: d.onceKey(c)}
	var err error
	if p.rows, err = d.Members.Issues(c.r.Context(), c.actor, verno.IssueID{}, shownIssues); err != nil {
		return nil, err
	}
	p.links = d.issueLinks(c)
	p.cards, p.stock, err = d.issuable(c)
	return p, err
}

// issueLinks are the ways by which a list may send its cards to phones; none where nothing is sent here.
func (d *Desk) issueLinks(c *call) (list []option) {
	if d.Members.Courier.Aloud {
		return nil
	}
	for _, way := range member.LinkWays {
		if d.Members.CanSend(way) {
			list = append(list, option{Value: way, Label: c.Say("desk.issue.link." + way)})
		}
	}
	if len(list) == 0 {
		return nil
	}
	if len(list) > 1 {
		list = append(list, option{Value: member.LinkAny, Label: c.Say("desk.issue.link.any")})
	}
	return append([]option{{Value: "", Label: c.Say("desk.issue.link.none")}}, list...)
}

// issuable are the cards that can be given to people: the standard one of each programme, and published templates; and those
// that can be made before anybody has them: plastic, gift cards and the like.
func (d *Desk) issuable(c *call) (list, stock []option, err error) {
	ctx, tenant := c.r.Context(), c.actor.Tenant
	programmes, err := d.Reader.Programmes(ctx, tenant, verno.ProgrammeID{}, 50)
	if err != nil {
		return nil, nil, err
	}
	for i := range programmes {
		p := &programmes[i].Draft
		label := c.Say("desk.issue.standard")
		if len(programmes) > 1 {
			label = c.Say("desk.issue.standard_of", "Name", p.Name)
		}
		list = append(list, option{Value: p.ID.String(), Label: label})
	}
	templates, err := d.Reader.CardTemplates(ctx, tenant, verno.ProgrammeID{}, false, verno.TemplateID{}, 200)
	for i := range templates {
		t := &templates[i]
		switch k, ok := card.Find(t.Kind); {
		case !ok || t.Published == 0:
		case k.Scan == card.ScanIdentify:
			list = append(list, option{Value: t.ID.String(), Label: t.Name})
		case !k.Member && !slices.ContainsFunc(k.Own, func(o card.Own) bool { return o.Required }):
			stock = append(stock, option{Value: t.ID.String(), Label: t.Name + " · " + k.Title.In(c.Code)})
		}
	}
	if len(stock) > 0 {
		stock = append([]option{{Value: "", Label: c.Say("desk.issue.plastic")}}, stock...)
	}
	return list, stock, err
}

func (d *Desk) issueList(c *call) error {
	p, err := d.issuing(c)
	if err != nil {
		return err
	}
	return c.showIssuing(p, false)
}

func (c *call) showIssuing(p *issuing, again bool) error {
	c.Styles = append(c.Styles, "desk_people.css")
	if again {
		return c.again(c.Say("desk.issue.title"), issuingPage(c, p))
	}
	return c.show(c.Say("desk.issue.title"), issuingPage(c, p))
}

// issueSend keeps a list, and goes on to what would come of it.
func (d *Desk) issueSend(c *call) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.r.Context()), loadLasts)
	defer cancel()
	form, raw, err := view.ReadUpload(c.w, c.r, maxList, "csv")
	if form == nil {
		return err
	}
	var id verno.IssueID
	if c.form = form; err == nil {
		id, err = d.loadIssue(ctx, c, raw)
	}
	if err == nil {
		c.to(issuePath(id))
		return nil
	}
	if err := c.mend(err, map[string]string{"programme_id": "card", "template_id": "card"}); err != nil {
		return err
	}
	p, err := d.issuing(c)
	if err != nil {
		return err
	}
	p.list = c.form
	return c.showIssuing(p, true)
}

func (d *Desk) loadIssue(ctx context.Context, c *call, raw []byte) (id verno.IssueID, err error) {
	if raw == nil {
		return id, verno.InvalidField("/csv", "required")
	}
	set := member.IssueSettings{Link: c.form.Value("link")}
	switch chosen := c.form.Value("card"); {
	case strings.HasPrefix(chosen, "tpl_"):
		err = set.Template.UnmarshalText([]byte(chosen))
	case chosen != "":
		err = set.Programme.UnmarshalText([]byte(chosen))
	}
	if err != nil {
		return id, verno.InvalidField("/card", "not_known")
	}
	if !set.Template.IsZero() {
		t, err := d.Reader.CardTemplate(ctx, c.actor.Tenant, set.Template)
		if err != nil {
			return id, verno.InvalidField("/card", "not_known")
		}
		set.Programme = t.Programme
	}
	var lines []member.IssueLine
	err = exchange.ReadCards(bytes.NewReader(raw), member.MaxIssue, func(l exchange.CardLine) error {
		lines = append(lines, member.IssueLine(l))
		return nil
	})
	switch {
	case errors.Is(err, exchange.ErrTooMany):
		return id, verno.InvalidField("/csv", "too_many", "max", strconv.Itoa(member.MaxIssue))
	case err != nil:
		return id, verno.InvalidField("/csv", "list_unreadable").Because(err)
	case len(lines) == 0:
		return id, verno.InvalidField("/csv", "required")
	}
	text, err := json.Marshal(set)
	if err != nil {
		return id, err
	}
	sum := sha256.Sum256(append(raw, text...))
	i, err := d.Members.OpenIssue(ctx, c.actor, c.now, c.form.Value("name"), hex.EncodeToString(sum[:]), set)
	if err != nil || i.State != member.IssueLoading {
		return i.ID, err
	}
	return i.ID, d.Members.LoadIssue(ctx, c.actor, i, lines)
}

func (d *Desk) issueBlanks(c *call) error {
	n, err := strconv.Atoi(strings.TrimSpace(c.form.Value("count")))
	if err != nil {
		n = 0
	}
	q := member.Blanks{Name: c.form.Value("name"), Key: "desk " + d.onceKey(c), Count: n}
	var i member.Issue
	if chosen := c.form.Value("template"); chosen != "" && q.Template.UnmarshalText([]byte(chosen)) != nil {
		err = verno.InvalidField("/template", "not_known")
	} else {
		i, err = d.Members.OpenBlanks(c.r.Context(), c.actor, c.now, q)
	}
	if err == nil {
		c.to(issuePath(i.ID))
		return nil
	}
	if err := c.mend(err, nil); err != nil {
		return err
	}
	p, err := d.issuing(c)
	if err != nil {
		return err
	}
	p.blanks = c.form
	return c.showIssuing(p, true)
}

func issuePath(id verno.IssueID) string { return issueBase + "/" + id.String() }

// issueView is one issue: what would come of it, or how far it has come.
type issueView struct {
	member.Issue

	look   *member.Outlook       // of one that is not started
	faults []member.IssueOutcome // the first lines that were rejected
}

// done is how many lines are done.
func (v *issueView) done() int64 { return v.Issued + v.Had + v.Rejected }

// issueOf reads the issue that the path names.
func (d *Desk) issueOf(c *call) (member.Issue, error) {
	id, err := path[verno.IssueID](c, "id")
	if err != nil {
		return member.Issue{}, err
	}
	return d.Members.Issue(c.r.Context(), c.actor, id)
}

func (d *Desk) issueShow(c *call) error {
	i, err := d.issueOf(c)
	if err != nil {
		return err
	}
	v := &issueView{Issue: i}
	if i.State == member.IssueLoading {
		look, err := d.Members.LookIssue(c.r.Context(), c.actor, c.now, i.ID)
		if err != nil {
			return err
		}
		v.look, v.faults = &look, look.Faults
	} else if v.faults, err = d.issueFaults(c, &i); err != nil {
		return err
	}
	c.Styles = append(c.Styles, "desk_people.css")
	return c.show(i.Name, issuePage(c, v))
}

// shownFaults is how many rejected lines a page tells; the file has all of them.
const shownFaults = 100

// issueFaults are the first lines that were rejected.
func (d *Desk) issueFaults(c *call, i *member.Issue) (list []member.IssueOutcome, err error) {
	if i.Rejected == 0 {
		return nil, nil
	}
	return d.Members.RejectedLines(c.r.Context(), c.actor, i.ID, shownFaults)
}

// issueAct starts, stops, resumes or forgets an issue.
func (d *Desk) issueAct(c *call) error {
	i, err := d.issueOf(c)
	if err != nil {
		return err
	}
	ctx := c.r.Context()
	switch c.r.PathValue("act") {
	case "start":
		_, err = d.Members.StartIssue(ctx, c.actor, c.now, i.ID)
	case "stop":
		_, err = d.Members.SetIssue(ctx, c.actor, c.now, i.ID, member.IssueStopped)
	case "resume":
		_, err = d.Members.SetIssue(ctx, c.actor, c.now, i.ID, member.IssueRunning)
	case "drop":
		if err = d.Members.DropIssue(ctx, c.actor, i.ID); err == nil {
			c.to(issueBase)
			return nil
		}
	default:
		return verno.NotFound("not_found").With("thing", c.r.URL.Path)
	}
	if err != nil {
		return err
	}
	c.to(issuePath(i.ID))
	return nil
}

// issueSheet is what came of each line.
func (d *Desk) issueSheet(c *call) (*sheet, error) {
	i, err := d.issueOf(c)
	if err != nil {
		return nil, err
	}
	s := &sheet{title: c.issueName(&i)}
	for _, one := range []column{
		{"line", 8},
		{"outcome", 18},
		{"reason", 60},
		{"number", 20},
		{"machine", 46},
		{"link", 18},
		{"member", 32},
		{"card", 32},
	} {
		s.columns = append(s.columns, column{c.Say("desk.issue.column." + one.name), one.wide})
	}
	after := int64(0)
	s.more = func(ctx context.Context) ([][]cell, error) {
		rows, err := d.Members.IssueOutcomes(ctx, c.actor, i.ID, after, exportPart)
		out := make([][]cell, len(rows))
		for n := range rows {
			after, out[n] = rows[n].Line, issueRow(c, &rows[n])
		}
		return out, err
	}
	return s, nil
}

func issueRow(c *call, o *member.IssueOutcome) []cell {
	row := []cell{wholeCell(o.Line), textCell(c.outcome(o)), textCell(c.reason(o)), textCell(o.Number), textCell(o.Machine), textCell(c.linked(o)), {}, {}}
	if !o.Member.IsZero() {
		row[6] = textCell(o.Member.String())
	}
	if !o.Card.IsZero() {
		row[7] = textCell(o.Card.String())
	}
	return row
}
