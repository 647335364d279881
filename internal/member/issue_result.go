package member

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// IssueOutcome is what came of one line.
type IssueOutcome struct {
	Line    int64
	Outcome string // issued, had, rejected; empty while it waits
	Code    string // why it was rejected
	Link    string // sent, or the code of why no link was
	Pointer string // what of the line is wrong, as in "/phone"; empty for all of it
	Params  map[string]string
	Member  verno.MemberID
	Card    verno.CardID
	Number  string // of the card, for whoever may read members
	Machine string // what a printer puts into the code of a card that nobody has yet, for whoever may make such cards
}

// Reason says in a language why a line was rejected, or why no link was sent; empty where neither is so.
func (o *IssueOutcome) Reason(language string) string {
	switch {
	case o.Code != "":
		return verno.TextOf(o.Code, language, o.Params)
	case o.Link != "" && o.Link != linkSentAs:
		return verno.TextOf(o.Link, language, o.Params)
	}
	return ""
}

const linkSentAs = "sent"

// lineReason is what is kept of a reason beside its code.
type lineReason struct {
	Pointer string            `json:"pointer,omitempty"`
	Params  map[string]string `json:"params,omitempty"`
}

// reasonOf is the code of an error and, as JSON, what its sentence names. Of several faults it is the first.
func reasonOf(err error) (code, params string, fault error) {
	e := verno.AsError(err)
	code, why := e.Code, lineReason{Params: e.Params}
	if len(e.Fields) > 0 {
		code, why = e.Fields[0].Code, lineReason{e.Fields[0].Pointer, e.Fields[0].Params}
	}
	text, fault := json.Marshal(why)
	return code, string(text), fault
}

// IssueOutcomes are what came of the lines after one, in their order.
func (r *Roll) IssueOutcomes(ctx context.Context, a verno.Actor, id verno.IssueID, after int64, limit int) ([]IssueOutcome, error) {
	if err := a.Require(verno.MayImport); err != nil {
		return nil, err
	}
	rows, err := r.Store.Reader().CardIssueLines(ctx, a.Tenant, id, after, limit)
	list, err := shownLines(rows, err)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, r.numbers(ctx, a, id, after, list)
}

// RejectedLines are the first lines that were rejected.
func (r *Roll) RejectedLines(ctx context.Context, a verno.Actor, id verno.IssueID, limit int) ([]IssueOutcome, error) {
	if err := a.Require(verno.MayImport); err != nil {
		return nil, err
	}
	return shownLines(r.Store.Reader().RejectedCardIssueLines(ctx, a.Tenant, id, limit))
}

func shownLines(rows []store.CardIssueLine, err error) ([]IssueOutcome, error) {
	list := make([]IssueOutcome, len(rows))
	for i := range rows {
		if list[i], err = shownLine(&rows[i]); err != nil {
			return nil, err
		}
	}
	return list, err
}

func shownLine(l *store.CardIssueLine) (IssueOutcome, error) {
	o := IssueOutcome{Line: l.Line, Outcome: l.Outcome, Code: l.Code, Link: l.Link, Member: l.Member, Card: l.Card}
	if l.Params == "" {
		return o, nil
	}
	var why lineReason
	err := json.Unmarshal([]byte(l.Params), &why)
	o.Pointer, o.Params = why.Pointer, why.Params
	return o, err
}

// numbers adds what is written on the cards of lines, as far as somebody may know it. The code of a card that somebody
// has by now is nobody else's, nor is that of a gift card that was sold or otherwise changed since it was made.
func (r *Roll) numbers(ctx context.Context, a verno.Actor, id verno.IssueID, after int64, list []IssueOutcome) error {
	if !a.May.Has(verno.MayReadMembers) {
		return nil
	}
	cards, err := r.Store.Reader().CardsOfIssue(ctx, a.Tenant, id, after, list[len(list)-1].Line)
	if err != nil {
		return err
	}
	at := make(map[verno.CardID]*store.Card, len(cards))
	for i := range cards {
		at[cards[i].ID] = &cards[i]
	}
	for i := range list {
		c := at[list[i].Card]
		if c == nil || len(c.Sealed) == 0 {
			continue
		}
		secret, err := r.open(ctx, *c)
		if err != nil {
			return err
		}
		list[i].Number = secret.Number
		if c.Member.IsZero() && c.State == verno.CardActive && (identifies(c.Kind) || c.Revision == 1) && a.May.Has(writes) {
			list[i].Machine = secret.Machine
		}
	}
	return nil
}

// EachOutcome goes through what came of all lines of a list, in their order.
func (r *Roll) EachOutcome(ctx context.Context, a verno.Actor, id verno.IssueID, each func(*IssueOutcome) error) error {
	for after := int64(0); ; {
		const some = 1000
		list, err := r.IssueOutcomes(ctx, a, id, after, some)
		if err != nil {
			return err
		}
		for i := range list {
			if err := each(&list[i]); err != nil {
				return err
			}
			after = list[i].Line
		}
		if len(list) < some {
			return nil
		}
	}
}

// IssueColumns are what a table says of a line, for programs.
var IssueColumns = []string{"line", "outcome", "code", "field", "reason", "member_id", "card_id", "number", "machine_code", "link"}

// Row is what came of a line as a row of such a table, with the reason in a language.
func (o *IssueOutcome) Row(language string) []string {
	row := []string{strconv.FormatInt(o.Line, 10), o.Outcome, o.Code, o.Pointer, o.Reason(language), "", "", o.Number, o.Machine, o.Link}
	if !o.Member.IsZero() {
		row[5] = o.Member.String()
	}
	if !o.Card.IsZero() {
		row[6] = o.Card.String()
	}
	return row
}
