package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/exchange"
	"github.com/verno-loyalty/verno/internal/member"
)

// IssueBody is a list of people who are to have a card.
type IssueBody struct {
	Name      string            `json:"name" minLength:"1" maxLength:"200" example:"spring.csv"`
	CSV       string            `json:"csv" minLength:"1" maxLength:"16000000" doc:"A table with a header, at most 200,000 lines: phone, email, first_name, last_name, birthday, external_id, number (of a blank plastic card), template, consents (terms, personal_data, advertising)."`
	Programme verno.ProgrammeID `json:"programme_id,omitzero" doc:"The only one where it is left out."`
	Template  verno.TemplateID  `json:"template_id,omitzero" doc:"Of lines that name none; the standard card where it is left out."`
	Channel   string            `json:"channel,omitempty" maxLength:"40" doc:"By which they joined; import where it is left out."`
	Link      string            `json:"link,omitempty" maxLength:"10" enum:"sms,email,any" doc:"Send each new card to its member's phone; any: by text message, else by mail."`
}

// CardIssue is how far cards were issued to the people of a list.
type CardIssue struct {
	ID        verno.IssueID `json:"id"`
	Name      string        `json:"name"`
	State     string        `json:"state" enum:"loading,running,stopped,done"`
	Lines     int64         `json:"lines"`
	Issued    int64         `json:"issued"`
	Had       int64         `json:"had" doc:"Members who had such a card already."`
	Rejected  int64         `json:"rejected"`
	CreatedAt time.Time     `json:"created_at"`
	UpdatedAt time.Time     `json:"updated_at"`
}

// IssueLine is what came of a line.
type IssueLine struct {
	Line    int64          `json:"line" doc:"Of the list; its header is the first."`
	Outcome string         `json:"outcome,omitempty" enum:"issued,had,rejected" doc:"Absent while it waits."`
	Code    string         `json:"code,omitempty" doc:"Why it was rejected."`
	Pointer string         `json:"pointer,omitempty" doc:"What of the line is wrong; absent for all of it."`
	Message string         `json:"message,omitempty" doc:"Why it was rejected, or why no link was sent."`
	Link    string         `json:"link,omitempty" doc:"sent, or the code of why no link was."`
	Member  verno.MemberID `json:"member_id,omitzero"`
	Card    verno.CardID   `json:"card_id,omitzero"`
	Number  string         `json:"number,omitempty" doc:"Of the card, for whoever may read members."`
}

// IssueLines are what came of lines, in their order.
type IssueLines struct {
	Items []IssueLine `json:"items"`
	More  bool        `json:"has_more"`
}

// CardIssues are issues, the latest first.
type CardIssues struct {
	Items []CardIssue `json:"items"`
}

// maxIssueBody is a list of sixteen megabytes, with what JSON makes of its letters.
const maxIssueBody = 40 << 20

func (a *API) cardIssueRoutes() {
	handle(a, operation{
		route: "POST /card_issues", id: "issue-cards", tag: "cards", summary: "Issue cards to a list of people", status: 202, limit: maxIssueBody,
		detail: "The work is done afterwards, a few lines at a time, and goes on after any interruption: read how far it has come. Each line ends as issued, had or " +
			"rejected. The same list again is the same issue, and nobody gets a second card of a kind by another list.",
		codes: []string{"list_unreadable", "template_archived", "template_unpublished", "not_found"},
	}, a.issueCards)
	handle(a, operation{route: "GET /card_issues", id: "list-card-issues", tag: "cards", summary: "List the latest issues of cards"}, a.listCardIssues)
	handle(a, operation{route: "GET /card_issues/{id}", id: "get-card-issue", tag: "cards", summary: "Read how far an issue has come", codes: []string{"not_found"}}, a.getCardIssue)
	handle(a, operation{
		route: "GET /card_issues/{id}/lines", id: "list-card-issue-lines", tag: "cards", summary: "List what came of each line", codes: []string{"not_found"},
	}, a.listCardIssueLines)
	handle(a, operation{
		route: "GET /card_issues/{id}/results.csv", id: "get-card-issue-results", tag: "cards", summary: "Read what came of each line as a table",
		detail: "CSV in UTF-8, parted by commas, with a heading: " + strings.Join(member.IssueColumns, ", ") + ". The reasons are in the language of " +
			"Accept-Language; numbers stand there for whoever may read members, and machine codes of cards that nobody has yet for whoever may also write them.",
		codes: []string{"not_found"},
	}, a.cardIssueResults)
	handle(a, operation{route: "POST /card_issues/{id}/stop", id: "stop-card-issue", tag: "cards", summary: "Stop an issue of cards", codes: []string{"not_found"}}, a.stopCardIssue)
	handle(a, operation{route: "POST /card_issues/{id}/resume", id: "resume-card-issue", tag: "cards", summary: "Go on with an issue of cards", codes: []string{"not_found"}}, a.resumeCardIssue)
}

type issueCardsRequest struct{ Body IssueBody }

func (a *API) issueCards(ctx context.Context, c *call, in *issueCardsRequest) (*CardIssue, error) {
	b := &in.Body
	set := member.IssueSettings{Programme: b.Programme, Template: b.Template, Channel: b.Channel, Link: b.Link}
	var lines []member.IssueLine
	err := exchange.ReadCards(strings.NewReader(b.CSV), member.MaxIssue, func(l exchange.CardLine) error {
		lines = append(lines, member.IssueLine(l))
		return nil
	})
	switch {
	case errors.Is(err, exchange.ErrTooMany):
		return nil, verno.InvalidField("/csv", "too_many", "max", strconv.Itoa(member.MaxIssue))
	case err != nil:
		return nil, verno.InvalidField("/csv", "list_unreadable").Because(err)
	}
	text, err := json.Marshal(set)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte(b.CSV), text...))
	i, err := a.Members.OpenIssue(ctx, c.actor, c.now, b.Name, hex.EncodeToString(sum[:]), set)
	if err != nil || i.State != member.IssueLoading {
		return showIssue(&i, err)
	}
	if err := a.Members.LoadIssue(ctx, c.actor, i, lines); err != nil {
		return nil, err
	}
	i, err = a.Members.StartIssue(ctx, c.actor, c.now, i.ID)
	return showIssue(&i, err)
}

func (c *call) setIssue(ctx context.Context, a *API, id verno.IssueID, state string) (*CardIssue, error) {
	i, err := a.Members.SetIssue(ctx, c.actor, c.now, id, state)
	return showIssue(&i, err)
}

func (a *API) listCardIssues(ctx context.Context, c *call, _ *none) (*CardIssues, error) {
	const latest = 100
	rows, err := a.Members.Issues(ctx, c.actor, verno.IssueID{}, latest)
	if err != nil {
		return nil, err
	}
	list := &CardIssues{Items: make([]CardIssue, len(rows))}
	for i := range rows {
		shown, _ := showIssue(&rows[i], nil)
		list.Items[i] = *shown
	}
	return list, nil
}

type cardIssueRequest struct {
	ID verno.IssueID `path:"id"`
}

func (a *API) getCardIssue(ctx context.Context, c *call, in *cardIssueRequest) (*CardIssue, error) {
	i, err := a.Members.Issue(ctx, c.actor, in.ID)
	return showIssue(&i, err)
}

type cardIssueLinesRequest struct {
	ID    verno.IssueID `path:"id"`
	After int64         `query:"after" minimum:"0" maximum:"10000000" doc:"Lines after this one."`
	Limit int           `query:"limit" minimum:"1" maximum:"1000" doc:"1000 where it is left out."`
}

func (a *API) listCardIssueLines(ctx context.Context, c *call, in *cardIssueLinesRequest) (*IssueLines, error) {
	if _, err := a.Members.Issue(ctx, c.actor, in.ID); err != nil {
		return nil, err
	}
	limit := in.Limit
	if limit == 0 {
		limit = 1000
	}
	rows, err := a.Members.IssueOutcomes(ctx, c.actor, in.ID, in.After, limit+1)
	if err != nil {
		return nil, err
	}
	list := &IssueLines{More: len(rows) > limit}
	for _, l := range rows[:min(limit, len(rows))] {
		list.Items = append(list.Items, IssueLine{
			Line: l.Line, Outcome: l.Outcome, Code: l.Code, Pointer: l.Pointer, Message: l.Reason(c.lang), Link: l.Link, Member: l.Member,
			Card: l.Card, Number: l.Number,
		})
	}
	return list, nil
}

func (a *API) cardIssueResults(ctx context.Context, c *call, in *cardIssueRequest) (*table, error) {
	i, err := a.Members.Issue(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	return &table{name: i.ID.String() + ".csv", columns: member.IssueColumns, rows: func(ctx context.Context, each func([]string) error) error {
		return a.Members.EachOutcome(ctx, c.actor, i.ID, func(o *member.IssueOutcome) error { return each(o.Row(c.lang)) })
	}}, nil
}

func (a *API) stopCardIssue(ctx context.Context, c *call, in *cardIssueRequest) (*CardIssue, error) {
	return c.setIssue(ctx, a, in.ID, member.IssueStopped)
}

func (a *API) resumeCardIssue(ctx context.Context, c *call, in *cardIssueRequest) (*CardIssue, error) {
	return c.setIssue(ctx, a, in.ID, member.IssueRunning)
}

func showIssue(i *member.Issue, err error) (*CardIssue, error) {
	if err != nil {
		return nil, err
	}
	return &CardIssue{i.ID, i.Name, i.State, i.Total, i.Issued, i.Had, i.Rejected, i.CreatedAt, i.UpdatedAt}, nil
}
