package desk

import (
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno/internal/member"
)

// issueName is what an issue is called: where nobody gave it a name, what it is of and when it was made, in the words of
// whoever reads.
func (c *call) issueName(i *member.Issue) string {
	message := "desk.issue.list_of"
	if i.Name != "" {
		return i.Name
	}
	if i.Set.Blanks > 0 {
		message = "desk.issue.blanks_of"
	}
	return c.Say(message, "Moment", c.Moment(local(c, i.CreatedAt)))
}

// issueCount is one of the counts of an issue; nothing is counted of one that is not started.
func (c *call) issueCount(i *member.Issue, n int64) string {
	if i.State == member.IssueLoading {
		return "—"
	}
	return c.Number(n)
}

// outcome is what came of a line, in words.
func (c *call) outcome(o *member.IssueOutcome) string {
	if o.Outcome == "" {
		return c.Say("desk.issue.outcome.waiting")
	}
	return c.Say("desk.issue.outcome." + o.Outcome)
}

// reason says why nothing came of a line, and what of it is wrong.
func (c *call) reason(o *member.IssueOutcome) string {
	text := o.Reason(c.Code)
	if what := strings.Trim(o.Pointer, "/"); text != "" && what != "" && c.Has("desk.issue.field."+what) {
		return c.Say("desk.issue.field."+what) + ": " + text
	}
	return text
}

// linked says whether a link was sent.
func (c *call) linked(o *member.IssueOutcome) string {
	switch o.Link {
	case "":
		return ""
	case "sent":
		return c.Say("desk.issue.sent")
	}
	return c.Say("desk.issue.not_sent")
}

// share is how much of an issue is done, as a progress bar has it.
func (v *issueView) share() (done, of string) {
	return strconv.FormatInt(v.done(), 10), strconv.FormatInt(max(v.Total, 1), 10)
}

// empty says whether no line of a list that was looked at whole would be given a card.
func (v *issueView) empty() bool { return !v.blank() && v.look.Issued == 0 && v.look.Looked >= v.Total }

// blank says whether an issue makes cards that nobody has yet.
func (v *issueView) blank() bool { return v.Set.Blanks > 0 }
